"""The nearest vectors to a vector; the only module that imports faiss."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Scored = tuple[int, float]  # a passage's row, and its score: larger is nearer


class DenseIndex:
    """Exact search by cosine over unit vectors, in memory."""

    def __init__(self, index: object) -> None:
        self._index = index

    @staticmethod
    def write(path: Path, vectors: NDArray[np.float32]) -> None:
        """Write an index of `vectors`, (n, dim) float32; rows keep their numbers.

        Raises:
            ValueError: a row is not of unit length, which would make the scores no cosines.
            OSError: the disk refused.
        """
        import faiss

        lengths = np.linalg.norm(vectors, axis=1)
        if not np.allclose(lengths, 1.0, atol=1e-3):
            raise ValueError(f"vectors must have unit length, found {lengths.min()} to {lengths.max()}")
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        path.write_bytes(faiss.serialize_index(index).data)  # faiss's own writing does not say why it failed

    @staticmethod
    def open(path: Path) -> "DenseIndex":
        """Read an index that `write` wrote."""
        import faiss

        return DenseIndex(faiss.read_index(str(path)))

    def __len__(self) -> int:
        return int(self._index.ntotal)  # type: ignore[attr-defined]

    def vectors(self) -> NDArray[np.float32]:
        """What was written: (n, dim) float32."""
        return np.asarray(self._index.reconstruct_n(0, len(self)))  # type: ignore[attr-defined]

    def search(self, vector: NDArray[np.float32], k: int, rows: Rows | None = None) -> list[Scored]:
        """The `k` rows of highest cosine in [-1, 1] to `vector`, best first.

        `rows` bounds the search itself, so a narrow filter still gives k hits where there are k.
        """
        import faiss

        if not len(self):  # which has no dimension to speak of
            return []
        query = np.array(vector, dtype=np.float32)[None, :]  # a copy: it is normalised in place
        faiss.normalize_L2(query)
        selector = None if rows is None else faiss.IDSelectorBatch(rows)
        parameters = None if selector is None else faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, found = self._index.search(query, k, params=parameters)  # type: ignore[attr-defined]
        pairs = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        return [(row, score) for row, score in pairs if row >= 0]
