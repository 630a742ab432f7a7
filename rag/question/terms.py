"""The words, names and numbers of a question, weighted by how rare they are in an index."""

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.engine.protocol import PassageIndex
from rag.question.answer_type import AnswerType, holds_answer_type, names_in, shows_names
from rag.question.languages.folding import fold_case, fold_digits

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def words_in(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation."""
    return _WORD.findall(fold_case(text))


def numbers_in(text: str) -> list[str]:
    """The numbers of a text, written in digits of any script, in the digits 0 to 9 without thousands separators."""
    return [number.replace(",", "") for number in _NUMBER.findall(fold_digits(text))]


def rarity(term: str, index: PassageIndex) -> float:
    """The inverse document frequency of an indexed word, as BM25 has it.

    Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, with 1 added under the logarithm so
    that none is negative.
    """
    frequency = index.document_frequency(term)
    return math.log(1.0 + (index.manifest.passages - frequency + 0.5) / (frequency + 0.5))


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """What a question asks for: the type of its answer, and its distinct words as they are indexed.

    They can be compared with terms of the same `language`, that of an article. `weights` holds the rarity of each word,
    `pairs` the words that are neighbours, `names` the case-folded names, and `numbers` the numbers without thousands
    separators.
    """

    question: str
    answer_type: AnswerType | None
    weights: Mapping[str, float]
    pairs: frozenset[tuple[str, str]]
    names: frozenset[str]
    numbers: frozenset[str]
    language: str | None = None
    _weight: float = field(init=False, repr=False)
    _pairs_weight: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Add up the weights once, since every sentence is compared with the sums."""
        object.__setattr__(self, "_weight", sum(self.weights.values()))
        object.__setattr__(self, "_pairs_weight", sum(map(self._pair_weight, self.pairs)))

    @staticmethod
    def of(
        question: str, answer_type: AnswerType | None, index: PassageIndex, language: str | None = None
    ) -> "QuestionTerms":
        """The terms of a question as they stand in articles of a language, weighted by an index."""
        terms = index.terms(question, language)
        return QuestionTerms(
            question,
            answer_type,
            {term: rarity(term, index) for term in dict.fromkeys(terms)},
            frozenset(pairwise(terms)),
            frozenset(fold_case(name) for name in names_in(question)),
            frozenset(numbers_in(question)),
            language,
        )

    def covered_by(self, terms: Collection[str]) -> float:
        """The share, in [0, 1], of the question's weight that lies in words among `terms`."""
        present = [weight for term, weight in self.weights.items() if term in terms]
        return sum(present) / self._weight if self._weight else 0.0

    def held_by(self, terms: Collection[str]) -> dict[str, float]:
        """The question's words among `terms`, with their rarity."""
        return {term: weight for term, weight in self.weights.items() if term in terms}

    def phrases_in(self, terms: Sequence[str]) -> float:
        """The share, in [0, 1], of the weight of the question's pairs that lies in pairs of neighbours in `terms`."""
        shared = self.pairs.intersection(pairwise(terms))
        return sum(map(self._pair_weight, shared)) / self._pairs_weight if self._pairs_weight else 0.0

    def answer_type_in(self, sentence: str, language: str | None = None) -> float:
        """1 if the sentence holds something of the type asked for, -1 if not, 0 if that can't be told.

        `language` is that of the sentence; where it is None, its script tells it.
        """
        if self.answer_type is None:
            return 0.0
        if holds_answer_type(sentence, self.answer_type, self.question, language):
            return 1.0
        return 0.0 if self.answer_type is AnswerType.NAME and not shows_names(sentence, language) else -1.0

    def missing_from(self, text: str) -> dict[str, float]:
        """The share of the question's names, and of its numbers, that a text lacks; 0 where it has none."""
        return {
            "names_missing": _share_missing(self.names, lambda: words_in(text)),
            "numbers_missing": _share_missing(self.numbers, lambda: numbers_in(text)),
        }

    def _pair_weight(self, pair: tuple[str, str]) -> float:
        return min(self.weights[pair[0]], self.weights[pair[1]])


def _share_missing(items: frozenset[str], present: Callable[[], Sequence[str]]) -> float:
    return len(items.difference(present())) / len(items) if items else 0.0
