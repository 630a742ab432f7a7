"""The parameters in the address of a page: filters, and on the chat page the question and its history."""

from collections.abc import Sequence
from urllib.parse import urlencode

from pydantic import Field, field_validator

from index.languages import primary_language
from index.types import NO_FILTERS
from rag.question.languages.names import own_name
from web.api.schemas import LONGEST_NAME, FilterFields
from web.pages.formatting import day

PAGE_SIZE = 50  # articles that one page of the list shows

_HISTORY_LENGTH = 8  # earlier questions that the page sends with a follow-up


class FilterQuery(FilterFields):
    """The filters of a page. A form sends a blank field as an empty string, which filters nothing."""

    @field_validator("published_from", "published_to", "source", "language", mode="before")
    @classmethod
    def _blank_is_none(cls, value: object) -> object:
        return value or None

    def limits(self) -> list[str]:
        """The filters that are set, in words: "Coast Daily", "since 5 March 2024"."""
        limits = []
        if self.source:
            limits.append(self.source)
        if self.language:
            limits.append(own_name(primary_language(self.language) or ""))
        if self.published_from:
            limits.append(f"since {day(self.published_from)}")
        if self.published_to:
            limits.append(f"until {day(self.published_to)}")
        return limits

    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return self.filters() != NO_FILTERS

    def parameters(self) -> list[tuple[str, str]]:
        """The filters that are set, as the names and values of an address."""
        filters = self.model_dump(mode="json", include=set(FilterFields.model_fields), exclude_none=True)
        return list(filters.items())


class ChatQuery(FilterQuery):
    """The parameters of the chat page: `q` is the question, `h` are the questions before it, oldest first."""

    q: str | None = None
    h: list[str] = Field(default_factory=list, max_length=50)

    def next_history(self) -> list[str]:
        """The questions that the page sends with a follow-up to this one, oldest first."""
        return [*self.h, *([self.q] if self.q else [])][-_HISTORY_LENGTH:]

    def address(self, question: str, history: Sequence[str] = ()) -> str:
        """The address that asks a question with the same filters, after the questions of `history`."""
        return f"/?{urlencode([('q', question), *(('h', earlier) for earlier in history), *self.parameters()])}"


class ListingQuery(FilterQuery):
    """The parameters of the list of articles: filters, a phrase that the articles hold, and the page."""

    mentions: str | None = Field(None, max_length=LONGEST_NAME)
    page: int = Field(1, ge=1, le=1_000_000)

    @property
    def offset(self) -> int:
        """The index of the first article of the page, counted from 0."""
        return (self.page - 1) * PAGE_SIZE

    def address(self, page: int) -> str:
        """The address of another page of the same list."""
        mentions = [("mentions", self.mentions)] if self.mentions else []
        return f"/articles?{urlencode([*self.parameters(), *mentions, ('page', str(page))])}"

    def limits(self) -> list[str]:
        """The filters that are set, in words, and the phrase."""
        return [*FilterQuery.limits(self), *([f"mentioning “{self.mentions}”"] if self.mentions else [])]
