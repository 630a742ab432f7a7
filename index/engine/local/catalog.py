"""Articles and passages in one SQLite file; a passage's row is also its row in the vectors."""

import json
import sqlite3
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from index.engine.local.generations import rebuild_command
from index.engine.stats import Breakdown, Group
from index.errors import GenerationDamagedError
from index.languages import primary_language
from index.passages import embedding_text
from index.types import Article, ArticleSummary, Filters, Passage, Rows

FILTERS_REMEMBERED = 16  # each takes up to 4 bytes a passage
ARTICLES_REMEMBERED = 64  # one question needs the same article several times
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
Hashes = NDArray[np.bytes_]  # (n,) sha256 in hexadecimal, a row each
_CHUNK = 500  # rows read at once; some builds of SQLite take no more than 999 values in a statement
ARTICLE_COLUMNS = (
    "article_id, title, text, path, published, source, author, url, language,"
    " modified, published_origin, modified_origin, first_seen"
)


def filter_clauses(filters: Filters) -> dict[str, str]:
    """SQL conditions over the articles table, each with the value it is compared to; none for no filter."""
    conditions = {
        "day >= ?": filters.published_from,
        "day <= ?": filters.published_to,
        "folded_source = ?": _folded(filters.source),
        "spoken = ?": primary_language(filters.language),
    }
    return {condition: value for condition, value in conditions.items() if value is not None}


def filter_columns(published: str | None, source: str | None, language: str | None) -> tuple[str | None, ...]:
    """What filters compare: (day, folded source, language). It is stored, since SQLite's lower() knows only ASCII."""
    return (None if published is None else published[:10]), _folded(source), primary_language(language)


def _folded(name: str | None) -> str | None:
    return None if name is None else name.casefold()


class Catalog:
    """Reads of one generation's articles and passages; threads may share it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        # One statement at a time: two threads on one connection can get each other's rows (cpython#118172).
        self._lock = Lock()
        # One question needs the rows of its filter several times, and so do further questions under the same filter.
        self._passing: LRUCache[tuple[tuple[str, str], ...], NDArray[np.int32]] = LRUCache(FILTERS_REMEMBERED)
        self._articles: LRUCache[str, Article | None] = LRUCache(ARTICLES_REMEMBERED)
        self._cache_lock = Lock()
        self._breakdown: Breakdown | None = None
        # Only the end of the last reference tells that no question uses this generation any more. So nothing here may
        # refer to itself in a circle, which would keep the file open until Python looks for circles.
        self._finalizer = weakref.finalize(self, connection.close)

    @staticmethod
    def open(path: Path) -> "Catalog":
        """Open a finished catalog, read only.

        Raises:
            OSError: it is missing, or can't be read.
        """
        # A published generation never changes, so SQLite needs no locks and no journal.
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with disk_errors():
            return Catalog(path, sqlite3.connect(uri, uri=True, check_same_thread=False))

    def close(self) -> None:
        """Release the file."""
        self._finalizer()

    def _all(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        try:
            with self._lock:
                return self._connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            what = f"{self._path} can't be read ({error})."
            raise GenerationDamagedError(what, rebuild_command(self._path.parents[2])) from error

    def _remembered(self, cache: LRUCache[_Key, _Value], key: _Key, read: Callable[[_Key], _Value]) -> _Value:
        """What `read` gives for a key, from the cache if it is there; two threads may both read it the first time."""
        with self._cache_lock:
            if key in cache:
                return cache[key]
        value = read(key)
        with self._cache_lock:
            cache[key] = value
        return value

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        return self._remembered(self._articles, article_id, self._read_article)

    def _read_article(self, article_id: str) -> Article | None:
        records = self._all(f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE article_id = ?", (article_id,))
        return Article(*records[0]) if records else None

    def list_articles(self, filters: Filters, offset: int, limit: int) -> list[ArticleSummary]:
        """Up to `limit` of the articles that pass, after the first `offset` of them.

        Newest day first, articles without a day last, and articles of one day in the order they were added.
        """
        clauses = filter_clauses(filters)
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        # The inner query reads only an SQLite index; without it the text of every skipped article would be read.
        records = self._all(
            "SELECT article_id, title, published, source, language FROM"
            f" (SELECT number AS chosen FROM articles {where} ORDER BY day DESC, number LIMIT ? OFFSET ?)"
            " CROSS JOIN articles ON number = chosen ORDER BY day DESC, number",
            (*clauses.values(), limit, offset),
        )
        return [ArticleSummary(*values) for values in records]

    def count_articles(self, filters: Filters) -> int:
        """How many articles pass."""
        clauses = filter_clauses(filters)
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        ((count,),) = self._all(f"SELECT count(*) FROM articles {where}", tuple(clauses.values()))
        return int(count)

    def numbers(self, filters: Filters) -> NDArray[np.int32]:
        """The numbers of the articles that pass, in the order of `list_articles`."""
        clauses = filter_clauses(filters)
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        query = f"SELECT number FROM articles {where} ORDER BY day DESC, number"
        return np.array(self._all(query, tuple(clauses.values())), dtype=np.int32).reshape(-1)

    def numbers_of_rows(self, rows: Rows) -> NDArray[np.int32]:
        """The numbers of the articles that these rows are passages of, each once, ascending."""
        # Articles are numbered, and their rows follow one another, in the order in which they were added. An article
        # without a passage has the first row of the next one, and comes before it.
        records = self._all("SELECT first_row FROM articles ORDER BY first_row")
        first_rows = np.array(records, dtype=np.int64).reshape(-1)
        return np.unique(np.searchsorted(first_rows, rows, side="right") - 1).astype(np.int32)

    def texts(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        """The number and the text of these articles, which must be ascending."""
        for start in range(0, len(numbers), _CHUNK):
            chunk = numbers[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            yield from self._all(f"SELECT number, text FROM articles WHERE number IN ({marks}) ORDER BY number", chunk)

    def summaries(self, numbers: Sequence[int]) -> list[ArticleSummary]:
        """A line for each of these articles, in the order given."""
        lines: dict[int, ArticleSummary] = {}
        for start in range(0, len(numbers), _CHUNK):
            chunk = numbers[start : start + _CHUNK]
            query = "SELECT number, article_id, title, published, source, language FROM articles WHERE number IN"
            records = self._all(f"{query} ({','.join('?' * len(chunk))})", chunk)
            lines |= {number: ArticleSummary(*values) for number, *values in records}
        return [lines[number] for number in numbers]

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of these rows, in the order given.

        Raises:
            KeyError: there is no such row.
        """
        by_row = {row: passage for row, passage, _ in self._passages(rows)}
        return [by_row[row] for row in rows]

    def every_passage(self) -> Iterator[tuple[int, Passage, str]]:
        """Each passage with its row and its article's title, in order of rows."""
        ((last,),) = self._all("SELECT max(row) FROM passages")
        return self._passages(range(0 if last is None else last + 1))

    def languages(self) -> list[str | None]:
        """The primary language of each row's article, None where it states none, in order of rows."""
        records = self._all("SELECT spoken FROM passages JOIN articles ON number = article ORDER BY row")
        return [language for (language,) in records]

    def _passages(self, rows: Sequence[int]) -> Iterator[tuple[int, Passage, str]]:
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            records = self._all(
                "SELECT row, article_id, start, end, passages.text, sentences, title FROM passages"
                f" JOIN articles ON number = article WHERE row IN ({','.join('?' * len(chunk))}) ORDER BY row",
                chunk,
            )
            for row, article_id, begin, end, text, sentences, title in records:
                spans = tuple((first, last) for first, last in json.loads(sentences))
                yield row, Passage(f"{article_id}#{begin}-{end}", article_id, begin, end, text, spans), title

    def embedding_texts(self, rows: Sequence[int]) -> list[str]:
        """What is embedded for each of these rows, which must be ascending."""
        return [embedding_text(title, passage.text) for _, passage, title in self._passages(rows)]

    def rows_of(self, filters: Filters) -> Rows | None:
        """The rows of passages whose article passes, ascending; None where there is no filter."""
        clauses = filter_clauses(filters)
        if not clauses:
            return None
        # The cache goes by the clauses, so that "en" and "EN-us" share one entry.
        return self._remembered(self._passing, tuple(clauses.items()), self._passing_rows).astype(np.int64)

    def _passing_rows(self, clauses: tuple[tuple[str, str], ...]) -> NDArray[np.int32]:
        conditions, values = zip(*clauses, strict=True)
        query = f"SELECT first_row, end_row FROM articles WHERE {' AND '.join(conditions)}"
        ranges = np.array(self._all(query, values), dtype=np.int32).reshape(-1, 2)
        first, end = ranges[np.argsort(ranges[:, 0])].T
        # The rows of an article follow one another. So the result is np.arange over all rows that pass, in which each
        # article's part is shifted from the position where it begins to the article's first row.
        counts = end - first
        position = np.cumsum(counts) - counts
        return (np.repeat(first - position, counts) + np.arange(counts.sum())).astype(np.int32)

    def versions_and_first_seen(self) -> list[tuple[str, str, str]]:
        """Each article's id, the version of its text, and when an index first held the article, in order of rows."""
        return self._all("SELECT article_id, version, first_seen FROM articles ORDER BY number")

    def hashes(self) -> dict[str, str]:
        """Each article's content hash by its id."""
        return dict(self._all("SELECT article_id, hash FROM articles"))

    def paths(self) -> dict[str, str]:
        """Each article's path by its id."""
        return dict(self._all("SELECT article_id, path FROM articles"))

    def embedded_hashes(self) -> Hashes:
        """The hash of the text that each row's vector was made from, in order of rows."""
        with self._lock:
            records = self._connection.execute("SELECT embedded_hash FROM passages ORDER BY row")
            return np.fromiter((value for (value,) in records), dtype="S64")

    def articles_with_wrong_filters(self) -> list[str]:
        """The ids of articles whose filter columns do not fit the article, or whose range of rows is not theirs."""
        articles = self._all("SELECT article_id, published, source, language, day, folded_source, spoken FROM articles")
        wrong_columns = [
            article_id
            for article_id, published, source, language, *stored in articles
            if filter_columns(published, source, language) != tuple(stored)
        ]
        wrong_rows = self._all(
            "SELECT article_id FROM articles JOIN (SELECT article, count(*) AS count, min(row) AS low, max(row) AS high"
            " FROM passages GROUP BY article) ON article = number"
            " WHERE (low, high + 1, count) != (first_row, end_row, end_row - first_row)"
        )
        return wrong_columns + [article_id for (article_id,) in wrong_rows]

    def counts(self) -> tuple[int, int]:
        """The number of articles, and of passages."""
        ((articles,),) = self._all("SELECT count(*) FROM articles")
        ((passages,),) = self._all("SELECT count(*) FROM passages")
        return articles, passages

    def breakdown(self) -> Breakdown:
        """Articles by source and by language, and their first and last day.

        The first call reads every article; the result is remembered.
        """
        if self._breakdown is None:
            ((earliest, latest),) = self._all("SELECT min(day), max(day) FROM articles")
            self._breakdown = Breakdown(self._groups("source"), self._groups("language"), earliest, latest)
        return self._breakdown

    def _groups(self, column: str) -> list[Group]:
        return self._all(f"SELECT {column}, count(*) FROM articles GROUP BY {column} ORDER BY count(*) DESC, {column}")


@contextmanager
def disk_errors() -> Iterator[None]:
    """Raise an OSError where SQLite reports an error of the disk."""
    try:
        yield
    except sqlite3.OperationalError as error:  # what SQLite raises for a full disk or a missing file
        raise OSError(str(error)) from error
