"""News pages: the main text, without what stands around it on every page of its site."""

from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from index.parsers.encoding import page_text
from index.parsers.markup import paragraphs, parse_html
from index.parsers.page_metadata import facts
from index.parsers.record import Record, refusing

if TYPE_CHECKING:
    from lxml.html import HtmlElement


def parse(data: bytes) -> Iterator[Record]:
    """The page as one record.

    Raises:
        RefusedError: it can't be read, or is larger or nested deeper than a page is.
    """
    yield parse_page(data)


def parse_page(data: bytes, charset: str | None = None) -> Record:
    """The article of a page; `charset` is what its server said of its encoding.

    Raises:
        RefusedError: as `parse`.
    """
    tree = parse_html(page_text(data, charset))
    with refusing("HTML"):
        metadata = facts(tree)
        return Record(_main_text(tree), metadata)


def _main_text(tree: "HtmlElement") -> str:
    for element in tree.xpath("//script | //style | //template | //*[@hidden]"):
        element.drop_tree()
    _unwrap(tree)
    found = _library().bare_extraction(tree, include_comments=False)
    return paragraphs(found.body, lines=True) if found else ""


def _unwrap(tree: "HtmlElement") -> None:
    """Make every line's end that is none to a person, as in a source that was wrapped, a space."""
    kept = {child for element in tree.iter("pre") for child in element.iter()}
    for element in tree.iter():
        if element.text and element not in kept:
            element.text = element.text.replace("\n", " ")
        if element.tail and element.getparent() not in kept:
            element.tail = element.tail.replace("\n", " ")


@cache
def _library() -> ModuleType:
    import logging

    import trafilatura

    # What it has to say of a page is said by a refusal.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    return trafilatura
