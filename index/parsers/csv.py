"""CSV: one article a row, with the same keys in its first row as JSON Lines has, `text` among them."""

import csv
import io
from collections.abc import Iterator

from index.errors import RefusedError
from index.parsers.record import BadRecord, Record, decode

_DELIMITERS = (",", ";", "\t")


def parse(data: bytes) -> Iterator[Record | BadRecord]:
    """Each row as a record; one that does not fit the first row is a BadRecord.

    Values are parted by what parts `text` from its neighbours in the first row: a comma, a semicolon or a tab.

    Raises:
        RefusedError: it is binary, not UTF-8, or its first row has no column of that name.
    """
    text = decode(data)
    # A text is of any length, and the library's own bound is one for all of a process.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    names, rows = _opened(text)
    yield from _records(names, rows)


def _opened(text: str) -> tuple[list[str], Iterator[tuple[int, list[str] | str]]]:
    for delimiter in _DELIMITERS:
        rows = _rows(text, delimiter)
        _, first = next(rows, (0, ""))
        names = [name.strip().lower() for name in first] if isinstance(first, list) else []
        if "text" in names:
            _refuse_twins(names)
            return names, rows
    raise RefusedError('its first row names no column "text" (parted by commas, semicolons or tabs)')


def _refuse_twins(names: list[str]) -> None:
    twins = {name for name in names if name and names.count(name) > 1}
    if twins:
        raise RefusedError(f'its first row names the column "{min(twins)}" twice')


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with the line that it begins in, or why it can't be read; blank lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"it is not CSV ({error})"
        else:
            if row:
                yield line, row


def _records(names: list[str], rows: Iterator[tuple[int, list[str] | str]]) -> Iterator[Record | BadRecord]:
    for line, row in rows:
        if isinstance(row, str):
            yield BadRecord(row, line)
        elif len(row) != len(names):
            yield BadRecord(f"it has {len(row)} values, and the first row names {len(names)} columns", line)
        else:
            values: dict[str, object] = {name: value for name, value in zip(names, row, strict=True) if value}
            yield Record(str(values.pop("text", "")), values, line)
