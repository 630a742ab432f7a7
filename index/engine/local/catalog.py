"""Articles and passages in one SQLite file; a passage's row is also its row in the vectors."""

import hashlib
import json
import re
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from cachetools import LRUCache, cachedmethod
from numpy.typing import NDArray

from index.corpus.articles import Article
from index.engine.local.dense import Rows
from index.passages.split import Passage

FILTERS_REMEMBERED = 16  # each up to 4 bytes a passage
ARTICLES_REMEMBERED = 64  # of which one question asks for the same several times
Hashes = NDArray[np.bytes_]  # (n,) sha256 in hexadecimal, a row each
Group = tuple[str | None, int]  # what some articles have in common, and how many they are

_CHUNK = 500  # rows read at once; SQLite takes no more than 999 values everywhere
ARTICLE_COLUMNS = (
    "article_id, title, text, path, published, source, author, url, language,"
    " modified, published_origin, modified_origin, first_seen"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says of an article; `published` is ISO 8601, None where it has no date."""

    article_id: str
    title: str
    published: str | None
    source: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may answer; None lets all through. Dates are ISO 8601 days, both included.

    An article without a date passes no date filter. A source is compared without regard to case, a language
    by the first part of its tag alone: en finds en-GB, and EN-us does too.
    """

    published_from: str | None = None
    published_to: str | None = None
    source: str | None = None
    language: str | None = None

    def clauses(self) -> dict[str, str]:
        """SQL conditions over the articles table as a Catalog has it, with the value each is compared to."""
        conditions = {
            "day >= ?": self.published_from,
            "day <= ?": self.published_to,
            "folded_source = ?": _folded(self.source),
            "spoken = ?": spoken(self.language),
        }
        return {condition: value for condition, value in conditions.items() if value is not None}


def spoken(tag: str | None) -> str | None:
    """The language of a BCP 47 tag, its first part, in small letters: en of en-GB, EN_us and en."""
    return None if tag is None else re.split("[-_]", tag.strip(), maxsplit=1)[0].casefold()


def _folded(name: str | None) -> str | None:
    return None if name is None else name.casefold()


def filed(published: str | None, source: str | None, language: str | None) -> tuple[str | None, ...]:
    """What filters compare, as a Catalog keeps it: SQLite's lower() knows ASCII alone."""
    return (None if published is None else published[:10]), _folded(source), spoken(language)


def embedding_text(title: str, text: str) -> str:
    """What is embedded for a passage: its words alone do not always name what the article is about."""
    return f"{title}\n{text}"


def text_hash(text: str) -> str:
    """A sha256, in hexadecimal; the key by which a vector is used again."""
    return hashlib.sha256(text.encode()).hexdigest()


class Catalog:
    """Reads of one generation's articles and passages; threads may share it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # One statement at a time: two threads on one connection can be given each other's rows (cpython#118172).
        self._lock = Lock()
        # One question asks for the same rows several times, and a page of questions under one filter too.
        self._passing: LRUCache[object, NDArray[np.int32]] = LRUCache(FILTERS_REMEMBERED)
        self._articles: LRUCache[object, Article | None] = LRUCache(ARTICLES_REMEMBERED)
        self._remembering = Lock()
        # Nobody can tell when the last question that was given this generation has ended, but its collection.
        self._finalizer = weakref.finalize(self, connection.close)

    @staticmethod
    def open(path: Path) -> "Catalog":
        """Open a finished catalog, read only.

        Raises:
            OSError: it is not there, or not to be read.
        """
        # immutable: no locks and no journal, since a published generation never changes.
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with disk_errors():
            return Catalog(sqlite3.connect(uri, uri=True, check_same_thread=False))

    def close(self) -> None:
        """Release the file."""
        self._finalizer()

    def _all(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    @cachedmethod(attrgetter("_articles"), lock=attrgetter("_remembering"))
    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        found = self._all(f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE article_id = ?", (article_id,))
        return Article(*found[0]) if found else None

    def listed(self, filters: Filters, first: int, count: int) -> list[Listed]:
        """So many of the articles that pass, from the `first` on, which counts from 0.

        Those of the latest day come first, those without a day last, and those of one day as they were added.
        """
        clauses = filters.clauses()
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        # Chosen by an index alone: what is passed over would else be read with its text.
        found = self._all(
            "SELECT article_id, title, published, source, language FROM"
            f" (SELECT number AS chosen FROM articles {where} ORDER BY day DESC, number LIMIT ? OFFSET ?)"
            " CROSS JOIN articles ON number = chosen ORDER BY day DESC, number",
            (*clauses.values(), count, first),
        )
        return [Listed(*values) for values in found]

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of these rows, in the order asked.

        Raises:
            KeyError: there is no such row.
        """
        found = {row: passage for row, passage, _ in self._passages(rows)}
        return [found[row] for row in rows]

    def every_passage(self) -> Iterator[tuple[int, Passage, str]]:
        """Each passage with its row and its article's title, in order of rows."""
        ((last,),) = self._all("SELECT max(row) FROM passages")
        return self._passages(range(0 if last is None else last + 1))

    def _passages(self, rows: Sequence[int]) -> Iterator[tuple[int, Passage, str]]:
        for start in range(0, len(rows), _CHUNK):
            some = rows[start : start + _CHUNK]
            found = self._all(
                "SELECT row, article_id, start, end, passages.text, sentences, title FROM passages"
                f" JOIN articles ON number = article WHERE row IN ({','.join('?' * len(some))}) ORDER BY row",
                some,
            )
            yield from ((row, _passage(*values), title) for row, *values, title in found)

    def embedding_texts(self, rows: Sequence[int]) -> list[str]:
        """What is embedded for each of these rows, which are ascending."""
        return [embedding_text(title, passage.text) for _, passage, title in self._passages(rows)]

    def rows_of(self, filters: Filters) -> Rows | None:
        """The rows of passages whose article passes, ascending; None where every one does."""
        clauses = filters.clauses()
        if not clauses:
            return None
        # Filters that are written otherwise, and ask the same, are the same.
        return self._passing_rows(tuple(clauses.items())).astype(np.int64)

    @cachedmethod(attrgetter("_passing"), lock=attrgetter("_remembering"))
    def _passing_rows(self, clauses: tuple[tuple[str, str], ...]) -> NDArray[np.int32]:
        conditions, values = zip(*clauses, strict=True)
        query = f"SELECT first_row, end_row FROM articles WHERE {' AND '.join(conditions)}"
        found = np.array(self._all(query, values), dtype=np.int32).reshape(-1, 2)
        first, end = found[np.argsort(found[:, 0])].T
        # Each article's rows follow one another: its first, as often as it has rows, and how far on each is.
        counts = end - first
        begin = np.cumsum(counts) - counts
        return (np.repeat(first - begin, counts) + np.arange(counts.sum())).astype(np.int32)

    def histories(self) -> list[tuple[str, str, str]]:
        """Each article's id, the version of its text, and when that was first held, in order of rows."""
        return self._all("SELECT article_id, version, first_seen FROM articles ORDER BY number")

    def hashes(self) -> dict[str, str]:
        """Each article's content hash by its id."""
        return dict(self._all("SELECT article_id, hash FROM articles"))

    def paths(self) -> dict[str, str]:
        """Each article's path by its id."""
        return dict(self._all("SELECT article_id, path FROM articles"))

    def embedded_hashes(self) -> Hashes:
        """What each row's vector was made from, in order of rows."""
        with self._lock:
            found = self._connection.execute("SELECT embedded_hash FROM passages ORDER BY row")
            return np.fromiter((value for (value,) in found), dtype="S64")

    def misfiled(self) -> list[str]:
        """The ids of articles that filters find by something else than they hold, and of those with rows not theirs."""
        kept = self._all("SELECT article_id, published, source, language, day, folded_source, spoken FROM articles")
        strange = self._all(
            "SELECT article_id FROM articles JOIN (SELECT article, count(*) AS held, min(row) AS low, max(row) AS high"
            " FROM passages GROUP BY article) ON article = number"
            " WHERE (low, high + 1, held) != (first_row, end_row, end_row - first_row)"
        )
        return [name for name, *own, day, source, language in kept if filed(*own) != (day, source, language)] + [
            name for (name,) in strange
        ]

    def counts(self) -> tuple[int, int]:
        """How many articles, and how many passages."""
        ((articles,),) = self._all("SELECT count(*) FROM articles")
        ((passages,),) = self._all("SELECT count(*) FROM passages")
        return articles, passages

    @cached_property
    def breakdown(self) -> tuple[list[Group], list[Group], tuple[str | None, str | None]]:
        """How many articles each source and each language has, the most first, and the days of the first and the last.

        Read once, since it takes every article.
        """
        (days,) = self._all("SELECT min(day), max(day) FROM articles")
        return self._groups("source"), self._groups("language"), days

    def _groups(self, column: str) -> list[Group]:
        return self._all(f"SELECT {column}, count(*) FROM articles GROUP BY {column} ORDER BY count(*) DESC, {column}")


def _passage(article_id: str, start: int, end: int, text: str, sentences: str) -> Passage:
    spans = tuple((first, last) for first, last in json.loads(sentences))
    return Passage(f"{article_id}#{start}-{end}", article_id, start, end, text, spans)


@contextmanager
def disk_errors() -> Iterator[None]:
    """What SQLite tells of a disk, as an OSError."""
    try:
        yield
    except sqlite3.OperationalError as error:  # how SQLite tells of a full disk or a missing file
        raise OSError(str(error)) from error
