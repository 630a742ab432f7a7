"""The filters of a request and those that the words of its question name, both of which hold."""

from index.languages import primary_language
from index.types import Filters


def passed_by_both(filters: Filters, of_words: Filters) -> Filters | None:
    """Filters that pass what both the request's and those of the words pass; None where nothing can pass both."""
    first = max(filter(None, (filters.published_from, of_words.published_from)), default=None)
    last = min(filter(None, (filters.published_to, of_words.published_to)), default=None)
    both = Filters(first, last, of_words.source or filters.source, of_words.language or filters.language)
    return None if is_crossed(both) or not _agree(filters, of_words) else both


def is_crossed(filters: Filters) -> bool:
    """Whether the last day is before the first."""
    return bool(filters.published_from and filters.published_to and filters.published_to < filters.published_from)


def _agree(one: Filters, other: Filters) -> bool:
    """Whether two filters name no two sources, and no two languages."""
    sources = {filters.source.casefold() for filters in (one, other) if filters.source}
    languages = {primary_language(filters.language) for filters in (one, other) if filters.language}
    return len(sources) <= 1 and len(languages) <= 1
