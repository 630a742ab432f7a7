"""Confidence: the probability that the best sentences answer the question."""

import math
from collections.abc import Sequence

from rag.evidence.scoring import CITED, Evidence
from rag.evidence.weights import Features, Weights, log_odds


def confidence_of(evidence: Sequence[Evidence], nearest: float, weights: Weights) -> float:
    """The probability, in [0, 1], that the best sentences answer the question; 0 where there is no evidence.

    `evidence` is best first; `nearest` is the closeness of a Retrieval.
    """
    if not evidence:
        return 0.0
    return 1.0 / (1.0 + math.exp(-log_odds(confidence_features(evidence, nearest), weights.confidence)))


def confidence_features(evidence: Sequence[Evidence], nearest: float) -> Features:
    """The features that tell whether the best sentences answer at all; `evidence` is best first and not empty.

    They are the best score, the share of the CITED best sentences in the likelihood of all sentences, the closeness
    of the nearest passage, and the best value of each sentence feature among the CITED best sentences.
    """
    best = evidence[0].score
    shares = [math.exp(item.score - best) for item in evidence]
    top = evidence[:CITED]
    highest = {
        name: max(item.features[name] for item in top)
        for name in ("overlap", "overlap_with_title", "phrase", "answer_type", "similarity", "reader")
        if name in top[0].features
    }
    lowest = {name: min(item.features[name] for item in top) for name in ("names_missing", "numbers_missing")}
    return {"score": best, "share": sum(shares[:CITED]) / sum(shares), "nearest": nearest, **highest, **lowest}
