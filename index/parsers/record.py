"""What a parser gives: the text of one article with whatever metadata its format carries."""

import codecs
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from index.errors import RefusedError

BLANK = "it holds no text"
_LONGEST_ERROR = 200  # characters of a library's error message that a person is shown


@dataclass(frozen=True, slots=True)
class Record:
    """The text of one article and its metadata, as the file gives them and not yet checked.

    `line` is the record's line in the file, counted from 1, for formats that hold many records; it is the record's
    number where such a format has no lines. `key` is what such a format identifies a record by: an address, or an id
    of the format's own kind. It does not depend on where in the file the record stands. `doubts` are sentences that
    say which part of the article can't be read.
    """

    text: str
    metadata: dict[str, object] = field(default_factory=dict)
    line: int | None = None
    key: str | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadRecord:
    """One record of a file that can't become an article, and the reason; the other records are read all the same.

    `article_id` is the id that is still legible in a record that can't be read as a whole. Its article was not
    withdrawn, so the version that an index already has is kept.
    """

    reason: str
    line: int
    article_id: str | None = None


def is_blank(data: bytes) -> bool:
    """Whether a file was emptied: it holds nothing but white space, whatever its format."""
    return not data.removeprefix(codecs.BOM_UTF8).strip()


def without_empty(metadata: Mapping[str, object]) -> dict[str, object]:
    """The metadata that has a value."""
    return {key: value for key, value in metadata.items() if value}


def decode(data: bytes) -> str:
    """The bytes as UTF-8 text; every line ends in a single newline.

    Raises:
        RefusedError: the bytes are not text (they hold a NUL byte) or not UTF-8.
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
def refuse_on_error(format_name: str, refusal: type[RefusedError] = RefusedError) -> Iterator[None]:
    """Refuse this one file, whatever error a library raises inside the block.

    Raises:
        RefusedError: the file can't be read as that format; the message holds the library's own reason.
    """
    try:
        yield
    except (RefusedError, MemoryError):
        raise
    except RecursionError as error:
        raise refusal("it is nested too deep") from error
    except Exception as error:
        raise refusal(f"it can't be read as {format_name} ({error_message(error)})") from error


def error_message(error: Exception) -> str:
    """The message of a library's error in one line, shortened to 200 characters."""
    message = " ".join(str(error).split()) or type(error).__name__
    return message if len(message) <= _LONGEST_ERROR else message[: _LONGEST_ERROR - 1] + "…"
