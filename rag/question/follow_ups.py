"""What a follow-up means, given the questions before it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.engine.local.local_index import PassageIndex
from rag.evidence.features import rarity
from rag.question.answer_type import Kind, asked_kind
from rag.question.decompose import beside, named, parts_of

# Chosen by how many of MTRAG's 134 follow-ups have gold in their first five passages, 114 as it is, and in
# evaluation/ABLATION.md. Words carried at most, of all the questions before together: 112 with 4, 114 with 7.
CARRIED = 5
# What a word counts, of one as rare a question later: 113 with 0.5, 112 with 0.9.
FADING = 0.7
# How rare a new name must be, beside the rarest word before it, for a question to stand alone: 113 with 0.3, 115 where
# none does. But of 112 answerable questions after unrelated ones 93 were answered then, and 101 now.
TELLING = 0.5
# The rest is English only: in another language fewer follow-ups point back, and only rarity says which words are plain.
_POINTS_BACK = re.compile(
    r"^(?:and|but|or|so|then|what about|how about)\b"
    r"|\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|these|those|then)\b",
    re.IGNORECASE,
)
# "And in 1996?" and "What about Karachi?" leave it to the question before what is asked for.
_ASKS = re.compile(
    r"\b(?:who|whom|whose|when|where|which|why|what(?! (?:about|of)\b)|how(?! about\b))\b"
    r"|^(?:(?:and|but|or|so) )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b",
    re.IGNORECASE,
)
# Words that say nothing of what a conversation is about; rare in news, many of them are not rare in questions.
_PLAIN = frozenset(
    word
    for line in (
        "about after all also am an and another any are as at be because been before being but by can could did do",
        "does during each either else ever for from gave get give got had has have he her hers here him his how if",
        "in into is it its just many may me mean meant might more most much must my no nor not now of on only or",
        "other others our ours please shall she should so some such tell than that the their theirs them then",
        "there these they this those to too us very was we were what when where which who whom whose why will with",
        "would yes you your yours",
    )
    for word in line.split()
)
_WORD = re.compile(r"\w+(?:[-.,:/]\w+)*")

# A word as it was typed, and as it is indexed: no terms where it is a plain one.
Word = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the questions that were asked: its words, what is searched for it, and the kind of thing it asks for.

    `typed` are the words of the first, which are searched too where it was read as something else.
    """

    asked: str
    query: str
    typed: str
    kind: Kind | None


def read_in_parts(question: str, history: Sequence[str], index: PassageIndex) -> list[Part]:
    """The questions that one text asks; the first may be a follow-up, and what it lacks is put beside the later."""
    first, *others = parts_of(question)
    query = interpret(first, history, index)
    before = history if query != first else ()  # where nothing is carried, history changes nothing
    read = [(first, query, first), *((part, beside(part, query), "") for part in others)]
    return [Part(asked, query, typed, kind_meant(asked, before) or asked_kind(query)) for asked, query, typed in read]


def interpret(question: str, history: Sequence[str], index: PassageIndex) -> str:
    """What a question is read as: itself, and in brackets the words that the questions before it are about.

    Those are the rarest that it does not hold, from the first question on; the nearer the question they
    stand in, the more they count, and the first, which set the topic, as much as the last but one. Nothing
    is carried into a question that names something new, as rare as what was spoken of, and points nowhere back.
    """
    said = [_words(turn, index) for turn in history]
    if _stands_alone(question, said, index):
        return question
    carried = _phrases(said, _chosen(question, said, index))
    return f"{question} ({', '.join(carried)})" if carried else question


def kind_meant(question: str, history: Sequence[str]) -> Kind | None:
    """The kind of thing a question asks for; that of the last question which had one, where nothing in it asks."""
    if _ASKS.search(question):
        return asked_kind(question)
    return next(filter(None, map(asked_kind, (question, *reversed(history)))), None)


def _words(text: str, index: PassageIndex) -> list[Word]:
    return [(word, () if _plain(word) else tuple(index.terms(word))) for word in _WORD.findall(text)]


def _plain(word: str) -> bool:
    return word.casefold() in _PLAIN or (len(word) == 1 and word.isascii() and not word.isdigit())


def _stands_alone(question: str, said: Sequence[Sequence[Word]], index: PassageIndex) -> bool:
    if _POINTS_BACK.search(question):
        return False
    before = {terms for turn in said for _, terms in turn}
    known = {term for terms in before for term in terms}
    rarest = max((_rarity(terms, index) for terms in before), default=0.0)
    new = [terms for terms in map(index.terms, named(question)) if not known.issuperset(terms)]
    return any(_rarity(terms, index) >= TELLING * rarest for terms in new)


def _chosen(question: str, said: Sequence[Sequence[Word]], index: PassageIndex) -> set[tuple[str, ...]]:
    held = set(index.terms(question))
    worth: dict[tuple[str, ...], float] = {}
    for place, turn in enumerate(said):
        distance = len(said) - 1 - place if place else min(len(said) - 1, 1)
        for _, terms in turn:
            if not held.issuperset(terms):
                worth[terms] = max(worth.get(terms, 0.0), FADING**distance * _rarity(terms, index))
    return set(sorted(worth, key=lambda terms: -worth[terms])[:CARRIED])


def _rarity(terms: Sequence[str], index: PassageIndex) -> float:
    return max((rarity(term, index) for term in terms), default=0.0)


def _phrases(said: Sequence[Sequence[Word]], chosen: set[tuple[str, ...]]) -> list[str]:
    """Each chosen word where it was first typed, those that stood side by side together."""
    phrases: list[str] = []
    left = set(chosen)
    for turn in said:
        beside = False
        for word, terms in turn:
            if terms not in left:
                beside = False
                continue
            left.remove(terms)
            phrases = [*phrases[:-1], f"{phrases[-1]} {word}"] if beside else [*phrases, word]
            beside = True
    return phrases
