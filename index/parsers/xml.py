"""XML files: the first element says whether the document is a feed, a sitemap or a page."""

import re
from collections.abc import Iterator
from typing import Literal

from index.errors import RefusedError
from index.parsers import feed, html
from index.parsers.record import BadRecord, Record

DocumentType = Literal["feed", "sitemap", "index", "other"]  # "index": a sitemap that lists sitemaps

_HEAD = 100_000  # bytes in which the first element must begin
_FIRST_ELEMENT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_TYPE_BY_ELEMENT: dict[bytes, DocumentType] = {
    b"rss": "feed",
    b"feed": "feed",
    b"RDF": "feed",
    b"urlset": "sitemap",
    b"sitemapindex": "index",
}


def document_type(data: bytes) -> DocumentType:
    """The type of an XML document, by its first element."""
    return _TYPE_BY_ELEMENT.get(_first_element(data), "other")


def parse(data: bytes) -> Iterator[Record | BadRecord]:
    """The entries of a feed, or the article of a page.

    Raises:
        RefusedError: the document is a sitemap, is neither a feed nor a page, or can't be read.
    """
    detected, element = document_type(data), _first_element(data)
    if detected in ("sitemap", "index"):
        raise RefusedError("it is a sitemap: it holds addresses and no text; rag import FILE brings its pages")
    if detected == "other" and element != b"html":
        reason = f'its first element is "{element[:40].decode()}"' if element else "it has no first element"
        raise RefusedError(f"{reason}, so it is no feed (rss, feed, RDF) and no page (html)")
    return feed.parse(data) if detected == "feed" else html.parse(data)


def _first_element(data: bytes) -> bytes:
    """The name of the first element that does not stand in a comment, without its prefix; empty where none is."""
    head = data[:_HEAD]
    position = 0
    while position >= 0:
        comment = head.find(b"<!--", position)
        element = _FIRST_ELEMENT.search(head, position, len(head) if comment < 0 else comment)
        if element or comment < 0:
            return element[1] if element else b""
        end = head.find(b"-->", comment)
        position = end + 3 if end >= 0 else -1
    return b""
