"""WARC: each page of HTML that was captured whole is an article; of several captures of one address, the last."""

import gzip
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from index.errors import RefusedError
from index.parsers import html
from index.parsers.archives import GZIP, gunzip, too_large
from index.parsers.encoding import charset_of
from index.parsers.markup import LARGEST_PAGE
from index.parsers.page_metadata import web_address
from index.parsers.record import BadRecord, Record, refusing

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

MOST_UNPACKED = 2_000_000_000  # bytes, which are read one after another
_CUT_SHORT = "it is cut short: it does not end as a record does"
_ENDS = (b"\r\n\r\n", b"\n\n")  # what every record ends with
_PAGES = ("text/html", "application/xhtml+xml")


def parse(data: bytes) -> Iterator[Record | BadRecord]:
    """Each page with its address and, as `fetched`, the time of its capture, which says nothing of its publication.

    Raises:
        RefusedError: it is no WARC file, or breaks off; the pages before that are given first.
    """
    pages: dict[str, Record] = {}
    broken: RefusedError | None = None
    try:
        for item in _captures(_Stream(data)):
            if isinstance(item, BadRecord):
                yield item
            else:
                pages[item.key or ""] = item
    except RefusedError as error:
        broken = error
    yield from pages.values()
    if broken or not pages:
        raise broken or RefusedError("it holds no page of HTML that was captured whole")


class _Broken(RefusedError):
    """The file itself can't be read on, whatever record it is in."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Unpacked(Protocol):
    def read1(self, size: int, /) -> bytes: ...


class _Stream:
    """The bytes of a WARC file, unpacked as they are read, and how they ended."""

    def __init__(self, data: bytes) -> None:
        self._file: _Unpacked = io.BytesIO(data)
        if data.startswith(GZIP):
            self._file = gzip.GzipFile(fileobj=io.BytesIO(data))
        self._read = 0
        self._last = b""
        self.ended = False

    def read(self, size: int) -> bytes:
        with refusing("gzip", _Broken):
            # Not read(): where the file breaks off, what is before that would be lost with it.
            data = self._file.read1(size)
        self._read += len(data)
        if self._read > MOST_UNPACKED:
            raise _Broken(f"it unpacks to more than {MOST_UNPACKED / 1e6:g} MB")
        self.ended = not data
        self._last = (self._last + data)[-4:]
        return data

    @property
    def is_whole(self) -> bool:
        """Whether what was read ends as a record does."""
        return self._last.endswith(_ENDS)


def _captures(stream: _Stream) -> Iterator[Record | BadRecord]:
    for number, item in enumerate(_items(stream), start=1):
        found = _capture(item, number) if _is_page(item) else None
        if getattr(item.raw_stream, "limit", 0) and stream.ended:
            raise RefusedError(_CUT_SHORT)
        if found is not None:
            yield found
    if not stream.is_whole:
        raise RefusedError(_CUT_SHORT)


def _items(stream: _Stream) -> Iterator["ArcWarcRecord"]:
    from warcio.archiveiterator import ArchiveIterator

    with refusing("WARC"):
        yield from ArchiveIterator(stream)


def _is_page(item: "ArcWarcRecord") -> bool:
    if item.rec_type != "response" or item.http_headers is None or item.http_headers.get_statuscode() != "200":
        return False
    return _header(item, "Content-Type").partition(";")[0].strip().lower() in _PAGES


def _capture(item: "ArcWarcRecord", number: int) -> Record | BadRecord:
    address = item.rec_headers.get_header("WARC-Target-URI") or ""
    try:
        found = html.parse_page(_body(item), charset_of(_header(item, "Content-Type")))
    except _Broken:
        raise
    except RefusedError as error:
        return BadRecord(f"the page {address}: {error}", number)
    own = {"url": _own_address(found, address), "fetched": item.rec_headers.get_header("WARC-Date")}
    return Record(found.text, {**found.metadata, **own}, number, address or None)


def _own_address(found: Record, address: str) -> str | None:
    """The address that a page says is its own, if it is of the host it was captured from, else that one."""
    captured = web_address(address)
    said = web_address(found.metadata.get("url"))
    same = said and captured and urlsplit(said).hostname == urlsplit(captured).hostname
    return said if same else captured


def _body(item: "ArcWarcRecord") -> bytes:
    """The page's bytes, as the server sent them or unpacked."""
    if item.rec_headers.get_header("WARC-Truncated"):
        raise RefusedError("it was not captured whole")
    body: bytes = _unchunked(item).read(LARGEST_PAGE + 1)
    if len(body) > LARGEST_PAGE:
        raise RefusedError(too_large(LARGEST_PAGE))
    coding = _header(item, "Content-Encoding").strip().lower()
    # Some are kept unpacked, with the header that they came with.
    if coding in ("gzip", "x-gzip") and body.startswith(GZIP):
        return gunzip(body, LARGEST_PAGE)
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise RefusedError(f'its content is packed as "{coding}", which is not read')
    return body


def _unchunked(item: "ArcWarcRecord") -> _Readable:
    from warcio.bufferedreaders import ChunkedDataReader

    chunked = _header(item, "Transfer-Encoding").strip().lower() == "chunked"
    readable: _Readable = ChunkedDataReader(item.raw_stream) if chunked else item.raw_stream
    return readable


def _header(item: "ArcWarcRecord", name: str) -> str:
    return item.http_headers.get_header(name) or ""
