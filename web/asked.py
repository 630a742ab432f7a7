"""What the address of the chat page asks: a question, those before it, and which articles may answer."""

from collections.abc import Sequence
from urllib.parse import urlencode

from pydantic import Field, field_validator

from web.schemas import Filtered

_REMEMBERED = 8  # earlier questions that a follow-up is sent with


class Asked(Filtered):
    """The parameters of the chat page; a field of its form that is left blank asks for nothing."""

    q: str | None = None
    h: list[str] = Field(default_factory=list, max_length=50)

    @field_validator("published_from", "published_to", "source", "language", mode="before")
    @classmethod
    def _blank_is_none(cls, value: object) -> object:
        return value or None

    @property
    def remembered(self) -> list[str]:
        """The questions that a follow-up to this one is sent with, oldest first."""
        return [*self.h, *([self.q] if self.q else [])][-_REMEMBERED:]

    def address(self, question: str, earlier: Sequence[str] = ()) -> str:
        """Where a question is asked of the same articles, after those `earlier`."""
        kept = self.model_dump(mode="json", exclude={"q", "h"}, exclude_none=True)
        return f"/?{urlencode([('q', question), *(('h', turn) for turn in earlier), *kept.items()])}"
