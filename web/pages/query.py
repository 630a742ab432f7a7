"""What the address of a page asks: which articles, and on the chat page a question and those before it."""

from collections.abc import Sequence
from urllib.parse import urlencode

from pydantic import Field, field_validator

from index.languages import primary_language
from index.types import NO_FILTERS
from web.api.schemas import Filtered
from web.pages.formatting import day, language_name

_REMEMBERED = 8  # earlier questions that a follow-up is sent with
_LISTED = 50  # articles a page


class FilterQuery(Filtered):
    """The filters of a page; a field of its form that is left blank asks for nothing."""

    @field_validator("published_from", "published_to", "source", "language", mode="before")
    @classmethod
    def _blank_is_none(cls, value: object) -> object:
        return value or None

    def limits(self) -> list[str]:
        """Which articles alone are meant, each limit in words."""
        since, until = self.published_from, self.published_to
        return [
            *([self.source] if self.source else []),
            *([language_name(primary_language(self.language) or "")] if self.language else []),
            *([f"since {day(since)}"] if since else []),
            *([f"until {day(until)}"] if until else []),
        ]

    def is_filtered(self) -> bool:
        """Whether any filter is chosen."""
        return self.filters() != NO_FILTERS

    def fields(self) -> list[tuple[str, str]]:
        """The filters that are chosen, as an address has them."""
        kept = self.model_dump(mode="json", include=set(Filtered.model_fields), exclude_none=True)
        return list(kept.items())


class ChatQuery(FilterQuery):
    """The parameters of the chat page."""

    q: str | None = None
    h: list[str] = Field(default_factory=list, max_length=50)

    @property
    def remembered(self) -> list[str]:
        """The questions that a follow-up to this one is sent with, oldest first."""
        return [*self.h, *([self.q] if self.q else [])][-_REMEMBERED:]

    def address(self, question: str, earlier: Sequence[str] = ()) -> str:
        """Where a question is asked of the same articles, after those `earlier`."""
        return f"/?{urlencode([('q', question), *(('h', turn) for turn in earlier), *self.fields()])}"


class ListingQuery(FilterQuery):
    """The parameters of the list of articles."""

    page: int = Field(1, ge=1, le=1_000_000)

    @property
    def span(self) -> tuple[int, int]:
        """The first article of the page, counted from 0, and how many it lists at most."""
        return (self.page - 1) * _LISTED, _LISTED

    def address(self, page: int) -> str:
        """Where another page of the same articles is."""
        return f"/articles?{urlencode([*self.fields(), ('page', str(page))])}"
