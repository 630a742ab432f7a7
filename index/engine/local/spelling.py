"""Indexed words that are written nearly like another word, for words that were mistyped."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

# Over a million passages with 430,000 words the first search for a word with some first letter takes up to 90 ms of
# computing, in which that letter's words are read, and every later one 0.4 to 2.6 ms. The words then take some 4 MB.
_LIMIT = 40  # words, at most, of which the frequent ones are looked at


class TermDictionary:
    """The indexed words by their first letter and length, read when a letter is first asked for.

    `terms_with` gives all indexed words that begin with a letter.
    """

    def __init__(self, terms_with: Callable[[str], Iterable[str]]) -> None:
        self._terms_with = terms_with
        self._by_letter: dict[str, Mapping[int, str]] = {}

    def near(self, term: str, errors: int) -> list[tuple[str, int]]:
        """Up to 40 words with the first letter of `term`, each with its errors of typing, the nearest first.

        None has more errors than `errors`. An error is a letter too many, too few or wrong, or two letters exchanged.
        """
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        by_length = self._words(term[:1])
        lengths = range(len(term) - errors, len(term) + errors + 1)
        words = [word for length in lengths for word in by_length.get(length, "").split()]
        found = extract(term, words, scorer=OSA.distance, processor=None, score_cutoff=errors, limit=_LIMIT)
        return [(word, int(count)) for word, count, _ in found]

    def _words(self, letter: str) -> Mapping[int, str]:
        # Two threads may read the same letter; they get the same words. One text for each length takes little memory.
        if letter not in self._by_letter:
            words = sorted(self._terms_with(letter), key=len)
            self._by_letter[letter] = {length: " ".join(group) for length, group in groupby(words, key=len)}
        return self._by_letter[letter]


def errors_between(word: str, other: str) -> int:
    """How many letters are too many, too few, wrong or exchanged with the next one.

    Source: the optimal string alignment distance, Damerau, "A technique for computer detection and correction of
    spelling errors", 1964.
    """
    from rapidfuzz.distance import OSA

    return int(OSA.distance(word, other))
