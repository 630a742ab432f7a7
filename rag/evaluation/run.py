"""Asking every question of a collection and computing the figures."""

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
from rag.evaluation.headlines import headline_figures
from rag.evaluation.kinds import figures_by_kind
from rag.evaluation.metrics import (
    Outcome,
    abstention_figures,
    as_shown,
    exactness,
    figures_as_answered,
    latency_figures,
    quote_figures,
    retrieval_figures,
    short_answer_figures,
)
from rag.evaluation.results import Result, result_of, scored_answers, scored_headlines
from rag.reader import Reader
from rag.retrieval.reranker import Reranker
from rag.retrieval.retriever import Retriever
from rag.settings import DEFAULT_K, DEFAULT_THRESHOLD, LEAST_HEADLINE, NONE

ProgressOf = Callable[[str], AbstractContextManager[Progress]]

# The weight of the dense ranking in each ranking alone. Every run shows both, and so what fusing them gains.
ALONE = {"dense alone": 1.0, "BM25 alone": 0.0}
# Fused, with every question searched as it was typed: shows what interpreting follow-ups gains.
NO_HISTORY = "history ignored"


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How the questions are answered: below `threshold`, in [0, 1], an answer counts as declined."""

    threshold: float = DEFAULT_THRESHOLD
    reader: Reader | None = None
    reranker: Reranker | None = None


@dataclass(frozen=True, slots=True)
class EvaluationRun:
    """The figures of one run over a collection; shares are in [0, 1], `made` is ISO 8601 in UTC."""

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
    fingerprint: str  # of the questions and their gold: only runs with the same one are compared
    reader: str = NONE
    reranker: str = NONE
    results: list[Result] = field(default_factory=list)
    kinds: dict[str, dict[str, FiniteFloat]] = field(default_factory=dict)


def fingerprint_of(questions: Sequence[Question]) -> str:
    """The sha256, in hexadecimal, of the questions with their gold; their order does not matter."""
    # Defaults are left out, so that a field added later does not change the fingerprint of old questions.
    lines = sorted(question.model_dump_json(exclude_defaults=True) for question in questions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@contextmanager
def index_of(
    collection: Collection, directory: Path | None, embedder: Embedder, progress_of: ProgressOf
) -> Iterator[LocalIndex]:
    """An index of the collection's articles, brought up to date in `directory`, or else built in a temporary one.

    Raises:
        CollectionError: the directory holds the index of another corpus.
        RagError: as `build_index`.
    """
    # Tantivy may write its lock file again while the directory is being removed.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        target = directory or Path(temporary)
        try:
            corpus = generations.checked_manifest(target).corpus
        except GenerationMissingError:
            corpus = corpus_name(collection.corpus)
        if corpus != corpus_name(collection.corpus):
            raise CollectionError(
                f"{target} is the index of {corpus}, not of {collection.corpus}.",
                "Name a directory of its own with --index, or leave it out.",
            )
        with progress_of("Embedding passages") as progress:
            build_index(collection.corpus, target, embedder, progress=progress)
        yield LocalIndex.open(target, lambda record: embedder)  # noqa: ARG005


@dataclass(frozen=True, slots=True)
class _SingleIndex:
    """A source of one index, which stays the same for a whole run."""

    index: LocalIndex

    def current(self) -> LocalIndex:
        """That index."""
        return self.index

    def degraded_reason(self) -> None:
        """None, since no newer generation is looked for."""


def evaluate(collection: Collection, index: LocalIndex, settings: AnswerSettings, progress: Progress) -> EvaluationRun:
    """Ask every question of the collection, of an index made from its articles."""
    outcomes = _ask_questions(collection.questions, index, settings, progress)
    results = [result_of(outcome) for outcome in outcomes]
    shown = [as_shown(outcome, settings.threshold, LEAST_HEADLINE) for outcome in outcomes]
    headlines = calibration_figures(scored_headlines(results))
    passages = index.passages(range(index.manifest.passages))
    rankings = [[passage.passage_id for passage in outcome.answer.passages] for outcome in outcomes]
    return EvaluationRun(
        collection=collection.name,
        questions=len(outcomes),
        answerable=sum(question.answerable for question in collection.questions),
        articles=index.manifest.articles,
        passages=index.manifest.passages,
        threshold=settings.threshold,
        figures={
            **retrieval_figures(collection.questions, rankings, passages),
            **figures_as_answered(shown),
            **headline_figures(shown),
            **quote_figures(outcomes),
            "citation exactness": exactness(outcomes),
            **short_answer_figures(outcomes),
            **abstention_figures(outcomes, settings.threshold),
            **calibration_figures(scored_answers(results)),
            **{f"headline {name}": value for name, value in headlines.items()},
            **latency_figures(outcomes),
        },
        retrieval_alone=_retrieval_alone(outcomes, index, passages),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        model=index.manifest.model.name,
        fingerprint=fingerprint_of(collection.questions),
        reader=settings.reader.name if settings.reader else NONE,
        reranker=settings.reranker.name if settings.reranker else NONE,
        results=results,
        kinds=figures_by_kind(outcomes, shown, settings.threshold),
    )


def _ask_questions(
    questions: Sequence[Question], index: LocalIndex, settings: AnswerSettings, progress: Progress
) -> list[Outcome]:
    # A declined answer has no citations. With a threshold of 0 nothing is declined, and every quote can be judged; so
    # can every short answer.
    assistant = Assistant(
        *(_SingleIndex(index), 0.0), reader=settings.reader, reranker=settings.reranker, least_headline=0.0
    )
    assistant.warm_up()
    outcomes = []
    for done, question in enumerate(questions, start=1):
        answer = assistant.ask(question.question, question.history)
        exact = all(
            assistant.article(citation.article_id).text[citation.start : citation.end] == citation.quote
            for citation in answer.citations
        )
        started = time.perf_counter()
        index.embedder.embed_query(answer.interpreted_question)
        outcomes.append(Outcome(question, answer, exact, (time.perf_counter() - started) * 1000))
        if done % 100 == 0 or done == len(questions):
            progress(done, len(questions))
    return outcomes


def _retrieval_alone(
    outcomes: Sequence[Outcome], index: LocalIndex, passages: Sequence[Passage]
) -> dict[str, dict[str, float]]:
    """The retrieval figures of each ranking alone and, where there are follow-ups, of searching only what was typed."""
    interpreted = [(outcome.answer.interpreted_question, outcome.answer.question) for outcome in outcomes]
    searches = {name: (Retriever(index, dense_weight=weight), interpreted) for name, weight in ALONE.items()}
    if any(outcome.question.history for outcome in outcomes):
        searches[NO_HISTORY] = Retriever(index), [(typed, typed) for _, typed in interpreted]
    questions = [outcome.question for outcome in outcomes]
    figures = {}
    for name, (retriever, queries) in searches.items():
        figures[name] = retrieval_figures(questions, passage_rankings(retriever, queries), passages)
    return figures


def passage_rankings(retriever: Retriever, queries: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The ids of the passages found for each query, best first; a query is a question as interpreted, and as typed."""
    retrievals = [retriever.retrieve(query, DEFAULT_K, typed_query=typed) for query, typed in queries]
    return [[hit.passage.passage_id for hit in retrieval.hits] for retrieval in retrievals]
