"""Writing the files of a new generation, all but its catalog, which a build has written before."""

import time
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from index.build.diff import CorpusDiff, LiveGeneration
from index.build.near_duplicates import PERMUTATIONS, Signatures, first_near_duplicates, signatures
from index.build.row_reuse import RowReuse, save_array, write_rows
from index.engine.local import analyzers, generations
from index.engine.local.catalog import Catalog
from index.engine.local.dense import DenseIndex
from index.engine.local.lexical import LexicalIndex
from index.engine.manifest import (
    CATALOG,
    DENSE,
    FORMAT_VERSION,
    LEXICAL,
    NEAR_DUPLICATES,
    SIGNATURES,
    VECTORS,
    Manifest,
    listed_faults,
    unlisted_total,
)
from index.models.embedder import Embedder
from index.models.record import ModelRecord
from index.models.scale import FEWEST, SAMPLED, SCALES, UNRECORDED, CosineScale, measured_scale
from index.passages import MAX_CHARACTERS, false_ends
from index.types import Matrix, Progress, Rows

# With another version of one of these an index may hold other text, passages or rankings.
_DECIDING_PACKAGES = (
    "markdown-it-py",
    "trafilatura",
    "htmldate",
    "justext",
    "lxml",
    "pypdf",
    "python-docx",
    "feedparser",
    "warcio",
    "sentencex",
    "tantivy",
    "faiss-cpu",
    "datasketch",
)


@cache
def deciding_versions() -> dict[str, str]:
    """The installed version of each package that decides what an index holds, as the manifest records them.

    Among them, as "words" and "sentences", stand the versions of what makes words and sentences of a text here.
    """
    packages = {name: version(name) for name in _DECIDING_PACKAGES}
    return packages | {"words": analyzers.VERSION, "sentences": false_ends.VERSION}


def known_scale(model: ModelRecord, live: Manifest | None) -> CosineScale | None:
    """The scale of a model that ships, or the one that was measured for the live generation; else None."""
    if model.name in SCALES:
        return SCALES[model.name]
    return live.scale if live and live.model == model else None


class GenerationWriter:
    """Writes vectors, signatures and search indexes for the catalog in a folder.

    A row whose text the live generation has too is copied from there; `live` is None where nothing may be copied.
    """

    def __init__(self, folder: Path, live: LiveGeneration | None, embedder: Embedder) -> None:
        """Open the catalog in `folder` and compare its texts with those of the live generation.

        Raises:
            OSError: the catalog can't be read.
        """
        self._folder = folder
        self._live = live
        self._embedder = embedder
        self._pace = live.manifest.pace if live and live.manifest.model == embedder.record else None
        self._scale = known_scale(embedder.record, live.manifest if live else None)
        self._catalog = Catalog.open(folder / CATALOG)
        hashes = self._catalog.embedded_hashes()
        self._reuse = RowReuse.of(hashes, live.catalog.embedded_hashes() if live else hashes[:0])

    def close(self) -> None:
        """Release the catalog."""
        self._catalog.close()

    def passages(self) -> int:
        """How many passages the generation holds."""
        return len(self._reuse.live)

    def rows_to_embed(self) -> Rows:
        """The rows that need a new vector, ascending: all texts, where the live vectors are another model's."""
        return (self._reuse if self._live_vectors() is not None else self._reuse.without_live()).new()

    def write_vectors(self, progress: Progress) -> int:
        """Write a vector for each row; gives how many had to be computed, and notes the pace for the manifest.

        Raises:
            ModelError: the model can't be loaded.
            OSError: the disk refused.
        """
        live_vectors, reuse = self._live_vectors(), self._reuse
        total, done = len(self.rows_to_embed()), 0
        if live_vectors is None:
            dimension = len(self._embedder.embed_query(""))
            live_vectors, reuse = np.empty((0, dimension), dtype=np.float32), reuse.without_live()
        elif total:
            self._embedder.embed_query("")  # loads the model, which the pace does not count

        def embed(rows: list[int]) -> Matrix:
            nonlocal done
            vectors = self._embedder.embed_passages(self._catalog.embedding_texts(rows))
            done += len(rows)
            progress(done, total)
            return vectors

        if total:
            progress(0, total)
        began = time.monotonic()
        embedded = write_rows(self._folder / VECTORS, reuse, live_vectors, embed)
        seconds = time.monotonic() - began
        if embedded and seconds:
            self._pace = round(embedded / seconds, 2)
        return embedded

    def measure_scale(self) -> None:
        """Note the model's scale for the manifest; it is measured where it is not known and there are enough passages.

        The vectors must be there. The first sentences of up to SAMPLED passages, spread over the corpus, are embedded
        as queries.

        Raises:
            ModelError: the model can't be loaded.
        """
        count = self.passages()
        if self._scale is not None or count < FEWEST:
            return
        rows = np.linspace(0, count - 1, min(count, SAMPLED)).astype(np.int64)
        passages = self._catalog.passages(rows.tolist())
        first_sentences = [passage.text[: passage.sentences[0][1] - passage.start] for passage in passages]
        vectors = np.load(self._folder / VECTORS, mmap_mode="r")[rows]
        self._scale = measured_scale(self._embedder.embed_queries(first_sentences), vectors)

    def write_near_duplicates(self) -> None:
        """Write a signature of each row's text, and for each row the first of its near-duplicates.

        Raises:
            OSError: the disk refused.
        """
        made_with = self._live.manifest.made_with if self._live else {}
        if self._live is not None and made_with.get("datasketch") == deciding_versions()["datasketch"]:
            live_signatures, reuse = np.load(self._live.folder / SIGNATURES, mmap_mode="r"), self._reuse
        else:
            live_signatures, reuse = np.empty((0, PERMUTATIONS), dtype=np.uint32), self._reuse.without_live()

        def sign(rows: list[int]) -> Signatures:
            return signatures(passage.text for passage in self._catalog.passages(rows))

        write_rows(self._folder / SIGNATURES, reuse, live_signatures, sign)
        # As a plain array, of which one row is read ten times as fast as of a mapped file.
        hashed = np.asarray(np.load(self._folder / SIGNATURES, mmap_mode="r"))
        firsts = first_near_duplicates(hashed, lambda row: self._catalog.passages([row])[0].text)
        save_array(self._folder / NEAR_DUPLICATES, firsts)

    def write_search_indexes(self) -> None:
        """Write what finds the vectors, which must be there, and what finds the words.

        Raises:
            OSError: the disk refused.
        """
        DenseIndex.write(self._folder / DENSE, np.load(self._folder / VECTORS, mmap_mode="r"))
        (self._folder / LEXICAL).mkdir()
        passages = ((row, title, passage.text) for row, passage, title in self._catalog.every_passage())
        LexicalIndex.write(self._folder / LEXICAL, passages, self._catalog.languages())

    def manifest(self, number: int, corpus: str, diff: CorpusDiff) -> Manifest:
        """The manifest of what was written, as generation `number`; every file is forced to the disk first.

        Raises:
            OSError: the disk refused.
        """
        articles, passages = self._catalog.counts()
        return Manifest(
            format_version=FORMAT_VERSION,
            generation=number,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            corpus=corpus,
            model=self._embedder.record,
            max_characters=MAX_CHARACTERS,
            made_with=deciding_versions(),
            articles=articles,
            passages=passages,
            pace=self._pace,
            refused=listed_faults(diff.refused),
            doubted=listed_faults(diff.doubted),
            refused_total=unlisted_total(diff.refused),
            doubted_total=unlisted_total(diff.doubted),
            scale=None if self._scale == UNRECORDED else self._scale,
            files=generations.file_records(self._folder),
        )

    def _live_vectors(self) -> Matrix | None:
        """The vectors of the live generation, None where there is none or another model made them."""
        if self._live is None or self._live.manifest.model != self._embedder.record:
            return None
        return self._live.vectors()
