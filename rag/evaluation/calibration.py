"""Whether confidence tells right answers from wrong ones, and by how much it errs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import brier_score_loss

BINS = 10  # of equal width over [0, 1]; a value on a bound is of the bin above, and 1.0 of the last

Judged = tuple[float, bool]  # a question's confidence, and whether its answer is right


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence: their mean confidence, and the share answered right."""

    count: int
    confidence: float
    right: float


def calibration_figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Brier score, expected calibration error and area under the risk–coverage curve; empty without questions.

    Source: Brier, 1950; Naeini, Cooper and Hauskrecht, 2015, with BINS bins of equal width; Geifman, Uziel
    and El-Yaniv, 2019.
    """
    if not judged:
        return {}
    right = [is_right for _, is_right in judged]
    return {
        "Brier score": float(brier_score_loss(right, [sure for sure, _ in judged], pos_label=True)),
        "ECE": sum(one.count * abs(one.confidence - one.right) for one in reliability(judged)) / len(judged),
        "AURC": _area(judged),
    }


def reliability(judged: Sequence[Judged]) -> list[Bin]:
    """The bins that hold a question, the least sure first."""
    sure = np.array([confidence for confidence, _ in judged])
    right = np.array([is_right for _, is_right in judged])
    places = np.minimum((sure * BINS).astype(int), BINS - 1)
    held = [places == place for place in np.unique(places)]
    return [Bin(int(these.sum()), float(sure[these].mean()), float(right[these].mean())) for these in held]


def risk_coverage(judged: Sequence[Judged]) -> list[tuple[float, float]]:
    """For each confidence as the threshold, the highest first: the share answered, and of those the share wrong."""
    points = []
    for threshold in sorted({confidence for confidence, _ in judged}, reverse=True):
        answered = [right for confidence, right in judged if confidence >= threshold]
        points.append((len(answered) / len(judged), 1 - sum(answered) / len(answered)))
    return points


def _area(judged: Sequence[Judged]) -> float:
    # Questions of one confidence are answered together, so that their order in the file says nothing.
    area, covered = 0.0, 0.0
    for coverage, risk in risk_coverage(judged):
        area, covered = area + (coverage - covered) * risk, coverage
    return area
