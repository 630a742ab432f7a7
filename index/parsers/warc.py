"""WARC: each completely captured HTML page is an article; of several captures of one address, the last."""

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
from index.parsers.record import BadRecord, Record, refuse_on_error

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

MOST_UNPACKED = 2_000_000_000  # bytes, which are read one after another and never held together
_CUT_SHORT = "it is cut short: it does not end as a record does"
_RECORD_ENDS = (b"\r\n\r\n", b"\n\n")
_PAGES = ("text/html", "application/xhtml+xml")


def parse(data: bytes) -> Iterator[Record | BadRecord]:
    """Each page with its address and, as `fetched`, the time of its capture, which is not its publication.

    Raises:
        RefusedError: the file is no WARC file, or breaks off; the pages before that are given first.
    """
    from warcio.archiveiterator import ArchiveIterator

    stream = _Stream(data)
    pages: dict[str, Record] = {}
    failure: RefusedError | None = None
    try:
        with refuse_on_error("WARC"):
            for number, item in enumerate(ArchiveIterator(stream), start=1):
                capture = _capture(item, number)
                stream.refuse_cut_record(item)
                if isinstance(capture, BadRecord):
                    yield capture
                elif capture:
                    pages[capture.key or ""] = capture
        stream.refuse_cut_file()
    except RefusedError as error:
        failure = error
    yield from pages.values()
    if failure or not pages:
        raise failure or RefusedError("it holds no page of HTML that was captured whole")


class _BrokenFileError(RefusedError):
    """No record of the file can be read from here on."""


class _Unpacking(Protocol):
    def read1(self, size: int, /) -> bytes: ...


class _Stream:
    """The bytes of a WARC file, unpacked as they are read."""

    def __init__(self, data: bytes) -> None:
        self._file: _Unpacking = io.BytesIO(data)
        if data.startswith(GZIP):
            self._file = gzip.GzipFile(fileobj=io.BytesIO(data))
        self._size = 0
        self._last_bytes = b""
        self._is_at_end = False

    def read(self, size: int) -> bytes:
        """The next unpacked bytes, at most `size`; empty at the end.

        Raises:
            RefusedError: they can't be unpacked, or the file unpacks to too much.
        """
        with refuse_on_error("gzip", _BrokenFileError):
            # Not read(): where the file breaks off, it would lose the data before the break.
            data = self._file.read1(size)
        self._size += len(data)
        if self._size > MOST_UNPACKED:
            raise _BrokenFileError(f"it unpacks to more than {MOST_UNPACKED / 1e6:g} MB")
        self._is_at_end = not data
        self._last_bytes = (self._last_bytes + data)[-4:]
        return data

    def refuse_cut_record(self, item: "ArcWarcRecord") -> None:
        """Refuse a file that ended inside a record, of which `limit` bytes are still to come.

        Raises:
            RefusedError: it did.
        """
        if getattr(item.raw_stream, "limit", 0) and self._is_at_end:
            raise RefusedError(_CUT_SHORT)

    def refuse_cut_file(self) -> None:
        """Refuse a file that was read and does not end as a record does.

        Raises:
            RefusedError: it does not.
        """
        if not self._last_bytes.endswith(_RECORD_ENDS):
            raise RefusedError(_CUT_SHORT)


def _capture(item: "ArcWarcRecord", number: int) -> Record | BadRecord | None:
    """The page that was captured; None where the record holds anything else."""
    if item.rec_type != "response" or item.http_headers is None or item.http_headers.get_statuscode() != "200":
        return None
    content_type = _header(item, "Content-Type")
    if content_type.partition(";")[0].rstrip() not in _PAGES:
        return None
    address = item.rec_headers.get_header("WARC-Target-URI") or ""
    try:
        page = html.parse_page(_body(item), charset_of(content_type))
    except _BrokenFileError:
        raise
    except RefusedError as error:
        return BadRecord(f"the page {address}: {error}", number)
    # A page may state an address of its own only on the host that it was captured from.
    captured, stated = web_address(address), web_address(page.metadata.get("url"))
    is_same_host = stated and captured and urlsplit(stated).hostname == urlsplit(captured).hostname
    url, fetched = stated if is_same_host else captured, item.rec_headers.get_header("WARC-Date")
    return Record(page.text, {**page.metadata, "url": url, "fetched": fetched}, number, address or None)


def _body(item: "ArcWarcRecord") -> bytes:
    """The page's bytes, out of their chunks and unpacked.

    Raises:
        RefusedError: the page was not captured whole, is too large, or is packed in another way than gzip.
    """
    from warcio.bufferedreaders import ChunkedDataReader

    if item.rec_headers.get_header("WARC-Truncated"):
        raise RefusedError("it was not captured whole")
    is_chunked = _header(item, "Transfer-Encoding") == "chunked"
    stream = ChunkedDataReader(item.raw_stream) if is_chunked else item.raw_stream
    body: bytes = stream.read(LARGEST_PAGE + 1)
    if len(body) > LARGEST_PAGE:
        raise RefusedError(too_large(LARGEST_PAGE))
    coding = _header(item, "Content-Encoding")
    # Some programs keep a page unpacked, with the header that it came with.
    if coding in ("gzip", "x-gzip") and body.startswith(GZIP):
        return gunzip(body, LARGEST_PAGE)
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise RefusedError(f'its content is packed as "{coding}", which is not read')
    return body


def _header(item: "ArcWarcRecord", name: str) -> str:
    return (item.http_headers.get_header(name) or "").strip().lower()
