"""Joining the dense and the lexical ranking into one."""

from collections.abc import Sequence

from index.dense import Scored


def fuse(dense: Sequence[Scored], lexical: Sequence[Scored], dense_weight: float) -> list[Scored]:
    """One ranking of all rows in either, best first, with scores in [0, 1].

    Each ranking's scores are put on a scale from 0, its last, to 1, its first; a row that a
    ranking does not hold has 0 there; the two are added with weights `dense_weight` and its rest. A
    ranking of weight 0 gives no rows.
    Equal scores keep the order of rows, so the same lists always give the same ranking.

    Source: Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023.
    """
    shares = (_rescaled(dense), dense_weight), (_rescaled(lexical), 1.0 - dense_weight)
    rows = sorted({row for scores, weight in shares if weight for row in scores})
    fused = [(row, sum(weight * scores.get(row, 0.0) for scores, weight in shares)) for row in rows]
    return sorted(fused, key=lambda scored: -scored[1])


def _rescaled(ranking: Sequence[Scored]) -> dict[int, float]:
    if not ranking:
        return {}
    scores = [score for _, score in ranking]
    low, high = min(scores), max(scores)
    if high == low:
        return {row: 1.0 for row, _ in ranking}
    return {row: (score - low) / (high - low) for row, score in ranking}
