"""From a query to the passages most likely to answer it."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import zip_longest

from index.engine.protocol import PassageIndex
from index.passages import embedding_text
from index.types import Filters, Matrix, Passage, Scored, Vector
from rag.reader import Reader, Reading
from rag.retrieval.fusion import Fusion, mean_fusion, tmm_convex
from rag.retrieval.hit import Hit
from rag.retrieval.reranker import Reranker
from rag.retrieval.rescoring import RESCORED, rescored

DEPTH = 50  # passages taken from each ranking before fusion
# Passages taken instead where that is not enough: because more hits are wanted, or because near-duplicates fill the
# list, so that a story in forty papers does not hide the rest. Also where the query and the typed query of a follow-up
# are both searched: of MTRAG's 134 follow-ups, 114 then have gold in the first five passages, and 111 at a depth of 50.
DEEPER = 400
TITLE_WEIGHT = 0.5
# Hits that a reranker orders at a time: a cross-encoder of six layers reads them in about 0.6 s on 2 cores, at 33
# passages a second in float32. It reads more only where more hits are wanted.
RERANKED = 20
# Whether the lexical search runs in a thread while the query is embedded and the vectors are searched. On 2 cores a
# search took 4.8 ms with it and 5.0 without over 10,006 passages, 4.6 and 5.0 over 100,004, and 8.1 and 11.8 over
# 1,000,006, there with a thread started for each search.
CONCURRENT = True
LEXICAL_THREADS = min(32, (os.cpu_count() or 1) + 4)  # as many as an executor has by default
# A thread starts when it is first needed and is kept, since starting one for each search took 0.4 ms of 5. Where the
# embedding model fails, a thread finishes its search all the same, and nobody uses the result.
_threads = ThreadPoolExecutor(LEXICAL_THREADS, thread_name_prefix="words")


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The hits of a query, best first, and the query's vector, (dim,) float32 of unit length.

    `nearest` is the closeness of the nearest of all passages, by the model's scale; 0 where none passes the filters.
    `readings` are what the reader found in the hits that it read, by the ids of their passages.
    """

    hits: list[Hit]
    vector: Vector
    nearest: float
    readings: Mapping[str, Reading] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retriever:
    """Hybrid retrieval: nearest vectors and BM25 with titles, fused by their scores.

    `dense_weight` is in [0, 1]: 0 is BM25 alone, 1 is vectors alone. Where it or `fusion` is None, it is what the
    model of the index wants: its weight, and `tmm_convex` from its lowest cosine. With `distinct`, a near-duplicate of
    a better passage is left out. With a reranker the hits have its scores; it orders the first RERANKED hits, then the
    next RERANKED, and so on. Without one a reader with comparable odds rescores the first. `concurrent` changes only
    how long a search takes.
    """

    index: PassageIndex
    dense_weight: float | None = None
    title_weight: float = TITLE_WEIGHT
    fusion: Fusion | None = None
    distinct: bool = True
    reranker: Reranker | None = None
    reader: Reader | None = None
    concurrent: bool = CONCURRENT

    def retrieve(self, query: str, k: int, filters: Filters = Filters(), typed_query: str = "") -> Retrieval:
        """The `k` best passages for a query that pass the filters, without near-duplicates.

        The hits for a smaller `k` are the first of those for a larger one. Where `query` is the interpretation of a
        follow-up, `typed_query` holds the words that were typed, which are searched too.

        Raises:
            ModelError: the reranker can't be loaded.
        """
        texts = [query, typed_query] if typed_query not in ("", query) else [query]
        embed = partial(self.index.embedder.embed_queries, texts)
        vectors, fused, nearest = self._fused(texts, embed, filters, DEPTH if len(texts) == 1 else DEEPER)
        reader = self.reader if self.reranker is None and self.reader and self.reader.comparable else None
        wanted = max(k, RESCORED) if reader else k
        if self.reranker:
            wanted = -(-k // RERANKED) * RERANKED
        rows = self._distinct(fused, wanted)
        if len(rows) < wanted:
            # The rows that only a deeper search gives come after the first ones, at a score no better.
            _, deeper, _ = self._fused(texts, lambda: vectors, filters, DEEPER)
            first_rows = {row for row, _ in fused}
            lowest = fused[-1][1] if fused else 1.0
            more = [(row, min(score, lowest)) for row, score in deeper if row not in first_rows]
            rows = self._distinct([*fused, *more], wanted)
        hits = self._hits(rows, filters)
        if reader:
            hits, readings = rescored(query, hits, reader, self.index)
            return Retrieval(hits[:k], vectors[0], nearest, readings)
        return Retrieval(self._reranked(query, hits)[:k], vectors[0], nearest)

    def _fused(
        self, texts: Sequence[str], embed: Callable[[], Matrix], filters: Filters, depth: int
    ) -> tuple[Matrix, list[Scored], float]:
        """The vectors of the texts, one fused ranking for all of them, and the closeness of the first."""
        match = partial(self.index.matching, k=depth, title_weight=self.title_weight, filters=filters)
        lexical = _threads.map(match, texts) if self.concurrent else map(match, texts)
        vectors = embed()
        dense = [self.index.nearest(vector, depth, filters) for vector in vectors]
        scale = self.index.manifest.cosine_scale()
        fusion = self.fusion or partial(tmm_convex, lowest=scale.lowest)
        weight = scale.dense_weight if self.dense_weight is None else self.dense_weight
        rankings = [fusion(near, words, weight) for near, words in zip(dense, lexical, strict=True)]
        nearest = scale.closeness(dense[0][0][1]) if dense[0] else 0.0
        return vectors, rankings[0] if len(rankings) == 1 else mean_fusion(rankings[0], rankings[1]), nearest

    def _distinct(self, ranking: Sequence[Scored], limit: int) -> list[Scored]:
        """The first rows of the ranking, without near-duplicates of earlier ones."""
        if not self.distinct:
            return list(ranking[:limit])
        best: dict[int, Scored] = {}
        for row, score in ranking:
            if len(best) == limit:
                break
            best.setdefault(self.index.first_near_duplicate(row), (row, score))
        return list(best.values())

    def _hits(self, rows: Sequence[Scored], filters: Filters) -> list[Hit]:
        passages = self.index.passages([row for row, _ in rows])
        hits: list[Hit] = []
        for (row, score), passage in zip(rows, passages, strict=True):
            duplicates: dict[str, Passage] = {}
            if self.distinct:
                near_duplicates = self.index.passages(self.index.near_duplicates(row, filters))
                duplicates = {duplicate.article_id: duplicate for duplicate in near_duplicates}
                duplicates.pop(passage.article_id, None)
            hits.append(Hit(passage, score, len(hits) + 1, tuple(duplicates.values())))
        return hits

    def _reranked(self, query: str, hits: list[Hit]) -> list[Hit]:
        if self.reranker is None:
            return hits
        reranked: list[Hit] = []
        for first in range(0, len(hits), RERANKED):
            batch = hits[first : first + RERANKED]
            articles = [self.index.article(hit.passage.article_id) for hit in batch]
            texts = [
                embedding_text(article.title, hit.passage.text) if article else hit.passage.text
                for hit, article in zip(batch, articles, strict=True)
            ]
            # The sort is stable: of two hits with the same score, the better one before stays first.
            pairs = sorted(zip(batch, self.reranker.scores(query, texts), strict=True), key=lambda pair: -pair[1])
            reranked += [replace(hit, score=score) for hit, score in pairs]
        return [replace(hit, rank=rank) for rank, hit in enumerate(reranked, start=1)]


def interleaved(rankings: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The hits of several queries in one list: the best of each, then the second of each; each passage once."""
    if len(rankings) == 1:
        return list(rankings[0])
    merged: list[Hit] = []
    passage_ids: set[str] = set()
    for hits in zip_longest(*rankings):
        for hit in filter(None, hits):
            if hit.passage.passage_id not in passage_ids:
                passage_ids.update(passage.passage_id for passage in (hit.passage, *hit.also))
                merged.append(hit)
    return [replace(hit, rank=rank) for rank, hit in enumerate(merged, start=1)]
