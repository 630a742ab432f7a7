"""From a query to the passages most likely to answer it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

from index.engine.protocol import PassageIndex
from index.passages import embedding_text
from index.types import Filters, Matrix, Passage, Scored, Vector
from rag.retrieval.fusion import Fusion, mean_fusion, tmm_convex
from rag.retrieval.reranker import Reranker

# Passages taken from each ranking before they are joined; and as many where more are asked for than that gives, or
# copies of one another fill the list, so that a story told by forty papers does not hide the rest.
DEPTH = 50
# Also where two readings of a follow-up are joined: of MTRAG's 134, 114 have gold in the first five so, and 111 at 50.
DEEPER = 400
# Measured on five collections, in evaluation/ABLATION.md. Near this one, hit@1 on tests/data/reader, xquad-en and
# squad2-dev: 0.848, 0.956, 0.811 at 0.75; 0.848, 0.959, 0.805 at 0.78; 0.866, 0.961, 0.798 at 0.8.
DENSE_WEIGHT = 0.78
TITLE_WEIGHT = 0.5
# Hits a reranker orders at a time: as many as a cross-encoder of six layers reads in about 0.6 s on 2 cores, at 33
# passages a second in float32. The next are read only where they are asked for.
RERANKED = 20
# Whether the words are searched in a thread while the query is embedded and the vectors are searched. On 2 cores a
# search took 4.8 ms so and 5.0 one after the other over 10,006 passages, 4.6 and 5.0 over 100,004; over 1,000,006, with
# a thread started for each, 8.1 and 11.8.
CONCURRENT = True
# Started when they are first needed, and kept: starting one for each search took 0.4 ms of 5. Where the model fails,
# what one has begun it ends for nobody.
_threads = ThreadPoolExecutor(thread_name_prefix="words")


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query; `rank` counts from 1, `score` is in [0, 1], larger is better.

    `also` are the passages of other articles that say nearly the same, and are not listed themselves.
    """

    passage: Passage
    score: float
    rank: int
    also: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The hits of a query, best first, and the query's vector, (dim,) float32 of unit length.

    `nearest` is the cosine of the nearest passage of all, 0 where there is none.
    """

    hits: list[Hit]
    vector: Vector
    nearest: float


@dataclass(frozen=True, slots=True)
class Retriever:
    """Hybrid retrieval: nearest vectors and BM25 with titles, joined by their scores.

    `dense_weight` in [0, 1]: 0 is BM25 alone, 1 is vectors alone. With `distinct` a passage that says
    nearly the same as a better one is passed over. With a reranker the hits have its scores and, RERANKED by
    RERANKED, its order. `concurrent` changes nothing but the time it takes.
    """

    index: PassageIndex
    dense_weight: float = DENSE_WEIGHT
    title_weight: float = TITLE_WEIGHT
    fusion: Fusion = tmm_convex
    distinct: bool = True
    reranker: Reranker | None = None
    concurrent: bool = CONCURRENT

    def retrieve(self, query: str, k: int, filters: Filters = Filters(), typed_query: str = "") -> Retrieval:
        """The `k` best passages for a query that pass the filters, no two of which say nearly the same.

        Those for a smaller `k` are the first of those for a larger one. Where the query is what a follow-up was
        read as, `typed_query` are the words that were typed, which are searched too.

        Raises:
            ModelError: the reranker can't be loaded.
        """
        texts = [query, typed_query] if typed_query not in ("", query) else [query]
        embed = partial(self.index.embedder.embed_queries, texts)
        vectors, fused, nearest = self._fused(texts, embed, filters, DEPTH if len(texts) == 1 else DEEPER)
        read = k if self.reranker is None else -(-k // RERANKED) * RERANKED
        rows = self._distinct(fused, read)
        if len(rows) < read:
            _, deeper, _ = self._fused(texts, lambda: vectors, filters, DEEPER)
            rows = self._distinct(_continued(fused, deeper), read)
        return Retrieval(self._reranked(query, self._hits(rows, filters))[:k], vectors[0], nearest)

    def _fused(
        self, texts: Sequence[str], embed: Callable[[], Matrix], filters: Filters, depth: int
    ) -> tuple[Matrix, list[Scored], float]:
        """The vectors, both rankings joined, of the query or of both readings, and the query's nearest cosine."""
        match = partial(self.index.matching, k=depth, title_weight=self.title_weight, filters=filters)
        words = _threads.map(match, texts) if self.concurrent else map(match, texts)
        vectors = embed()
        dense = [self.index.nearest(vector, depth, filters) for vector in vectors]
        rankings = [self.fusion(near, lexical, self.dense_weight) for near, lexical in zip(dense, words, strict=True)]
        nearest = dense[0][0][1] if dense[0] else 0.0
        return vectors, rankings[0] if len(rankings) == 1 else mean_fusion(rankings[0], rankings[1]), nearest

    def _distinct(self, fused: Sequence[Scored], most: int) -> list[Scored]:
        """The first of the ranking, no two of which say nearly the same."""
        if not self.distinct:
            return list(fused[:most])
        best: dict[int, Scored] = {}
        for row, score in fused:
            if len(best) == most:
                break
            best.setdefault(self.index.first_near_duplicate(row), (row, score))
        return list(best.values())

    def _hits(self, rows: Sequence[Scored], filters: Filters) -> list[Hit]:
        passages = self.index.passages([row for row, _ in rows])
        return [
            Hit(passage, score, rank, self._also(row, passage, filters))
            for rank, ((row, score), passage) in enumerate(zip(rows, passages, strict=True), start=1)
        ]

    def _also(self, row: int, passage: Passage, filters: Filters) -> tuple[Passage, ...]:
        if not self.distinct:
            return ()
        others = {copy.article_id: copy for copy in self.index.passages(self.index.near_duplicates(row, filters))}
        return tuple(copy for article_id, copy in others.items() if article_id != passage.article_id)

    def _reranked(self, query: str, hits: list[Hit]) -> list[Hit]:
        if self.reranker is None:
            return hits
        ordered: list[Hit] = []
        for first in range(0, len(hits), RERANKED):
            some = hits[first : first + RERANKED]
            scores = self.reranker.scores(query, [self._with_title(hit.passage) for hit in some])
            # Where it gives two the same score, the one that was found first stays first.
            pairs = sorted(zip(some, scores, strict=True), key=lambda pair: -pair[1])
            ordered += [replace(hit, score=score) for hit, score in pairs]
        return [replace(hit, rank=rank) for rank, hit in enumerate(ordered, start=1)]

    def _with_title(self, passage: Passage) -> str:
        article = self.index.article(passage.article_id)
        return embedding_text(article.title, passage.text) if article else passage.text


def interleaved(rankings: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The hits of several queries in one list: the best of each, then the second of each; each text once."""
    if len(rankings) == 1:
        return list(rankings[0])
    taken: list[Hit] = []
    held: set[str] = set()
    for hits in zip_longest(*rankings):
        for hit in filter(None, hits):
            if hit.passage.passage_id not in held:
                held.update(passage.passage_id for passage in (hit.passage, *hit.also))
                taken.append(hit)
    return [replace(hit, rank=rank) for rank, hit in enumerate(taken, start=1)]


def _continued(first: Sequence[Scored], deeper: Sequence[Scored]) -> list[Scored]:
    """What was found first, and behind it what only a deeper search finds, at a score no better."""
    rows = {row for row, _ in first}
    last = first[-1][1] if first else 1.0
    return [*first, *((row, min(score, last)) for row, score in deeper if row not in rows)]
