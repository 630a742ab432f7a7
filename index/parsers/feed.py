"""RSS and Atom: each entry is an article, with its content, or else its summary, as text."""

import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping, Sequence, Sized
from datetime import UTC, datetime
from functools import cache
from types import ModuleType
from typing import Any
from xml.sax import SAXException

from index.errors import RefusedError
from index.parsers.archives import too_large
from index.parsers.markup import fragment
from index.parsers.page_metadata import language_tag
from index.parsers.record import BadRecord, Record, error_message, refuse_on_error, without_empty

LARGEST_FEED = 10_000_000  # bytes
MOST_ATTRIBUTES = 100  # of one element: the time to read it grows with their square
MOST_NAMESPACES = 100  # in a feed: each element is compared with all of them
MOST_STEPS = 500_000_000  # of the search for e-mail addresses in authors, some 4 ns each
LONGEST_WORD = 1_000  # characters of a word in an author's name: the time to search it grows with its square
MOST_TAGS = 500_000  # the time to read a feed grows with their number, some 60 µs each
Entry = Mapping[str, Any]
_WORDS = re.compile(r"[\w.+-]+")  # of which an e-mail address may be made
# After the text of one of these elements, the library searches the author or the publisher for an e-mail address.
_ELEMENTS_OF_AUTHORS = frozenset(("author", "publisher", "name", "email", "href"))
_PLAIN = "text/plain"
_LONG_AUTHORS = "the names of its authors are too long to be read"


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
    with refuse_on_error("a feed"):
        # As a stream: bytes that happen to be a file's name or an address would be opened.
        parsed: Entry = _feedparser().parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
        return parsed


@cache
def _feedparser() -> ModuleType:
    """The library, with a bound on each of its two parsers: the one for XML, and the one for what is not quite XML."""
    import feedparser.api

    for name in ("StrictFeedParser", "LooseFeedParser"):
        parser = getattr(feedparser.api, name)
        setattr(feedparser.api, name, type(name, (_Bounds, parser), {}))
    library: ModuleType = feedparser
    return library


class _Bounds:
    """Refuses a feed that takes too long to read, as a base class before a parser of feedparser.

    The time to read an element grows with the square of its attributes, and the time to search an author for an e-mail
    address with the square of its words. Only the parser knows what is an attribute, and the text of an author, in
    whatever entities and sections it is written.
    """

    feeddata: Entry
    sourcedata: Entry
    entries: Sequence[Entry]
    namespaces_in_use: Sized
    steps = 0

    def startElementNS(self, name: object, qname: object, attributes: Sized) -> None:  # noqa: N802 (SAX's name)
        """Begin an element of XML.

        Raises:
            RefusedError: the element has too many attributes.
        """
        _refuse_crowded(attributes)
        super().startElementNS(name, qname, attributes)  # type: ignore[misc]  # the next base class has it

    def unknown_starttag(self, tag: str, attributes: Sized) -> None:
        """Begin an element of anything that is parsed.

        Raises:
            RefusedError: the element has too many attributes, or there are too many namespaces so far.
        """
        _refuse_crowded(attributes)
        if len(self.namespaces_in_use) > MOST_NAMESPACES:
            raise RefusedError(f"it declares more than {MOST_NAMESPACES:,} namespaces")
        super().unknown_starttag(tag, attributes)  # type: ignore[misc]  # the next base class has it

    def pop(self, element: str, strip_whitespace: int = 1) -> str | None:
        """Take an element off the stack, with its text, as the parser does when the element ends.

        Raises:
            RefusedError: the authors so far take too many steps to search.
        """
        text: str | None = super().pop(element, strip_whitespace)  # type: ignore[misc]  # the next base class has it
        if element in _ELEMENTS_OF_AUTHORS:
            # One of these holds the author that is searched next.
            owners = (self.feeddata, self.feeddata.get("image"), self.feeddata.get("textinput"), self.sourcedata)
            for owner in (*owners, *self.entries[-1:]):
                if isinstance(owner, Mapping):
                    self.steps += _search_steps(owner.get("author")) + _search_steps(owner.get("publisher"))
            if self.steps > MOST_STEPS:
                raise RefusedError(_LONG_AUTHORS)
        return text


def _refuse_crowded(attributes: Sized) -> None:
    if len(attributes) > MOST_ATTRIBUTES:
        raise RefusedError(f"one of its elements has more than {MOST_ATTRIBUTES:,} attributes")


def _search_steps(author: object) -> int:
    text = str(author or "")
    lengths = [len(word) for word in _WORDS.findall(text)]
    if max(lengths, default=0) > LONGEST_WORD:
        raise RefusedError(_LONG_AUTHORS)
    return len(text) + sum(length**2 for length in lengths)


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
