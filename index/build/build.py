"""Bringing an index up to date with its corpus: embed what is new, write it beside, publish it."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from index.build.diff import CorpusComparison, CorpusDiff, LiveGeneration, refuse_unreadable
from index.build.near_duplicates import PERMUTATIONS, Signatures, first_near_duplicates, signatures
from index.build.report import BuildReport, changed_settings
from index.build.row_reuse import RowReuse, save_array, write_rows
from index.corpus.articles import printable, read_articles
from index.corpus.parse_cache import ParseCache, would_parse_the_same
from index.engine.local import generations
from index.engine.local.catalog import Catalog
from index.engine.local.catalog_writer import CatalogWriter
from index.engine.local.dense import DenseIndex
from index.engine.local.lexical import LexicalIndex
from index.engine.local.retention import KEPT, retire
from index.engine.manifest import (
    CATALOG,
    DENSE,
    FORMAT_VERSION,
    LEXICAL,
    NEAR_DUPLICATES,
    SIGNATURES,
    VECTORS,
    Manifest,
)
from index.errors import GenerationMissingError
from index.models.embedder import Embedder
from index.passages import MAX_CHARACTERS, split_article
from index.types import Matrix, Progress, no_progress

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


def build_index(  # noqa: PLR0913 (each is a choice of whoever runs it)
    corpus: Path,
    directory: Path,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    allow_empty: bool = False,
    keep: int = KEPT,
    progress: Progress = no_progress,
) -> BuildReport:
    """Bring the index in `directory` up to date with `corpus`, embedding only what is new.

    Nothing is written when nothing changed. `rebuild` starts from nothing, which mends a damaged index. After a failure
    or a kill at any instant the generation that was live is still live. The newest `keep` generations stay on the disk,
    and those in use. A corpus without any article is more likely a wrong path than meant, so it empties an index only
    with `allow_empty`.

    Raises:
        CorpusError: the corpus is missing or holds no article that can be read.
        GenerationError: the index there is damaged or not ours (with `rebuild`: not ours).
        WriterBusyError: another process is writing it.
        StorageError: the disk refused.
        ModelError: the model can't be loaded.
    """
    started = time.monotonic()
    if generations.current_mark(directory) is None:  # a first build that must fail leaves no trace
        refuse_unreadable(corpus, directory, allow_empty=allow_empty)
    try:
        with generations.writer_lock(directory), _open_live(directory, rebuild) as live:
            number, folder = generations.new_folder(directory)
            try:
                diff = _write_catalog(corpus, folder, directory, live, allow_empty)
                if live is not None and _is_current(live, diff, corpus, embedder):
                    built = _Built(live.manifest.generation, live.manifest.articles, live.manifest.passages, 0, None)
                else:
                    built = _write_generation(number, folder, live, embedder, progress)
                    generations.publish(directory, folder, _manifest(built, folder, corpus, diff, embedder))
                retire(directory, keep)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise generations.write_error(directory, error) from error
    return BuildReport(
        diff,
        built.generation,
        built.passages,
        built.embedded,
        time.monotonic() - started,
        precision=embedder.record.precision,
        **changed_settings(live.manifest if live else None, embedder.record),
    )


def preview_index(
    corpus: Path, directory: Path, embedder: Embedder, *, rebuild: bool = False, allow_empty: bool = False
) -> BuildReport:
    """What `build_index` would do, with nothing written to the index.

    Raises:
        CorpusError, GenerationError: as `build_index`.
    """
    started = time.monotonic()
    with _open_live(directory, rebuild) as live, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        diff = _write_catalog(corpus, folder, directory, live, allow_empty)
        with closing(Catalog.open(folder / CATALOG)) as catalog:
            reuse = _reuse(catalog, live)
        new = (reuse if _has_vectors_of(live, embedder) else reuse.nothing()).new()
    manifest = live.manifest if live else None
    pace = manifest.pace if manifest and manifest.model == embedder.record else None
    return BuildReport(
        diff,
        manifest.generation if manifest else None,
        len(reuse.live),
        len(new),
        time.monotonic() - started,
        dry_run=True,
        expected_seconds=len(new) / pace if pace else None,
        precision=embedder.record.precision,
        **changed_settings(manifest, embedder.record),
    )


def corpus_name(corpus: Path) -> str:
    """A corpus as the manifest records it: absolute, so that the next run finds it from any directory."""
    return printable(corpus.absolute())


@dataclass(frozen=True, slots=True)
class _Built:
    generation: int
    articles: int
    passages: int
    embedded: int
    pace: float | None  # passages embedded a second


@contextmanager
def _open_live(directory: Path, rebuild: bool) -> Iterator[LiveGeneration | None]:
    try:
        manifest = None if rebuild else generations.checked_manifest(directory)
    except GenerationMissingError:
        manifest = None
    if manifest is None:
        yield None
        return
    folder = generations.generation_folder(directory, manifest.generation)
    with closing(Catalog.open(folder / CATALOG)) as catalog:
        yield LiveGeneration(folder, manifest, catalog)


def _write_catalog(
    corpus: Path, folder: Path, directory: Path, live: LiveGeneration | None, allow_empty: bool
) -> CorpusDiff:
    """Write every article of the corpus into a new catalog in `folder`; gives the difference to the live generation.

    Articles pass one at a time from reading through comparing to writing, so that memory does not grow with the corpus.

    Raises:
        CorpusError: nothing exists at that path, or, without `allow_empty`, no article can be read.
        OSError: the disk refused.
    """
    cache = ParseCache(live.folder, live.catalog.paths(), live.catalog.article) if live else ParseCache()
    comparison = CorpusComparison(live)
    with closing(CatalogWriter(folder / CATALOG)) as writer:
        for article in comparison.articles(read_articles(corpus, cache), corpus):
            writer.add(article, split_article(article))
        diff = comparison.diff()
        for article_id, first_seen in comparison.first_seen_of_moved(diff):
            writer.set_first_seen(article_id, first_seen)
    if comparison.is_empty() and not allow_empty:
        raise comparison.nothing_readable(corpus, directory)
    cache.write(folder)
    return diff


def _is_current(live: LiveGeneration, diff: CorpusDiff, corpus: Path, embedder: Embedder) -> bool:
    """Whether a build would make the live generation again."""
    manifest = live.manifest
    same_articles = not (diff.added or diff.changed or diff.deleted)
    # The corpus too: the next run reads from where this one was told to.
    settings = (corpus_name(corpus), embedder.record, MAX_CHARACTERS, _versions())
    same_settings = (manifest.corpus, manifest.model, manifest.max_characters, manifest.made_with) == settings
    same_refusals = (manifest.refused, manifest.doubted) == (diff.refused, diff.doubted)
    # Without the last, every run would parse all files again until an article changes.
    return same_articles and same_settings and same_refusals and would_parse_the_same(live.folder)


def _versions() -> dict[str, str]:
    return {name: version(name) for name in _DECIDING_PACKAGES}


def _write_generation(
    number: int, folder: Path, live: LiveGeneration | None, embedder: Embedder, progress: Progress
) -> _Built:
    """Write everything but the catalog, which is there, and the manifest."""
    with closing(Catalog.open(folder / CATALOG)) as catalog:
        reuse = _reuse(catalog, live)
        dimension = len(embedder.embed_query(""))  # loads the model, which the pace does not count
        began = time.monotonic()
        embedded = _write_vectors(folder, catalog, reuse, live, embedder, dimension, progress)
        seconds = time.monotonic() - began
        _write_near_duplicates(folder, catalog, reuse, live)
        DenseIndex.write(folder / DENSE, np.load(folder / VECTORS, mmap_mode="r"))
        (folder / LEXICAL).mkdir()
        LexicalIndex.write(folder / LEXICAL, ((row, title, text.text) for row, text, title in catalog.every_passage()))
        articles, passages = catalog.counts()
    earlier = live.manifest.pace if live and live.manifest.model == embedder.record else None
    pace = round(embedded / seconds, 2) if embedded and seconds else earlier
    return _Built(number, articles, passages, embedded, pace)


def _reuse(catalog: Catalog, live: LiveGeneration | None) -> RowReuse:
    hashes = catalog.embedded_hashes()
    return RowReuse.of(hashes, live.catalog.embedded_hashes() if live else hashes[:0])


def _has_vectors_of(live: LiveGeneration | None, embedder: Embedder) -> bool:
    return live is not None and live.manifest.model == embedder.record


def _write_vectors(  # noqa: PLR0913, PLR0917 (one step of a build, with all that it works on)
    folder: Path,
    catalog: Catalog,
    reuse: RowReuse,
    live: LiveGeneration | None,
    embedder: Embedder,
    dimension: int,
    progress: Progress,
) -> int:
    """Write a vector for each row of the catalog; gives how many had to be computed."""
    if live is not None and _has_vectors_of(live, embedder):
        earlier = live.vectors()
    else:
        earlier, reuse = np.empty((0, dimension), dtype=np.float32), reuse.nothing()
    total, done = len(reuse.new()), 0

    def embed(rows: list[int]) -> Matrix:
        nonlocal done
        vectors = embedder.embed_passages(catalog.embedding_texts(rows))
        done += len(rows)
        progress(done, total)
        return vectors

    if total:
        progress(0, total)
    return write_rows(folder / VECTORS, reuse, earlier, embed)


def _write_near_duplicates(folder: Path, catalog: Catalog, reuse: RowReuse, live: LiveGeneration | None) -> None:
    """Write a signature of each row's text, reused where the live generation has it, and the groups of near-duplicates."""
    if live is not None and live.manifest.made_with.get("datasketch") == version("datasketch"):
        earlier = np.load(live.folder / SIGNATURES, mmap_mode="r")
    else:
        earlier, reuse = np.empty((0, PERMUTATIONS), dtype=np.uint32), reuse.nothing()

    def sign(rows: list[int]) -> Signatures:
        return signatures(passage.text for passage in catalog.passages(rows))

    write_rows(folder / SIGNATURES, reuse, earlier, sign)
    # As a plain array, of which one row is read ten times as fast as of a mapped file.
    signed = np.asarray(np.load(folder / SIGNATURES, mmap_mode="r"))
    save_array(folder / NEAR_DUPLICATES, first_near_duplicates(signed, lambda row: catalog.passages([row])[0].text))


def _manifest(built: _Built, folder: Path, corpus: Path, diff: CorpusDiff, embedder: Embedder) -> Manifest:
    return Manifest(
        format_version=FORMAT_VERSION,
        generation=built.generation,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        corpus=corpus_name(corpus),
        model=embedder.record,
        max_characters=MAX_CHARACTERS,
        made_with=_versions(),
        articles=built.articles,
        passages=built.passages,
        pace=built.pace,
        refused=diff.refused,
        doubted=diff.doubted,
        files=generations.file_records(folder),
    )
