"""Joining the dense and the lexical ranking into one: the ways there are; `theoretical` is the one that ships."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from index.types import Scored

# A dense ranking, a lexical one and the weight of the first, in [0, 1], make one ranking of all rows in
# either, best first, with scores in [0, 1]. A ranking of weight 0 gives no rows. Equal scores keep the
# order of rows, so the same lists always give the same ranking.
Fusion = Callable[[Sequence[Scored], Sequence[Scored], float], list[Scored]]

LOWEST_COSINE = -1.0
LOWEST_BM25 = 0.0


def min_max(dense: Sequence[Scored], lexical: Sequence[Scored], dense_weight: float) -> list[Scored]:
    """Min–max fusion: the weighted sum of scores put on a scale from 0, a ranking's last, to 1, its first.

    A row that a ranking does not hold has 0 there.

    Source: Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023.
    """
    return _joined(_rescaled(dense), _rescaled(lexical), dense_weight)


def tmm_convex(dense: Sequence[Scored], lexical: Sequence[Scored], dense_weight: float) -> list[Scored]:
    """As `min_max`, on scales from the lowest score there can be, -1 for a cosine and 0 for BM25, to the first's.

    A row that the dense ranking does not hold has what its last has, since a cosine of the row there is
    all the same; one that the lexical ranking does not hold has 0.

    Source: TM2C2 of Bruch, Gai, Ingber, 2023; what absent rows have is this project's.
    """
    near = _rescaled(dense, LOWEST_COSINE)
    absent = min(near.values(), default=0.0)
    rows = near.keys() | (row for row, _ in lexical) if dense_weight < 1.0 else near.keys()
    return _joined({row: near.get(row, absent) for row in rows}, _rescaled(lexical, LOWEST_BM25), dense_weight)


def reciprocal_ranks(
    dense: Sequence[Scored], lexical: Sequence[Scored], dense_weight: float, constant: float = 60.0
) -> list[Scored]:
    """Reciprocal rank fusion: the weighted sum of 1 / (constant + rank), over what a first rank has.

    The larger the constant, the less a first place is worth beside a later one.

    Source: Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
    Learning Methods", 2009, with its constant of 60; the weights are this project's.
    """
    return _joined(_by_rank(dense, constant), _by_rank(lexical, constant), dense_weight)


def mean_fusion(read: Sequence[Scored], own: Sequence[Scored]) -> list[Scored]:
    """The mean of two fused rankings: of what a question was read as, and of its own words.

    A row that one of them does not hold has what its last has there.
    """
    rows = {row for row, _ in (*read, *own)}
    return _joined(_of_all(rows, read), _of_all(rows, own), 0.5)


def _of_all(rows: Iterable[int], ranking: Sequence[Scored]) -> dict[int, float]:
    return dict.fromkeys(rows, min((score for _, score in ranking), default=0.0)) | dict(ranking)


def _joined(dense: Mapping[int, float], lexical: Mapping[int, float], dense_weight: float) -> list[Scored]:
    shares = (dense, dense_weight), (lexical, 1.0 - dense_weight)
    rows = sorted({row for scores, weight in shares if weight for row in scores})
    fused = [(row, sum(weight * scores.get(row, 0.0) for scores, weight in shares)) for row in rows]
    return sorted(fused, key=lambda scored: -scored[1])


def _rescaled(ranking: Sequence[Scored], lowest: float | None = None) -> dict[int, float]:
    if not ranking:
        return {}
    scores = [score for _, score in ranking]
    low, high = min(scores) if lowest is None else lowest, max(scores)
    if high == low:
        return {row: 1.0 for row, _ in ranking}
    return {row: (score - low) / (high - low) for row, score in ranking}


def _by_rank(ranking: Sequence[Scored], constant: float) -> dict[int, float]:
    return {row: (constant + 1.0) / (constant + rank) for rank, (row, _) in enumerate(ranking, start=1)}
