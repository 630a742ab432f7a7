"""Searching one index: this project's retriever and its parts, beside txtai's hybrid search of the same passages."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache, partial
from typing import Any

from index.engine.local.local_index import LocalIndex
from index.models.embedder import Embedder
from index.passages import embedding_text
from index.types import Filters, Matrix, Vector
from rag.retrieval.retriever import DEPTH, TITLE_WEIGHT, Retriever
from tests.benchmarks import txtai_database
from tests.benchmarks.results import Search
from tests.benchmarks.timing import IN_A_ROW, in_hand, seconds_of, spread, spread_of

K = 10
CHUNK = 1000  # passages read at a time
_EVERYTHING = Filters()


class Embedded:
    """An index that embeds no query twice, so that what is left of retrieving can be timed by itself."""

    def __init__(self, index: LocalIndex) -> None:
        self._index = index
        self.embedder = _Remembering(index.embedder)

    def __getattr__(self, name: str) -> object:
        return getattr(self._index, name)


class Searched(Embedded):
    """One that does no search twice either."""

    def __init__(self, index: LocalIndex) -> None:
        super().__init__(index)
        self.nearest = _remembered(index.nearest)
        self.matching = _remembered(index.matching)


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

    def search_once(query: str | Vector, *rest: object, **named: object) -> object:
        key = (query if isinstance(query, str) else query.tobytes(), rest, tuple(sorted(named.items(), key=str)))
        if key not in done:
            done[key] = search(query, *rest, **named)
        return done[key]

    return search_once


def passages_of(index: LocalIndex) -> Iterator[tuple[int, str, str]]:
    """Each row with its passage's id and what is embedded of it."""
    title_of = cache(lambda article_id: index.catalog.article(article_id).title)
    for start in range(0, index.manifest.passages, CHUNK):
        rows = range(start, min(start + CHUNK, index.manifest.passages))
        title_of.cache_clear()
        for row, passage in zip(rows, index.passages(list(rows)), strict=True):
            yield row, passage.passage_id, embedding_text(title_of(passage.article_id), passage.text)


def measure(index: LocalIndex, questions: Sequence[str], some: int) -> Search:
    """Ask each question once of each system, some in a row in turn; the parts have questions of their own."""
    whole_questions, one_by_one_questions, others, again = dealt(questions, 4, some)
    vectors = [index.embedder.embed_query(question) for question in again]
    with _txtai(index) as database:
        systems = _systems(index, database)
        for question in again:  # of all that is measured, nothing runs for the first time
            for search in systems.values():
                search(question)
        own = {"whole": whole_questions, "one_by_one": one_by_one_questions, "txtai": whole_questions}
        whole = in_hand({name: search for name, search in systems.items() if name in own}, own)
        rest = {name: spread_of(search, again) for name, search in systems.items() if name not in own}
        return Search(
            passages=index.manifest.passages,
            k=K,
            in_a_row=IN_A_ROW,
            embed_query=spread_of(index.embedder.embed_query, others),
            dense=spread([seconds_of(partial(index.nearest, vector, DEPTH, _EVERYTHING)) for vector in vectors]),
            lexical=spread_of(lambda text: index.matching(text, DEPTH, TITLE_WEIGHT, _EVERYTHING), others),
            txtai_index=_components(database),
            **{name: spread(seconds) for name, seconds in whole.items()},
            **rest,
        )


def _systems(index: LocalIndex, database: Any) -> dict[str, Callable[[str], object]]:
    """Every search of passages for a question, by what it is called in the results."""
    retrievers = {"whole": index, "besides_embedding": Embedded(index), "fusion_and_catalog": Searched(index)}
    systems = {name: partial(_retrieve, Retriever(one)) for name, one in retrievers.items()}  # type: ignore[arg-type]
    systems["one_by_one"] = partial(_retrieve, Retriever(index, concurrent=False))
    if database:
        theirs = {"txtai": False, "txtai_besides_embedding": True}
        systems |= {name: partial(_search, database, remembering) for name, remembering in theirs.items()}
    return systems


def _retrieve(retriever: Retriever, question: str) -> object:
    return retriever.retrieve(question, K)


def _search(database: Any, remembering: bool, question: str) -> object:
    database.model.remembering = remembering
    return database.search(question, K)


def _components(database: Any) -> str | None:
    """The FAISS index that txtai chose."""
    return database.config["build"]["settings"]["components"] if database else None


def dealt(questions: Sequence[str], hands: int, some: int) -> list[Sequence[str]]:
    """Some of the questions for each hand, none in two."""
    some = min(some, len(questions) // hands)
    return [questions[start : start + some] for start in range(0, hands * some, some)]


@contextmanager
def _txtai(index: LocalIndex) -> Iterator[Any]:
    """A hybrid database of the same passages with the same vectors, where txtai is installed; else None."""
    if not txtai_database.is_installed():
        yield None
        return
    rows = [(passage_id, text, None) for _, passage_id, text in passages_of(index)]
    with closing(txtai_database.with_vectors(index.embedder.embed_passages).index(rows)) as database:
        yield database
