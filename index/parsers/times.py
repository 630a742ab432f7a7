"""Dates as formats write them, in ISO 8601."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime

from index.dates import as_iso

_LONGEST = 100  # characters, space around it included
_WAYS: tuple[Callable[[str], str], ...] = (as_iso, lambda text: parsedate_to_datetime(text).isoformat())


def iso_date(value: object) -> str | None:
    """A date, or date and time, of ISO 8601 or of e-mail, in ISO 8601; None where it is neither.

    None too for what a format's own library could not make a date of: the next place may say it better.
    """
    if isinstance(value, datetime):
        return value.isoformat()
    text = value.strip() if isinstance(value, str) and len(value) < _LONGEST else ""
    for way in _WAYS:
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            return way(text)
    return None
