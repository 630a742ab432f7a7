"""What turns fetched bytes into records: the readers of `index.readers`, by the names that an import uses."""

import io
from calendar import timegm
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from index.errors import Refused
from index.readers.record import BadRecord, Record

Extract = Callable[[bytes], Record]
Unpack = Callable[[bytes], Iterator[Record | BadRecord]]


def extract_page(data: bytes) -> Record:
    """The article of one page of HTML.

    Raises:
        Refused: it holds none.
    """
    page = _Paragraphs()
    page.feed(data.decode("utf-8-sig", "replace"))
    page.close()
    title, *paragraphs = (" ".join(part.split()) for part in page.parts)
    return Record("\n\n".join(filter(None, paragraphs)), {"title": title} if title else {})


def unpack_feed(data: bytes) -> Iterator[Record | BadRecord]:
    """The entries of an RSS or Atom feed, each with its url, published and modified where it has them.

    Raises:
        Refused: it can't be read.
    """
    import feedparser

    try:
        # As a stream: bytes that happen to be a file's name or an address would be opened.
        found = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        raise Refused(f"it can't be read as a feed ({error})") from error
    for entry in found["entries"]:
        days = {"published": _utc(entry, "published_parsed"), "modified": _utc(entry, "updated_parsed")}
        yield Record("", {"url": entry.get("link"), **days})


def unpack_warc(data: bytes) -> Iterator[Record | BadRecord]:
    """The pages of a WARC file, each with its url.

    Raises:
        Refused: it can't be read.
    """
    from warcio.archiveiterator import ArchiveIterator

    for item in ArchiveIterator(io.BytesIO(data)):
        kind = item.http_headers and item.http_headers.get_header("content-type")
        if item.rec_type == "response" and "html" in (kind or ""):
            record = extract_page(item.content_stream().read())
            yield Record(record.text, record.metadata | {"url": item.rec_headers.get_header("WARC-Target-URI")})


class _Paragraphs(HTMLParser):
    """Gathers the text of title and p elements; the title comes first."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = [""]
        self._into: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "p":
            self.parts.append("")
        self._into = {"title": 0, "p": len(self.parts) - 1}.get(tag, self._into)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "p"):
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self.parts[self._into] += data


def _utc(entry: Mapping[str, Any], key: str) -> str | None:
    if key not in entry or entry[key] is None:  # not get(): the library gives another day for one that is missing
        return None
    try:
        return datetime.fromtimestamp(timegm(entry[key]), UTC).isoformat()
    except (ValueError, OverflowError, OSError):  # a year that is none
        return None
