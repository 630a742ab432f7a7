"""Searching one index: this project's retriever and its parts, beside txtai's hybrid search of the same passages."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

from index.catalog import Filters, embedding_text
from index.embedder import Embedder, Matrix, Vector
from index.store import LocalIndex
from rag.retriever import DEPTH, TITLE_WEIGHT, Retriever
from tests.benchmarks import beside
from tests.benchmarks.results import Search
from tests.benchmarks.timing import seconds_of, spread, spread_of

K = 10
CHUNK = 1000  # passages read at a time
_EVERYTHING = Filters()


class Replayed:
    """An index whose searches were done before, so that what is left of retrieving can be timed by itself."""

    def __init__(self, index: LocalIndex) -> None:
        self._index = index
        self.embedder = _Remembering(index.embedder)
        self.nearest = _remembered(index.nearest)
        self.matching = _remembered(index.matching)

    def __getattr__(self, name: str) -> object:
        return getattr(self._index, name)


class _Remembering:
    """An embedder that embeds no query twice."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.embed_query = cache(embedder.embed_query)
        self._queries = cache(lambda texts: embedder.embed_queries(list(texts)))

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        return self._queries(tuple(texts))

    def __getattr__(self, name: str) -> object:
        return getattr(self._embedder, name)


def _remembered(search: Any) -> Any:
    """A search that is done once for each of its arguments; a vector counts by its bytes."""
    done: dict[object, object] = {}

    def again(asked: str | Vector, *rest: object) -> object:
        key = (asked if isinstance(asked, str) else asked.tobytes(), *rest)
        if key not in done:
            done[key] = search(asked, *rest)
        return done[key]

    return again


def passages_of(index: LocalIndex) -> Iterator[tuple[int, str, str]]:
    """Each row with its passage's id and what is embedded of it."""
    title_of = cache(lambda article_id: index.catalog.article(article_id).title)
    for start in range(0, index.manifest.passages, CHUNK):
        rows = range(start, min(start + CHUNK, index.manifest.passages))
        title_of.cache_clear()
        for row, passage in zip(rows, index.passages(rows), strict=True):
            yield row, passage.passage_id, embedding_text(title_of(passage.article_id), passage.text)


def measure(index: LocalIndex, questions: Sequence[str], some: int) -> Search:
    """Ask each question once of each system, in turn; the parts have questions of their own."""
    questions, others, third = dealt(questions, 3, some)
    retriever = Retriever(index)
    vectors = [index.embedder.embed_query(question) for question in third]
    replayed = Retriever(Replayed(index))  # type: ignore[arg-type] (it stands for the index)
    with _txtai(index) as database:
        for question in ("warm up", *third):  # of all that is measured, nothing runs for the first time
            retriever.retrieve(question, K)
            replayed.retrieve(question, K)
            if database:
                database.search(question, K)
        whole, theirs = _side_by_side(retriever, database, questions)
        return Search(
            passages=index.manifest.passages,
            k=K,
            whole=spread(whole),
            embed_query=spread_of(index.embedder.embed_query, others),
            dense=spread([seconds_of(lambda one=one: index.nearest(one, DEPTH, _EVERYTHING)) for one in vectors]),
            lexical=spread_of(lambda text: index.matching(text, DEPTH, TITLE_WEIGHT, _EVERYTHING), others),
            fusion_and_catalog=spread_of(lambda text: replayed.retrieve(text, K), third),
            txtai=spread(theirs) if theirs else None,
            txtai_index=database.config.get("build", {}).get("settings", {}).get("components") if database else None,
        )


def dealt(questions: Sequence[str], hands: int, some: int) -> list[Sequence[str]]:
    """Some of the questions for each hand, none in two."""
    some = min(some, len(questions) // hands)
    return [questions[start : start + some] for start in range(0, hands * some, some)]


@contextmanager
def _txtai(index: LocalIndex) -> Iterator[Any]:
    """A hybrid database of the same passages with the same vectors, where txtai is installed; else None."""
    if not beside.is_there():
        yield None
        return
    rows = [(passage_id, text, None) for _, passage_id, text in passages_of(index)]
    with closing(beside.with_vectors(index.embedder.embed_passages).index(rows)) as database:
        yield database


def _side_by_side(retriever: Retriever, database: Any, questions: Sequence[str]) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    theirs: list[float] = []
    for question in questions:
        ours.append(seconds_of(lambda question=question: retriever.retrieve(question, K)))
        if database:
            theirs.append(seconds_of(lambda question=question: database.search(question, K)))
    return ours, theirs
