"""BM25 over passages and the titles of their articles, by Tantivy."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from tantivy import Document, Index, Occur, Query, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from index.engine.local.analyzers import (
    ENGLISH,
    Analyze,
    analyzer,
    analyzer_name,
    can_be_term_of,
    first_version_analyzer,
    spellings,
    stems_before_folding,
)
from index.engine.local.private_copy import private_copy
from index.engine.local.spelling import TermDictionary
from index.types import Rows, Scored

# Tantivy is given the words as they are indexed, with spaces between them.
_WORDS = "words"
ANALYZERS = "analyzers.json"  # the names of those that the index was made with
_HEAP_BYTES = 64_000_000
# From MANY passages on, words that stand in more than the share COMMON of them are not searched, unless all words do:
# they say next to nothing and are most of the work. If xquad-en left them out too, hit@1, 5 and 10 for 838 questions
# would stay 0.957, 0.994 and 0.999 with both rankings joined, and be 0.925, 0.989 and 0.991 instead of 0.924, 0.991 and
# 0.992 with BM25 alone.
MANY, COMMON = 100_000, 0.3
# A filter is wide if it passes at least one in WIDE passages, or MANY_NAMES of them. Over a million passages, naming
# 10,000 rows to Tantivy takes 50 ms, and skipping the others among the best 20,000 hits takes 17. Hits below the best
# DEEPEST are not looked at.
WIDE, MANY_NAMES, DEEPEST = 10, 5_000, 40_000
PREFIX = 2  # letters of a word that every stemmer leaves as they are


class LexicalIndex:
    """Search for passages by their words, with letters and accents folded, and stemmed by the language of the article.

    Each passage has the words of one analyzer, that of its language; a query is searched for its words by each analyzer
    that the index was made with. `analyzers` are those, that of most passages first.
    """

    def __init__(self, index: Index, analyzers: dict[str, Analyze]) -> None:
        self._analyzers = analyzers
        self._main = next(iter(analyzers.values()))
        index.config_reader(reload_policy="manual")  # a generation never changes, so no thread needs to watch it
        self._index = index
        self._searcher = index.searcher()
        searcher = self._searcher  # and not self, which would be held in a circle
        self._dictionary = TermDictionary(
            lambda letter: (term for term, _ in searcher.terms_with_prefix("text", letter))
        )

    @staticmethod
    def write(
        folder: Path, passages: Iterable[tuple[int, str, str]], languages: Sequence[str | None] | None = None
    ) -> None:
        """Write an index of (row, title, text) into an existing, empty folder.

        `languages` holds the language of each row's article (BCP 47); without it none is stated.

        Raises:
            OSError: the disk refused.
        """
        builder = SchemaBuilder().add_unsigned_field("row", indexed=True, fast=True)
        for field in ("title", "text"):
            builder = builder.add_text_field(field, tokenizer_name=_WORDS, index_option="freq")
        schema = builder.build()
        analyzers: dict[str, Analyze] = {}
        counts: Counter[str] = Counter()
        try:
            index = Index(schema, path=str(folder))
            index.register_tokenizer(_WORDS, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
            # With one thread the same passages give the same segments, so ties rank the same in every build.
            writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
            for row, title, text in passages:
                name = analyzer_name(languages[row] if languages else None)
                counts[name] += 1
                analyze = analyzers.get(name) or analyzers.setdefault(name, analyzer(name))
                words = {"title": " ".join(analyze(title)), "text": " ".join(analyze(text))}
                writer.add_document(Document.from_dict({"row": row, **words}, schema))
            writer.commit()
            writer.wait_merging_threads()
        except ValueError as error:  # all that tantivy raises when the disk is full
            number = re.search(r"os error (\d+)", str(error))
            if number:
                raise OSError(int(number[1]), os.strerror(int(number[1])), str(folder)) from error
            # When one of its threads met the error, it sometimes says only that the thread stopped.
            stopped = "its writer was stopped: most likely the disk is full" if "thread" in str(error) else error
            raise OSError(f"{folder}: {stopped}") from error
        names = sorted(counts, key=lambda name: (-counts[name], name)) or [ENGLISH]
        (folder / ANALYZERS).write_text(json.dumps(names), encoding="utf-8")
        for path in folder.iterdir():  # tantivy makes some files readable by this user alone, whatever the umask
            path.chmod(folder.stat().st_mode & 0o666)

    @staticmethod
    def open(folder: Path) -> "LexicalIndex":
        """Open an index that `write` wrote; nothing is written beside it, so it may lie on a read-only disk.

        Raises:
            StorageError: this machine has no temporary directory, or no room there.
            ValueError: it was made with an analyzer that this program does not have.
        """
        if (folder / ANALYZERS).exists():
            names = json.loads((folder / ANALYZERS).read_text(encoding="utf-8"))
            analyzers = {name: analyzer(name) for name in names}
        else:
            analyzers = {ENGLISH: first_version_analyzer()}
        # Tantivy maps its files, and puts lock files beside them.
        with private_copy(folder) as copy:
            return LexicalIndex(Index.open(str(copy)), analyzers)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def terms(self, text: str, language: str | None = None) -> list[str]:
        """The words of a text as they are indexed in articles of a language: folded, lower-cased, stemmed, in order.

        Without a language that the index was made with, they are those of most of its passages.
        """
        analyze = self._analyzers.get(analyzer_name(language)) if language else None
        return (analyze or self._main)(text)

    def indexed_terms(self, text: str, language: str | None) -> list[str]:
        """The words that are indexed of a text of an article that states this language, or none."""
        return self.terms(text, language or "en")

    def document_frequency(self, term: str) -> int:
        """How many passages hold an indexed word in their text."""
        return self._searcher.doc_freq("text", term)

    def most_passages(self, word: str) -> int:
        """At most so many passages hold a word in their text; see `rows_that_may_hold`."""
        return sum(map(self.document_frequency, self._terms_of(word)))

    def rows_that_may_hold(self, word: str) -> Rows:
        """The rows of all passages whose text holds a word, and of a few others, ascending.

        `word` is as the plain analyzer has it: in lower case, with letters and accents folded.
        """
        found: list[Rows] = [np.array([], dtype=np.int64)]
        for term in self._terms_of(word):
            query = Query.term_query(self._index.schema, "text", term, "freq")
            hits = self._searcher.search(query, limit=max(1, self.document_frequency(term)), count=False).hits
            rows = self._searcher.fast_field_values("row", [address for _, address in hits])
            found.append(np.array(rows, dtype=np.int64))
        return np.unique(np.concatenate(found))

    def _terms_of(self, word: str) -> list[str]:
        """The terms under which a word may be indexed, in any language of the index, however it is spelt there."""
        terms: dict[str, None] = {}
        for name, analyze in self._analyzers.items():
            terms |= dict.fromkeys(term for spelling in spellings(word) for term in analyze(spelling))
            if stems_before_folding(name):
                # The stem of a word with accents may be another than that of the word without them.
                known = (term for term, _ in self._searcher.terms_with_prefix("text", word[:PREFIX]))
                terms |= dict.fromkeys(term for term in known if can_be_term_of(term, word))
        return list(terms)

    def holds(self, word: str) -> bool:
        """Whether any passage, or the title of any article, holds a word in any of its forms, in any language."""
        terms = {term for analyze in self._analyzers.values() for term in analyze(word)}
        return any(self._searcher.doc_freq(field, term) for term in terms for field in ("text", "title"))

    def near_terms(self, term: str, errors: int) -> list[str]:
        """Up to 5 indexed words of the passages that are written like a term but for so many errors.

        The nearest come first, and of those as near the most frequent.
        """
        near = self._dictionary.near(term, errors)
        return [word for word, _ in sorted(near, key=lambda pair: (pair[1], -self.document_frequency(pair[0])))][:5]

    def rows_with(self, term: str, k: int) -> list[int]:
        """Up to `k` rows whose passages hold an indexed word."""
        return [row for row, _ in self._best(Query.term_query(self._index.schema, "text", term, "freq"), k)]

    def vocabulary(self, field: str, prefix: str = "") -> dict[str, int]:
        """Each word of "text" or "title" that begins so, as it is indexed, and how many passages hold it there."""
        return dict(self._searcher.terms_with_prefix(field, prefix))

    def rows(self) -> Rows:
        """The row of each passage, ascending."""
        hits = self._searcher.search(Query.all_query(), limit=max(1, len(self)), count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return np.sort(np.array(rows, dtype=np.int64))

    def search(self, query: str, k: int, title_weight: float, rows: Rows | None = None) -> list[Scored]:
        """The `k` rows of highest BM25 score, best first; the title's score counts `title_weight` times.

        Any string is a query: its words are searched, its punctuation is not syntax. `rows` are ascending.
        """
        words = self._word_query(query, title_weight)
        if rows is None:
            return self._best(words, k)
        is_wide = len(rows) > 0 and (len(rows) * WIDE >= len(self) or len(rows) >= MANY_NAMES)
        depth = 3 * k * len(self) // max(1, len(rows))
        if is_wide and depth <= DEEPEST:
            # Naming each of many rows to Tantivy takes longer than skipping the others.
            best = self._best(words, depth)
            best_rows = np.array([row for row, _ in best], dtype=np.int64)
            positions = np.minimum(np.searchsorted(rows, best_rows), len(rows) - 1)
            passing = [best[hit] for hit in np.flatnonzero(rows[positions] == best_rows)]
            if len(passing) >= k or len(best) < depth:
                return passing[:k]
        allowed = Query.const_score_query(Query.term_set_query(self._index.schema, "row", rows.tolist()), 0.0)
        return self._best(Query.boolean_query([(Occur.Must, words), (Occur.Must, allowed)]), k)

    def _word_query(self, query: str, title_weight: float) -> Query:
        """A Tantivy query for each word of `query` by each analyzer, once, in the text or the title."""
        # A passage has the words of one analyzer, so a word of the query counts once, however many forms it has.
        words = list(dict.fromkeys(word for analyze in self._analyzers.values() for word in analyze(query)))
        if len(self) >= MANY:
            words = [word for word in words if self.document_frequency(word) <= COMMON * len(self)] or words
        clauses = []
        for word in words:
            clauses.append((Occur.Should, Query.term_query(self._index.schema, "text", word, "freq")))
            title = Query.term_query(self._index.schema, "title", word, "freq")
            clauses.append((Occur.Should, Query.boost_query(title, title_weight)))
        return Query.boolean_query(clauses)

    def _best(self, query: Query, k: int) -> list[Scored]:
        hits = self._searcher.search(query, limit=k, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return [(int(row or 0), float(score)) for row, (score, _) in zip(rows, hits, strict=True)]
