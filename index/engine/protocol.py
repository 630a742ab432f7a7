"""What the rag room may request of any engine. A cluster's engine is another class with these methods."""

from collections.abc import Callable, Sequence
from typing import Protocol

from index.engine.manifest import Manifest
from index.engine.stats import IndexStats
from index.models.embedder import Embedder
from index.models.record import ModelRecord
from index.types import Article, ArticleSummary, Filters, Passage, Scored, Spelling, Vector

EmbedderOf = Callable[[ModelRecord], Embedder]


class PassageIndex(Protocol):
    """Searches of one generation of one corpus. A row is the engine's own number of a passage."""

    @property
    def manifest(self) -> Manifest:
        """What the generation holds and how it was made."""

    @property
    def embedder(self) -> Embedder:
        """The model its passages were embedded with, for queries and sentences."""

    def nearest(self, vector: Vector, k: int, filters: Filters) -> list[Scored]:
        """Up to `k` (row, cosine in [-1, 1]), best first."""

    def matching(self, query: str, k: int, title_weight: float, filters: Filters) -> list[Scored]:
        """Up to `k` (row, BM25 score ≥ 0), best first."""

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of these rows, in the order given."""

    def first_near_duplicate(self, row: int) -> int:
        """The first row whose passage is a near-duplicate of this row's; the row itself where no earlier one is."""

    def near_duplicates(self, row: int, filters: Filters) -> list[int]:
        """The other rows that are near-duplicates of this one and pass the filters, ascending."""

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""

    def terms(self, text: str, language: str | None = None) -> list[str]:
        """The words of a text as they are indexed in articles of a language, or else in most passages, in order.

        The words of two texts can be compared if both are given the same language (BCP 47).
        """

    def document_frequency(self, term: str) -> int:
        """How many passages hold an indexed word."""

    def list_articles(
        self, filters: Filters, offset: int, limit: int, phrase: str | None = None
    ) -> list[ArticleSummary]:
        """Up to `limit` of the articles that pass and hold a phrase, newest first, after the first `offset` of them."""

    def count_articles(self, filters: Filters) -> int:
        """How many articles pass."""

    def articles_mentioning(
        self, phrase: str, filters: Filters, offset: int, limit: int
    ) -> tuple[int, list[ArticleSummary]]:
        """How many articles that pass hold a phrase, and `limit` of them after the first `offset`, newest first.

        An article holds a phrase if its words stand in the text next to each other and in that order, whatever their
        case, their accents and what is written between them. It reads each article that holds the rarest word.
        """

    def most_mentions(self, phrase: str) -> int:
        """At most so many passages hold the rarest word of a phrase; 0 says that no article holds the phrase."""

    def holds(self, word: str) -> bool:
        """Whether any passage, or the title of any article, holds a word in any of its forms, in any language."""

    def spellings_near(self, word: str, errors: int) -> list[Spelling]:
        """The words of passages that are written like a word but for so many errors of typing, the nearest first.

        Of words that are as near, the most frequent comes first. There are a few, and all have its first letter.
        """

    def stats(self) -> IndexStats:
        """What the generation holds, by source, language and day, and what was refused."""


class IndexSource(Protocol):
    """Gives the index to answer from; a question keeps the index it was given until it is answered."""

    def current(self) -> PassageIndex:
        """The newest index that can be served."""

    def degraded_reason(self) -> str | None:
        """Why the newest generation does not serve while an older one does; None where the newest serves.

        Raises:
            GenerationError: the index no longer exists.
        """
