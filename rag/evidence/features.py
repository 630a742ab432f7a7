"""What is plain to see of a sentence for a question: shared words, names, numbers, kind, and where it stands."""

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.engine.local.local_index import PassageIndex
from index.passages.sentences import Span
from index.passages.split import Passage
from rag.question.answer_type import Kind, holds_kind, names_in
from rag.retrieval.retriever import Hit

Features = dict[str, float]

# Characters from which a sentence counts as long.
LONG_SENTENCE = 300
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# A subject that was named in a sentence before, at the beginning or after "Then," and the like.
_DANGLING = re.compile(
    r"^\W*(?:(?:and|but|so|then|later|also|however|instead|afterwards|meanwhile|moreover|furthermore|therefore)\b,?\s+)?"
    r"(?:he|she|it|they|his|her|its|their|this|that|these|those|both|the (?:former|latter|two|same))\b",
    re.IGNORECASE,
)
# "It is known that…" names nothing before it.
_IMPERSONAL = re.compile(r"^\W*(?:it (?:is|was|has been) \w+ (?:that|to)\b|this (?:article|page)\b)", re.IGNORECASE)


def words_of(text: str) -> list[str]:
    """The words of a text in small letters, without what stands between them."""
    return _WORD.findall(text.casefold())


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for: its kind, and its distinct words as they are indexed, with their weights.

    A word's weight is its rarity.
    """

    question: str
    kind: Kind | None
    weights: Mapping[str, float]
    pairs: frozenset[tuple[str, str]]
    names: frozenset[str]
    numbers: frozenset[str]
    _weight: float = field(init=False, repr=False)
    _pairs_weight: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Add up the weights, which every sentence is measured by."""
        object.__setattr__(self, "_weight", sum(self.weights.values()))
        object.__setattr__(self, "_pairs_weight", sum(map(self._pair_weight, self.pairs)))

    @staticmethod
    def of(question: str, kind: Kind | None, index: PassageIndex) -> "Asked":
        """A question that asks for that kind of thing, its words weighed by an index."""
        terms = index.terms(question)
        return Asked(
            question,
            kind,
            {term: rarity(term, index) for term in dict.fromkeys(terms)},
            frozenset(pairwise(terms)),
            frozenset(name.casefold() for name in names_in(question)),
            frozenset(_numbers(question)),
        )

    def covered_by(self, terms: Collection[str]) -> float:
        """The share, in [0, 1], of the question's weight that stands in `terms`."""
        present = [weight for term, weight in self.weights.items() if term in terms]
        return sum(present) / self._weight if self._weight else 0.0

    def phrases_in(self, terms: Sequence[str]) -> float:
        """The share, in [0, 1], of the weight of the question's pairs of neighbouring words that are pairs there."""
        shared = self.pairs.intersection(pairwise(terms))
        return sum(map(self._pair_weight, shared)) / self._pairs_weight if self._pairs_weight else 0.0

    def kind_in(self, sentence: str) -> float:
        """1 if the sentence holds the kind of thing asked for, -1 if not, 0 if the kind is not known."""
        if self.kind is None:
            return 0.0
        return 1.0 if holds_kind(sentence, self.kind, self.question) else -1.0

    def missing_from(self, text: str) -> Features:
        """The share of the question's names, and of its numbers, that a text lacks; 0 where it has none."""
        return {
            "names_missing": _share_missing(self.names, lambda: words_of(text)),
            "numbers_missing": _share_missing(self.numbers, lambda: _numbers(text)),
        }

    def _pair_weight(self, pair: tuple[str, str]) -> float:
        return min(self.weights[pair[0]], self.weights[pair[1]])


def rarity(term: str, index: PassageIndex) -> float:
    """The inverse document frequency of an indexed word, as BM25 has it.

    Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, with 1 added
    under the logarithm so that none is negative.
    """
    frequency = index.document_frequency(term)
    return math.log(1.0 + (index.manifest.passages - frequency + 0.5) / (frequency + 0.5))


def sentence_features(asked: Asked, hit: Hit, title: str, span: Span, index: PassageIndex) -> Features:
    """What is known of a sentence of a passage without a model; each is in [-1, 1]."""
    passage = hit.passage
    text = sentence_text(passage, span)
    before = passage.text[: span[0] - passage.start]
    terms = index.terms(text)
    own = set(terms)
    told = own.union(index.terms(before))
    return {
        "overlap": asked.covered_by(own),
        "overlap_with_before": asked.covered_by(told),
        "overlap_with_title": asked.covered_by(told.union(index.terms(title))),
        "phrase": asked.phrases_in(terms),
        "passage": hit.score,
        "kind": asked.kind_in(text),
        "opening": float(span[0] == 0),
        "dangling": float(is_dangling(text)),
        "length": min(1.0, len(text) / LONG_SENTENCE),
        **asked.missing_from(f"{title} {before} {text}"),
    }


def is_dangling(sentence: str) -> bool:
    """Whether a sentence's subject is one that only a sentence before it names. English only."""
    return bool(_DANGLING.match(sentence)) and not _IMPERSONAL.match(sentence)


def sentence_text(passage: Passage, span: Span) -> str:
    """The words of a sentence of a passage."""
    return passage.text[span[0] - passage.start : span[1] - passage.start]


def _share_missing(items: frozenset[str], there: Callable[[], Sequence[str]]) -> float:
    return len(items.difference(there())) / len(items) if items else 0.0


def _numbers(text: str) -> list[str]:
    return [number.replace(",", "") for number in _NUMBER.findall(text)]
