"""What a follow-up question means, given the questions before it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.engine.protocol import PassageIndex
from rag.question.answer_type import AnswerType, expected_answer_type
from rag.question.decompose import complete_part, decompose, names_and_numbers
from rag.question.terms import rarity

# These three were chosen by how many of MTRAG's 134 follow-ups have gold in their first five passages: 114 with the
# values here. rag/training/ABLATION.md has more figures.
# At most so many words are carried into a question from all the questions before it: 112 with 4, 114 with 7.
CARRIED = 5
# A word counts this much of an equally rare word of the next question: 113 with 0.5, 112 with 0.9.
FADING = 0.7
# A question stands alone if it has a new name whose rarity is this share of the rarest word before it: 113 with 0.3,
# and 115 where no question stands alone. But then 93 of 112 answerable questions after unrelated ones were answered;
# now 101 are.
TELLING = 0.5
# The patterns and words below are English: in another language fewer follow-ups are recognised, and only its frequency
# shows that a word is plain.
_REFERS_BACK = re.compile(
    r"^(?:and|but|or|so|then|what about|how about)\b"
    r"|\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|these|those|then)\b",
    re.IGNORECASE,
)
# "And in 1996?" and "What about Karachi?" do not match: they have the answer type of the question before.
_ASKS = re.compile(
    r"\b(?:who|whom|whose|when|where|which|why|what(?! (?:about|of)\b)|how(?! about\b))\b"
    r"|^(?:(?:and|but|or|so) )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b",
    re.IGNORECASE,
)
# Words that never tell what a conversation is about. Many are rare in news, so their frequency does not show it.
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

# A word as it was typed, and its terms as they are indexed; a plain word has no terms.
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
    """The questions that a text asks. The first may be a follow-up; a later one gains what it lacks from the first."""
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
    """The meaning of a question after its history: the question, then in brackets the words that the history is about.

    Those are the rarest words of the history that the question lacks. A word counts more the nearer its question is;
    the first question of all, which set the topic, counts as much as the last but one. A question that refers to
    nothing before it and names something new and rare stays as it is.
    """
    earlier = [_words(earlier_question, index) for earlier_question in history]
    if _stands_alone(question, earlier, index):
        return question
    phrases = _phrases_to_carry(question, earlier, index)
    return f"{question} ({', '.join(phrases)})" if phrases else question


def answer_type_in_conversation(question: str, history: Sequence[str]) -> AnswerType | None:
    """The answer type of a question; a question that asks for nothing has that of the last earlier one with a type."""
    if _ASKS.search(question):
        return expected_answer_type(question)
    return next(filter(None, map(expected_answer_type, (question, *reversed(history)))), None)


def _words(text: str, index: PassageIndex) -> list[_Word]:
    words: list[_Word] = []
    for word in _WORD.findall(text):
        letter = len(word) == 1 and word.isascii() and not word.isdigit()
        plain = letter or word.casefold() in _PLAIN
        words.append((word, () if plain else tuple(index.terms(word))))
    return words


def _stands_alone(question: str, earlier: Sequence[Sequence[_Word]], index: PassageIndex) -> bool:
    if _REFERS_BACK.search(question):
        return False
    earlier_words = {terms for words in earlier for _, terms in words}
    earlier_terms = {term for terms in earlier_words for term in terms}
    rarest = max((_rarity(terms, index) for terms in earlier_words), default=0.0)
    new = [terms for terms in map(index.terms, names_and_numbers(question)) if not earlier_terms.issuperset(terms)]
    return any(_rarity(terms, index) >= TELLING * rarest for terms in new)


def _phrases_to_carry(question: str, earlier: Sequence[Sequence[_Word]], index: PassageIndex) -> list[str]:
    """The CARRIED best words, each as it was first typed; words that stood next to each other form one phrase."""
    question_terms = set(index.terms(question))
    worth: dict[tuple[str, ...], float] = {}
    for position, words in enumerate(earlier):
        distance = len(earlier) - 1 - position if position else min(len(earlier) - 1, 1)
        for _, terms in words:
            if not question_terms.issuperset(terms):
                worth[terms] = max(worth.get(terms, 0.0), FADING**distance * _rarity(terms, index))
    remaining = set(sorted(worth, key=lambda terms: -worth[terms])[:CARRIED])
    phrases: list[str] = []
    for words in earlier:
        adjacent = False
        for word, terms in words:
            if terms not in remaining:
                adjacent = False
                continue
            remaining.remove(terms)
            phrases = [*phrases[:-1], f"{phrases[-1]} {word}"] if adjacent else [*phrases, word]
            adjacent = True
    return phrases


def _rarity(terms: Sequence[str], index: PassageIndex) -> float:
    return max((rarity(term, index) for term in terms), default=0.0)
