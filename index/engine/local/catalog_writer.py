"""The tables of a catalog, and writing a new one."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from index.engine.local.catalog import ARTICLE_COLUMNS, disk_errors, filter_columns
from index.passages import embedding_text, text_hash
from index.types import Article, Passage

# No index begins with the language. There are few languages, so a filter by language alone passes a fair share of the
# articles, and reading the whole of by_day for it costs little.
_SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, article_id TEXT UNIQUE NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    path TEXT NOT NULL, published TEXT, source TEXT, author TEXT, url TEXT, language TEXT,
    modified TEXT, published_origin TEXT, modified_origin TEXT, first_seen TEXT,
    version TEXT NOT NULL, hash TEXT NOT NULL,
    day TEXT, folded_source TEXT, spoken TEXT, first_row INTEGER NOT NULL, end_row INTEGER NOT NULL
);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles(number),
    start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL, sentences TEXT NOT NULL,
    embedded_hash TEXT NOT NULL
);
CREATE INDEX by_day ON articles(day, folded_source, spoken, first_row, end_row, source, language);
CREATE INDEX by_newest ON articles(day DESC, number, folded_source, spoken);
CREATE INDEX by_source ON articles(folded_source, day, spoken, first_row, end_row);
"""


class CatalogWriter:
    """Writes a new catalog; rows are numbered from 0 in the order they are added."""

    def __init__(self, path: Path) -> None:
        self._articles = 0
        self._rows = 0
        with disk_errors():
            self._connection = sqlite3.connect(path)
            self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)

    def add(self, article: Article, passages: Sequence[Passage]) -> None:
        """Add one article with its passages.

        Raises:
            OSError: the disk refused.
        """
        end_row = self._rows + len(passages)
        article_record = (
            self._articles,
            *(getattr(article, name) for name in ARTICLE_COLUMNS.split(", ")),
            article.version(),
            article.content_hash(),
            *filter_columns(article.published, article.source, article.language),
            self._rows,
            end_row,
        )
        passage_records = [
            (
                row,
                self._articles,
                passage.start,
                passage.end,
                passage.text,
                json.dumps(passage.sentences),
                text_hash(embedding_text(article.title, passage.text)),
            )
            for row, passage in enumerate(passages, self._rows)
        ]
        with disk_errors():
            self._connection.execute(f"INSERT INTO articles VALUES (?{', ?' * 20})", article_record)
            self._connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)", passage_records)
        self._articles += 1
        self._rows = end_row

    def set_first_seen(self, article_id: str, first_seen: str) -> None:
        """Change when an article that was added before was first held, ISO 8601 in UTC.

        Raises:
            OSError: the disk refused.
        """
        with disk_errors():
            self._connection.execute(
                "UPDATE articles SET first_seen = ? WHERE article_id = ?", (first_seen, article_id)
            )

    def close(self) -> None:
        """Commit and release the file, without forcing it to the disk.

        Raises:
            OSError: the disk refused.
        """
        with closing(self._connection), disk_errors():
            self._connection.commit()
