"""Whether confidence tells right answers from wrong ones, and by how much it is off."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import brier_score_loss

# Bins of equal width over [0, 1]. A confidence on a bound belongs to the bin above it, and 1.0 to the last bin.
BINS = 10

ScoredAnswer = tuple[float, bool]  # the confidence of an answer, and whether the answer is right


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of similar confidence: how many, their mean confidence, and the share that is right."""

    count: int
    confidence: float
    right: float


def calibration_figures(answers: Sequence[ScoredAnswer]) -> dict[str, float]:
    """Brier score, expected calibration error and area under the risk–coverage curve; empty without answers.

    Source: Brier, 1950; Naeini, Cooper and Hauskrecht, 2015, with BINS bins of equal width; Geifman, Uziel
    and El-Yaniv, 2019.
    """
    if not answers:
        return {}
    confidences = [confidence for confidence, _ in answers]
    right = [is_right for _, is_right in answers]
    gaps = [group.count * abs(group.confidence - group.right) for group in reliability(answers)]
    area, covered = 0.0, 0.0
    for coverage, risk in risk_coverage(answers):
        area, covered = area + (coverage - covered) * risk, coverage
    return {
        "Brier score": float(brier_score_loss(right, confidences, pos_label=True)),
        "ECE": sum(gaps) / len(answers),
        "AURC": area,
    }


def reliability(answers: Sequence[ScoredAnswer]) -> list[Bin]:
    """The bins that hold at least one answer, the lowest confidence first."""
    confidences = np.array([confidence for confidence, _ in answers])
    right = np.array([is_right for _, is_right in answers])
    numbers = np.minimum((confidences * BINS).astype(int), BINS - 1)
    masks = [numbers == number for number in np.unique(numbers)]
    return [Bin(int(mask.sum()), float(confidences[mask].mean()), float(right[mask].mean())) for mask in masks]


def risk_coverage(answers: Sequence[ScoredAnswer]) -> list[tuple[float, float]]:
    """The curve of coverage, the share of questions answered, against risk, the share of those answered wrong.

    There is one point (coverage, risk) for each confidence as the threshold, the highest first. Questions of the same
    confidence are answered together, so that their order in the file changes nothing.
    """
    points = []
    for threshold in sorted({confidence for confidence, _ in answers}, reverse=True):
        answered = [right for confidence, right in answers if confidence >= threshold]
        points.append((len(answered) / len(answers), 1 - sum(answered) / len(answered)))
    return points
