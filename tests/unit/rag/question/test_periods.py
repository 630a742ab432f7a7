"""Periods that a question names."""

from datetime import date

import pytest

from rag.question.periods import Period, without_period

TODAY = date(2026, 3, 18)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("since May", "2025-05-01", None),
        ("since March", "2026-03-01", None),
        ("in February 2024", "2024-02-01", "2024-02-29"),
        ("published in 2024", "2024-01-01", "2024-12-31"),
        ("that were published on 5 March 2024", "2024-03-05", "2024-03-05"),
        ("on March 5, 2024", "2024-03-05", "2024-03-05"),
        ("after 2020", "2021-01-01", None),
        ("before May 2020", None, "2020-04-30"),
        ("until 2024-03-05", None, "2024-03-05"),
        ("from 2019 to 2021", "2019-01-01", "2021-12-31"),
        ("between March 2024 and 5 May 2024", "2024-03-01", "2024-05-05"),
        ("last week", "2026-03-09", "2026-03-15"),
        ("this week", "2026-03-16", "2026-03-22"),
        ("last month", "2026-02-01", "2026-02-28"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("yesterday", "2026-03-17", "2026-03-17"),
        ("since 1st of January", "2026-01-01", None),
        ("since 20 March", "2025-03-20", None),
    ],
)
def test_a_period_at_the_end_of_a_text_is_read(text, first, last):
    """Its first and last day, a month or a day without a year being the last there was; the words before it stay."""
    assert without_period(f"mention Lachin {text}", TODAY) == ("mention Lachin", Period(first, last))


@pytest.mark.parametrize(
    "text", ["mention Lachin", "on 31 June 2024", "the war of 2020", "in Lachin", "in may be", "since 1984 by Orwell"]
)
def test_a_text_without_a_period_at_its_end_stays_whole(text):
    """Days that there are not, and years that belong to a name, are no period."""
    assert without_period(text, TODAY) == (text, None)
