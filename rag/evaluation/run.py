"""Asking every question of a collection and putting the figures together."""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import FiniteFloat

from index.build.build import build_index, corpus_name
from index.engine.local import generations
from index.engine.local.local_index import LocalIndex
from index.errors import GenerationMissingError
from index.models.embedder import Embedder
from index.types import Passage, Progress
from rag.assistant import Assistant
from rag.errors import CollectionError
from rag.evaluation.calibration import calibration_figures
from rag.evaluation.collection import Collection, Question
from rag.evaluation.metrics import (
    Outcome,
    abstention_figures,
    exactness,
    latency_figures,
    quote_figures,
    retrieval_figures,
    short_figures,
)
from rag.evaluation.results import Result, result_of, scored_answers
from rag.reader import Reader
from rag.retrieval.reranker import Reranker
from rag.retrieval.retriever import Retriever
from rag.settings import DEFAULT_K, DEFAULT_THRESHOLD, NONE

ProgressOf = Callable[[str], AbstractContextManager[Progress]]

# Vectors alone and words alone stand beside the two joined, so that every run shows what joining is worth.
ALONE = {"dense alone": 1.0, "BM25 alone": 0.0}
# Both joined, with every question taken as it was typed: what reading the ones before is worth.
NO_HISTORY = "history ignored"


@dataclass(frozen=True, slots=True)
class Answering:
    """How the questions are answered: below `threshold`, in [0, 1], an answer counts as declined."""

    threshold: float = DEFAULT_THRESHOLD
    reader: Reader | None = None
    reranker: Reranker | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one collection; shares are in [0, 1], `made` is ISO 8601 in UTC."""

    collection: str
    questions: int
    answerable: int
    articles: int
    passages: int
    threshold: float
    figures: dict[str, FiniteFloat]
    retrieval_alone: dict[str, dict[str, FiniteFloat]]
    made: str
    model: str
    fingerprint: str  # of the questions and their gold: runs that share it can be compared
    reader: str = NONE
    reranker: str = NONE
    results: list[Result] = field(default_factory=list)


def fingerprint_of(questions: Sequence[Question]) -> str:
    """SHA-256 of the questions with their gold, in hex; their order does not matter."""
    # What is not given is left out, so that a field added later changes no fingerprint.
    lines = sorted(question.model_dump_json(exclude_defaults=True) for question in questions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@contextmanager
def index_of(
    collection: Collection, directory: Path | None, embedder: Embedder, progress_of: ProgressOf
) -> Iterator[LocalIndex]:
    """An index of the collection's articles, brought up to date in `directory`, or made for the moment.

    Raises:
        CollectionError: the directory holds the index of another corpus.
        RagError: as `build_index`.
    """
    # Tantivy may put its lock file there again while the directory is being removed.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        place = directory or Path(scratch)
        _refuse_another_corpus(collection, place)
        with progress_of("Embedding passages") as progress:
            build_index(collection.corpus, place, embedder, progress=progress)
        yield LocalIndex.open(place, lambda record: embedder)  # noqa: ARG005


def _refuse_another_corpus(collection: Collection, directory: Path) -> None:
    try:
        corpus = generations.checked_manifest(directory).corpus
    except GenerationMissingError:
        return
    if corpus != corpus_name(collection.corpus):
        raise CollectionError(
            f"{directory} is the index of {corpus}, not of {collection.corpus}.",
            "Name a directory of its own with --index, or leave it out.",
        )


class _Fixed:
    """One generation for a whole run."""

    def __init__(self, index: LocalIndex) -> None:
        self._index = index

    def current(self) -> LocalIndex:
        """That generation."""
        return self._index

    def degraded_reason(self) -> None:
        """None: nothing newer is looked for."""


def evaluate(collection: Collection, index: LocalIndex, answering: Answering, progress: Progress) -> Report:
    """Ask every question of the collection, of an index made from its articles."""
    # Declined replies carry no citations; the quotes that would have been given are judged all the same.
    assistant = Assistant(_Fixed(index), 0.0, reader=answering.reader, reranker=answering.reranker)
    assistant.warm_up()
    outcomes = []
    for done, question in enumerate(collection.questions, start=1):
        outcomes.append(_ask(assistant, question))
        if done % 100 == 0 or done == len(collection.questions):
            progress(done, len(collection.questions))
    results = [result_of(outcome) for outcome in outcomes]
    passages = index.passages(range(index.manifest.passages))
    rankings = [[found.passage_id for found in outcome.answer.passages] for outcome in outcomes]
    return Report(
        collection=collection.name,
        questions=len(outcomes),
        answerable=sum(question.answerable for question in collection.questions),
        articles=index.manifest.articles,
        passages=index.manifest.passages,
        threshold=answering.threshold,
        figures={
            **retrieval_figures(collection.questions, rankings, passages),
            **quote_figures(outcomes),
            "citation exactness": exactness(outcomes),
            **short_figures(outcomes),
            **abstention_figures(outcomes, answering.threshold),
            **calibration_figures(scored_answers(results)),
            **latency_figures(outcomes),
        },
        retrieval_alone=_retrieval_alone(outcomes, index, passages),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        model=index.manifest.model.name,
        fingerprint=fingerprint_of(collection.questions),
        reader=answering.reader.name if answering.reader else NONE,
        reranker=answering.reranker.name if answering.reranker else NONE,
        results=results,
    )


def _ask(assistant: Assistant, question: Question) -> Outcome:
    answer = assistant.ask(question.question, question.history)
    exact = all(
        assistant.article(citation.article_id).text[citation.start : citation.end] == citation.quote
        for citation in answer.citations
    )
    return Outcome(question, answer, exact, _embedding_ms(assistant, answer.interpreted_question))


def _embedding_ms(assistant: Assistant, query: str) -> float:
    began = time.perf_counter()
    assistant.source.current().embedder.embed_query(query)
    return (time.perf_counter() - began) * 1000


def _retrieval_alone(
    outcomes: Sequence[Outcome], index: LocalIndex, passages: Sequence[Passage]
) -> dict[str, dict[str, float]]:
    read = [(outcome.answer.interpreted_question, outcome.answer.question) for outcome in outcomes]
    runs = {name: (Retriever(index, dense_weight=weight), read) for name, weight in ALONE.items()}
    if any(outcome.question.history for outcome in outcomes):
        runs[NO_HISTORY] = Retriever(index), [(own, own) for _, own in read]
    figures = {}
    for name, (retriever, queries) in runs.items():
        found = (retriever.retrieve(query, DEFAULT_K, typed_query=own).hits for query, own in queries)
        rankings = [[hit.passage.passage_id for hit in hits] for hits in found]
        figures[name] = retrieval_figures([outcome.question for outcome in outcomes], rankings, passages)
    return figures
