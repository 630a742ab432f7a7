"""The nearest vectors to a vector; the only module that imports faiss."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from index.engine.local.private_copy import private_copy
from index.types import Matrix, Rows, Scored, Vector

if TYPE_CHECKING:
    from faiss import IndexIVF

# Rows compared one by one, of all or of those that pass a filter. With 384 numbers each, so many take 3.5 ms of a core,
# and twice as many twice that; the candidates of a larger index take 1 ms.
EXACT = 50_000
# Up to FEW · n^¾ rows that pass a filter are compared one by one too, wherever they lie. At that number it takes as
# long as skipping the other rows in the lists: 2 ms for 8,000 rows of 100,000, 13 ms for 47,000 of a million.
FEW = 1.5
# An index of n rows has LISTS · √n lists, and the nearest lists are read until SCANNED · √n passing rows were seen.
# Over 100,000 vectors made of 10,525 real ones by noise (cosine to their source 0.85), recall@10 is 0.988 for real
# vectors held out and 0.990 for real questions, in 1 ms of a core; over a million 1.0, in 3 ms.
LISTS, SCANNED = 4, 32
# The k-means that makes the lists sees SAMPLED rows for each list, ITERATIONS times. With twice as many of both,
# recall@10 is 0.991 and 0.999, and making the lists of 100,000 vectors takes 6.6 s of a core instead of 2.7.
SAMPLED, ITERATIONS, SEED = 20, 5, 1
# The lists rank by one byte for each number, so the best CANDIDATES are compared again by the vectors themselves.
CANDIDATES = 100
BLOCK = 65_536  # rows read at once


class DenseIndex:
    """Search by cosine over unit vectors.

    Exact over up to EXACT rows, which are kept in memory: each search reads them all. Above that, candidates of an
    inverted file are scored exactly, and the vectors are read from the disk as they are used.
    """

    def __init__(self, vectors: Matrix, lists: "_InvertedFile | None") -> None:
        self._vectors = vectors  # (n, dim) float32 of unit length
        self._lists = lists

    @staticmethod
    def write(path: Path, vectors: Matrix) -> None:
        """Write what a search of `vectors`, (n, dim) float32, needs beside them: nothing up to EXACT rows.

        The same vectors give the same index, on one machine with as many threads.

        Raises:
            ValueError: a row is not of unit length, so that scores would not be cosines.
            OSError: the disk refused.
        """
        _refuse_other_lengths(vectors)
        if len(vectors) > EXACT:
            _InvertedFile.write(path, vectors)

    @staticmethod
    def open(vectors: Path, lists: Path) -> "DenseIndex":
        """Open the vectors of a generation, and what `write` wrote beside them, if anything.

        Raises:
            ValueError: the vectors are not (n, dim) float32 row by row, or the lists are of other vectors.
            StorageError: more than EXACT vectors find no room in the temporary directory.
        """
        matrix = np.load(vectors, mmap_mode="r")
        if len(matrix) > EXACT:
            with private_copy(vectors) as copy:
                matrix = np.load(copy, mmap_mode="r")
        else:
            matrix = np.load(vectors)
        # faiss gets only an address, and would read whatever lies there.
        if matrix.ndim != 2 or matrix.dtype != np.float32 or not matrix.flags.c_contiguous:
            raise ValueError("it does not hold rows of float32 behind each other")
        inverted_file = _InvertedFile.open(lists) if lists.exists() else None
        if inverted_file is not None and inverted_file.shape != matrix.shape:
            raise ValueError(f"{lists.name} is of vectors of the shape {inverted_file.shape}, not {matrix.shape}")
        return DenseIndex(matrix, inverted_file)

    def __len__(self) -> int:
        return len(self._vectors)

    def mismatches(self) -> int:
        """How many rows of the inverted file are not near the row's vector.

        Raises:
            ValueError: a vector is not of unit length.
        """
        _refuse_other_lengths(self._vectors)
        return self._lists.mismatches(self._vectors) if self._lists else 0

    def search(self, vector: Vector, k: int, rows: Rows | None = None) -> list[Scored]:
        """The `k` rows of highest cosine in [-1, 1] to `vector`, best first.

        Only `rows` are searched, if given, so a narrow filter still gives k hits where there are k.

        Raises:
            ValueError: `vector` has another length than the rows.
        """
        import faiss

        passing = len(self) if rows is None else len(rows)
        if not passing:  # an empty index does not know its dimension
            return []
        if np.shape(vector) != self._vectors.shape[1:]:
            raise ValueError(f"a vector of shape {np.shape(vector)} among rows of {self._vectors.shape[1]} numbers")
        query = np.array(vector, dtype=np.float32)[None, :]  # a copy, since it is normalised in place
        with _one_thread():
            faiss.normalize_L2(query)
            if self._lists is not None and passing > FEW * len(self) ** 0.75:
                rows = self._lists.candidates(query, max(CANDIDATES, 2 * k), rows)
                passing = len(rows)
            selector = None if rows is None else faiss.IDSelectorArray(rows)
            scores = np.empty(min(k, passing), dtype=np.float32)
            best = np.empty(len(scores), dtype=np.int64)
            arrays = (query, self._vectors, scores, best)
            query_at, vectors_at, scores_at, best_at = [faiss.swig_ptr(array) for array in arrays]
            faiss.knn_inner_product(
                query_at, vectors_at, query.shape[1], 1, len(self), len(scores), scores_at, best_at, selector
            )
        return list(zip(best.tolist(), scores.tolist(), strict=True))


class _InvertedFile:
    """Lists of rows near one another, each row with one byte for each number of its vector."""

    def __init__(self, index: "IndexIVF") -> None:
        import faiss

        self._index = index
        self.centroids = cast(Matrix, index.quantizer.reconstruct_n(0, index.nlist))
        self._list_of_row = np.empty(index.ntotal, dtype=np.int32)
        self._sizes = np.empty(index.nlist, dtype=np.int64)
        lists = cast(Any, index.invlists)
        for number in range(index.nlist):
            size = self._sizes[number] = lists.list_size(number)
            if size:
                self._list_of_row[faiss.rev_swig_ptr(lists.get_ids(number), size)] = number

    @staticmethod
    def write(path: Path, vectors: Matrix) -> None:
        """Write the lists of `vectors`, made by k-means over a sample of them that SEED chooses."""
        import faiss

        count, dim = vectors.shape
        lists = int(LISTS * sqrt(count))
        byte, inner_product = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        residual = False  # the vectors themselves are stored, and not their difference from a centroid
        index = faiss.IndexIVFScalarQuantizer(faiss.IndexFlatIP(dim), dim, lists, byte, inner_product, residual)
        index.cp.niter, index.cp.seed, index.cp.spherical = ITERATIONS, SEED, True
        index.cp.min_points_per_centroid = 1  # otherwise faiss warns on standard error about a small sample
        sample = np.random.default_rng(SEED).choice(count, min(count, SAMPLED * lists), replace=False)
        index.train(vectors[np.sort(sample)])
        for start in range(0, count, BLOCK):
            index.add(np.ascontiguousarray(vectors[start : start + BLOCK]))
        path.write_bytes(faiss.serialize_index(index).data)  # faiss's own writing does not say why it failed

    @staticmethod
    def open(path: Path) -> "_InvertedFile":
        import faiss

        return _InvertedFile(cast("IndexIVF", faiss.read_index(str(path))))

    @property
    def shape(self) -> tuple[int, int]:
        """(n, dim) of the vectors it was made from."""
        return int(self._index.ntotal), int(self._index.d)

    def mismatches(self, vectors: Matrix) -> int:
        """How many rows are not near the vector of that row."""
        count = 0
        for start in range(0, len(vectors), BLOCK):
            block = vectors[start : start + BLOCK]
            stored = self._index.reconstruct_n(start, len(block))
            # A byte for each number keeps a cosine of 0.999.
            count += int((np.einsum("ij,ij->i", stored, block) < 0.99).sum())
        return count

    def candidates(self, query: Matrix, k: int, rows: Rows | None) -> Rows:
        """About the best `k` of the rows that pass, ascending, by the numbers stored in the lists."""
        import faiss

        enough = max(SCANNED * sqrt(self._index.ntotal), 2 * k)
        options: dict[str, object] = {"nprobe": self.lists_to_read(query[0], enough, rows)}
        if rows is not None:
            passes = np.zeros(self._index.ntotal, dtype=bool)
            passes[rows] = True
            bits = np.packbits(passes, bitorder="little")  # faiss keeps only its address, so it stays until the search
            options["sel"] = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
        _, nearest = self._index.search(query, k, params=faiss.SearchParametersIVF(**options))
        return cast(Rows, np.sort(nearest[0][nearest[0] >= 0]))

    def lists_to_read(self, query: Vector, enough: float, rows: Rows | None) -> int:
        """How many lists must be read, nearest first, until `enough` rows were seen that pass."""
        sizes = self._sizes if rows is None else np.bincount(self._list_of_row[rows], minlength=len(self.centroids))
        # Einsum computes in this thread; a product by BLAS would wait for threads while the model's still spin. With
        # BLAS a whole search of 100,000 passages took 20 ms, one in twenty over 100, and with einsum it takes 9.
        nearest = np.argsort(-np.einsum("ij,j->i", self.centroids, query))
        seen = np.cumsum(sizes[nearest])
        return min(1 + int(np.searchsorted(seen, enough)), len(nearest))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let faiss compute in the calling thread alone, and restore its number of threads afterwards.

    With more threads, each but one looks for further work for milliseconds after a search, and slows the model that
    embeds the next question. Consecutive searches of 10,000 passages took 6.4 to 7.3 ms so; with one thread they take
    3.7 to 4.3.
    """
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _refuse_other_lengths(vectors: Matrix) -> None:
    for start in range(0, len(vectors), BLOCK):
        lengths = np.linalg.norm(vectors[start : start + BLOCK], axis=1)
        if not np.allclose(lengths, 1.0, atol=1e-3):
            raise ValueError(f"vectors must have unit length, found {lengths.min()} to {lengths.max()}")
