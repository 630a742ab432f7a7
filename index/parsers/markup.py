"""HTML as a tree within bounds, and the text of a tree as paragraphs."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.errors import RefusedError
from index.parsers.archives import too_large
from index.parsers.record import refusing

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement, HTMLParser

LARGEST_PAGE = 10_000_000  # characters; a news page is a fiftieth of it
MOST_ELEMENTS = 100_000  # in one page: reading takes time by their number

# The names of HTML, and those that trafilatura gives: head, item, quote, list, row, cell, lb.
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
# The parser takes time by the square of the attributes of one element. Nothing here is ever tried again.
_MOST_ATTRIBUTES = 1000
_ATTRIBUTE = r"""[\s/]++[^\s>/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]++))?+"""
_SPACE = re.compile(r"[\s\x00-\x1f]+")
# No text holds these once its space is made single.
_BLOCK, _LINE, _CELL = "\0", "\1", "\2"


def parse_html(text: str) -> "HtmlElement":
    """A page as a tree, without comments; nothing that it names is fetched, and no entity of its own grows.

    Raises:
        RefusedError: it is too large, or nested too deep.
    """
    from lxml import html

    if len(text) > LARGEST_PAGE:
        raise RefusedError(too_large(LARGEST_PAGE))
    refuse_crowded(text, _MOST_ATTRIBUTES)
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    with refusing("HTML"):
        tree = _tree(text.encode(errors="replace"), parser)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise RefusedError("it is nested too deep")
    if sum(1 for _ in tree.iter()) > MOST_ELEMENTS:
        raise RefusedError(f"it holds more than {MOST_ELEMENTS:,} elements")
    return tree


def refuse_crowded(text: str, most: int) -> None:
    """Look, before a parser does, whether an element of HTML or XML has more attributes than `most`.

    Raises:
        RefusedError: one has.
    """
    if re.search(rf"<[^\s>/!?]++(?:{_ATTRIBUTE}){{{most + 1}}}", text):
        raise RefusedError(f"one of its elements has more than {most:,} attributes")


def _tree(page: bytes, parser: "HTMLParser") -> "HtmlElement":
    from lxml import etree, html

    try:
        return html.document_fromstring(page, parser=parser)
    except etree.ParserError:  # it has no element and no text, such as a comment alone
        return html.document_fromstring(b"<p></p>", parser=parser)


def paragraphs(root: "_Element", lines: bool = False) -> str:
    """The text of an element as a person sees it: paragraphs parted by blank lines, a row's cells by tabs.

    With `lines`, a line's end in the text is one to a person too.
    """
    blocks = "".join(_pieces(root, lines)).split(_BLOCK)
    return "\n\n".join(filter(None, (_block(block) for block in blocks)))


def fragment(markup: str) -> str:
    """The paragraphs of a piece of HTML, such as an entry of a feed has; empty where it holds none.

    Raises:
        RefusedError: as `parse_html`.
    """
    # The element around it makes a tree of any text.
    return paragraphs(parse_html(f"<div>{markup}</div>"))


def _pieces(root: "_Element", lines: bool) -> Iterator[str]:
    from lxml import etree

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start" and name in _UNSEEN:
            walk.skip_subtree()
        elif event == "start":
            yield _mark(name)
            yield _text(element.text, lines or name == "pre")
        else:
            yield "" if name in _LINES else _mark(name)
            # What follows the whole is not of it.
            yield "" if element is root else _text(element.tail, lines)


def _mark(name: str) -> str:
    if name in _BLOCKS:
        return _BLOCK
    return _LINE if name in _LINES else _CELL if name in _CELLS else ""


def _text(text: str | None, lines: bool) -> str:
    if not text:
        return ""
    return _LINE.join(_SPACE.sub(" ", line) for line in (text.split("\n") if lines else [text]))


def _block(block: str) -> str:
    lines = (_line(line) for line in block.split(_LINE))
    return "\n".join(filter(None, lines))


def _line(line: str) -> str:
    cells = (" ".join(cell.split()) for cell in line.split(_CELL))
    return "\t".join(filter(None, cells))
