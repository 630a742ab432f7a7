"""Learning the weights of the sentence scorer and of confidence: python -m rag.evaluation.fit DIR...

Each DIR is a collection with gold spans; those with unanswerable questions teach when to decline.
The result goes to rag/weights.json, with what it was learned from.
"""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from index.console import progress_of
from index.embedder import Embedder, SentenceTransformerEmbedder
from rag.assistant import DEFAULT_K
from rag.conversation import interpret
from rag.evaluation.collection import Collection, Question, read_collection
from rag.evaluation.run import index_of
from rag.evidence import CITED, Evidence, Weights, confidence_features, log_odds, weigh
from rag.retriever import Retriever

WEIGHTS = Path(__file__).parents[1] / "weights.json"
SENTENCE_FEATURES = ("overlap", "overlap_with_before", "passage", "kind", "similarity")
# Enough to choose the sentences that are embedded; the final weights are learned from what that gives.
FIRST_LOOK = Weights(dict.fromkeys(SENTENCE_FEATURES, 1.0), {})
_PENALTY = 1e-4  # of squared weights, per question: keeps a feature that tells nothing near 0

Judged = tuple[bool, list[Evidence], list[bool]]  # answerable, its sentences, which of them hold a gold span


def fit(collections: Sequence[Collection], embedder: Embedder) -> dict[str, object]:
    """The contents of weights.json, learned from collections."""
    judged = [row for collection in collections for row in _judge(collection, embedder)]
    sentence = _fit_sentences([(evidence, gold) for _, evidence, gold in judged if any(gold)])
    rescored = [(_rescored(evidence, gold, sentence)) for _, evidence, gold in judged if evidence]
    confidence = _fit_confidence(rescored)
    return {
        "sentence": sentence,
        "confidence": confidence,
        "record": {
            "made": datetime.now(UTC).date().isoformat(),
            "by": "python -m rag.evaluation.fit",
            "collections": {
                collection.name: {"questions": len(collection.questions), "about": collection.about}
                for collection in collections
            },
            "questions": len(judged),
            "answerable": sum(answerable for answerable, _, _ in judged),
        },
    }


def _judge(collection: Collection, embedder: Embedder) -> list[Judged]:
    with index_of(collection, None, embedder, progress_of) as index:
        retriever = Retriever(index)
        rows = []
        for question in collection.questions:
            asked = interpret(question.question, question.history)
            evidence = weigh(asked, retriever.retrieve(asked, DEFAULT_K), index, FIRST_LOOK)
            rows.append((question.answerable, evidence, [_holds(item, question) for item in evidence]))
        return rows


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
    matrices = [(_matrix(evidence), np.array(gold)) for evidence, gold in rows]

    def loss(weights: NDArray[np.float64]) -> float:
        scores = [(matrix @ weights, gold) for matrix, gold in matrices]
        lost = [np.logaddexp.reduce(score) - np.logaddexp.reduce(score[gold]) for score, gold in scores]
        return float(np.mean(lost) + _PENALTY * np.sum(weights**2))

    found = minimize(loss, np.zeros(len(SENTENCE_FEATURES)), method="L-BFGS-B")
    return {name: round(float(value), 3) for name, value in zip(SENTENCE_FEATURES, found.x, strict=True)}


def _matrix(evidence: Sequence[Evidence]) -> NDArray[np.float64]:
    return np.array([[item.features[name] for name in SENTENCE_FEATURES] for item in evidence])


def _rescored(
    evidence: Sequence[Evidence], gold: Sequence[bool], weights: dict[str, float]
) -> tuple[dict[str, float], bool]:
    """Confidence's features under the learned weights, and whether a sentence to be cited is right."""
    scored = [
        (Evidence(item.passage, item.span, item.text, item.features, log_odds(item.features, weights)), right)
        for item, right in zip(evidence, gold, strict=True)
    ]
    scored.sort(key=lambda pair: -pair[0].score)
    return confidence_features([item for item, _ in scored]), any(right for _, right in scored[:CITED])


def _fit_confidence(rows: Sequence[tuple[dict[str, float], bool]]) -> dict[str, float]:
    names = list(rows[0][0])
    matrix = np.array([[features[name] for name in names] for features, _ in rows])
    model = LogisticRegression(max_iter=1000).fit(matrix, [right for _, right in rows])
    values = (*model.coef_[0], model.intercept_[0])
    return {name: round(float(value), 3) for name, value in zip((*names, "intercept"), values, strict=True)}


if __name__ == "__main__":
    learned = fit([read_collection(Path(name)) for name in sys.argv[1:]], SentenceTransformerEmbedder())
    WEIGHTS.write_text(json.dumps(learned, indent=2) + "\n")
    print(json.dumps(learned, indent=2))
