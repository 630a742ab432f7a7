"""How a corpus differs from the generation that is live."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import cast

import numpy as np

from index.commands import command
from index.corpus.articles import read_articles
from index.engine.local.catalog import Catalog
from index.engine.manifest import VECTORS, Manifest
from index.errors import CorpusError
from index.parsers import FORMATS
from index.types import Article, Doubt, Matrix, Refusal


@dataclass(frozen=True, slots=True)
class CorpusDiff:
    """What separates a corpus from an index: ids of articles, and what could not be read.

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
        known = live.catalog.versions_and_first_seen() if live else []
        self._live = live
        self._now = datetime.now(UTC).isoformat(timespec="seconds")
        self._live_hashes = live.catalog.hashes() if live else {}
        self._live_versions = {article_id: version for article_id, version, _ in known}
        self._first_seen = {article_id: first_seen for article_id, _, first_seen in known}
        self._hashes: dict[str, str] = {}
        self._versions: dict[str, str] = {}
        self._kept: list[str] = []
        self._refused: list[Refusal] = []
        self._doubted: list[Doubt] = []

    def articles(self, items: Iterable[Article | Refusal | Doubt], corpus: Path) -> Iterator[Article]:
        """The articles to index: those read, with `first_seen`, then last good versions of those unreadable now."""
        for item in items:
            if isinstance(item, Refusal):
                self._refused.append(item)
            elif isinstance(item, Doubt):
                self._doubted.append(item)
            else:
                self._hashes[item.article_id] = item.content_hash()
                self._versions[item.article_id] = item.version
                # An edited article keeps its day by its id; a moved one gets it once it is known what was deleted.
                yield replace(item, first_seen=self._first_seen.get(item.article_id) or self._now)
        for article in self._last_good_versions(corpus):
            self._kept.append(article.article_id)
            yield article

    def is_empty(self) -> bool:
        """Whether no article passed."""
        return not (self._hashes or self._kept)

    def diff(self) -> CorpusDiff:
        """The difference, once every article has passed."""
        before, now = self._live_hashes, self._hashes
        added = [name for name in now if name not in before]
        deleted = [name for name in before if name not in now and name not in self._kept]
        return CorpusDiff(
            added=added,
            changed=[name for name in now if name in before and before[name] != now[name]],
            deleted=deleted,
            unchanged=[name for name in now if before.get(name) == now[name]],
            kept=self._kept,
            moved=self._moved(added, deleted),
            refused=self._refused,
            doubted=self._doubted,
        )

    def first_seen_of_moved(self, diff: CorpusDiff) -> Iterator[tuple[str, str]]:
        """Each moved article's new id, with the time when the index first held it under its old one."""
        for old, new in diff.moved:
            yield new, self._first_seen[old]

    def nothing_readable(self, corpus: Path, directory: Path) -> CorpusError:
        """The error for a corpus of which no article could be read."""
        return _nothing_readable(corpus, directory, self._refused, has_live=self._live is not None)

    def _moved(self, added: list[str], deleted: list[str]) -> list[tuple[str, str]]:
        deleted_by_version = {self._live_versions[name]: name for name in deleted}
        pairs = ((deleted_by_version.pop(self._versions[name], None), name) for name in added)
        return [(old, new) for old, new in pairs if old is not None]

    def _last_good_versions(self, corpus: Path) -> Iterator[Article]:
        """The live versions of articles whose file still exists and can't be read now."""
        if self._live is None:
            return
        unreadable = [refusal for refusal in self._refused if not refusal.withdrawn]
        paths = {refusal.path for refusal in unreadable if refusal.line is None}
        ids = {refusal.article_id for refusal in unreadable if refusal.article_id}
        for article_id, path in self._live.catalog.paths().items():
            path_and_folders = {path, *(parent.as_posix() for parent in PurePosixPath(path).parents)}
            refused = path_and_folders & paths or article_id in ids
            if refused and article_id not in self._hashes and not _is_deleted(corpus, path):
                article = self._live.catalog.article(article_id)
                assert article is not None
                yield article


def refuse_unreadable(corpus: Path, directory: Path, *, allow_empty: bool = False) -> None:
    """Refuse a corpus without any article, reading it only as far as its first one.

    Raises:
        CorpusError: nothing exists at that path, or, without `allow_empty`, no article can be read.
    """
    items = read_articles(corpus)
    if allow_empty:
        return
    refused: list[Refusal] = []
    for item in items:
        if isinstance(item, Article):
            return
        if isinstance(item, Refusal):
            refused.append(item)
    raise _nothing_readable(corpus, directory, refused, has_live=False)


def _is_deleted(corpus: Path, path: str) -> bool:
    """Whether the file is gone: deleted since it was listed, or a link to a file that was."""
    try:
        (corpus if corpus.is_file() else corpus / path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # unknown, so it counts as existing
        return False
    return False


def _nothing_readable(corpus: Path, directory: Path, refused: list[Refusal], *, has_live: bool) -> CorpusError:
    live = "; the index is left as it was, and still serves" if has_live else ""
    why = f" ({len(refused)} refused; the first: {refused[0]})" if refused else ""
    allow_empty = command("rag index --allow-empty", directory, corpus)
    empty = f" or, to leave nothing in the index: {allow_empty}" if has_live else ""
    return CorpusError(
        f"The corpus {corpus} holds no readable article{why}{live}.",
        f"Put articles there ({FORMATS}), then run: {command('rag index', directory, corpus)}{empty}",
    )
