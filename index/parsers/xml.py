"""XML: what a file is, its first element says."""

import re
from collections.abc import Iterator
from typing import Literal

from index.errors import RefusedError
from index.parsers import feed, html
from index.parsers.record import BadRecord, Record

XmlKind = Literal["feed", "sitemap", "index", "other"]

_HEAD = 100_000  # bytes in which the first element must begin
_FIRST_ELEMENT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_KIND_BY_ELEMENT: dict[bytes, XmlKind] = {
    b"rss": "feed",
    b"feed": "feed",
    b"RDF": "feed",
    b"urlset": "sitemap",
    b"sitemapindex": "index",
}


def xml_kind(data: bytes) -> XmlKind:
    """What a document is, by its first element."""
    return _KIND_BY_ELEMENT.get(_first_element(data), "other")


def parse(data: bytes) -> Iterator[Record | BadRecord]:
    """The entries of a feed, or the article of a page.

    Raises:
        RefusedError: it is a sitemap, none of these, or can't be read.
    """
    kind, first = xml_kind(data), _first_element(data)
    if kind in ("sitemap", "index"):
        raise RefusedError("it is a sitemap: it holds addresses and no text; rag import FILE brings its pages")
    if kind == "other" and first != b"html":
        named = f'its first element is "{first[:40].decode()}"' if first else "it has no first element"
        raise RefusedError(f"{named}, so it is no feed (rss, feed, RDF) and no page (html)")
    return feed.parse(data) if kind == "feed" else html.parse(data)


def _first_element(data: bytes) -> bytes:
    """The name of the first element that is in no comment."""
    head = data[:_HEAD]
    place = 0
    while place >= 0:
        comment = head.find(b"<!--", place)
        found = _FIRST_ELEMENT.search(head, place, len(head) if comment < 0 else comment)
        if found or comment < 0:
            return found[1] if found else b""
        end = head.find(b"-->", comment)
        place = end + 3 if end >= 0 else -1
    return b""
