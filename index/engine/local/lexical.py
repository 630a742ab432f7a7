"""BM25 over passages and the titles of their articles; the only module that imports tantivy."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from tantivy import (
    Document,
    Filter,
    Index,
    Occur,
    Query,
    Schema,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from index.errors import StorageError
from index.types import Rows, Scored

ANALYZER = "folded_english"
_HEAP_BYTES = 64_000_000
# In an index of so many passages the words that stand in a larger share of them are not searched, unless all do: they
# say next to nothing and are most of the work. Were it so in xquad-en, hit@1, 5 and 10 for 838 questions would stay
# 0.957, 0.994 and 0.999 by both rankings joined, and be 0.925, 0.989 and 0.991 by BM25 alone, for 0.924, 0.991, 0.992.
MANY, COMMON = 100_000, 0.3
# A filter is wide that lets at least one in so many passages through, or so many of them: over a million, naming 10,000
# rows to Tantivy takes 50 ms, and passing over the others among the best 20,000 hits 17. Further down nobody looks.
WIDE, MANY_NAMES, DEEPEST = 10, 5_000, 40_000


def _analyzer() -> TextAnalyzer:
    # Folding comes first: "İlham" lower-cased before it keeps a combining dot, and "Ilham" would not find it.
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (Filter.remove_long(64), Filter.ascii_fold(), Filter.lowercase(), Filter.stemmer("english")):
        builder = builder.filter(step)
    return builder.build()


def _schema() -> Schema:
    builder = SchemaBuilder().add_unsigned_field("row", indexed=True, fast=True)
    for field in ("title", "text"):
        builder = builder.add_text_field(field, tokenizer_name=ANALYZER, index_option="freq")
    return builder.build()


class LexicalIndex:
    """Words to passages, with accents folded and English words stemmed."""

    def __init__(self, index: Index) -> None:
        self._analyzer = _analyzer()
        index.register_tokenizer(ANALYZER, self._analyzer)
        index.config_reader(reload_policy="manual")  # a generation never changes: no thread need watch it
        self._index = index
        self._searcher = index.searcher()

    @staticmethod
    def write(folder: Path, passages: Iterable[tuple[int, str, str]]) -> None:
        """Write an index of (row, title, text) into an existing, empty folder.

        Raises:
            OSError: the disk refused.
        """
        try:
            LexicalIndex._write(folder, passages)
        except ValueError as error:  # how tantivy tells of a full disk
            number = re.search(r"os error (\d+)", str(error))
            if number is None:
                # One of its threads met the error, and now and then that is all it tells of it.
                stopped = "its writer was stopped: most likely the disk is full" if "thread" in str(error) else error
                raise OSError(f"{folder}: {stopped}") from error
            raise OSError(int(number[1]), os.strerror(int(number[1])), str(folder)) from error

    @staticmethod
    def _write(folder: Path, passages: Iterable[tuple[int, str, str]]) -> None:
        schema = _schema()
        index = Index(schema, path=str(folder))
        index.register_tokenizer(ANALYZER, _analyzer())
        # One thread: the same passages give the same segments, so ties rank the same in every build.
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for row, title, text in passages:
            writer.add_document(Document.from_dict({"row": row, "title": title, "text": text}, schema))
        writer.commit()
        writer.wait_merging_threads()
        for path in folder.iterdir():  # some of which are for this user alone, whatever the umask
            path.chmod(folder.stat().st_mode & 0o666)

    @staticmethod
    def open(folder: Path) -> "LexicalIndex":
        """Open an index that `write` wrote; nothing is written beside it, so it may lie on a read-only disk.

        Raises:
            StorageError: this machine has no temporary directory.
        """
        # Tantivy wants to put its locks beside what it opens; here they go beside links to it. Once it is
        # open the files themselves are held.
        with _temporary() as links:
            for path in folder.iterdir():
                if path.suffix != ".lock":
                    Path(links, path.name).symlink_to(path.absolute())
            return LexicalIndex(Index.open(links))

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are indexed: folded, lower-cased, stemmed, in order."""
        return self._analyzer.analyze(text)

    def document_frequency(self, term: str) -> int:
        """How many passages hold an analysed term in their text."""
        return self._searcher.doc_freq("text", term)

    def vocabulary(self, field: str) -> dict[str, int]:
        """Each word of "text" or "title" as it is indexed, and how many passages hold it there."""
        return dict(self._searcher.terms_with_prefix(field, ""))

    def rows(self) -> Rows:
        """The row of each passage, ascending."""
        hits = self._searcher.search(Query.all_query(), limit=max(1, len(self)), count=False).hits
        found = self._searcher.fast_field_values("row", [address for _, address in hits])
        return np.sort(np.array(found, dtype=np.int64))

    def search(self, query: str, k: int, title_weight: float, rows: Rows | None = None) -> list[Scored]:
        """The `k` rows of highest BM25 score, best first; the title's score counts `title_weight` times.

        Any string is a query: its words are searched, its punctuation is not syntax. `rows` are ascending.
        """
        words = self._words(query, title_weight)
        if rows is None:
            return self._best(words, k)
        depth = 3 * k * len(self) // max(1, len(rows))
        if self._is_wide(rows) and depth <= DEEPEST:
            # Naming each of many rows to Tantivy takes longer than passing over the others.
            best = self._best(words, depth)
            passing = [hit for hit, passes in zip(best, _among(rows, best), strict=True) if passes]
            if len(passing) >= k or len(best) < depth:
                return passing[:k]
        allowed = Query.term_set_query(self._index.schema, "row", rows.tolist())
        return self._best(
            Query.boolean_query([(Occur.Must, words), (Occur.Must, Query.const_score_query(allowed, 0.0))]), k
        )

    def _is_wide(self, rows: Rows) -> bool:
        return len(rows) > 0 and (len(rows) * WIDE >= len(self) or len(rows) >= MANY_NAMES)

    def _best(self, query: Query, k: int) -> list[Scored]:
        hits = self._searcher.search(query, limit=k, count=False).hits
        found = self._searcher.fast_field_values("row", [address for _, address in hits])
        return [(int(row or 0), float(score)) for row, (score, _) in zip(found, hits, strict=True)]

    def _words(self, query: str, title_weight: float) -> Query:
        clauses = []
        for term in self._telling(query):
            clauses.append((Occur.Should, Query.term_query(self._index.schema, "text", term, "freq")))
            title = Query.term_query(self._index.schema, "title", term, "freq")
            clauses.append((Occur.Should, Query.boost_query(title, title_weight)))
        return Query.boolean_query(clauses)

    def _telling(self, query: str) -> list[str]:
        """The words of a query to be searched, each once."""
        words = list(dict.fromkeys(self.terms(query)))
        if len(self) < MANY:
            return words
        return [word for word in words if self.document_frequency(word) <= COMMON * len(self)] or words


def _among(rows: Rows, hits: list[Scored]) -> list[bool]:
    """Whether each hit's row is one of `rows`, which are ascending."""
    found = np.array([row for row, _ in hits], dtype=np.int64)
    places = np.searchsorted(rows, found)
    same: list[bool] = (rows[np.minimum(places, len(rows) - 1)] == found).tolist()
    return same


def _temporary() -> TemporaryDirectory[str]:
    try:
        return TemporaryDirectory(prefix="rag-words-", ignore_cleanup_errors=True)
    except OSError as error:
        raise StorageError(
            f"No temporary directory can be made ({error.strerror or error}).",
            "Name one that can be written with TMPDIR.",
        ) from error
