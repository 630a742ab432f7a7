"""What a reader gives: one article's text with whatever metadata its format carries."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from index.errors import RefusedError

BLANK = "it holds no text"
_SAID = 200  # characters of a library's own words that a person is shown


@dataclass(frozen=True, slots=True)
class Record:
    """The text of one article and its metadata, as found and not yet checked.

    `line` is the record's line in the file, or its number where a format has no lines, counted from 1, for formats
    that hold many records. `key` is what such a format names a record by, an address or an id of its own kind,
    wherever in the file it stands. `doubts` say what of the article could not be read.
    """

    text: str
    metadata: dict[str, object] = field(default_factory=dict)
    line: int | None = None
    key: str | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadRecord:
    """One record of a file that became none, and why; the others are not held up by it.

    `named` is the id that is legible in one that can't be read at all, so that its article was not withdrawn.
    """

    reason: str
    line: int
    named: str | None = None


def is_blank(data: bytes) -> bool:
    """Whether a file was emptied: it holds white space at most, whatever its format."""
    return not data.removeprefix(codecs.BOM_UTF8).strip()


def decode(data: bytes) -> str:
    """The bytes as UTF-8 text with every line end made a single newline.

    Raises:
        RefusedError: the bytes are not text (a NUL byte) or not UTF-8.
    """
    if b"\0" in data:
        raise RefusedError("it is a binary file (it holds a NUL byte)")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(
            f"it is not UTF-8 (byte 0x{data[error.start]:02x} at offset {error.start}); save it as UTF-8"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


@contextmanager
def refusing(kind: str, refusal: type[RefusedError] = RefusedError) -> Iterator[None]:
    """Whatever a library raises inside, on a file that it can't read, refuses that file and no other.

    Raises:
        RefusedError: the file can't be read as that kind, with the library's own reason.
    """
    try:
        yield
    except RefusedError:
        raise
    except RecursionError as error:
        raise refusal("it is nested too deep") from error
    except Exception as error:
        raise refusal(f"it can't be read as {kind} ({said(error)})") from error


def said(error: Exception) -> str:
    """A library's own words, in one line."""
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= _SAID else words[: _SAID - 1] + "…"
