"""Bringing an index up to date with its corpus: plan, embed what is new, write beside, swap."""

import shutil
import tempfile
import time
from collections.abc import Container, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import cast

import numpy as np

from index import snapshot
from index.articles import Article, Refusal, printable, read_articles
from index.catalog import Catalog, CatalogWriter
from index.console import Progress
from index.dense import DenseIndex
from index.embedder import Embedder, Matrix, Vector
from index.errors import CorpusError, SnapshotMissing
from index.generations import KEPT, retire
from index.lexical import LexicalIndex
from index.manifest import CATALOG, DENSE, FORMAT_VERSION, LEXICAL, VECTORS, Manifest
from index.passages import MAX_CHARACTERS, split_article
from index.readers import READERS

CHUNK = 256  # passages embedded between two reports of progress


def _silent(done: int, total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What separates a corpus from an index: ids of articles, and what could not be read.

    `kept` are articles whose file is there but can't be read now: their last good version stays.
    """

    added: list[str]
    changed: list[str]
    deleted: list[str]
    unchanged: list[str]
    kept: list[str]
    refused: list[Refusal]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What one run of `rag index` did, or with `dry_run` would do; `seconds` is wall-clock time."""

    plan: Plan
    generation: int | None
    passages: int
    embedded: int
    seconds: float
    dry_run: bool = False

    def as_dict(self) -> dict[str, object]:
        """The report for a program: counts by the plan's names; ids and reasons under `articles`."""
        plan = asdict(self.plan)
        counts = {name: len(items) for name, items in plan.items()}
        rest = {name: getattr(self, name) for name in ("generation", "passages", "embedded", "dry_run", "seconds")}
        return {**counts, **rest, "articles": plan}


@dataclass(frozen=True, slots=True)
class _Live:
    """The generation a build starts from, with its files checked."""

    folder: Path
    manifest: Manifest
    catalog: Catalog

    def vectors(self) -> Matrix:
        """(n, dim) float32, unit length, read from the disk as they are used."""
        return cast(Matrix, np.load(self.folder / VECTORS, mmap_mode="r"))


def build_index(
    corpus: Path,
    directory: Path,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    keep: int = KEPT,
    progress: Progress = _silent,
) -> BuildReport:
    """Bring the index in `directory` up to date with `corpus`, embedding only what is new.

    Nothing is written where nothing changed. `rebuild` starts from nothing, which mends a damaged
    index. A failure or a kill at any instant leaves the generation that was live, live. The newest `keep`
    generations stay on the disk, and those that are held.

    Raises:
        CorpusError: the corpus is missing or holds no readable article.
        SnapshotError: the index there is damaged or not ours (with `rebuild`: not ours).
        WriterBusy: another process is writing it.
        StorageError: the disk refused.
        ModelError: the model can't be loaded.
    """
    started = time.monotonic()
    try:
        with snapshot.writer_lock(directory), _live(directory, rebuild) as live:
            number, folder = snapshot.new_folder(directory)
            try:
                plan = _stage_catalog(corpus, folder, live)
                if live is not None and _is_current(live.manifest, plan, corpus, embedder):
                    done = _Done(live.manifest.generation, live.manifest.passages, 0)
                else:
                    done = _write_generation(number, folder, live, embedder, progress)
                    snapshot.publish(directory, folder, _manifest(done, folder, corpus, plan, embedder))
                retire(directory, keep)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise snapshot.unwritable(directory, error) from error
    return BuildReport(plan, done.generation, done.passages, done.embedded, time.monotonic() - started)


def preview_index(corpus: Path, directory: Path, embedder: Embedder, *, rebuild: bool = False) -> BuildReport:
    """What `build_index` would do, with nothing written to the index.

    Raises:
        CorpusError, SnapshotError: as `build_index`.
    """
    started = time.monotonic()
    with _live(directory, rebuild) as live, tempfile.TemporaryDirectory() as scratch:
        plan = _stage_catalog(corpus, Path(scratch), live)
        with closing(Catalog.open(Path(scratch, CATALOG))) as catalog:
            hashes = catalog.embedded_hashes()
        new = set(hashes) - _reusable(live, embedder).keys()
        number = live.manifest.generation if live else None
    return BuildReport(plan, number, len(hashes), len(new), time.monotonic() - started, dry_run=True)


@dataclass(frozen=True, slots=True)
class _Done:
    generation: int
    passages: int
    embedded: int


@contextmanager
def _live(directory: Path, rebuild: bool) -> Iterator[_Live | None]:
    try:
        manifest = None if rebuild else snapshot.whole_manifest(directory)
    except SnapshotMissing:
        manifest = None
    if manifest is None:
        yield None
        return
    folder = snapshot.generation_folder(directory, manifest.generation)
    with closing(Catalog.open(folder / CATALOG)) as catalog:
        yield _Live(folder, manifest, catalog)


def _stage_catalog(corpus: Path, folder: Path, live: _Live | None) -> Plan:
    """Read the whole corpus into a new catalog, and say how it differs from the live one."""
    refused: list[Refusal] = []
    hashes: dict[str, str] = {}
    kept: list[str] = []
    with closing(CatalogWriter(folder / CATALOG)) as writer:
        for item in read_articles(corpus):
            if isinstance(item, Refusal):
                refused.append(item)
            else:
                hashes[item.article_id] = item.content_hash()
                writer.add(item, split_article(item))
        for article in _last_good(live, refused, hashes):
            kept.append(article.article_id)
            writer.add(article, split_article(article))
    if not hashes and not kept:
        raise _nothing_readable(corpus, refused, live)
    return _plan(hashes, kept, refused, live.catalog.hashes() if live else {})


def _last_good(live: _Live | None, refused: list[Refusal], read: Container[str]) -> Iterator[Article]:
    """The live versions of articles whose file is still there and can't be read now."""
    if live is None:
        return
    held_back = [item for item in refused if not item.withdrawn]
    unreadable = {item.path for item in held_back if item.line is None}
    named = {item.article_id for item in held_back if item.article_id}
    for article_id, path in live.catalog.paths().items():
        places = {path, *(parent.as_posix() for parent in PurePosixPath(path).parents)}
        if (places & unreadable or article_id in named) and article_id not in read:
            article = live.catalog.article(article_id)
            assert article is not None
            yield article


def _nothing_readable(corpus: Path, refused: list[Refusal], live: _Live | None) -> CorpusError:
    left = " The index is left as it was, and still serves." if live else ""
    why = f" ({len(refused)} refused; the first: {refused[0]})" if refused else ""
    return CorpusError(
        f"The corpus {corpus} holds no readable article{why}.{left}",
        f"Put articles there ({', '.join(READERS)}) and run rag index again.",
    )


def _plan(hashes: dict[str, str], kept: list[str], refused: list[Refusal], before: dict[str, str]) -> Plan:
    return Plan(
        added=[name for name in hashes if name not in before],
        changed=[name for name in hashes if name in before and before[name] != hashes[name]],
        deleted=[name for name in before if name not in hashes and name not in kept],
        unchanged=[name for name in hashes if before.get(name) == hashes[name]],
        kept=kept,
        refused=refused,
    )


def _is_current(manifest: Manifest, plan: Plan, corpus: Path, embedder: Embedder) -> bool:
    same_articles = not (plan.added or plan.changed or plan.deleted)
    # The corpus too: the next run reads from where this one was told to.
    settings = (corpus_name(corpus), embedder.record, MAX_CHARACTERS, _versions())
    same_settings = (manifest.corpus, manifest.model, manifest.max_characters, manifest.made_with) == settings
    return same_articles and same_settings and manifest.refused == plan.refused


def corpus_name(corpus: Path) -> str:
    """A corpus as the manifest has it, so that the next run finds it from any directory."""
    return printable(corpus.absolute())


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("markdown-it-py", "sentencex", "tantivy", "faiss-cpu")}


def _reusable(live: _Live | None, embedder: Embedder) -> dict[str, int]:
    """The row of each live vector by what it was made from; none where another model made them."""
    if live is None or live.manifest.model != embedder.record:
        return {}
    return {value: row for row, value in enumerate(live.catalog.embedded_hashes())}


def _write_generation(number: int, folder: Path, live: _Live | None, embedder: Embedder, progress: Progress) -> _Done:
    with closing(Catalog.open(folder / CATALOG)) as catalog:
        vectors, embedded = _vectors(catalog, live, embedder, progress)
        np.save(folder / VECTORS, vectors)
        DenseIndex.write(folder / DENSE, vectors)
        (folder / LEXICAL).mkdir()
        passages = ((row, title, passage.text) for row, passage, title in catalog.every_passage())
        LexicalIndex.write(folder / LEXICAL, passages)
    return _Done(number, len(vectors), embedded)


def _vectors(catalog: Catalog, live: _Live | None, embedder: Embedder, progress: Progress) -> tuple[Matrix, int]:
    """A vector for each row of the catalog, and how many had to be computed."""
    hashes = catalog.embedded_hashes()
    reusable = _reusable(live, embedder)
    first_row: dict[str, int] = {}
    for row, value in enumerate(hashes):
        if value not in reusable:
            first_row.setdefault(value, row)
    fresh = _embed(catalog, list(first_row.values()), embedder, progress)
    place = {value: position for position, value in enumerate(first_row)}
    before = live.vectors() if live and reusable else np.empty((0, 0), dtype=np.float32)
    rows = [fresh[place[value]] if value in place else before[reusable[value]] for value in hashes]
    return np.stack(rows).astype(np.float32), len(first_row)


def _embed(catalog: Catalog, rows: list[int], embedder: Embedder, progress: Progress) -> list[Vector]:
    vectors: list[Vector] = []
    for start in range(0, len(rows), CHUNK):
        texts = catalog.embedding_texts(rows[start : start + CHUNK])
        vectors.extend(embedder.embed_passages(texts))
        progress(len(vectors), len(rows))
    return vectors


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
        refused=plan.refused,
        files=snapshot.file_records(folder),
    )
