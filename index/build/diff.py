"""How a corpus differs from the generation that is live."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import cast

import numpy as np

from index.commands import command
from index.corpus.articles import read_articles
from index.corpus.parse_cache import ParseCache
from index.engine.local.catalog import Catalog
from index.engine.manifest import VECTORS, Manifest
from index.errors import CorpusError
from index.parsers import FORMATS
from index.types import Article, CorpusItem, Doubt, Matrix, Refusal


@dataclass(frozen=True, slots=True)
class CorpusDiff:
    """How a corpus differs from an index: ids of articles, and what could not be read.

    `kept` are articles whose file exists and can't be read now; their last good version stays. `moved` are pairs of a
    deleted and an added article with the same text. Doubted articles were read without a date.
    """

    added: list[str]
    changed: list[str]
    deleted: list[str]
    unchanged: list[str]
    kept: list[str]
    moved: list[tuple[str, str]]
    refused: list[Refusal]
    doubted: list[Doubt]


@dataclass(frozen=True, slots=True)
class LiveGeneration:
    """The generation a build starts from, its files checked and its catalog open."""

    folder: Path
    manifest: Manifest
    catalog: Catalog

    def vectors(self) -> Matrix:
        """(n, dim) float32, unit length, read from the disk as they are used."""
        return cast(Matrix, np.load(self.folder / VECTORS, mmap_mode="r"))


class CorpusComparison:
    """Compares the articles of a corpus with the live generation as they pass, and gives the difference at the end."""

    def __init__(self, live: LiveGeneration | None) -> None:
        live_articles = live.catalog.versions_and_first_seen() if live else []
        self._live = live
        self._now = datetime.now(UTC).isoformat(timespec="seconds")
        self._live_hashes = live.catalog.hashes() if live else {}
        self._live_versions = {article_id: version for article_id, version, _ in live_articles}
        self._first_seen = {article_id: first_seen for article_id, _, first_seen in live_articles}
        self._hashes: dict[str, str] = {}
        self._versions: dict[str, str] = {}
        self._kept: list[str] = []
        self._refused: list[Refusal] = []
        self._doubted: list[Doubt] = []

    def articles(self, items: Iterable[Article | Refusal | Doubt], corpus: Path) -> Iterator[Article]:
        """The articles to index: those that were read, with `first_seen`, then the live versions of unreadable ones.

        A live version is kept where the article's file still exists and can't be read now.
        """
        for item in items:
            if isinstance(item, Refusal):
                self._refused.append(item)
            elif isinstance(item, Doubt):
                self._doubted.append(item)
            else:
                self._hashes[item.article_id] = item.content_hash()
                self._versions[item.article_id] = item.version()
                # An edited article keeps its day by its id; a moved one gets it once it is known what was deleted.
                yield replace(item, first_seen=self._first_seen.get(item.article_id) or self._now)
        if self._live is None:
            return
        unreadable = [refusal for refusal in self._refused if not refusal.withdrawn]
        refused_paths = {refusal.path for refusal in unreadable if refusal.line is None}
        refused_ids = {refusal.article_id for refusal in unreadable if refusal.article_id}
        for article_id, path in self._live.catalog.paths().items():
            path_and_folders = {path, *(parent.as_posix() for parent in PurePosixPath(path).parents)}
            is_refused = article_id in refused_ids or path_and_folders & refused_paths
            if is_refused and article_id not in self._hashes and not _is_deleted(corpus, path):
                article = self._live.catalog.article(article_id)
                assert article is not None
                self._kept.append(article_id)
                yield article

    def is_empty(self) -> bool:
        """Whether no article passed."""
        return not (self._hashes or self._kept)

    def diff(self) -> CorpusDiff:
        """The difference, once every article has passed."""
        before, now, kept = self._live_hashes, self._hashes, set(self._kept)
        added = [article_id for article_id in now if article_id not in before]
        deleted = [article_id for article_id in before if article_id not in now and article_id not in kept]
        # Each deleted article is the origin of one added article only.
        origins = {self._live_versions[article_id]: article_id for article_id in deleted}
        old_ids = [origins.pop(self._versions[article_id], None) for article_id in added]
        return CorpusDiff(
            added=added,
            changed=[article_id for article_id in now if before.get(article_id, now[article_id]) != now[article_id]],
            deleted=deleted,
            unchanged=[article_id for article_id in now if before.get(article_id) == now[article_id]],
            kept=self._kept,
            moved=[(old_id, new_id) for old_id, new_id in zip(old_ids, added, strict=True) if old_id is not None],
            refused=self._refused,
            doubted=self._doubted,
        )

    def first_seen_of_moved(self, diff: CorpusDiff) -> Iterator[tuple[str, str]]:
        """Each moved article's new id, with the time when the index first held it under its old one."""
        for old_id, new_id in diff.moved:
            yield new_id, self._first_seen[old_id]

    def no_article_error(self, corpus: Path, directory: Path) -> CorpusError:
        """The error for a corpus of which no article could be read."""
        return _no_article_error(corpus, directory, self._refused, has_live=self._live is not None)


class CorpusReading:
    """A corpus as it is being read, and what is remembered of its files.

    It must be closed, or files go on being parsed that nobody reads.
    """

    def __init__(self, corpus: Path, live: LiveGeneration | None) -> None:
        """Begin to read; files that the live generation holds unchanged are not parsed.

        Raises:
            CorpusError: nothing exists at that path.
        """
        self.corpus = corpus
        self.cache = ParseCache(live.folder, live.catalog.paths(), live.catalog.article) if live else ParseCache()
        self._articles = read_articles(corpus, self.cache)
        self._begun: list[CorpusItem] = []

    def close(self) -> None:
        """Stop reading."""
        self._articles.close()

    def items(self) -> Iterator[CorpusItem]:
        """Its articles, refusals and doubts, once each."""
        return chain(self._begun, self._articles)

    def find_article(self, directory: Path) -> None:
        """Read as far as the first article, to know that there is one; `directory` is that of the index.

        Raises:
            CorpusError: no article can be read.
        """
        for item in self._articles:
            self._begun.append(item)
            if isinstance(item, Article):
                return
        refused = [item for item in self._begun if isinstance(item, Refusal)]
        raise _no_article_error(self.corpus, directory, refused, has_live=False)


def _is_deleted(corpus: Path, path: str) -> bool:
    """Whether the file is gone: deleted since it was listed, or a link to a file that was."""
    try:
        (corpus if corpus.is_file() else corpus / path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # unknown, so it counts as existing
        return False
    return False


def _no_article_error(corpus: Path, directory: Path, refused: list[Refusal], *, has_live: bool) -> CorpusError:
    what = f"The corpus {corpus} holds no readable article"
    remedy = f"Put articles there ({FORMATS}), then run: {command('rag index', directory, corpus)}"
    if refused:
        what += f" ({len(refused)} refused; the first: {refused[0]})"
    if has_live:
        what += "; the index is left as it was, and still serves"
        allow_empty = command("rag index --allow-empty", directory, corpus)
        remedy += f" or, to leave nothing in the index: {allow_empty}"
    return CorpusError(f"{what}.", remedy)
