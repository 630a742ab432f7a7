"""Rows of tables as lines."""

import pytest

from index.parsers.tables import table_text

RATES = [["City", "daily allowance (EUR)", "hotel ceiling (EUR)"], ["Geneva", "240", "310"], ["Baku", "", "180"]]


def test_each_row_has_its_headings():
    """The first cell stands alone, and an empty cell keeps its place."""
    assert table_text(RATES).split("\n") == [
        "Geneva · daily allowance (EUR) 240 · hotel ceiling (EUR) 310",
        "Baku · daily allowance (EUR) – · hotel ceiling (EUR) 180",
    ]


@pytest.mark.parametrize(
    ("rows", "options", "text"),
    [
        ([], {}, ""),
        ([["A", "B"]], {}, ""),
        ([["A", "B"]], {"headings": 0}, "A · B"),
        ([["A", "B"], ["", " "], ["1", "2"]], {}, "1 · B 2"),
        ([["A", "B"], ["1", "2", "3"], ["4"]], {}, "1 · B 2 · 3\n4"),
        (
            [["A", "24", "24"], ["A", "May", "June"], ["x", "1", "2"]],
            {"headings": 2},
            "x · 24 May 1 · 24 June 2",
        ),
        ([["A", "B"], ["1\n0", "2"]], {"caption": "Rates"}, "Rates: 1 0 · B 2"),
        ([["A", "B"], ["1", "2"]], {"caption": "c" * 121}, "c" * 121 + "\n1 · B 2"),
    ],
)
def test_rows_of_other_shapes(rows, options, text):
    """No row, no heading, an empty or short or long row, two heading rows, captions."""
    assert table_text(rows, **options) == text
