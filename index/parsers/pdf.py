"""PDF: the text layer of the pages, with their lines joined to paragraphs again."""

import io
import logging
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from index.errors import RefusedError, WithdrawnError
from index.parsers.record import Record, error_message, refuse_on_error, without_empty

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MOST_PAGES = 5_000
# The library's own bounds for what it reads before the first operator: bytes of one stream, steps to read it.
_BOUNDS: dict[str, Any] = {
    "zlib_maximum_output_length": 20_000_000,
    "lzw_maximum_output_length": 20_000_000,
    "run_length_maximum_output_length": 20_000_000,
    "array_based_stream_maximum_output_length": 20_000_000,
    "stream_decoding_work_maximum_length": 50_000_000,
    "stream_parsing_work_maximum_count": 500_000,
}
_SHORT = 0.6  # of the longest line of a page: a shorter line ends its paragraph
_HYPHEN = re.compile(r"(?<=[^\W\d_])-\n(?=[^\W\d_])")
_SOFT_HYPHEN = re.compile("\xad\n?")

# A refusal or a doubt says what is wrong with a file.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def parse(data: bytes) -> Iterator[Record]:
    """The document as one record; its doubts name pages without text and pages that can't be read.

    Raises:
        RefusedError: the file is no PDF, is damaged or encrypted, has no page with text, or breaks a bound.
    """
    import pypdf

    with refuse_on_error("PDF"), pypdf.apply_configuration(**_BOUNDS):
        document = pypdf.PdfReader(io.BytesIO(data))
        # Many files are encrypted without a password, only to forbid printing.
        if document.is_encrypted and not document.decrypt(""):
            raise RefusedError("it is encrypted; save it without a password")
        if len(document.pages) > MOST_PAGES:
            raise RefusedError(f"it has {len(document.pages):,} pages, more than {MOST_PAGES:,}")
        pages = [_page_text(page) for page in document.pages]
        metadata = _metadata(document)
    texts = [page for page in pages if isinstance(page, str) and page]
    if not texts:
        # Only where every page was read is it known that the text of an earlier version is gone, as from a new scan.
        is_read_whole = bool(pages) and all(page == "" for page in pages)
        raise (WithdrawnError if is_read_whole else RefusedError)(
            "no page of it holds text; if it was scanned, have a program recognise its text first"
        )
    yield Record("\n\n".join(texts), metadata, doubts=tuple(_doubts(pages)))


def _page_text(page: "PageObject") -> str | Exception:
    """The text of a page, or the reason that it can't be read."""
    try:
        text = join_lines(page.extract_text())
        is_missing = not text and "/Contents" in page and page.get_contents() is None
        return ValueError("its content is missing") if is_missing else text
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 (a doubt names the page, whatever the library raises)
        return error


def join_lines(text: str) -> str:
    """A page's text with its lines joined to paragraphs, and words whole that were hyphenated at the end of a line."""
    text = _HYPHEN.sub("", _SOFT_HYPHEN.sub("", text.replace("\0", "")))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    width = max(map(len, lines))
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        paragraphs[-1].append(line)
        if len(line) < _SHORT * width:
            paragraphs.append([])
    return "\n\n".join(filter(None, (" ".join(filter(None, lines)) for lines in paragraphs)))


def _doubts(pages: Sequence[str | Exception]) -> Iterator[str]:
    empty = [number for number, page in enumerate(pages, start=1) if page == ""]
    unreadable = {number: page for number, page in enumerate(pages, start=1) if isinstance(page, Exception)}
    if empty:
        yield f"{_pages_hold(empty)} no text; the others are read"
    if unreadable:
        reason = error_message(next(iter(unreadable.values())))
        yield f"{_pages_hold(list(unreadable))} what can't be read ({reason}); the others are read"


def _pages_hold(numbers: Sequence[int]) -> str:
    """The start of a sentence about pages, such as: pages 2 and 5–9 hold."""
    runs: list[list[int]] = []
    for number in numbers:
        if not runs or number != runs[-1][-1] + 1:
            runs.append([])
        runs[-1].append(number)
    *names, last = (f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    listing = f"{', '.join(names)} and {last}" if names else last
    return f"page {listing} holds" if len(numbers) == 1 else f"pages {listing} hold"


def _metadata(document: "PdfReader") -> dict[str, object]:
    """What the file states about itself, without the day it was made or printed, which is no publication."""
    from pypdf.errors import PyPdfError

    try:
        information = document.metadata
    except PyPdfError:  # the entry that should describe the file is something else; its text is there all the same
        return {}
    if information is None:
        return {}
    values = {"title": information.title, "author": information.author}
    try:
        modified = information.modification_date
    except ValueError:  # many programs write an invalid day
        modified = None
    if modified:
        values |= {"modified": modified.isoformat(), "modified_origin": "PDF metadata ModDate"}
    return without_empty({key: value.replace("\0", "") for key, value in values.items() if isinstance(value, str)})
