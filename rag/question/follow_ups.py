"""What a follow-up means, given the questions before it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.engine.protocol import PassageIndex
from rag.question.answer_type import AnswerType, expected_answer_type
from rag.question.decompose import complete_part, decompose, names_and_numbers
from rag.question.terms import rarity

# Chosen by how many of MTRAG's 134 follow-ups have gold in their first five passages, 114 as it is, and in
# rag/training/ABLATION.md. Words carried at most, of all the questions before together: 112 with 4, 114 with 7.
CARRIED = 5
# What a word counts, of one as rare a question later: 113 with 0.5, 112 with 0.9.
FADING = 0.7
# How rare a new name must be, beside the rarest word before it, for a question to stand alone: 113 with 0.3, 115 where
# none does. But of 112 answerable questions after unrelated ones 93 were answered then, and 101 now.
TELLING = 0.5
# English only from here on: in another language fewer follow-ups are recognised, and only rarity tells plain words.
_REFERS_BACK = re.compile(
    r"^(?:and|but|or|so|then|what about|how about)\b"
    r"|\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|these|those|then)\b",
    re.IGNORECASE,
)
# "And in 1996?" and "What about Karachi?" leave the answer type to the question before.
_ASKS = re.compile(
    r"\b(?:who|whom|whose|when|where|which|why|what(?! (?:about|of)\b)|how(?! about\b))\b"
    r"|^(?:(?:and|but|or|so) )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b",
    re.IGNORECASE,
)
# Words that never tell what a conversation is about; many of them are rare in news and common in questions.
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
_Word = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class InterpretedQuestion:
    """One of the questions that a text asks: its words, the query that is searched, and the type of its answer.

    `typed_query` are the typed words of the first question, which are searched too where the query differs from them.
    """

    text: str
    query: str
    typed_query: str
    answer_type: AnswerType | None


def interpret_question(question: str, history: Sequence[str], index: PassageIndex) -> list[InterpretedQuestion]:
    """The questions that one text asks. The first may be a follow-up; the later ones gain what they lack from it."""
    first, *later = decompose(question)
    query = interpret(first, history, index)
    relevant_history = history if query != first else ()  # where nothing is carried over, history changes nothing
    queries = [(first, query, first), *((part, complete_part(part, query), "") for part in later)]
    return [
        InterpretedQuestion(
            text,
            part_query,
            typed_query,
            answer_type_in_conversation(text, relevant_history) or expected_answer_type(part_query),
        )
        for text, part_query, typed_query in queries
    ]


def interpret(question: str, history: Sequence[str], index: PassageIndex) -> str:
    """What a question means after those before it: itself, then in brackets the words that the conversation is about.

    Those are the rarest words of the history that the question lacks. A word counts more the nearer its question is;
    the first question, which set the topic, counts as much as the last but one. Nothing is carried into a question that
    names something new, as rare as what was spoken of, and refers to nothing before it.
    """
    said = [_words(turn, index) for turn in history]
    if _stands_alone(question, said, index):
        return question
    carried = _phrases(said, _words_to_carry(question, said, index))
    return f"{question} ({', '.join(carried)})" if carried else question


def answer_type_in_conversation(question: str, history: Sequence[str]) -> AnswerType | None:
    """The answer type of a question; where nothing in it asks, that of the last earlier question that has one."""
    if _ASKS.search(question):
        return expected_answer_type(question)
    return next(filter(None, map(expected_answer_type, (question, *reversed(history)))), None)


def _words(text: str, index: PassageIndex) -> list[_Word]:
    return [(word, () if _is_plain(word) else tuple(index.terms(word))) for word in _WORD.findall(text)]


def _is_plain(word: str) -> bool:
    return word.casefold() in _PLAIN or (len(word) == 1 and word.isascii() and not word.isdigit())


def _stands_alone(question: str, said: Sequence[Sequence[_Word]], index: PassageIndex) -> bool:
    if _REFERS_BACK.search(question):
        return False
    said_terms = {terms for turn in said for _, terms in turn}
    known = {term for terms in said_terms for term in terms}
    rarest = max((_rarity(terms, index) for terms in said_terms), default=0.0)
    new = [terms for terms in map(index.terms, names_and_numbers(question)) if not known.issuperset(terms)]
    return any(_rarity(terms, index) >= TELLING * rarest for terms in new)


def _words_to_carry(question: str, said: Sequence[Sequence[_Word]], index: PassageIndex) -> set[tuple[str, ...]]:
    own = set(index.terms(question))
    worth: dict[tuple[str, ...], float] = {}
    for position, turn in enumerate(said):
        distance = len(said) - 1 - position if position else min(len(said) - 1, 1)
        for _, terms in turn:
            if not own.issuperset(terms):
                worth[terms] = max(worth.get(terms, 0.0), FADING**distance * _rarity(terms, index))
    return set(sorted(worth, key=lambda terms: -worth[terms])[:CARRIED])


def _rarity(terms: Sequence[str], index: PassageIndex) -> float:
    return max((rarity(term, index) for term in terms), default=0.0)


def _phrases(said: Sequence[Sequence[_Word]], chosen: set[tuple[str, ...]]) -> list[str]:
    """Each chosen word where it was first typed; words that stood side by side form one phrase."""
    phrases: list[str] = []
    remaining = set(chosen)
    for turn in said:
        adjacent = False
        for word, terms in turn:
            if terms not in remaining:
                adjacent = False
                continue
            remaining.remove(terms)
            phrases = [*phrases[:-1], f"{phrases[-1]} {word}"] if adjacent else [*phrases, word]
            adjacent = True
    return phrases
