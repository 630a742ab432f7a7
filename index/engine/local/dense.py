"""The nearest vectors to a vector; the only module that imports faiss."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from index.types import Matrix, Rows, Scored, Vector

if TYPE_CHECKING:
    from faiss import IndexIVF

# Rows compared one by one, of all or of those a filter passes. Of 384 numbers each they take 3.5 ms of a core, and
# twice as many twice that; the candidates of a larger index take 1 ms.
EXACT = 50_000
# Up to FEW · n^¾ rows that a filter passes are compared one by one too, though they lie apart. There it takes as long
# as passing over the others in the lists: 2 ms for 8,000 rows of 100,000, 13 ms for 47,000 of a million.
FEW = 1.5
# An index of n rows has LISTS · √n lists, and the nearest lists are read until SCANNED · √n passing rows were seen.
# Over 100,000 vectors made of 10,525 real ones by noise (cosine to their source 0.85), recall@10 is 0.988 for real
# vectors held out and 0.990 for real questions, in 1 ms of a core; over a million 1.0, in 3 ms.
LISTS, SCANNED = 4, 32
# The k-means that makes the lists sees so many rows for each list, so many times. With twice as many of both recall@10
# is 0.991 and 0.999, and making the lists of 100,000 vectors takes 6.6 s of a core for 2.7.
SAMPLED, ITERATIONS, SEED = 20, 5, 1
# What the lists rank is a byte for each number, so the best are compared again by the vectors themselves.
CANDIDATES = 100
BLOCK = 65_536  # rows read at once


class DenseIndex:
    """Search by cosine over unit vectors, which are read from the disk as they are used.

    Exact over up to EXACT rows. Above that, candidates of an inverted file are scored exactly.
    """

    def __init__(self, vectors: Matrix, lists: "_Lists | None") -> None:
        self._vectors = vectors  # (n, dim) float32 of unit length
        self._lists = lists

    @staticmethod
    def write(path: Path, vectors: Matrix) -> None:
        """Write what a search of `vectors`, (n, dim) float32, needs beside them: nothing up to EXACT rows.

        The same vectors give the same index, on one machine with as many threads.

        Raises:
            ValueError: a row is not of unit length, which would make the scores no cosines.
            OSError: the disk refused.
        """
        _refuse_other_lengths(vectors)
        if len(vectors) > EXACT:
            _Lists.write(path, vectors)

    @staticmethod
    def open(vectors: Path, lists: Path) -> "DenseIndex":
        """Open the vectors of a generation, and what `write` wrote beside them, if anything.

        Raises:
            ValueError: the vectors are not (n, dim) float32 row by row, or the lists are of others.
        """
        held = np.load(vectors, mmap_mode="r")
        # faiss is given their address alone, and would read whatever lies there.
        if held.ndim != 2 or held.dtype != np.float32 or not held.flags.c_contiguous:
            raise ValueError("it does not hold rows of float32 behind each other")
        found = _Lists.open(lists) if lists.exists() else None
        if found is not None and found.shape != held.shape:
            raise ValueError(f"{lists.name} is of vectors of the shape {found.shape}, not {held.shape}")
        return DenseIndex(held, found)

    def __len__(self) -> int:
        return len(self._vectors)

    def strays(self) -> int:
        """How many rows the inverted file holds otherwise than the vectors do.

        Raises:
            ValueError: a vector is not of unit length.
        """
        _refuse_other_lengths(self._vectors)
        return self._lists.strays(self._vectors) if self._lists else 0

    def search(self, vector: Vector, k: int, rows: Rows | None = None) -> list[Scored]:
        """The `k` rows of highest cosine in [-1, 1] to `vector`, best first.

        `rows` bounds the search itself, so a narrow filter still gives k hits where there are k.

        Raises:
            ValueError: `vector` has another length than the rows.
        """
        import faiss

        passing = len(self) if rows is None else len(rows)
        if not passing:  # no rows have no dimension to speak of
            return []
        if np.shape(vector) != self._vectors.shape[1:]:
            raise ValueError(f"a vector of shape {np.shape(vector)} among rows of {self._vectors.shape[1]} numbers")
        query = np.array(vector, dtype=np.float32)[None, :]  # a copy: it is normalised in place
        with _one_thread():
            faiss.normalize_L2(query)
            if self._lists is not None and passing > FEW * len(self) ** 0.75:
                rows = self._lists.candidates(query, max(CANDIDATES, 2 * k), rows)
            return self._exact(query, k, rows)

    def _exact(self, query: Matrix, k: int, rows: Rows | None) -> list[Scored]:
        """The best of `rows` by their own vectors, or of all."""
        import faiss

        k = min(k, len(self) if rows is None else len(rows))
        scores, found = np.empty(k, dtype=np.float32), np.empty(k, dtype=np.int64)
        selector = None if rows is None else faiss.IDSelectorArray(rows)
        ours, theirs, best, numbers = (faiss.swig_ptr(array) for array in (query, self._vectors, scores, found))
        faiss.knn_inner_product(ours, theirs, query.shape[1], 1, len(self), k, best, numbers, selector)
        return list(zip(found.tolist(), scores.tolist(), strict=True))


class _Lists:
    """Lists of rows near one another, each with a byte for each number of its vector."""

    def __init__(self, index: "IndexIVF") -> None:
        self._index = index
        self.centroids = cast(Matrix, index.quantizer.reconstruct_n(0, index.nlist))
        self._list_of = _lists_of_rows(index)
        self._sizes = np.bincount(self._list_of, minlength=index.nlist)

    @staticmethod
    def write(path: Path, vectors: Matrix) -> None:
        """Write the lists of vectors, made by k-means over a part of them that a seed chooses."""
        import faiss

        # faiss's own writing does not say why it failed
        path.write_bytes(faiss.serialize_index(_inverted_file(vectors)).data)

    @staticmethod
    def open(path: Path) -> "_Lists":
        import faiss

        return _Lists(cast("IndexIVF", faiss.read_index(str(path))))

    @property
    def shape(self) -> tuple[int, int]:
        return int(self._index.ntotal), int(self._index.d)

    def strays(self, vectors: Matrix) -> int:
        blocks = ((start, vectors[start : start + BLOCK]) for start in range(0, len(vectors), BLOCK))
        stored = ((self._index.reconstruct_n(start, len(block)), block) for start, block in blocks)
        # A byte for each number keeps a cosine of 0.999.
        return sum(int((np.einsum("ij,ij->i", held, block) < 0.99).sum()) for held, block in stored)

    def candidates(self, query: Matrix, k: int, rows: Rows | None) -> Rows:
        """About the best `k` rows, ascending, of those that pass, as far as the lists know."""
        import faiss

        enough = max(SCANNED * sqrt(self._index.ntotal), 2 * k)
        options: dict[str, object] = {"nprobe": self.depth(query[0], enough, rows)}
        bits = _bits(rows, self._index.ntotal) if rows is not None else None
        if bits is not None:
            options["sel"] = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
        _, found = self._index.search(query, k, params=faiss.SearchParametersIVF(**options))
        return cast(Rows, np.sort(found[0][found[0] >= 0]))

    def depth(self, query: Vector, enough: float, rows: Rows | None) -> int:
        """How many lists must be read, the nearest first, until `enough` rows were seen that pass."""
        sizes = self._sizes if rows is None else np.bincount(self._list_of[rows], minlength=len(self.centroids))
        # By einsum, which computes in this thread: a product by BLAS would wait for threads that the model's still spin
        # against. A whole search of 100,000 passages takes 9 ms so, and took 20, with one in twenty over 100.
        nearest = np.argsort(-np.einsum("ij,j->i", self.centroids, query))
        seen = np.cumsum(sizes[nearest])
        return min(1 + int(np.searchsorted(seen, enough)), len(nearest))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Faiss computes in this thread alone, and whoever else calls it as before.

    Of several, each but one looks for more work for milliseconds after a search, in the way of the model that embeds
    the next question: one after the other, searches of 10,000 passages took 6.4 to 7.3 ms so, and take 3.7 to 4.3.
    """
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _lists_of_rows(index: "IndexIVF") -> NDArray[np.int32]:
    """The list that each row is in."""
    import faiss

    lists, found = index.invlists, np.empty(index.ntotal, dtype=np.int32)
    for number in range(index.nlist):
        size = lists.list_size(number)  # type: ignore[union-attr]
        if size:
            found[faiss.rev_swig_ptr(lists.get_ids(number), size)] = number  # type: ignore[union-attr]
    return found


def _refuse_other_lengths(vectors: Matrix) -> None:
    for start in range(0, len(vectors), BLOCK):
        lengths = np.linalg.norm(vectors[start : start + BLOCK], axis=1)
        if not np.allclose(lengths, 1.0, atol=1e-3):
            raise ValueError(f"vectors must have unit length, found {lengths.min()} to {lengths.max()}")


def _inverted_file(vectors: Matrix) -> "IndexIVF":
    import faiss

    count, dim = vectors.shape
    lists = int(LISTS * sqrt(count))
    scalar = faiss.ScalarQuantizer.QT_8bit
    kind = faiss.METRIC_INNER_PRODUCT
    residual = False  # the vectors themselves are kept, a byte for each number, and not how they differ from a centroid
    index = faiss.IndexIVFScalarQuantizer(faiss.IndexFlatIP(dim), dim, lists, scalar, kind, residual)
    index.cp.niter, index.cp.seed, index.cp.spherical = ITERATIONS, SEED, True
    index.cp.min_points_per_centroid = 1  # of which it would else complain on standard error
    chosen = np.random.default_rng(SEED).choice(count, min(count, SAMPLED * lists), replace=False)
    index.train(vectors[np.sort(chosen)])
    for start in range(0, count, BLOCK):
        index.add(np.ascontiguousarray(vectors[start : start + BLOCK]))
    return index


def _bits(rows: Rows, count: int) -> NDArray[np.uint8]:
    """A bit for each of `count` rows, set where it is one of `rows`."""
    passes = np.zeros(count, dtype=bool)
    passes[rows] = True
    return np.packbits(passes, bitorder="little")
