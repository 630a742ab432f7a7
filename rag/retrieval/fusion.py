"""Ways to fuse the dense and the lexical ranking into one; `tmm_convex`, by the model's scale, is the default."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from index.types import Scored

# Fuses a dense ranking and a lexical ranking, with the weight of the dense one in [0, 1]. It gives one ranking of the
# rows in either, best first, with scores in [0, 1]. A ranking of weight 0 adds no rows. Equal scores are in ascending
# order of rows, so that the same rankings always give the same result.
Fusion = Callable[[Sequence[Scored], Sequence[Scored], float], list[Scored]]

LOWEST_BM25 = 0.0


def min_max(dense: Sequence[Scored], lexical: Sequence[Scored], dense_weight: float) -> list[Scored]:
    """Min–max fusion: the weighted sum of scores, each ranking scaled so that its last row has 0 and its first 1.

    A row that a ranking lacks has 0 there.

    Source: Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023.
    """
    return _weighted_sum(_scale(dense), _scale(lexical), dense_weight)


def tmm_convex(dense: Sequence[Scored], lexical: Sequence[Scored], dense_weight: float, lowest: float) -> list[Scored]:
    """As `min_max`, but scaled from the lowest score there can be, `lowest` for a cosine and 0 for BM25, to the first.

    `lowest` is the model's; where a ranking ends below it, cosines are scaled from the last one. A row that the dense
    ranking lacks has the score of its last row, since the row has a cosine too. A row that the lexical ranking lacks
    has 0.

    Source: TM2C2 of Bruch, Gai, Ingber, 2023; the scores of absent rows are this project's.
    """
    near = _scale(dense, lowest)
    absent = min(near.values(), default=0.0)
    rows = near.keys() | (row for row, _ in lexical) if dense_weight < 1.0 else near.keys()
    return _weighted_sum({row: near.get(row, absent) for row in rows}, _scale(lexical, LOWEST_BM25), dense_weight)


def reciprocal_ranks(
    dense: Sequence[Scored], lexical: Sequence[Scored], dense_weight: float, constant: float = 60.0
) -> list[Scored]:
    """Reciprocal rank fusion: the weighted sum of 1 / (constant + rank), divided by its value for a first rank.

    The larger the constant, the smaller is the difference between a first and a later rank.

    Source: Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
    Learning Methods", 2009, with its constant of 60; the weights are this project's.
    """
    return _weighted_sum(_reciprocals(dense, constant), _reciprocals(lexical, constant), dense_weight)


def mean_fusion(first: Sequence[Scored], second: Sequence[Scored]) -> list[Scored]:
    """The mean of two fused rankings, best first; a row that one of them lacks has the score of its last row there."""
    rows = {row for row, _ in (*first, *second)}
    return _weighted_sum(_with_absent(rows, first), _with_absent(rows, second), 0.5)


def _with_absent(rows: Iterable[int], ranking: Sequence[Scored]) -> dict[int, float]:
    return dict.fromkeys(rows, min((score for _, score in ranking), default=0.0)) | dict(ranking)


def _weighted_sum(dense: Mapping[int, float], lexical: Mapping[int, float], dense_weight: float) -> list[Scored]:
    shares = (dense, dense_weight), (lexical, 1.0 - dense_weight)
    rows = sorted({row for scores, weight in shares if weight for row in scores})
    fused = [(row, sum(weight * scores.get(row, 0.0) for scores, weight in shares)) for row in rows]
    return sorted(fused, key=lambda scored: -scored[1])


def _scale(ranking: Sequence[Scored], lowest: float | None = None) -> dict[int, float]:
    if not ranking:
        return {}
    scores = [score for _, score in ranking]
    low, high = min(scores), max(scores)
    if lowest is not None:
        low = min(low, lowest)
    if high == low:
        return {row: 1.0 for row, _ in ranking}
    return {row: (score - low) / (high - low) for row, score in ranking}


def _reciprocals(ranking: Sequence[Scored], constant: float) -> dict[int, float]:
    return {row: (constant + 1.0) / (constant + rank) for rank, (row, _) in enumerate(ranking, start=1)}
