"""What answering may ask of any engine, and the local engine that joins dense, lexical and catalog.

Another engine (a cluster's) is another class with `PassageIndex`'s methods.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np

from index.build.near_duplicates import Copies
from index.commands import command
from index.corpus.articles import Article
from index.engine.local import generations as snapshot
from index.engine.local.catalog import Catalog, Filters, Listed
from index.engine.local.dense import DenseIndex, Scored
from index.engine.local.lexical import LexicalIndex
from index.engine.local.retention import Hold
from index.engine.manifest import CATALOG, COPIES, DENSE, LEXICAL, VECTORS, Manifest, ModelRecord
from index.engine.stats import Holdings
from index.errors import ModelError, RagError, SnapshotDamaged
from index.models.embedder import Embedder, Vector, embedder_of_record
from index.passages.split import Passage

EmbedderOf = Callable[[ModelRecord], Embedder]

_log = logging.getLogger(__name__)


class PassageIndex(Protocol):
    """Searches of one generation of one corpus. A row is the engine's own number of a passage."""

    @property
    def manifest(self) -> Manifest:
        """What the generation holds and how it was made."""

    @property
    def embedder(self) -> Embedder:
        """The model its passages were embedded with, for queries and sentences."""

    def nearest(self, vector: Vector, k: int, filters: Filters) -> list[Scored]:
        """Up to `k` (row, cosine in [-1, 1]), best first."""

    def matching(self, query: str, k: int, title_weight: float, filters: Filters) -> list[Scored]:
        """Up to `k` (row, BM25 score ≥ 0), best first."""

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of these rows, in the order asked."""

    def first_copy(self, row: int) -> int:
        """The first row that says nearly what this one says; itself where no earlier one does."""

    def copies(self, row: int, filters: Filters) -> list[int]:
        """The other rows that say nearly what this one says and pass the filters, ascending."""

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are indexed, in order."""

    def document_frequency(self, term: str) -> int:
        """How many passages hold an indexed word."""

    def listed(self, filters: Filters, first: int, count: int) -> list[Listed]:
        """So many of the articles that pass, the latest day first, from the `first` on, which counts from 0."""

    def holdings(self) -> Holdings:
        """What the generation holds, by source, language and day, and what was refused."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class LocalIndex:
    """One generation on this machine's disk, opened whole and never changing."""

    manifest: Manifest
    embedder: Embedder
    catalog: Catalog
    dense: DenseIndex
    lexical: LexicalIndex
    alike: Copies
    hold: Hold  # while it is in use its files stay on the disk

    @staticmethod
    def open(directory: Path, embedder_of: EmbedderOf = embedder_of_record) -> "LocalIndex":
        """Open the live generation of an index directory, every file checked, with the model that made it.

        Raises:
            SnapshotError: there is none, it is damaged, or it is not ours; with the command that mends it.
            ModelError: the model it was made with is not on this machine.
        """
        mark = snapshot.live_mark(directory)
        try:
            return LocalIndex._opened(directory, embedder_of)
        except RagError:
            if snapshot.live_mark(directory) == mark:
                raise
            # It was replaced, and perhaps removed, while it was being opened.
            return LocalIndex._opened(directory, embedder_of)

    @staticmethod
    def _opened(directory: Path, embedder_of: EmbedderOf) -> "LocalIndex":
        manifest = snapshot.whole_manifest(directory)
        folder = snapshot.generation_folder(directory, manifest.generation)
        try:
            embedder = embedder_of(manifest.model)
        except ModelError as error:
            again = command("rag index", directory)
            raise ModelError(error.what, f"{error.remedy} Or make the index again: {again}") from error
        try:
            hold = Hold(folder)
            return LocalIndex(
                manifest,
                embedder,
                Catalog.open(folder / CATALOG),
                DenseIndex.open(folder / VECTORS, folder / DENSE),
                LexicalIndex.open(folder / LEXICAL),
                Copies.open(folder / COPIES),
                hold,
            )
        except (OSError, RuntimeError, ValueError) as error:  # as SQLite, faiss and tantivy tell of a bad file
            raise SnapshotDamaged(
                f"{folder} can't be opened ({error}).", snapshot.rebuild_command(directory)
            ) from error

    def nearest(self, vector: Vector, k: int, filters: Filters) -> list[Scored]:
        """Up to `k` (row, cosine in [-1, 1]), best first."""
        return self.dense.search(vector, k, self.catalog.rows_of(filters))

    def matching(self, query: str, k: int, title_weight: float, filters: Filters) -> list[Scored]:
        """Up to `k` (row, BM25 score ≥ 0), best first."""
        return self.lexical.search(query, k, title_weight, self.catalog.rows_of(filters))

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of these rows, in the order asked."""
        return self.catalog.passages(rows)

    def first_copy(self, row: int) -> int:
        """The first row that says nearly what this one says; itself where no earlier one does."""
        return self.alike.first(row)

    def copies(self, row: int, filters: Filters) -> list[int]:
        """The other rows that say nearly what this one says and pass the filters, ascending."""
        others = self.alike.of(row)
        passing = self.catalog.rows_of(filters) if others else None
        return others if passing is None else np.intersect1d(others, passing).tolist()

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        return self.catalog.article(article_id)

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are indexed, in order."""
        return self.lexical.terms(text)

    def document_frequency(self, term: str) -> int:
        """How many passages hold an indexed word."""
        return self.lexical.document_frequency(term)

    def listed(self, filters: Filters, first: int, count: int) -> list[Listed]:
        """So many of the articles that pass, the latest day first, from the `first` on, which counts from 0."""
        return self.catalog.listed(filters, first, count)

    def holdings(self) -> Holdings:
        """What the generation holds, by source, language and day, and what was refused."""
        return Holdings.of(self.manifest, self.catalog)


class LiveIndex:
    """Always the newest generation of a directory; each caller keeps the one it was given.

    A generation that can't be opened is logged and passed over: the one that serves goes on serving.
    """

    def __init__(self, directory: Path, embedder_of: EmbedderOf = embedder_of_record) -> None:
        self._directory = directory
        self._embedder_of = embedder_of
        self._lock = Lock()
        self._mark = snapshot.live_mark(directory)
        self._serving = LocalIndex.open(directory, embedder_of)
        self._trouble: str | None = None

    def trouble(self) -> str | None:
        """Why the newest generation does not serve, where an older one does.

        Raises:
            SnapshotError: the directory holds no index any more.
        """
        self.current()
        snapshot.live_number(self._directory)
        return self._trouble

    def current(self) -> LocalIndex:
        """The live generation, opened anew if CURRENT was replaced since the last call."""
        if snapshot.live_mark(self._directory) == self._mark:
            return self._serving
        # One caller opens the new generation; the others are answered from the old one meanwhile.
        if self._lock.acquire(blocking=False):
            try:
                self._swap()
            finally:
                self._lock.release()
        return self._serving

    def _swap(self) -> None:
        mark = snapshot.live_mark(self._directory)
        if mark == self._mark:
            return
        try:
            opened = LocalIndex.open(self._directory, self._embedder_of)
            opened.embedder.embed_query("warm up")  # another model is loaded here, not within the next question
            self._serving = opened
            self._trouble = None
        except RagError as error:
            number = self._serving.manifest.generation
            self._trouble = f"The new index can't be served, generation {number} still is: {error}"
            _log.error("%s", self._trouble)
        # Also where it failed: it is tried again when CURRENT is next replaced.
        self._mark = mark
