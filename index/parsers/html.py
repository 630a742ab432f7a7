"""News pages: the main text, without the menus and notices that stand around it on every page of a site."""

import logging
from collections.abc import Iterator

from index.parsers.encoding import page_text
from index.parsers.markup import paragraphs, parse_html
from index.parsers.page_metadata import find_metadata
from index.parsers.record import Record, refuse_on_error

# A refusal says what is wrong with a page.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def parse(data: bytes) -> Iterator[Record]:
    """The page as one record.

    Raises:
        RefusedError: the page can't be read, or is larger or nested deeper than pages are.
    """
    yield parse_page(data)


def parse_page(data: bytes, charset: str | None = None) -> Record:
    """The article of a page; `charset` is the encoding that its server stated.

    Raises:
        RefusedError: as `parse`.
    """
    from lxml import etree
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    tree = parse_html(page_text(data, charset))
    with refuse_on_error("HTML"):
        metadata = find_metadata(tree)
        for element in tree.xpath("/*//*[@hidden]"):
            element.tag = "template"
        # Not drop_tree(): it copies the text before an element once for each element.
        etree.strip_elements(tree, "script", "style", "template", with_tail=False)
        # Outside of <pre>, a line end is where the source was wrapped: a browser shows a space.
        preformatted = set()
        walk = etree.iterwalk(tree, events=("start",), tag="pre")
        for _, element in walk:
            preformatted.update(element.iter())
            walk.skip_subtree()  # what is in a <pre> inside of this one was added as well
        for element in tree.iter():
            if element.text and element not in preformatted:
                element.text = element.text.replace("\n", " ")
            if element.tail and element.getparent() not in preformatted:
                element.tail = element.tail.replace("\n", " ")
        document = bare_extraction(tree, include_comments=False)
        text = paragraphs(document.body, lines=True) if isinstance(document, Document) else ""
        return Record(text, metadata)
