"""The type of answer that a question asks for, and whether a sentence holds one; each in its own language.

A question whose language is not known is read as English.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from rag.question.language import known_language
from rag.question.languages import LANGUAGES, words_of
from rag.question.languages.folding import fold
from rag.question.languages.words import YEARS


class AnswerType(Enum):
    """What a sentence must hold to be an answer."""

    TIME = "time"
    NUMBER = "number"
    NAME = "name"


COMPARABLE = frozenset({AnswerType.TIME, AnswerType.NUMBER})  # types of which two answers can contradict each other

# A word that follows another word, so that a capital does not merely begin the sentence.
_LATER_WORD = re.compile(r"(?<=[\w,;:)”\"’'] )[(“\"‘']?(\w{2,})")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What asks for each type in a language, and what is a time or a number in it; all match folded text."""

    asks: Mapping[AnswerType, re.Pattern[str]]
    time: re.Pattern[str]
    month_or_era: re.Pattern[str]
    number: re.Pattern[str]

    @staticmethod
    @cache
    def of(language: str) -> "_Patterns":
        """The patterns of one of LANGUAGES, compiled once."""
        words = LANGUAGES[language]
        asks = {
            AnswerType.TIME: words.pattern(words.asks_time),
            AnswerType.NUMBER: words.pattern(words.asks_number),
            AnswerType.NAME: words.pattern(words.asks_name),
        }
        time = words.pattern(YEARS, r"\d{1,2}:\d{2}", words.times)
        month_or_era = words.pattern(*words.months, words.eras, as_written=True)
        return _Patterns(
            asks, time, month_or_era, re.compile(rf"\d|{words.pattern(words.numbers).pattern}", re.IGNORECASE)
        )


def expected_answer_type(question: str) -> AnswerType | None:
    """The type of answer that a question asks for first, or None where its words do not tell."""
    asks = _Patterns.of(known_language(question)).asks
    folded = fold(question)
    matches = ((pattern.search(folded), answer_type) for answer_type, pattern in asks.items())
    starts = [(match.start(), order, answer_type) for order, (match, answer_type) in enumerate(matches) if match]
    return min(starts)[2] if starts else None


def holds_answer_type(sentence: str, answer_type: AnswerType, question: str, language: str | None = None) -> bool:
    """Whether a sentence holds something of that type; a name counts only if the question lacks it.

    `language` is that of the sentence; where it is None, its script tells it.
    """
    if answer_type is AnswerType.NAME:
        folded = question.casefold()
        return any(name.casefold() not in folded for name in names_in(sentence))
    patterns = _Patterns.of(words_of(language, sentence).code)
    sentence = fold(sentence)
    if answer_type is AnswerType.NUMBER:
        return bool(patterns.number.search(sentence))
    return bool(patterns.time.search(sentence) or patterns.month_or_era.search(sentence))


def shows_names(sentence: str, language: str | None = None) -> bool:
    """Whether names can be told from other words in a sentence: not where its script has no capitals."""
    return words_of(language, sentence).capitals


def names_in(text: str) -> list[str]:
    """The capitalised words that do not begin a sentence; none in a text that is all in capitals."""
    if text.isupper():
        return []
    return [word for word in _LATER_WORD.findall(text) if word[0].isupper()]
