"""Ages, as numbers and in words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import age_in_days, age_in_words, find_date, sort_key, utc_time

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "days"),
    [
        (None, None),
        ("2026-11-24", 0),
        ("2026-11-23", 1),
        ("2026-11-23T23:59:59+00:00", 1),
        ("2026-11-25", 0),
        ("2024-11-24", 730),
        ("2026-11-23T23:30:00-08:00", 0),
        ("2026-11-24T00:30:00+05:00", 1),
        ("1996-04-10", 11185),
    ],
)
def test_an_age_is_counted_in_days(value, days):
    """Days are counted by the UTC calendar, and a date in the future is 0 days old."""
    assert age_in_days(value, NOW) == days


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "1 day old"),
        (59, "59 days old"),
        (60, "2 months old"),
        (729, "24 months old"),
        (730, "2 years old"),
        (11185, "30 years old"),
    ],
)
def test_an_age_is_worded_in_the_largest_unit_it_has_two_of(days, words):
    """The unit is days, months or years."""
    assert age_in_words(days) == words


def test_times_are_sorted_in_one_zone():
    """Times sort by the moment they mean, in UTC where they name no zone; a missing date comes first."""
    written = [None, "1996-04-10", "2026-11-23T09:00:00+05:00", "2026-11-23T05:00:00", "2026-11-23T06:00:00+00:00"]
    assert sorted([*written[3:], *written[:3]], key=sort_key) == written


@given(st.integers(0, 1_000_000))
def test_any_age_has_words(days):
    """Every age has words, and none of them is a 0."""
    words = age_in_words(days)
    assert words == "today" or (words.endswith(" old") and int(words.split()[0]) > 0)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00", "yesterday", "", None])
def test_what_is_no_time_in_utc_is_none(text):
    """A time that in UTC falls outside the calendar is none, like a text that is no time, and sorts first."""
    assert utc_time(text) is None
    assert sort_key(text) == datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (" 2026-11-23 ", "2026-11-23"),
        ("2026-11-23T15:00:00+04:00", "2026-11-23T15:00:00+04:00"),
        ("Mon, 23 Nov 2026 15:00:00 +0400", "2026-11-23T15:00:00+04:00"),
        ("23 November", None),
        (20261123, None),
    ],
)
def test_a_date_is_found_in_either_notation(value, found):
    """A date is read as ISO 8601 or as in e-mail."""
    assert find_date(value) == found
