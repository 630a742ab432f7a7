"""The type of answer that a question asks for, and whether a sentence holds one. English only.

A question in another language has no known answer type, and its sentences are scored without it.
"""

import re
from enum import Enum


class AnswerType(Enum):
    """What a sentence must hold to be an answer."""

    TIME = "time"
    NUMBER = "number"
    NAME = "name"


COMPARABLE = frozenset({AnswerType.TIME, AnswerType.NUMBER})  # types of which two answers can contradict each other

_UNITS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|twice|hundred|thousand|million|billion"
)
_PERIODS = "year|month|day|date|century|decade"
_DEGREES = "many|much|long|far|tall|big|large|high|deep|often|fast|wide|heavy"
_AMOUNTS = "number|percent|percentage|amount|share|proportion|fraction"
_NAMED = "country|city|person|company|state|place|team|nation"

# The first of these in a question decides; the question may begin with other words ("In what year…").
_PATTERNS = [
    (answer_type, re.compile(rf"\b({words})\b", re.IGNORECASE))
    for answer_type, words in (
        (AnswerType.TIME, rf"when|(what|which) ({_PERIODS}|time|era|age)|how long ago|how old"),
        (AnswerType.NUMBER, rf"how ({_DEGREES})|what ({_AMOUNTS})|at what (price|cost|rate)"),
        (AnswerType.NAME, rf"who|whom|whose|where|(what|which) ({_NAMED})|what (was|is) the name"),
    )
]
_TIME = re.compile(
    r"\b(1\d{3}|20\d{2}|\d+(st|nd|rd|th)|\d{1,2}:\d{2}|\d{2,4}s|(mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|century|centuries|decades?|years?|spring|summer|autumn|winter)\b",
    re.IGNORECASE,
)
# With a capital only: "may" and "march" are words of their own.
_MONTH_OR_ERA = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|BC|AD|BCE|CE)\b"
)
_NUMBER = re.compile(rf"\d|\b({_UNITS})\b", re.IGNORECASE)
# A word that follows another word, so that a capital does not merely begin the sentence.
_LATER_WORD = re.compile(r"(?<=[\w,;:)”\"’'] )[(“\"‘']?(\w{2,})")


def expected_answer_type(question: str) -> AnswerType | None:
    """The type of answer that a question asks for first, or None where its words do not tell."""
    matches = ((pattern.search(question), answer_type) for answer_type, pattern in _PATTERNS)
    starts = [(match.start(), order, answer_type) for order, (match, answer_type) in enumerate(matches) if match]
    return min(starts)[2] if starts else None


def holds_answer_type(sentence: str, answer_type: AnswerType, question: str) -> bool:
    """Whether a sentence holds something of that type; a name counts only if the question lacks it."""
    if answer_type is AnswerType.TIME:
        return bool(_TIME.search(sentence) or _MONTH_OR_ERA.search(sentence))
    if answer_type is AnswerType.NUMBER:
        return bool(_NUMBER.search(sentence))
    folded = question.casefold()
    return any(name.casefold() not in folded for name in names_in(sentence))


def names_in(text: str) -> list[str]:
    """The capitalised words that do not begin a sentence; none in a text that is all in capitals."""
    if text.isupper():
        return []
    return [word for word in _LATER_WORD.findall(text) if word[0].isupper()]
