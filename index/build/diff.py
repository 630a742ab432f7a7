"""Reading a corpus into a new catalog, and how it differs from the generation that is live."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import cast

import numpy as np

from index.commands import command
from index.corpus.articles import Article, Doubt, Refusal, read_articles
from index.corpus.parse_cache import KnownFiles
from index.engine.local.catalog import Catalog
from index.engine.local.catalog_writer import CatalogWriter
from index.engine.manifest import CATALOG, VECTORS, Manifest
from index.errors import CorpusError
from index.models.embedder import Matrix
from index.parsers import FORMATS
from index.passages.split import split_article


@dataclass(frozen=True, slots=True)
class Plan:
    """What separates a corpus from an index: ids of articles, and what could not be read.

    `kept` are articles whose file is there but can't be read now: their last good version stays. `moved` are
    pairs of a deleted and an added one with the same text. `doubted` is what was read without a date.
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
class Live:
    """The generation a build starts from, with its files checked."""

    folder: Path
    manifest: Manifest
    catalog: Catalog

    def vectors(self) -> Matrix:
        """(n, dim) float32, unit length, read from the disk as they are used."""
        return cast(Matrix, np.load(self.folder / VECTORS, mmap_mode="r"))


def read_corpus(corpus: Path, folder: Path, directory: Path, live: Live | None, *, allow_empty: bool = False) -> Plan:
    """Read the whole corpus into a new catalog in `folder`, and say how it differs from the live one in `directory`.

    Raises:
        CorpusError: there is nothing at that path, or, without `allow_empty`, no article.
        OSError: the disk refused.
    """
    read = _Read(_History.of(live))
    before = live.catalog.hashes() if live else {}
    known = KnownFiles(live.folder, live.catalog) if live else KnownFiles()
    with closing(CatalogWriter(folder / CATALOG)) as writer:
        for item in read_articles(corpus, known):
            if isinstance(item, Article):
                writer.add(read.taken(item), split_article(item))
            else:
                (read.refused if isinstance(item, Refusal) else read.doubted).append(item)  # type: ignore[arg-type]
        for article in _last_good(corpus, live, read):
            read.kept.append(article.article_id)
            writer.add(article, split_article(article))
        plan = read.plan(before)
        for gone, name in plan.moved:
            writer.set_first_seen(name, read.history.by_id[gone])
    if not (read.hashes or read.kept or allow_empty):
        raise _nothing_readable(corpus, directory, read.refused, live)
    known.write(folder)
    return plan


def refuse_unreadable(corpus: Path, directory: Path, *, allow_empty: bool = False) -> None:
    """Refuse a corpus as `read_corpus` would, with nothing written; it is read as far as its first article.

    Raises:
        CorpusError: there is nothing at that path, or, without `allow_empty`, no article.
    """
    items = read_articles(corpus)
    refused: list[Refusal] = []
    while not allow_empty:
        item = next(items, None)
        if item is None:
            raise _nothing_readable(corpus, directory, refused, None)
        if isinstance(item, Article):
            return
        if isinstance(item, Refusal):
            refused.append(item)


@dataclass(frozen=True, slots=True)
class _History:
    """What the live generation knows of each article: its version, and when it was first held, by id."""

    versions: dict[str, str]
    by_id: dict[str, str]
    now: str

    @staticmethod
    def of(live: Live | None) -> "_History":
        known = live.catalog.histories() if live else []
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return _History(
            {name: text for name, text, _ in known},
            {name: seen for name, _, seen in known},
            now,
        )

    def first_seen(self, article: Article) -> str:
        """An edited article keeps its day by its id; a moved one gets it when it is known what is gone."""
        return self.by_id.get(article.article_id) or self.now


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of reading a corpus."""

    history: _History
    hashes: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    doubted: list[Doubt] = field(default_factory=list)

    def taken(self, article: Article) -> Article:
        """The article with the time it was first seen; what it was is remembered."""
        self.hashes[article.article_id] = article.content_hash()
        self.versions[article.article_id] = article.version
        return replace(article, first_seen=self.history.first_seen(article))

    def plan(self, before: dict[str, str]) -> Plan:
        """How what was read differs from the content hashes of before."""
        added = [name for name in self.hashes if name not in before]
        deleted = [name for name in before if name not in self.hashes and name not in self.kept]
        return Plan(
            added=added,
            changed=[name for name in self.hashes if name in before and before[name] != self.hashes[name]],
            deleted=deleted,
            unchanged=[name for name in self.hashes if before.get(name) == self.hashes[name]],
            kept=self.kept,
            moved=self._moved(added, deleted),
            refused=self.refused,
            doubted=self.doubted,
        )

    def _moved(self, added: list[str], deleted: list[str]) -> list[tuple[str, str]]:
        gone = {self.history.versions[name]: name for name in deleted}
        found = ((gone.pop(self.versions[name], None), name) for name in added)
        return [(before, name) for before, name in found if before is not None]


def _last_good(corpus: Path, live: Live | None, read: _Read) -> Iterator[Article]:
    """The live versions of articles whose file is still there and can't be read now."""
    if live is None:
        return
    held_back = [item for item in read.refused if not item.withdrawn]
    unreadable = {item.path for item in held_back if item.line is None}
    named = {item.article_id for item in held_back if item.article_id}
    for article_id, path in live.catalog.paths().items():
        places = {path, *(parent.as_posix() for parent in PurePosixPath(path).parents)}
        refused = places & unreadable or article_id in named
        if refused and article_id not in read.hashes and not _is_gone(corpus, path):
            article = live.catalog.article(article_id)
            assert article is not None
            yield article


def _is_gone(corpus: Path, path: str) -> bool:
    """Whether there is no such file any more: deleted since it was listed, or what it links to was."""
    try:
        (corpus if corpus.is_file() else corpus / path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # whether it is there can't be told
        return False
    return False


def _nothing_readable(corpus: Path, directory: Path, refused: list[Refusal], live: Live | None) -> CorpusError:
    left = "; the index is left as it was, and still serves" if live else ""
    why = f" ({len(refused)} refused; the first: {refused[0]})" if refused else ""
    empty = (
        f" or, to leave nothing in the index: {command('rag index --allow-empty', directory, corpus)}" if live else ""
    )
    return CorpusError(
        f"The corpus {corpus} holds no readable article{why}{left}.",
        f"Put articles there ({FORMATS}), then run: {command('rag index', directory, corpus)}{empty}",
    )
