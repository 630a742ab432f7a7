"""Days, ages, durations and text directions as the pages show them."""

from datetime import date

from index.dates import age_in_words, parse_time
from index.languages import primary_language

# Languages written from right to left, by their BCP 47 tags.
_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}


def day(value: date) -> str:
    """A day as people write it: "23 November 2026"."""
    return f"{value.day} {value:%B %Y}"


def date_in_words(value: str) -> str:
    """An ISO 8601 date, as far as it is known, as people write it: "23 November 2026", "November 2026" or "2026"."""
    year, *rest = value.split("-")
    return (
        day(date.fromisoformat(value))
        if len(rest) == 2
        else f"{date(2000, int(rest[0]), 1):%B} {year}"
        if rest
        else year
    )


def published_day(value: str | None) -> str | None:
    """The day of an ISO 8601 date or time, as people write it."""
    return day(parse_time(value)) if value else None


def age(age_days: int | None, published: str | None, first_seen: str | None) -> str | None:
    """How old an article is; for an article without a date, the day an index first held it."""
    if age_days is None:
        return None
    return age_in_words(age_days) if published else f"undated, first seen {published_day(first_seen)}"


def duration(seconds: float) -> str:
    """A duration in its largest whole unit: "3 hours"."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(seconds // length)
        if count:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def direction(language: str | None) -> str:
    """The direction a language is written in: "ltr" or "rtl"."""
    return "rtl" if primary_language(language) in _RIGHT_TO_LEFT else "ltr"
