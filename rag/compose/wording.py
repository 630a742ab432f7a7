"""Counts, days and filters in words, for the sentences about what is held."""

from collections.abc import Sequence
from dataclasses import replace

from index.dates import parse_day
from index.languages import primary_language
from index.types import Filters
from rag.question.languages.names import english_name

NAME_MORE = "Name more of it."  # what to do about too common a phrase
FILTER_NAMES = {"source": "source filter", "language": "language filter", "dates": "date filter"}


def counted(count: int, noun: str) -> str:
    """A count with its noun: "1 article", "1,200 articles", "No article"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else f"No {noun}"


def verb(count: int, plural: str) -> str:
    """A verb for so many: "mention" is "mentions" for one or none, "are" is "is"."""
    if count > 1:
        return plural
    return "is" if plural == "are" else f"{plural}s"


def day_in_words(day: str) -> str:
    """An ISO 8601 day or time as people write the day: "23 November 2026"."""
    date = parse_day(day[:10])
    return f"{date.day} {date:%B %Y}"


def published_in_words(first: str | None, last: str | None) -> str:
    """Days of publication: "published on …", "published from … to …", "published since …"; empty for no day."""
    if first and last:
        same = first[:10] == last[:10]
        return f"published on {day_in_words(first)}" if same else _from_to(first, last)
    if first:
        return f"published since {day_in_words(first)}"
    return f"published until {day_in_words(last)}" if last else ""


def scope_in_words(filters: Filters) -> str:
    """The articles that pass, after their noun: " of Coast Daily in English published since 1 May 2026"."""
    language = primary_language(filters.language)
    parts = (
        f"of {filters.source}" if filters.source else "",
        f"in {english_name(language) or language}" if language else "",
        published_in_words(filters.published_from, filters.published_to),
    )
    return "".join(f" {part}" for part in parts if part)


def too_common(phrase: str, most: int) -> str:
    """Why the articles with a phrase, which so many passages may hold, are not counted."""
    return f"“{phrase}” may stand in as many as {most:,} passages, too many to read one by one."


def listed(names: Sequence[str], joint: str = "and") -> str:
    """Names in a row: "A, B and C"."""
    *others, last = names
    return f"{', '.join(others)} {joint} {last}" if others else last


def without_filter(filters: Filters, name: str) -> Filters:
    """The filters without one of FILTER_NAMES."""
    if name == "dates":
        return replace(filters, published_from=None, published_to=None)
    return replace(filters, source=None) if name == "source" else replace(filters, language=None)


def _from_to(first: str, last: str) -> str:
    return f"published from {day_in_words(first)} to {day_in_words(last)}"
