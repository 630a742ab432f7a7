"""Learning the weights of the sentence scorer and of confidence: python -m rag.training.fit DIR...

Each DIR is a collection with gold spans; those with unanswerable questions teach when to decline. None
may be of what the reader was trained on: `python -m rag.training.held_out` makes such collections.
The result goes to rag/weights.json, with what it was learned from.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from index.console import progress_of
from index.models.embedder import Embedder, SentenceTransformerEmbedder
from rag.compose.extract import best_sentences
from rag.evaluation.collection import Collection, Question, read_collection
from rag.evaluation.run import index_of
from rag.evidence.confidence import confidence_features
from rag.evidence.scoring import Evidence, SentenceScorer
from rag.evidence.weights import Features, Weights, log_odds
from rag.question.follow_ups import answer_type_in_conversation, interpret
from rag.reader import Reader, TransformerReader
from rag.retrieval.retriever import Retriever
from rag.settings import DEFAULT_K, SHIPPED

WEIGHTS = Path(__file__).parents[1] / "evidence" / "weights.json"
# Enough to choose the sentences that are embedded; the other weights are learned from what that gives.
FIRST_LOOK = {"overlap": 4.0, "overlap_with_before": 2.0, "passage": 10.0, "answer_type": 1.0, "phrase": 2.0}
# An answerable question counts as so many: half of those learned from can't be answered, and of those that people
# ask of documents fewer. Counted once, ECE was 0.32 on xquad-en and 0.15 on this project's questions against 0.22 and
# 0.10, but 0.08 against 0.16 on squad2-dev, where half can't be answered either.
_ANSWERABLE = 2.0
_PENALTY = 1e-4  # of squared weights, per question: keeps a feature that tells nothing near 0

# Whether a question is answerable, its sentences, which of them hold a gold span, and the nearest passage's cosine.
TrainingRow = tuple[bool, list[Evidence], list[bool], float]


class FirstLook(dict[str, float]):
    """Weights that know every feature."""

    def __missing__(self, name: str) -> float:
        """A feature of no weight yet."""
        return 0.0


def fit(collections: Sequence[Collection], embedder: Embedder, reader: Reader) -> dict[str, object]:
    """The contents of weights.json, learned from collections."""
    judged = [training_rows(collection, embedder, (reader, None)) for collection in collections]
    with_reader, without = ([row for rows in judged for row in rows[place]] for place in (0, 1))
    fast = learn(without)
    look = {name: FIRST_LOOK.get(name, 0.0) for name in fast["sentence"] if name != "similarity"}
    return {
        "reader": learn(with_reader),
        "fast": {**fast, "look": look},
        "record": {
            "made": datetime.now(UTC).date().isoformat(),
            "by": "python -m rag.training.fit",
            "collections": {
                collection.name: {"questions": len(collection.questions), "about": collection.about}
                for collection in collections
            },
            "questions": len(without),
            "answerable": sum(answerable for answerable, *_ in without),
            "each_answerable_counts": _ANSWERABLE,
        },
    }


def training_rows(
    collection: Collection, embedder: Embedder, readers: Sequence[Reader | None]
) -> list[list[TrainingRow]]:
    """What each reader makes of each question of a collection, in the order of the readers."""
    scorers = [SentenceScorer(reader, Weights(FirstLook(FIRST_LOOK), {})) for reader in readers]
    judged: list[list[TrainingRow]] = [[] for _ in scorers]
    with index_of(collection, None, embedder, progress_of) as index, progress_of(collection.name) as progress:
        for done, question in enumerate(collection.questions, start=1):
            asked = interpret(question.question, question.history, index)
            kind = answer_type_in_conversation(question.question, question.history)
            retrieval = Retriever(index).retrieve(asked, DEFAULT_K, typed_query=question.question)
            for rows, scorer in zip(judged, scorers, strict=True):
                evidence = scorer.score(asked, kind, retrieval, index)
                gold = [_holds(item, question) for item in evidence]
                rows.append((question.answerable, evidence, gold, retrieval.nearest))
            if done % 100 == 0:
                progress(done, len(collection.questions))
    return judged


def learn(judged: Sequence[TrainingRow]) -> dict[str, dict[str, float]]:
    """The weights of sentences and of confidence."""
    sentence = _fit_sentences([(evidence, gold) for _, evidence, gold, _ in judged if any(gold)])
    weights = Weights(sentence, {})
    rows = [rescored(evidence, gold, nearest, weights) for _, evidence, gold, nearest in judged if evidence]
    counts = [_ANSWERABLE if answerable else 1.0 for answerable, evidence, *_ in judged if evidence]
    return {"sentence": sentence, "confidence": _fit_confidence(rows, counts)}


def _holds(evidence: Evidence, question: Question) -> bool:
    start, end = evidence.span
    return any(
        span.article_id == evidence.passage.article_id and start <= span.start and span.end <= end
        for span in question.spans
    )


def _fit_sentences(rows: Sequence[tuple[list[Evidence], list[bool]]]) -> dict[str, float]:
    """Weights that make the sentences holding the gold likeliest among those of their question.

    Source: the conditional logit of McFadden, 1974, with several right choices.
    """
    names = list(rows[0][0][0].features)
    matrices = [(_matrix(evidence, names), np.array(gold)) for evidence, gold in rows]

    def loss(weights: NDArray[np.float64]) -> float:
        scores = [(matrix @ weights, gold) for matrix, gold in matrices]
        lost = [np.logaddexp.reduce(score) - np.logaddexp.reduce(score[gold]) for score, gold in scores]
        return float(np.mean(lost) + _PENALTY * np.sum(weights**2))

    found = minimize(loss, np.zeros(len(names)), method="L-BFGS-B")
    return {name: round(float(value), 3) for name, value in zip(names, found.x, strict=True)}


def _matrix(evidence: Sequence[Evidence], names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[item.features[name] for name in names] for item in evidence])


def rescored(
    evidence: Sequence[Evidence], gold: Sequence[bool], nearest: float, weights: Weights
) -> tuple[Features, bool]:
    """Confidence's features under learned weights, and whether a sentence that would be cited is right."""
    right = {(item.passage.passage_id, item.span) for item, holds in zip(evidence, gold, strict=True) if holds}
    scored = [replace(item, score=log_odds(item.features, weights.sentence)) for item in evidence]
    scored.sort(key=lambda item: -item.score)
    cited = best_sentences(scored)
    return confidence_features(scored, nearest), any((item.passage.passage_id, item.span) in right for item in cited)


def _fit_confidence(rows: Sequence[tuple[Features, bool]], counts: Sequence[float]) -> dict[str, float]:
    names = list(rows[0][0])
    matrix = np.array([[features[name] for name in names] for features, _ in rows])
    model = LogisticRegression(max_iter=10_000).fit(matrix, [right for _, right in rows], sample_weight=counts)
    values: Iterator[float] = iter((*model.coef_[0], model.intercept_[0]))
    return {name: round(float(value), 3) for name, value in zip((*names, "intercept"), values, strict=True)}


def _main(directories: Annotated[list[Path], typer.Argument(help="Collections.")], reader: str = SHIPPED) -> None:
    """Learn the weights and write them."""
    collections = [read_collection(folder) for folder in directories]
    learned = fit(collections, SentenceTransformerEmbedder(), TransformerReader(reader))
    WEIGHTS.write_text(json.dumps(learned, indent=2) + "\n")
    print(json.dumps(learned, indent=2))


if __name__ == "__main__":
    typer.run(_main)
