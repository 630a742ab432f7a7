"""Vectors of copies without a model: those of the real texts, perturbed."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.models.embedder import SentenceTransformerEmbedder
from index.models.hub import ENGLISH_MODEL
from index.types import Matrix, Vector
from tests.benchmarks.texts import masked

# The length of what is added to a vector of unit length, about: the cosine of a copy to its real text is then some
# 0.8, and that of two copies of one text some 0.6, as between passages of one article.
NOISE = 0.8


def write_vectors(passages: Sequence[str], embedder: SentenceTransformerEmbedder, path: Path) -> None:
    """Embed the real passages, and keep their vectors with what names them and their copies."""
    names = [_hash(text) for text in passages]
    moulds = [_hash(_body(text)) for text in passages]
    vectors, precision = embedder.embed_passages(list(passages)), embedder.record.precision
    np.savez(path, vectors=vectors, names=names, moulds=moulds, precision=precision)


class PerturbedEmbedder(SentenceTransformerEmbedder):
    """The real model for questions; a passage has the vector of the real one it is a copy of, and noise.

    The noise has the covariance of the real vectors, so it varies as they do, and is drawn by the passage's words:
    the same passage always has the same vector. A real passage has its own.
    """

    def __init__(self, path: Path) -> None:
        with np.load(path) as kept:
            super().__init__(ENGLISH_MODEL, precision=kept["precision"].item())
            self._model = SentenceTransformerEmbedder(ENGLISH_MODEL, precision=self.record.precision)
            self._vectors: Matrix = kept["vectors"]
            self._row_of = {name: row for row, name in enumerate(kept["names"].tolist())}
            self._mould_of = {name: row for row, name in enumerate(kept["moulds"].tolist())}
        centred = self._vectors - self._vectors.mean(axis=0)
        lengths, directions = np.linalg.eigh(centred.T @ centred / len(centred))
        spread = np.sqrt(np.maximum(lengths, 0.0))
        self._spread = (directions * (NOISE * spread / np.linalg.norm(spread))).T.astype(np.float32)
        self.record = self.record.model_copy(update={"name": f"{ENGLISH_MODEL}, perturbed"})
        self.unknown = 0  # passages that no real one was found for

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """One row a query: (n, dim) float32, unit length; by the real model, which is loaded by its own name."""
        return self._model.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """One row a text: (n, dim) float32, unit length."""
        vectors = [self._vectors[self._place(text)] for text in texts]
        noise = np.stack([self._drawn(text) for text in texts]) @ self._spread
        made = np.stack(vectors) + noise
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)

    def _place(self, text: str) -> int:
        name = _hash(text)
        if name in self._row_of:
            return self._row_of[name]
        mould = _hash(_body(text))
        if mould in self._mould_of:
            return self._mould_of[mould]
        self.unknown += 1
        return int(name[:8], 16) % len(self._vectors)

    def _drawn(self, text: str) -> Vector:
        name = _hash(text)
        size = self._vectors.shape[1]
        if name in self._row_of:
            return np.zeros(size, dtype=np.float32)
        return np.random.default_rng(int(name, 16)).standard_normal(size, dtype=np.float32)


def _body(text: str) -> str:
    """What stands below the title, without what a copy changes."""
    return masked(text.partition("\n")[2])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
