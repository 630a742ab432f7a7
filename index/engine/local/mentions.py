"""The articles that hold a phrase word for word: found by their rarest word, and then read."""

from threading import Lock

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from index.engine.local.analyzers import PLAIN, analyzer
from index.engine.local.catalog import Catalog
from index.engine.local.lexical import LexicalIndex
from index.types import ArticleSummary, Filters

Numbers = NDArray[np.int32]  # (n,), a catalog's own numbers of articles

# Phrases; each takes 4 bytes an article that holds it. A page of a list, and the same count with another filter, need
# the same phrase again.
PHRASES_REMEMBERED = 64


class Mentions:
    """Counts and lists articles by a phrase in their text; threads may share it.

    An article holds a phrase if its words stand in the text next to each other and in that order, whatever their case,
    their accents and what is written between them. Titles are not searched.
    """

    def __init__(self, catalog: Catalog, lexical: LexicalIndex) -> None:
        self._catalog = catalog
        self._lexical = lexical
        self._words = analyzer(PLAIN)
        self._remembered: LRUCache[tuple[str, ...], Numbers] = LRUCache(PHRASES_REMEMBERED)
        self._lock = Lock()

    def articles(self, phrase: str, filters: Filters, offset: int, limit: int) -> tuple[int, list[ArticleSummary]]:
        """How many articles that pass hold the phrase, and `limit` of them after the first `offset`, newest first."""
        holding = self._numbers(tuple(self._words(phrase)))
        if not len(holding):
            return 0, []
        passing = self._catalog.numbers(filters)
        found = passing[np.isin(passing, holding)]
        return len(found), self._catalog.summaries(found[offset : offset + limit].tolist())

    def most(self, phrase: str) -> int:
        """At most so many passages hold the rarest word of a phrase; it costs no reading."""
        words = self._words(phrase)
        return min(map(self._lexical.most_passages, words), default=0)

    def _numbers(self, words: tuple[str, ...]) -> Numbers:
        """The articles that hold these words, ascending."""
        with self._lock:
            if words in self._remembered:
                return self._remembered[words]
        numbers = self._read(words)
        with self._lock:
            self._remembered[words] = numbers
        return numbers

    def _read(self, words: tuple[str, ...]) -> Numbers:
        if not words:
            return np.array([], dtype=np.int32)
        rarest = min(words, key=self._lexical.most_passages)
        candidates = self._catalog.numbers_of_rows(self._lexical.rows_that_may_hold(rarest))
        phrase = f" {' '.join(words)} "
        holding = [
            number
            for number, text in self._catalog.texts(candidates.tolist())
            if phrase in f" {' '.join(self._words(text))} "
        ]
        return np.array(holding, dtype=np.int32)
