"""From a query to the passages most likely to answer it."""

from dataclasses import dataclass

from index.catalog import Filters
from index.embedder import Vector
from index.passages import Passage
from index.store import PassageIndex
from rag.fusion import fuse

# Passages taken from each ranking before they are joined.
DEPTH = 50
# Measured on xquad-en and squad2-dev (hit@1): dense weight 0.3 0.949 and 0.792, 0.4 0.950 and 0.801,
# 0.5 0.956 and 0.806; news is known to want less of it. Reciprocal ranks, weighted the same and with
# constant 10, gave 0.946, 0.937, 0.911 and 0.781, 0.763, 0.728.
DENSE_WEIGHT = 0.4
# A title's words count half of a passage's: without effect on encyclopedic text, whose titles are
# broad, and worth much on news, whose passages often do not name what the article is about.
TITLE_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query; `rank` counts from 1, `score` is in [0, 1], larger is better."""

    passage: Passage
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The hits of a query, best first, and the query's vector, (dim,) float32 of unit length."""

    hits: list[Hit]
    vector: Vector


@dataclass(frozen=True, slots=True)
class Retriever:
    """Hybrid retrieval: nearest vectors and BM25 with titles, joined by their scores.

    `dense_weight` in [0, 1]: 0 is BM25 alone, 1 is vectors alone.
    """

    index: PassageIndex
    dense_weight: float = DENSE_WEIGHT
    title_weight: float = TITLE_WEIGHT

    def retrieve(self, query: str, k: int, filters: Filters = Filters()) -> Retrieval:
        """The `k` best passages for a query that pass the filters."""
        vector = self.index.embedder.embed_query(query)
        depth = max(k, DEPTH)
        dense = self.index.nearest(vector, depth, filters)
        lexical = self.index.matching(query, depth, self.title_weight, filters)
        fused = fuse(dense, lexical, self.dense_weight)[:k]
        passages = self.index.passages([row for row, _ in fused])
        pairs = zip(fused, passages, strict=True)
        return Retrieval(
            [Hit(passage, score, rank) for rank, ((_, score), passage) in enumerate(pairs, start=1)], vector
        )
