"""HTML as a tree within bounds, and the text of a tree as paragraphs."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from index.errors import RefusedError
from index.parsers.archives import too_large
from index.parsers.record import refuse_on_error

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LARGEST_PAGE = 10_000_000  # characters; a news page is a fiftieth of it
MOST_ELEMENTS = 100_000  # in one page: the time to read it grows with their number

# Names of HTML, and those of trafilatura's trees: head, item, quote, list, row, cell, lb.
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div"),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head"),
        *("header", "hgroup", "hr", "item", "legend", "li", "list", "main", "menu", "nav", "ol", "option", "p", "pre"),
        *("quote", "row", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul"),
    )
)
_UNSEEN = frozenset(
    ("button", "canvas", "input", "math", "noscript", "object", "script", "select", "style", "svg", "template")
)
_LINES = frozenset(("br", "lb"))
_CELLS = frozenset(("td", "th", "cell"))
_MOST_ATTRIBUTES = 1000  # of one element: the time to make a tree of it grows with their square
_SPACE = re.compile(r"[\s\x00-\x1f]+")
# Marks between pieces of text. After _SPACE is applied, no text holds these characters.
_BLOCK, _LINE, _CELL = "\0", "\1", "\2"


class Element(Protocol):
    """An element of any tree of lxml."""

    tag: object
    text: str | None
    tail: str | None


def parse_html(text: str) -> "HtmlElement":
    """A page as a tree without comments. Nothing that the page names is fetched, and no entity of its own expands.

    Raises:
        RefusedError: the page is too large, or nested too deep.
    """
    from lxml import etree, html

    if len(text) > LARGEST_PAGE:
        raise RefusedError(too_large(LARGEST_PAGE))
    data = text.encode(errors="replace")
    options = {"encoding": "utf-8", "remove_comments": True, "remove_pis": True, "no_network": True}
    parser = html.HTMLParser(**options)
    with refuse_on_error("HTML"):
        try:
            # The same parser reads the page first without a tree, in time that grows with the size of the page alone.
            etree.fromstring(data, etree.HTMLParser(**options, target=_AttributeBound()))
            tree = html.document_fromstring(data, parser=parser)
        except etree.ParserError:  # the page has no element and no text, such as a comment alone
            tree = html.document_fromstring(b"<p></p>", parser=parser)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise RefusedError("it is nested too deep")
    if sum(1 for _ in tree.iter()) > MOST_ELEMENTS:
        raise RefusedError(f"it holds more than {MOST_ELEMENTS:,} elements")
    return tree


class _AttributeBound:
    """Refuses a page with an element of too many attributes, as what a parser tells of each element that it reads."""

    def start(self, _tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element; each name of an attribute counts once.

        Raises:
            RefusedError: the element has too many attributes.
        """
        if len(attributes) > _MOST_ATTRIBUTES:
            raise RefusedError(f"one of its elements has more than {_MOST_ATTRIBUTES:,} attributes")

    def close(self) -> None:
        """End the page."""


def paragraphs(root: Element, lines: bool = False) -> str:
    """The text of an element as a person sees it: blank lines between paragraphs, tabs between the cells of a row.

    With `lines`, each line end of the text is kept; without, it becomes a space, except in <pre>.
    """
    from lxml import etree

    pieces = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start" and name in _UNSEEN:
            walk.skip_subtree()
        elif event == "start":
            pieces += [_mark(name), _text(element.text, lines or name == "pre")]
        else:
            # The text after the root does not belong to it.
            tail = "" if element is root else _text(element.tail, lines)
            pieces += ["" if name in _LINES else _mark(name), tail]
    blocks = []
    for block in "".join(pieces).split(_BLOCK):
        rows = []
        for line in block.split(_LINE):
            cells = (" ".join(cell.split()) for cell in line.split(_CELL))
            rows.append("\t".join(filter(None, cells)))
        blocks.append("\n".join(filter(None, rows)))
    return "\n\n".join(filter(None, blocks))


def fragment(markup: str) -> str:
    """The paragraphs of a piece of HTML, such as an entry of a feed has; empty where it holds none.

    Raises:
        RefusedError: as `parse_html`.
    """
    # The element around it makes a tree of any text.
    return paragraphs(parse_html(f"<div>{markup}</div>"))


def _mark(name: str) -> str:
    if name in _BLOCKS:
        return _BLOCK
    return _LINE if name in _LINES else _CELL if name in _CELLS else ""


def _text(text: str | None, lines: bool) -> str:
    if not text:
        return ""
    return _LINE.join(_SPACE.sub(" ", line) for line in (text.split("\n") if lines else [text]))
