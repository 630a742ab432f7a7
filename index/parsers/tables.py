"""Tables as lines of text: each row with its column headings, so that a row can be quoted alone."""

from collections.abc import Sequence

CELL_SEPARATOR = " · "
EMPTY_CELL = "–"
_LONGEST_CAPTION = 120  # characters that each row repeats; a longer caption is a line of its own


def table_text(rows: Sequence[Sequence[str]], *, headings: int = 1, caption: str = "") -> str:
    """The rows of a table, a line each: `Geneva · daily allowance (EUR) 240 · hotel ceiling (EUR) 310`.

    The first `headings` rows name the columns and are no lines themselves; where there are several, a column has the
    names of all. An empty cell is a dash, so that no value moves under another heading; a row without any value is left
    out. Each line begins with the caption. A merged cell is given once for each row and column that it spans.
    """
    cleaned = [[" ".join(cell.split()) for cell in row] for row in rows]
    names = _column_names(cleaned[:headings])
    caption = " ".join(caption.split())
    repeated = f"{caption}: " if caption and len(caption) <= _LONGEST_CAPTION else ""
    lines = [caption] if caption and not repeated else []
    lines += [
        repeated + CELL_SEPARATOR.join(_named(cell, position, names) for position, cell in enumerate(row))
        for row in cleaned[headings:]
        if any(row)
    ]
    return "\n".join(lines)


def _column_names(heading_rows: Sequence[Sequence[str]]) -> list[str]:
    """The name of each column; of several heading rows, each different part once."""
    width = max(map(len, heading_rows), default=0)
    columns = [[row[position] if position < len(row) else "" for row in heading_rows] for position in range(width)]
    return [" ".join(dict.fromkeys(filter(None, column))) for column in columns]


def _named(cell: str, position: int, names: Sequence[str]) -> str:
    """A cell after the name of its column; the first column says what the row is about and stands alone."""
    name = names[position] if 0 < position < len(names) else ""
    return f"{name} {cell or EMPTY_CELL}".strip()
