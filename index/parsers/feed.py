"""RSS and Atom: each entry with its content, or its summary, is an article."""

import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from types import ModuleType
from typing import Any, Protocol
from xml.sax import SAXException

from index.errors import RefusedError
from index.parsers.archives import too_large
from index.parsers.markup import fragment, refuse_crowded
from index.parsers.page_metadata import language_tag
from index.parsers.record import BadRecord, Record, refusing, said

LARGEST_FEED = 10_000_000  # bytes
MOST_ATTRIBUTES = 100  # of one element, for reading takes time by their square
MOST_STEPS = 500_000_000  # of looking for e-mail addresses in authors, some 4 ns each
MOST_TAGS = 500_000  # reading takes time by their number, some 60 µs each
Entry = Mapping[str, Any]
_WORDS = re.compile(r"[\w.+-]+")  # of which an e-mail address may be made
_AUTHOR_STEP = "_sync_author_detail"
_PLAIN = "text/plain"


def parse(data: bytes) -> Iterator[Record | BadRecord]:
    """Each entry, with its title, address, days, author and language where it has them; the feed's title is the source.

    Raises:
        RefusedError: it can't be read as a feed; where it breaks off, the entries before that are given first.
    """
    found = parsed(data)
    if found["version"] and not found["entries"]:
        yield Record("")
    for number, entry in enumerate(found["entries"], start=1):
        try:
            yield _record(entry, found["feed"], number)
        except RefusedError as error:
            yield BadRecord(str(error), number)
    # What was read in spite of it may not be all there was.
    if isinstance(found.get("bozo_exception"), SAXException):
        raise RefusedError(f"it is not XML ({said(found['bozo_exception'])})")


def parsed(data: bytes) -> Entry:
    """A feed and its entries, by the names that feedparser has for it all.

    Raises:
        RefusedError: it is too large, or breaks the library.
    """
    if len(data) > LARGEST_FEED:
        raise RefusedError(too_large(LARGEST_FEED))
    if data.count(b"<") > MOST_TAGS:
        raise RefusedError(f"it holds more than {MOST_TAGS:,} tags")
    refuse_crowded(data.decode("latin-1"), MOST_ATTRIBUTES)
    with refusing("a feed"):
        # As a stream: bytes that happen to be a file's name or an address would be opened.
        found: Entry = _library().parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
        return found


@cache
def _library() -> ModuleType:
    """The library, whose search for an e-mail address in an author takes time by the square of the words, bounded.

    Here, since only the parser knows what an author is, in whatever entities and sections it is written.
    """
    import feedparser
    from feedparser.mixin import _FeedParserMixin as parsers

    unbounded = getattr(parsers, _AUTHOR_STEP)

    def bounded(parser: "_Parser", key: str = "author") -> None:
        _spend(parser, str(parser._get_context().get(key) or ""))  # noqa: SLF001 (it has no public name)
        unbounded(parser, key)

    setattr(parsers, _AUTHOR_STEP, bounded)
    library: ModuleType = feedparser
    return library


class _Parser(Protocol):
    steps: int

    def _get_context(self) -> Entry: ...


def _spend(parser: _Parser, author: str) -> None:
    parser.steps = getattr(parser, "steps", 0) + _steps(author)
    if parser.steps > MOST_STEPS:
        raise RefusedError("the names of its authors are too long to be read")


def _steps(author: str) -> int:
    return len(author) + sum(len(word) ** 2 for word in _WORDS.findall(author))


def days(entry: Entry) -> dict[str, str]:
    """When an entry was published and changed, in UTC, and that its feed says so; only what is said."""
    return {**_day("published", entry, "published_parsed"), **_day("modified", entry, "updated_parsed")}


def _record(entry: Entry, feed: Entry, number: int) -> Record:
    content = next(iter(entry.get("content") or [entry.get("summary_detail") or {}]))
    title = _plain(entry.get("title_detail") or {})
    metadata = {
        "title": title,
        "url": entry.get("link"),
        "author": ", ".join(filter(None, (author.get("name") for author in entry.get("authors", [])))),
        "source": _plain(feed.get("title_detail") or {}),
        "language": language_tag(content.get("language"), feed.get("language")),
        **days(entry),
    }
    key = entry.get("id") or entry.get("link") or title
    return Record(_plain(content), {name: value for name, value in metadata.items() if value}, number, key or None)


def _plain(detail: Entry) -> str:
    """The text of a title or a content, whichever way the feed marks it up."""
    value = str(detail.get("value") or "")
    return value.strip() if detail.get("type") == _PLAIN else fragment(value)


def _day(name: str, entry: Entry, key: str) -> dict[str, str]:
    # Not get(): the library gives another day for one that is missing.
    if key not in entry or entry[key] is None:
        return {}
    try:
        date = datetime.fromtimestamp(timegm(entry[key]), UTC).isoformat()
    except (ValueError, OverflowError, OSError):  # a year that is none
        return {}
    return {name: date, f"{name}_origin": "feed"}
