"""What a reader gives: one article's text with whatever metadata its format carries."""

from dataclasses import dataclass, field

from index.errors import Refused


@dataclass(frozen=True, slots=True)
class Record:
    """The text of one article and its metadata, as found and not yet checked.

    `line` is the record's line in the file, counted from 1, for formats that hold many records.
    """

    text: str
    metadata: dict[str, object] = field(default_factory=dict)
    line: int | None = None


@dataclass(frozen=True, slots=True)
class BadRecord:
    """One record of a file that became none, and why; the others are not held up by it.

    `broken`: it can't be read at all, so that whatever it was, it was not withdrawn; `named` is the id that is
    legible in it.
    """

    reason: str
    line: int
    broken: bool = False
    named: str | None = None


def decode(data: bytes) -> str:
    """The bytes as UTF-8 text with every line end made a single newline.

    Raises:
        Refused: the bytes are not text (a NUL byte) or not UTF-8.
    """
    if b"\0" in data:
        raise Refused("it is a binary file (it holds a NUL byte)")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            f"it is not UTF-8 (byte 0x{data[error.start]:02x} at offset {error.start}); save it as UTF-8"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
