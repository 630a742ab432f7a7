"""PDF: the text layer of its pages, lines joined to paragraphs again."""

import io
import re
import time
from collections.abc import Iterator, Sequence
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from index.errors import RefusedError, WithdrawnError
from index.parsers.fonts import FontScale
from index.parsers.record import Record, refusing, said

if TYPE_CHECKING:
    from pypdf import DocumentInformation, PageObject, PdfReader

MOST_PAGES = 5_000
MOST_OPERATORS = 5_000_000  # of all pages: a page of text has some thousand
# Of computing, not of the clock: what is drawn without operators, such as one stream on every page, takes time too.
MOST_SECONDS = 120.0
# The library's own bounds, on what is read before an operator is seen: bytes of one stream, steps of reading it.
_BOUNDS = {
    "zlib_maximum_output_length": 20_000_000,
    "lzw_maximum_output_length": 20_000_000,
    "run_length_maximum_output_length": 20_000_000,
    "array_based_stream_maximum_output_length": 20_000_000,
    "stream_decoding_work_maximum_length": 50_000_000,
    "stream_parsing_work_maximum_count": 500_000,
}
_SHORT = 0.6  # of the longest line of a page: a line shorter than that ends its paragraph
_HYPHEN = re.compile(r"(?<=[^\W\d_])-\n(?=[^\W\d_])")
_SOFT_HYPHEN = re.compile("\xad\n?")


def parse(data: bytes) -> Iterator[Record]:
    """The document as one record; pages without text, and pages that can't be read, are doubts.

    Raises:
        RefusedError: it is no PDF, is damaged or encrypted, has no page with text, or breaks a bound.
    """
    with refusing("PDF"), _library().apply_configuration(**_BOUNDS):
        reader = _opened(data)
        pages = _texts(reader)
        metadata = _metadata(reader)
    if not any(isinstance(page, str) and page for page in pages):
        raise _without_text(pages)
    text = "\n\n".join(page for page in pages if isinstance(page, str) and page)
    yield Record(text, metadata, doubts=tuple(_doubts(pages)))


@cache
def _library() -> ModuleType:
    import logging

    import pypdf

    # What it has to say of a file is said by a refusal or a doubt.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    return pypdf


def _opened(data: bytes) -> "PdfReader":
    reader: PdfReader = _library().PdfReader(io.BytesIO(data))
    # Many are encrypted with no password, only to forbid printing.
    if reader.is_encrypted and not reader.decrypt(""):
        raise RefusedError("it is encrypted; save it without a password")
    if len(reader.pages) > MOST_PAGES:
        raise RefusedError(f"it has {len(reader.pages):,} pages, more than {MOST_PAGES:,}")
    return reader


def _texts(reader: "PdfReader") -> list[str | Exception]:
    """The text of each page, or why it can't be read."""
    budget, scale = _Budget(), FontScale()
    return [_text(page, budget, scale) for page in reader.pages]


def _text(page: "PageObject", budget: "_Budget", scale: FontScale) -> str | Exception:
    budget()  # a page may have no operator at all
    try:
        scale.weigh(page)
        text = _joined(page.extract_text(visitor_operand_before=budget))
        lost = not text and "/Contents" in page and page.get_contents() is None
        return ValueError("its content is missing") if lost else text
    except RefusedError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever the library raises on a page is told of that page)
        return error


class _Budget:
    """Is spent by each operator of each page, and refuses the file that takes too many, or too long."""

    def __init__(self) -> None:
        self._left = MOST_OPERATORS
        self._end = time.thread_time() + MOST_SECONDS

    def __call__(self, *_: object) -> None:
        self._left -= 1
        if self._left < 0:
            raise RefusedError(f"it takes more than {MOST_OPERATORS:,} operators to draw it")
        if time.thread_time() > self._end:
            raise RefusedError(f"it takes more than {MOST_SECONDS:g} seconds of computing to read")


def _joined(text: str) -> str:
    """A page's text with its lines joined to paragraphs, and words that were hyphenated at a line's end whole."""
    text = _HYPHEN.sub("", _SOFT_HYPHEN.sub("", text.replace("\0", "")))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    width = max(map(len, lines))
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        paragraphs[-1].append(line)
        if len(line) < _SHORT * width:
            paragraphs.append([])
    return "\n\n".join(filter(None, (" ".join(filter(None, lines)) for lines in paragraphs)))


def _without_text(pages: Sequence[str | Exception]) -> RefusedError:
    """Withdrawn where every page was read: text that was taken out, as by scanning what was printed, is not kept."""
    read_whole = bool(pages) and all(page == "" for page in pages)
    return (WithdrawnError if read_whole else RefusedError)(
        "no page of it holds text; if it was scanned, have a program recognise its text first"
    )


def _doubts(pages: Sequence[str | Exception]) -> Iterator[str]:
    empty = [number for number, page in enumerate(pages, start=1) if page == ""]
    broken = {number: page for number, page in enumerate(pages, start=1) if isinstance(page, Exception)}
    if empty:
        yield f"{_named(empty)} no text; the others are read"
    if broken:
        why = said(next(iter(broken.values())))
        yield f"{_named(list(broken))} what can't be read ({why}); the others are read"


def _named(numbers: Sequence[int]) -> str:
    """Pages by their numbers, such as: pages 2 and 5–9 hold."""
    runs: list[list[int]] = []
    for number in numbers:
        if not runs or number != runs[-1][-1] + 1:
            runs.append([])
        runs[-1].append(number)
    *names, last = (f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    listed = f"{', '.join(names)} and {last}" if names else last
    return f"page {listed} holds" if len(numbers) == 1 else f"pages {listed} hold"


def _metadata(reader: "PdfReader") -> dict[str, object]:
    """What the file says of itself. When it was made or printed is no publication, and so is not told."""
    try:
        told = reader.metadata
    except _library().errors.PyPdfError:  # what should describe it is something else; its text is there all the same
        return {}
    if told is None:
        return {}
    found = {"title": told.title, "author": told.author, **_modified(told)}
    return {key: value.replace("\0", "") for key, value in found.items() if value and isinstance(value, str)}


def _modified(told: "DocumentInformation") -> dict[str, str]:
    try:
        day = told.modification_date
    except ValueError:  # many a program writes a day that is none, and who reads the text has not lost it
        return {}
    return {"modified": day.isoformat(), "modified_origin": "PDF metadata ModDate"} if day else {}
