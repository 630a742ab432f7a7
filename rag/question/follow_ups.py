"""What a follow-up question means, given the questions before it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from index.engine.protocol import PassageIndex
from rag.question.answer_type import AnswerType, expected_answer_type
from rag.question.asking import asks_pattern
from rag.question.decompose import decompose, names_and_numbers, refers_to_the_first, topic
from rag.question.ellipsis import completed, without_joiner
from rag.question.keywords import keyword_answer_type
from rag.question.language import known_language, language_of
from rag.question.languages import DEFAULT, LANGUAGES
from rag.question.languages.folding import fold, fold_case
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
_MARKS = "?!.;…؟。"
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


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation as it was typed, as a whole question, and the whole questions before it.

    `completes` is the question before that it repeats but for something else that it names, if it does. `joined`: it
    needs what was named before, whatever it names.
    """

    typed: str
    question: str
    history: Sequence[str]
    completes: str | None = None
    joined: bool = False


def interpret_question(question: str, history: Sequence[str], index: PassageIndex) -> list[InterpretedQuestion]:
    """The questions that a text asks. The first may be a follow-up; a later one gains what it lacks from the first."""
    first, *later = decompose(question)
    query = interpret(first, history, index)
    relevant_history = history if query != first else ()  # where nothing is carried over, history changes nothing
    # A short question that was made whole says nothing by its own words: "What about Azerbaijan?".
    typed = "" if turn_of(first, history).completes is not None else first
    queries = [(first, query, typed), *((part, complete_part(part, query, index), "") for part in later)]
    return [
        InterpretedQuestion(
            text,
            part_query,
            typed_query,
            answer_type_in_conversation(text, relevant_history)
            or expected_answer_type(part_query)
            or keyword_answer_type(part_query),
        )
        for text, part_query, typed_query in queries
    ]


def interpret(question: str, history: Sequence[str], index: PassageIndex) -> str:
    """The meaning of a question after its history: the question, then in brackets the words that the history is about.

    Those are the rarest words of the history that the question lacks. A word counts more the nearer its question is;
    the first question of all, which set the topic, counts as much as the last but one. A question that refers to
    nothing before it and names something new and rare stays as it is.
    """
    turn = turn_of(question, history)
    earlier = [_words(earlier_question, index) for earlier_question in turn.history]
    if not turn.joined and _stands_alone(turn.typed, earlier, index):
        return turn.question
    # What was asked before the topic changed is not meant: of MTRAG's follow-ups, 112 have gold in the first five
    # passages without a reader, and 110 if it is carried too.
    topics = (
        position for position in reversed(range(len(earlier))) if _begins_topic(position, turn.history, earlier, index)
    )
    phrases = _phrases_to_carry(turn.question, earlier[next(topics, 0) :], index)
    return f"{_with_mark(turn.question)} ({', '.join(phrases)})" if phrases else turn.question


def _with_mark(question: str) -> str:
    """The question with its question mark, without which the words that follow would seem part of it."""
    return question if question[-1] in _MARKS else f"{question}?"


def _begins_topic(
    position: int, history: Sequence[str], earlier: Sequence[Sequence[_Word]], index: PassageIndex
) -> bool:
    return _stands_alone(history[position], earlier[:position], index)


def turn_of(question: str, history: Sequence[str]) -> Turn:
    """A question and those before it as whole questions: each short one says what it stands for."""
    whole: list[str] = []
    for typed in history:
        turn = _turn(typed, whole)
        whole = [*turn.history, turn.question]
    return _turn(question, whole)


def whole_question(text: str, history: Sequence[str]) -> str | None:
    """The whole question that a short one stands for: "And in 2016?"; None for other questions, and for several."""
    if len(decompose(text)) > 1:
        return None
    turn = turn_of(text, history)
    return turn.question if turn.completes is not None else None


def _turn(typed: str, before: Sequence[str]) -> Turn:
    if not before or language_of(typed) not in (None, DEFAULT.code):
        return Turn(typed, typed, before)
    full = completed(typed, before[-1])
    if full is None:
        return Turn(typed, without_joiner(typed), before)
    if full.needs is not None:
        return Turn(typed, full.text, (*before[:-1], full.needs), joined=True)
    # The question before is in the whole question, as far as it is still meant.
    return Turn(full.text, full.text, () if full.alone else before[:-1], completes=before[-1])


def complete_part(part: str, first: str, index: PassageIndex) -> str:
    """The query for a later part of a text whose first part is `first`, with the words that it lacks in brackets."""
    if not refers_to_the_first(part):
        return part
    phrases = _phrases_to_carry(part, [_words(topic(first), index)], index)
    return f"{_with_mark(part)} ({', '.join(phrases)})" if phrases else part


def answer_type_in_conversation(question: str, history: Sequence[str]) -> AnswerType | None:
    """The answer type of a question; a question that asks for nothing has that of the last earlier one with a type."""
    if asks_pattern(known_language(question)).search(fold(question)):
        return expected_answer_type(question)
    return next(filter(None, map(expected_answer_type, (question, *reversed(history)))), None)


@cache
def _refers_back(language: str) -> re.Pattern[str]:
    """What stands for something named before, or joins a question to the one before; it matches folded text."""
    words = LANGUAGES[language]
    return re.compile(
        rf"^(?:{fold(words.refers_back_first)})\b|{words.pattern(words.refers_back).pattern}", re.IGNORECASE
    )


def _words(text: str, index: PassageIndex) -> list[_Word]:
    plain_words = LANGUAGES[known_language(text)].plain_words
    words: list[_Word] = []
    for word in _WORD.findall(text):
        letter = len(word) == 1 and word.isascii() and not word.isdigit()
        plain = letter or fold_case(fold(word)) in plain_words
        words.append((word, () if plain else tuple(index.terms(word))))
    return words


def _stands_alone(question: str, earlier: Sequence[Sequence[_Word]], index: PassageIndex) -> bool:
    if _refers_back(known_language(question)).search(fold(question)):
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
