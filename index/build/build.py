"""Bringing an index up to date with its corpus: embed what is new, write beside, swap."""

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

from index.build.diff import Live, Plan, read_corpus, refuse_unreadable
from index.build.near_duplicates import PERMUTATIONS, Signatures, first_copies, signatures
from index.build.report import BuildReport, others_of
from index.build.row_reuse import Sources, save, write_rows
from index.console import Progress
from index.corpus.articles import printable
from index.corpus.parse_cache import is_read_alike
from index.engine.local import generations as snapshot
from index.engine.local.catalog import Catalog
from index.engine.local.dense import DenseIndex
from index.engine.local.lexical import LexicalIndex
from index.engine.local.retention import KEPT, retire
from index.engine.manifest import CATALOG, COPIES, DENSE, FORMAT_VERSION, LEXICAL, SIGNATURES, VECTORS, Manifest
from index.errors import SnapshotMissing
from index.models.embedder import Embedder, Matrix
from index.passages.split import MAX_CHARACTERS

_READ_WITH = (
    "markdown-it-py",
    "trafilatura",
    "htmldate",
    "justext",
    "lxml",
    "pypdf",
    "python-docx",
    "feedparser",
    "warcio",
)


def _silent(done: int, total: int) -> None:
    """Report no progress."""


def build_index(  # noqa: PLR0913 (each is a choice of whoever runs it)
    corpus: Path,
    directory: Path,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    allow_empty: bool = False,
    keep: int = KEPT,
    progress: Progress = _silent,
) -> BuildReport:
    """Bring the index in `directory` up to date with `corpus`, embedding only what is new.

    Nothing is written where nothing changed. `rebuild` starts from nothing, which mends a damaged
    index. A failure or a kill at any instant leaves the generation that was live, live. The newest `keep`
    generations stay on the disk, and those that are held. A corpus without an article, more likely a wrong
    path than what is meant, makes an index of nothing only with `allow_empty`.

    Raises:
        CorpusError: the corpus is missing or holds no readable article.
        SnapshotError: the index there is damaged or not ours (with `rebuild`: not ours).
        WriterBusy: another process is writing it.
        StorageError: the disk refused.
        ModelError: the model can't be loaded.
    """
    started = time.monotonic()
    if snapshot.live_mark(directory) is None:  # a first build that must fail leaves no trace
        refuse_unreadable(corpus, directory, allow_empty=allow_empty)
    try:
        with snapshot.writer_lock(directory), _live(directory, rebuild) as live:
            before = live.manifest if live else None
            number, folder = snapshot.new_folder(directory)
            try:
                plan = read_corpus(corpus, folder, directory, live, allow_empty=allow_empty)
                if live is not None and _is_current(live, plan, corpus, embedder):
                    done = _Done(live.manifest.generation, live.manifest.passages, 0, live.manifest.pace)
                else:
                    done = _write_generation(number, folder, live, embedder, progress)
                    snapshot.publish(directory, folder, _manifest(done, folder, corpus, plan, embedder))
                retire(directory, keep)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise snapshot.unwritable(directory, error) from error
    seconds = time.monotonic() - started
    others, precision = others_of(before, embedder), embedder.record.precision
    return BuildReport(plan, done.generation, done.passages, done.embedded, seconds, precision=precision, **others)


def preview_index(
    corpus: Path, directory: Path, embedder: Embedder, *, rebuild: bool = False, allow_empty: bool = False
) -> BuildReport:
    """What `build_index` would do, with nothing written to the index.

    Raises:
        CorpusError, SnapshotError: as `build_index`.
    """
    started = time.monotonic()
    with _live(directory, rebuild) as live, tempfile.TemporaryDirectory() as scratch:
        plan = read_corpus(corpus, Path(scratch), directory, live, allow_empty=allow_empty)
        with closing(Catalog.open(Path(scratch, CATALOG))) as catalog:
            sources = _sources(catalog, live)
        new = (sources if _has_vectors(live, embedder) else sources.afresh()).new()
        manifest = live.manifest if live else None
    pace = manifest.pace if manifest and manifest.model == embedder.record else None
    return BuildReport(
        plan,
        manifest.generation if manifest else None,
        len(sources.live),
        len(new),
        time.monotonic() - started,
        dry_run=True,
        expected_seconds=len(new) / pace if pace else None,
        precision=embedder.record.precision,
        **others_of(manifest, embedder),
    )


@dataclass(frozen=True, slots=True)
class _Done:
    generation: int
    passages: int
    embedded: int
    pace: float | None  # passages a second


@contextmanager
def _live(directory: Path, rebuild: bool) -> Iterator[Live | None]:
    try:
        manifest = None if rebuild else snapshot.whole_manifest(directory)
    except SnapshotMissing:
        manifest = None
    if manifest is None:
        yield None
        return
    folder = snapshot.generation_folder(directory, manifest.generation)
    with closing(Catalog.open(folder / CATALOG)) as catalog:
        yield Live(folder, manifest, catalog)


def _is_current(live: Live, plan: Plan, corpus: Path, embedder: Embedder) -> bool:
    manifest = live.manifest
    same_articles = not (plan.added or plan.changed or plan.deleted)
    # The corpus too: the next run reads from where this one was told to.
    settings = (corpus_name(corpus), embedder.record, MAX_CHARACTERS, _versions())
    same_settings = (manifest.corpus, manifest.model, manifest.max_characters, manifest.made_with) == settings
    same_troubles = (manifest.refused, manifest.doubted) == (plan.refused, plan.doubted)
    # Else all files would be read again by every run, until an article changes.
    return same_articles and same_settings and same_troubles and is_read_alike(live.folder)


def corpus_name(corpus: Path) -> str:
    """A corpus as the manifest has it, so that the next run finds it from any directory."""
    return printable(corpus.absolute())


def _versions() -> dict[str, str]:
    """What the index was made with: with another of these it may hold other text, passages or rankings."""
    return {name: version(name) for name in (*_READ_WITH, "sentencex", "tantivy", "faiss-cpu", "datasketch")}


def _write_generation(number: int, folder: Path, live: Live | None, embedder: Embedder, progress: Progress) -> _Done:
    with closing(Catalog.open(folder / CATALOG)) as catalog:
        sources = _sources(catalog, live)
        model = embedder.record  # asked for here, since the pace does not count choosing a precision
        began = time.monotonic()
        embedded = _write_vectors(folder, catalog, sources, live, embedder, progress)
        seconds = time.monotonic() - began
        _write_copies(folder, catalog, sources, live)
        DenseIndex.write(folder / DENSE, np.load(folder / VECTORS, mmap_mode="r"))
        (folder / LEXICAL).mkdir()
        passages = ((row, title, passage.text) for row, passage, title in catalog.every_passage())
        LexicalIndex.write(folder / LEXICAL, passages)
    before = live.manifest.pace if live and live.manifest.model == model else None
    pace = round(embedded / seconds, 2) if embedded and seconds else before
    return _Done(number, len(sources.live), embedded, pace)


def _sources(catalog: Catalog, live: Live | None) -> Sources:
    hashes = catalog.embedded_hashes()
    return Sources.of(hashes, live.catalog.embedded_hashes() if live else hashes[:0])


def _has_vectors(live: Live | None, embedder: Embedder) -> bool:
    """Whether the live generation's vectors are this model's."""
    return live is not None and live.manifest.model == embedder.record


def _write_vectors(
    folder: Path, catalog: Catalog, sources: Sources, live: Live | None, embedder: Embedder, progress: Progress
) -> int:
    """Write a vector for each row of the catalog; gives how many had to be computed."""
    if live is not None and _has_vectors(live, embedder):
        before = live.vectors()
    else:
        before, sources = np.empty((0, len(embedder.embed_query(""))), dtype=np.float32), sources.afresh()
    total, done = len(sources.new()), 0

    def embed(rows: list[int]) -> Matrix:
        nonlocal done
        vectors = embedder.embed_passages(catalog.embedding_texts(rows))
        done += len(rows)
        progress(done, total)
        return vectors

    if total:
        progress(0, total)
    return write_rows(folder / VECTORS, sources, before, embed)


def _write_copies(folder: Path, catalog: Catalog, sources: Sources, live: Live | None) -> None:
    """A signature of each row's text, made only where the live generation has none, and which rows are copies."""
    if live is not None and live.manifest.made_with.get("datasketch") == version("datasketch"):
        before = np.load(live.folder / SIGNATURES, mmap_mode="r")
    else:
        before, sources = np.empty((0, PERMUTATIONS), dtype=np.uint32), sources.afresh()

    def sign(rows: list[int]) -> Signatures:
        return signatures(passage.text for passage in catalog.passages(rows))

    write_rows(folder / SIGNATURES, sources, before, sign)
    # As a plain array, of which a row is taken ten times as fast.
    signed = np.asarray(np.load(folder / SIGNATURES, mmap_mode="r"))
    save(folder / COPIES, first_copies(signed, lambda row: catalog.passages([row])[0].text))


def _manifest(done: _Done, folder: Path, corpus: Path, plan: Plan, embedder: Embedder) -> Manifest:
    with closing(Catalog.open(folder / CATALOG)) as catalog:
        articles, passages = catalog.counts()
    return Manifest(
        format_version=FORMAT_VERSION,
        generation=done.generation,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        corpus=corpus_name(corpus),
        model=embedder.record,
        max_characters=MAX_CHARACTERS,
        made_with=_versions(),
        articles=articles,
        passages=passages,
        pace=done.pace,
        refused=plan.refused,
        doubted=plan.doubted,
        files=snapshot.file_records(folder),
    )
