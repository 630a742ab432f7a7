"""Bringing an index up to date with its corpus: embed what is new, write it beside, publish it."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.build.diff import CorpusComparison, CorpusDiff, CorpusReading, LiveGeneration
from index.build.generation_writer import GenerationWriter, deciding_versions, known_scale
from index.build.report import BuildReport, changed_settings
from index.corpus.parse_cache import would_parse_the_same
from index.corpus.printable import printable
from index.engine.local import generations
from index.engine.local.catalog import Catalog
from index.engine.local.catalog_writer import CatalogWriter
from index.engine.local.retention import KEPT, retire
from index.engine.manifest import CATALOG, listed_faults
from index.errors import GenerationMissingError
from index.models.embedder import Embedder
from index.models.scale import FEWEST
from index.passages import MAX_CHARACTERS, split_article
from index.types import Progress, no_progress


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
        ParserProcessError: no process can be started to parse files.
        ModelError: the model can't be loaded.
    """
    started = time.monotonic()
    first_reading = CorpusReading(corpus, None) if generations.current_mark(directory) is None else None
    try:
        if first_reading is not None and not allow_empty:
            first_reading.find_article(directory)  # a first build that must fail leaves no trace
        with generations.writer_lock(directory), _open_live(directory, rebuild) as live:
            number, folder = generations.new_folder(directory)
            try:
                # Another process may have made a generation since the first reading began.
                reading = first_reading if first_reading and live is None else CorpusReading(corpus, live)
                diff = _write_catalog(reading, folder, directory, live, allow_empty)
                if live is not None and _is_current(live, diff, corpus, embedder):
                    manifest, embedded = live.manifest, 0
                else:
                    with closing(GenerationWriter(folder, live, embedder)) as writer:
                        embedded = writer.write_vectors(progress)
                        writer.measure_scale()
                        writer.write_near_duplicates()
                        writer.write_search_indexes()
                        manifest = writer.manifest(number, corpus_name(corpus), diff)
                    generations.publish(directory, folder, manifest)
                retire(directory, keep)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise generations.write_error(directory, error) from error
    finally:
        if first_reading is not None:
            first_reading.close()
    return BuildReport(
        diff,
        manifest.generation,
        manifest.passages,
        embedded,
        time.monotonic() - started,
        precision=embedder.record.precision,
        **changed_settings(live.manifest if live else None, embedder.record),
    )


def preview_index(
    corpus: Path, directory: Path, embedder: Embedder, *, rebuild: bool = False, allow_empty: bool = False
) -> BuildReport:
    """What `build_index` would do, with nothing written to the index.

    Raises:
        CorpusError, GenerationError, ParserProcessError: as `build_index`.
    """
    started = time.monotonic()
    with _open_live(directory, rebuild) as live, tempfile.TemporaryDirectory() as scratch:
        diff = _write_catalog(CorpusReading(corpus, live), Path(scratch), directory, live, allow_empty)
        with closing(GenerationWriter(Path(scratch), live, embedder)) as writer:
            passages, to_embed = writer.passages(), len(writer.rows_to_embed())
    manifest = live.manifest if live else None
    pace = manifest.pace if manifest and manifest.model == embedder.record else None
    return BuildReport(
        diff,
        manifest.generation if manifest else None,
        passages,
        to_embed,
        time.monotonic() - started,
        dry_run=True,
        expected_seconds=to_embed / pace if pace else None,
        precision=embedder.record.precision,
        **changed_settings(manifest, embedder.record),
    )


def corpus_name(corpus: Path) -> str:
    """A corpus as the manifest records it: absolute, so that the next run finds it from any directory."""
    return printable(corpus.absolute())


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
    reading: CorpusReading, folder: Path, directory: Path, live: LiveGeneration | None, allow_empty: bool
) -> CorpusDiff:
    """Write every article into a new catalog in `folder`, close the reading, and give the difference to what is live.

    Articles pass one at a time from reading through comparing to writing, so that memory does not grow with the corpus.

    Raises:
        CorpusError: no article can be read, without `allow_empty`.
        OSError: the disk refused.
    """
    comparison = CorpusComparison(live)
    with closing(reading), closing(CatalogWriter(folder / CATALOG)) as writer:
        for article in comparison.articles(reading.items(), reading.corpus):
            writer.add(article, split_article(article))
        diff = comparison.diff()
        for article_id, first_seen in comparison.first_seen_of_moved(diff):
            writer.set_first_seen(article_id, first_seen)
    if comparison.is_empty() and not allow_empty:
        raise comparison.no_article_error(reading.corpus, directory)
    reading.cache.write(folder)
    return diff


def _is_current(live: LiveGeneration, diff: CorpusDiff, corpus: Path, embedder: Embedder) -> bool:
    """Whether a build would make the live generation again."""
    manifest = live.manifest
    same_articles = not (diff.added or diff.changed or diff.deleted)
    # The corpus is one of them: the next run must read from where this one was told to.
    settings = (corpus_name(corpus), embedder.record, MAX_CHARACTERS, deciding_versions())
    same_settings = (manifest.corpus, manifest.model, manifest.max_characters, manifest.made_with) == settings
    scale = known_scale(embedder.record, manifest)
    same_scale = manifest.passages < FEWEST if scale is None else manifest.cosine_scale() == scale
    same_faults = (manifest.refused, manifest.doubted, *manifest.fault_counts()) == (
        listed_faults(diff.refused),
        listed_faults(diff.doubted),
        len(diff.refused),
        len(diff.doubted),
    )
    # A generation that would be parsed differently today is made again, or each run would parse every file again.
    return same_articles and same_settings and same_scale and same_faults and would_parse_the_same(live.folder)
