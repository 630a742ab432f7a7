"""The dates of an article: when it was published and changed, by its own account, and whether that can be."""

from datetime import UTC, date, datetime, timedelta

from index.errors import Refused

# Before anything was printed.
EARLIEST = date(1440, 1, 1)
# A day that has begun somewhere on Earth has not everywhere.
TOLERANCE = timedelta(days=1)


def as_iso(value: str) -> str:
    """A date, or a date and time, as ISO 8601 writes it in full.

    Raises:
        ValueError: it is neither.
    """
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return datetime.fromisoformat(value).isoformat()


def read_date(name: str, value: str | None) -> str | None:
    """The date of that name in ISO 8601; None for none.

    Raises:
        Refused: it is not a date.
    """
    try:
        return as_iso(value) if value else None
    except ValueError as error:
        written = str(value).encode(errors="backslashreplace").decode()
        raise Refused(f'its "{name}" is "{written}", which is not an ISO 8601 date') from error


def doubt(name: str, value: str | None, now: datetime | None = None) -> str | None:
    """Why a date in ISO 8601 can't be true, in a sentence; None where it can."""
    if value is None:
        return None
    day = date.fromisoformat(value[:10])
    if day < EARLIEST:
        return f'its "{name}" is {value}, before {EARLIEST.year}; it is read without that date'
    if day > (now or datetime.now(UTC)).date() + TOLERANCE:
        return f'its "{name}" is {value}, in the future; it is read without that date'
    return None


def moment(value: str | None) -> datetime:
    """A date in ISO 8601 as a time to compare: of UTC where it names no zone; the earliest of all for none."""
    if value is None:
        return datetime.min.replace(tzinfo=UTC)
    found = datetime.fromisoformat(value)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def age_in_days(value: str | None, now: datetime | None = None) -> int | None:
    """Whole days since a date in ISO 8601, in UTC, never fewer than 0; None for none."""
    if value is None:
        return None
    return max(0, ((now or datetime.now(UTC)).date() - moment(value).date()).days)


def age_in_words(days: int) -> str:
    """An age of so many days as a person says it: in days, then months, then years."""
    if days == 0:
        return "today"
    for size, unit in ((365, "year"), (30, "month"), (1, "day")):
        # Two of a unit at least, so that "1 month" is said of no 50 days.
        if days >= 2 * size or size == 1:
            count = days // size
            return f"{count} {unit}{'s' * (count > 1)} old"
    raise AssertionError(days)
