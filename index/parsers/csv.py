"""CSV: each row is one article; the first row names the columns by the same keys as JSON Lines, `text` among them."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from index.errors import RefusedError
from index.parsers.record import BadRecord, Record, decode

_DELIMITERS = (",", ";", "\t")
_Row = list[str] | str  # the values, or why the row can't be read


def parse(data: bytes) -> Iterator[Record | BadRecord]:
    """Each row as a record; a row that does not fit the first row is a BadRecord.

    The delimiter is the one that sets the name `text` apart in the first row: a comma, a semicolon or a tab.

    Raises:
        RefusedError: the file is binary or not UTF-8, or its first row names no column `text` or one column twice.
    """
    text = decode(data)
    # The library's limit holds for the whole process, and an article may be of any length.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    for delimiter in _DELIMITERS:
        rows = _numbered_rows(text, delimiter)
        _, header = next(rows, (0, ""))
        names = [name.strip().lower() for name in header] if isinstance(header, list) else []
        if "text" in names:
            break
    else:
        raise RefusedError('its first row names no column "text" (parted by commas, semicolons or tabs)')
    repeated = {name for name, count in Counter(names).items() if name and count > 1}
    if repeated:
        raise RefusedError(f'its first row names the column "{min(repeated)}" twice')
    for line, row in rows:
        if isinstance(row, str):
            yield BadRecord(row, line)
        elif len(row) != len(names):
            yield BadRecord(f"it has {len(row)} values, and the first row names {len(names)} columns", line)
        else:
            values: dict[str, object] = {name: value for name, value in zip(names, row, strict=True) if value}
            yield Record(str(values.pop("text", "")), values, line)


def _numbered_rows(text: str, delimiter: str) -> Iterator[tuple[int, _Row]]:
    """Each row with the line that it begins in; blank lines are skipped."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = lines.line_num + 1
        try:
            row = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"it is not CSV ({error})"
        else:
            if row:
                yield line, row
