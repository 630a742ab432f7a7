"""Dates: parsing them, checking whether they can be true, and ages. Every ISO 8601 date is parsed here."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = date(1440, 1, 1)  # nothing was printed before
TOLERANCE = timedelta(days=1)  # the next day has already begun in other time zones
_LONGEST_DATE = 100  # characters, white space included


def iso_8601(text: str) -> str:
    """A date, or a date-time, in full ISO 8601.

    Raises:
        ValueError: the text is neither.
    """
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return datetime.fromisoformat(text).isoformat()


_FORMATS: tuple[Callable[[str], str], ...] = (iso_8601, lambda text: parsedate_to_datetime(text).isoformat())


def find_date(value: object) -> str | None:
    """A date or date-time written as ISO 8601 or as in e-mail (RFC 5322), in ISO 8601; None where it is neither.

    A datetime is formatted; anything else that is not a string gives None.
    """
    if isinstance(value, datetime):
        return value.isoformat()
    text = value.strip() if isinstance(value, str) and len(value) < _LONGEST_DATE else ""
    for parse in _FORMATS:
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            return parse(text)
    return None


def parse_day(text: str) -> date:
    """A day in ISO 8601, such as 2026-11-23.

    Raises:
        ValueError: the text is no day.
    """
    return date.fromisoformat(text)


def parse_time(text: str) -> datetime:
    """A date or time in ISO 8601.

    Raises:
        ValueError: the text is neither.
    """
    return datetime.fromisoformat(text)


def utc_time(text: str | None) -> datetime | None:
    """An ISO 8601 time in UTC; a time without an offset is taken as UTC.

    None where the text is not a time, or is one that in UTC falls outside the years 1 to 9999.
    """
    try:
        time = parse_time(text or "")
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def sort_key(value: str | None) -> datetime:
    """A date in ISO 8601 as a UTC time to sort by; the earliest time of all for None."""
    return utc_time(value) or datetime.min.replace(tzinfo=UTC)


def implausibility(field: str, value: str | None, now: datetime | None = None) -> str | None:
    """Why an article's date `value`, in ISO 8601, can't be true, in a sentence naming `field`; None where it can."""
    if value is None:
        return None
    day = date.fromisoformat(value[:10])
    if day < EARLIEST:
        return f'its "{field}" is {value}, before {EARLIEST.year}; it is read without that date'
    if day > (now or datetime.now(UTC)).date() + TOLERANCE:
        return f'its "{field}" is {value}, in the future; it is read without that date'
    return None


def age_in_days(value: str | None, now: datetime | None = None) -> int | None:
    """Whole days since a date in ISO 8601, counted in UTC, never negative; None for None."""
    if value is None:
        return None
    return max(0, ((now or datetime.now(UTC)).date() - sort_key(value).date()).days)


def age_in_words(days: int) -> str:
    """An age in the largest unit of which there are at least two: "today", "12 days old", "3 months old".

    At least two, so that 50 days are not called 1 month.
    """
    if days == 0:
        return "today"
    for size, unit in ((365, "year"), (30, "month")):
        if days >= 2 * size:
            return f"{days // size} {unit}s old"
    return f"{days} day{'s' * (days > 1)} old"
