"""Whether confidence tells right answers from wrong ones, and by how much it errs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import brier_score_loss

BINS = 10  # of equal width over [0, 1]; a value on a bound is of the bin above, and 1.0 of the last

ScoredAnswer = tuple[float, bool]  # a question's confidence, and whether its answer is right


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence: their mean confidence, and the share answered right."""

    count: int
    confidence: float
    right: float


def calibration_figures(answers: Sequence[ScoredAnswer]) -> dict[str, float]:
    """Brier score, expected calibration error and area under the risk–coverage curve; empty without questions.

    Source: Brier, 1950; Naeini, Cooper and Hauskrecht, 2015, with BINS bins of equal width; Geifman, Uziel
    and El-Yaniv, 2019.
    """
    if not answers:
        return {}
    right = [is_right for _, is_right in answers]
    return {
        "Brier score": float(brier_score_loss(right, [sure for sure, _ in answers], pos_label=True)),
        "ECE": sum(one.count * abs(one.confidence - one.right) for one in reliability(answers)) / len(answers),
        "AURC": _area(answers),
    }


def reliability(answers: Sequence[ScoredAnswer]) -> list[Bin]:
    """The bins that hold a question, the least sure first."""
    sure = np.array([confidence for confidence, _ in answers])
    right = np.array([is_right for _, is_right in answers])
    places = np.minimum((sure * BINS).astype(int), BINS - 1)
    held = [places == place for place in np.unique(places)]
    return [Bin(int(these.sum()), float(sure[these].mean()), float(right[these].mean())) for these in held]


def risk_coverage(answers: Sequence[ScoredAnswer]) -> list[tuple[float, float]]:
    """For each confidence as the threshold, the highest first: the share answered, and of those the share wrong."""
    points = []
    for threshold in sorted({confidence for confidence, _ in answers}, reverse=True):
        answered = [right for confidence, right in answers if confidence >= threshold]
        points.append((len(answered) / len(answers), 1 - sum(answered) / len(answered)))
    return points


def _area(answers: Sequence[ScoredAnswer]) -> float:
    # Questions of one confidence are answered together, so that their order in the file says nothing.
    area, covered = 0.0, 0.0
    for coverage, risk in risk_coverage(answers):
        area, covered = area + (coverage - covered) * risk, coverage
    return area
