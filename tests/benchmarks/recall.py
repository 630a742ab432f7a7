"""What searches of vectors find of what they should, against every vector, made again from its passage."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from index.engine.local.local_index import LocalIndex
from index.types import Filters, Matrix, Vector
from tests.benchmarks.searching import CHUNK, passages_of

_NONE = -2.0  # less than any cosine
_ROUNDING = 1e-5  # two cosines nearer to each other are the same: sums are rounded by their order


def recalls(index: LocalIndex, queries: Sequence[Vector], searches: Sequence[tuple[int, Filters]]) -> list[float]:
    """Of each search, for so many hits by a filter: the share of the nearest ones that it finds, of all queries."""
    stacked = np.stack(queries)
    exact = [_ExactSearch(index, queries, k, filters) for k, filters in searches]
    for start, vectors in _vectors(index):
        cosines = stacked @ vectors.T
        for search in exact:
            search.see(start, cosines)
    return [search.recall() for search in exact]


class _ExactSearch:
    """A search, and the nearest of all vectors that were seen so far.

    What is found counts where its cosine is at least the k-th of all, so that equals may stand for each other.
    """

    def __init__(self, index: LocalIndex, queries: Sequence[Vector], k: int, filters: Filters) -> None:
        self._passing = passing(index, filters)
        self._found = [[row for row, _ in index.nearest(query, k, filters)] for query in queries]
        self._wanted = {row for rows in self._found for row in rows}
        self._cosines: dict[int, Vector] = {}  # of the rows found, to all queries
        self._best = np.full((len(queries), min(k, int(self._passing.sum()))), _NONE, dtype=np.float32)

    def see(self, start: int, cosines: Matrix) -> None:
        """The cosines of all queries to the rows that come next."""
        end, k = start + cosines.shape[1], self._best.shape[1]
        allowed = np.where(self._passing[start:end], cosines, np.float32(_NONE))
        self._cosines |= {row: allowed[:, row - start].copy() for row in self._wanted if start <= row < end}
        self._best = -np.partition(-np.concatenate([self._best, allowed], axis=1), k - 1, axis=1)[:, :k]

    def recall(self) -> float:
        """The share in [0, 1], when all were seen."""
        least = self._best.min(axis=1) - _ROUNDING
        found = [(row, place) for place, rows in enumerate(self._found) for row in rows]
        right = sum(bool(self._cosines[row][place] >= least[place]) for row, place in found)
        return round(right / self._best.size, 4)


def passing(index: LocalIndex, filters: Filters) -> np.ndarray:
    """Whether each row passes a filter."""
    rows = index.catalog.rows_of(filters)
    allowed = np.zeros(index.manifest.passages, dtype=bool)
    allowed[slice(None) if rows is None else rows] = True
    return allowed


def _vectors(index: LocalIndex) -> Iterator[tuple[int, Matrix]]:
    """The vectors of all rows, some at a time, each with the first of its rows."""
    rows = passages_of(index)
    while some := list(islice(rows, CHUNK)):
        yield some[0][0], index.embedder.embed_passages([text for _, _, text in some])
