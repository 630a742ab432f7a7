"""One generation opened for searching, and following the live one."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from index.commands import command
from index.engine.local import generations
from index.engine.local.catalog import Catalog
from index.engine.local.checksums import FileWatch
from index.engine.local.dense import DenseIndex
from index.engine.local.lexical import LexicalIndex
from index.engine.local.mentions import Mentions
from index.engine.local.near_duplicates import NearDuplicates
from index.engine.local.retention import GenerationLease
from index.engine.local.spelling import errors_between
from index.engine.manifest import CATALOG, DENSE, LEXICAL, NEAR_DUPLICATES, VECTORS, Manifest
from index.engine.protocol import EmbedderOf
from index.engine.stats import IndexStats
from index.errors import GenerationDamagedError, ModelError, RagError
from index.models.embedder import Embedder, embedder_of_record
from index.types import Article, ArticleSummary, Filters, Passage, Scored, Spelling, Vector

_log = logging.getLogger(__name__)
_WORD = re.compile(r"\w+")
_ENDINGS = range(2, 5)  # the lengths of endings that may be mistyped
_SHORTEST_STEM = 5
_PASSAGES_LOOKED_AT = 5  # for how a word is written


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class LocalIndex:
    """A PassageIndex of one generation on this machine's disk, opened whole and never changing.

    No file of it stays mapped into memory, so that cutting one short while it is searched ends no process.
    """

    manifest: Manifest
    embedder: Embedder
    catalog: Catalog
    dense: DenseIndex
    lexical: LexicalIndex
    mentions: Mentions
    duplicates: NearDuplicates
    lease: GenerationLease  # keeps the files on the disk while the generation is in use
    files: FileWatch

    @staticmethod
    def open(directory: Path, embedder_of: EmbedderOf = embedder_of_record) -> "LocalIndex":
        """Open the live generation of an index directory, with every file checked and the model that made it.

        Raises:
            GenerationError: there is none, it is damaged, or it is not ours; the remedy is the command that mends it.
            ModelError: the model it was made with is not on this machine.
        """
        mark = generations.current_mark(directory)
        try:
            return LocalIndex._open(directory, embedder_of)
        except RagError:
            if generations.current_mark(directory) == mark:
                raise
            # The generation was replaced while it was being opened, and perhaps removed.
            return LocalIndex._open(directory, embedder_of)

    @staticmethod
    def _open(directory: Path, embedder_of: EmbedderOf) -> "LocalIndex":
        manifest = generations.read_manifest(directory, generations.live_number(directory))
        files = generations.file_watch(directory, manifest)
        generations.refuse_damage(directory, files)
        folder = generations.generation_folder(directory, manifest.generation)
        try:
            embedder = embedder_of(manifest.model)
        except ModelError as error:
            again = command("rag index", directory)
            raise ModelError(error.what, f"{error.remedy} Or make the index again: {again}") from error
        try:
            lease = GenerationLease(folder)
            catalog = Catalog.open(folder / CATALOG)
            lexical = LexicalIndex.open(folder / LEXICAL)
            return LocalIndex(
                manifest,
                embedder,
                catalog,
                DenseIndex.open(folder / VECTORS, folder / DENSE),
                lexical,
                Mentions(catalog, lexical),
                NearDuplicates.open(folder / NEAR_DUPLICATES),
                lease,
                files,
            )
        except (
            OSError,
            RuntimeError,
            ValueError,
        ) as error:  # what faiss, numpy, SQLite and tantivy raise for a bad file
            raise GenerationDamagedError(
                f"{folder} can't be opened ({error}).", generations.rebuild_command(directory)
            ) from error

    def nearest(self, vector: Vector, k: int, filters: Filters) -> list[Scored]:
        """Up to `k` (row, cosine in [-1, 1]), best first."""
        return self.dense.search(vector, k, self.catalog.rows_of(filters))

    def matching(self, query: str, k: int, title_weight: float, filters: Filters) -> list[Scored]:
        """Up to `k` (row, BM25 score ≥ 0), best first."""
        return self.lexical.search(query, k, title_weight, self.catalog.rows_of(filters))

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of these rows, in the order given."""
        return self.catalog.passages(rows)

    def first_near_duplicate(self, row: int) -> int:
        """The first row whose passage is a near-duplicate of this row's; the row itself where no earlier one is."""
        return self.duplicates.first(row)

    def near_duplicates(self, row: int, filters: Filters) -> list[int]:
        """The other rows that are near-duplicates of this one and pass the filters, ascending."""
        others = self.duplicates.others(row)
        passing = self.catalog.rows_of(filters) if others else None
        return others if passing is None else np.intersect1d(others, passing).tolist()

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        return self.catalog.article(article_id)

    def terms(self, text: str, language: str | None = None) -> list[str]:
        """The words of a text as they are indexed in articles of a language, or else in most passages, in order."""
        return self.lexical.terms(text, language)

    def document_frequency(self, term: str) -> int:
        """How many passages hold an indexed word."""
        return self.lexical.document_frequency(term)

    def holds(self, word: str) -> bool:
        """Whether any passage, or the title of any article, holds a word in any of its forms, in any language."""
        return self.lexical.holds(word)

    def spellings_near(self, word: str, errors: int) -> list[Spelling]:
        """The words of passages that are written like a word but for so many errors of typing, the nearest first."""
        # Stems are further from each other than words: "presidnt" is one letter from "president", two from its stem.
        found = self._spellings_near(word, self.terms(word), errors, errors + 1)
        # Where the error lies in an ending, the stemmer leaves it: "declaraton" is far from the stem of "declaration".
        stems = [word[:-length].lower() for length in _ENDINGS if len(word) - length >= _SHORTEST_STEM]
        return found or self._spellings_near(word, stems, errors, 1)

    def _spellings_near(self, word: str, stems: Sequence[str], errors: int, errors_of_stems: int) -> list[Spelling]:
        terms = {term for stem in stems for term in self.lexical.near_terms(stem, errors_of_stems)}
        spellings = filter(None, (self._spelling(term, word.casefold()) for term in terms))
        near = [spelling for spelling in spellings if spelling.errors <= errors]
        return sorted(near, key=lambda spelling: (spelling.errors, -spelling.passages, spelling.text))

    def _spelling(self, term: str, word: str) -> Spelling | None:
        """The form of an indexed word nearest to a word, in small letters where some passages write it so."""
        texts = [passage.text for passage in self.passages(self.lexical.rows_with(term, _PASSAGES_LOOKED_AT))]
        forms = {form for text in texts for form in _WORD.findall(text) if self.terms(form) == [term]}
        found = [(errors_between(word, form.casefold()), form[0].isupper(), form) for form in forms]
        if not found:
            return None  # only passages of another language hold it
        errors, _, form = min(found)
        return Spelling(form, errors, self.document_frequency(term))

    def list_articles(
        self, filters: Filters, offset: int, limit: int, phrase: str | None = None
    ) -> list[ArticleSummary]:
        """Up to `limit` of the articles that pass and hold a phrase, newest first, after the first `offset` of them."""
        if phrase is not None:
            return self.articles_mentioning(phrase, filters, offset, limit)[1]
        return self.catalog.list_articles(filters, offset, limit)

    def count_articles(self, filters: Filters) -> int:
        """How many articles pass."""
        return self.catalog.count_articles(filters)

    def articles_mentioning(
        self, phrase: str, filters: Filters, offset: int, limit: int
    ) -> tuple[int, list[ArticleSummary]]:
        """How many articles that pass hold a phrase, and `limit` of them after the first `offset`, newest first."""
        return self.mentions.articles(phrase, filters, offset, limit)

    def most_mentions(self, phrase: str) -> int:
        """At most so many passages hold the rarest word of a phrase; 0 says that no article holds the phrase."""
        return self.mentions.most(phrase)

    def stats(self) -> IndexStats:
        """What the generation holds, by source, language and day, and what was refused."""
        return IndexStats.of(self.manifest, self.catalog.breakdown())


class LiveIndex:
    """An IndexSource that follows the live generation of a directory.

    A new generation that can't be opened is logged and skipped; the one that serves goes on serving, unless one of its
    own files is overwritten or cut.
    """

    def __init__(self, directory: Path, embedder_of: EmbedderOf = embedder_of_record) -> None:
        self._directory = directory
        self._embedder_of = embedder_of
        self._lock = Lock()
        self._mark = generations.current_mark(directory)
        self._serving = LocalIndex.open(directory, embedder_of)
        self._degraded_reason: str | None = None

    def degraded_reason(self) -> str | None:
        """Why the newest generation does not serve while an older one does; None where the newest serves.

        Raises:
            GenerationError: the directory no longer holds an index, or the one that serves is damaged.
        """
        self.current()
        generations.live_number(self._directory)
        return self._degraded_reason

    def current(self) -> LocalIndex:
        """The live generation, opened again if CURRENT was replaced since the last call.

        Raises:
            GenerationDamagedError: a file of the generation that serves was overwritten or cut since it was opened.
            StorageError: such a file can't be read.
        """
        index = self._newest()
        generations.refuse_damage(self._directory, index.files)
        return index

    def _newest(self) -> LocalIndex:
        """The live generation, or the one before where it can't be opened."""
        # One caller opens a new generation; the others get the old one meanwhile.
        if generations.current_mark(self._directory) == self._mark or not self._lock.acquire(blocking=False):
            return self._serving
        try:
            mark = generations.current_mark(self._directory)
            if mark != self._mark:  # otherwise another caller opened it just before the lock was free
                opened = LocalIndex.open(self._directory, self._embedder_of)
                opened.embedder.embed_query("warm up")  # loads another model here rather than within the next question
                self._serving, self._degraded_reason, self._mark = opened, None, mark
        except RagError as error:
            number = self._serving.manifest.generation
            self._degraded_reason = f"The new index can't be served, generation {number} still is: {error}"
            self._mark = mark  # it is tried again only when CURRENT is next replaced
            _log.error("%s", self._degraded_reason)
        finally:
            self._lock.release()
        return self._serving
