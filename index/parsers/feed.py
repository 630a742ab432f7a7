"""RSS and Atom: each entry is an article, with its content, or else its summary, as text."""

import io
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax import SAXException

from index.errors import RefusedError
from index.parsers.archives import too_large
from index.parsers.markup import fragment
from index.parsers.page_metadata import language_tag
from index.parsers.record import BadRecord, Record, error_message, refuse_on_error, without_empty

LARGEST_FEED = 10_000_000  # bytes
MOST_TAGS = 500_000  # the time to read a feed grows with their number, some 60 µs each
Entry = Mapping[str, Any]
_PLAIN = "text/plain"


def parse(data: bytes) -> Iterator[Record | BadRecord]:
    """Each entry with its title, address, days, author and language; the feed's title is the source.

    Raises:
        RefusedError: the data can't be read as a feed; where it breaks off, the entries before that are given first.
    """
    parsed = parse_feed(data)
    if parsed["version"] and not parsed["entries"]:
        yield Record("")
    for number, entry in enumerate(parsed["entries"], start=1):
        content = next(iter(entry.get("content") or [entry.get("summary_detail") or {}]))
        try:
            title, source = _plain_text(entry.get("title_detail")), _plain_text(parsed["feed"].get("title_detail"))
            text = _plain_text(content)
        except RefusedError as error:
            yield BadRecord(str(error), number)
            continue
        link = entry.get("link") or ""
        # Of an entry without a link feedparser takes the id for one, whatever it is.
        is_link = "//" in link or not entry.get("guidislink")
        metadata = {
            "title": title,
            "url": link if is_link else None,
            "author": ", ".join(filter(None, (author.get("name") for author in entry.get("authors", [])))),
            "source": source,
            "language": language_tag(content.get("language"), parsed["feed"].get("language")),
            **days(entry),
        }
        key = entry.get("id") or entry.get("link") or title
        yield Record(text, without_empty(metadata), number, key or None)
    # The library reads on after an error, but may have lost entries.
    if isinstance(parsed.get("bozo_exception"), SAXException):
        raise RefusedError(f"it is not XML ({error_message(parsed['bozo_exception'])})")


def parse_feed(data: bytes) -> Entry:
    """A feed and its entries, by feedparser's names of their parts.

    Raises:
        RefusedError: the feed is too large, or the library can't read it.
    """
    if len(data) > LARGEST_FEED:
        raise RefusedError(too_large(LARGEST_FEED))
    if data.count(b"<") > MOST_TAGS:
        raise RefusedError(f"it holds more than {MOST_TAGS:,} tags")
    import feedparser

    with refuse_on_error("a feed"):
        # As a stream: bytes that happen to be a file's name or an address would be opened.
        parsed: Entry = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
        return parsed


def days(entry: Entry) -> dict[str, str]:
    """When an entry was published and changed, in UTC, with the feed as origin; without the times it does not state."""
    return {**_day("published", entry, "published_parsed"), **_day("modified", entry, "updated_parsed")}


def _day(name: str, entry: Entry, key: str) -> dict[str, str]:
    # Not get(): the library gives another day for one that is missing.
    if key not in entry or entry[key] is None:
        return {}
    try:
        date = datetime.fromtimestamp(timegm(entry[key]), UTC).isoformat()
    except (ValueError, OverflowError, OSError):  # a year that no date can have
        return {}
    return {name: date, f"{name}_origin": "feed"}


def _plain_text(detail: Entry | None) -> str:
    """The text of a title or a content, whichever way the feed marks it up; empty for None."""
    detail = detail or {}
    value = str(detail.get("value") or "")
    return value.strip() if detail.get("type") == _PLAIN else fragment(value)
