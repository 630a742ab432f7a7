"""The kind of thing a question asks for, and whether a sentence holds one. English only.

A question in another language asks for no known kind, and its sentences are judged without it.
"""

import re
from enum import Enum


class Kind(Enum):
    """What an answer must hold to be one."""

    TIME = "time"
    NUMBER = "number"
    NAME = "name"


# Kinds of which two answers can be told to contradict each other.
COMPARED = frozenset({Kind.TIME, Kind.NUMBER})

_UNITS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|twice|hundred|thousand|million|billion"
)
_SPANS_OF_TIME = "year|month|day|date|century|decade"
_MANNERS = "many|much|long|far|tall|big|large|high|deep|often|fast|wide|heavy"
_AMOUNTS = "number|percent|percentage|amount|share|proportion|fraction"
_NAMED = "country|city|person|company|state|place|team|nation"

# What comes first in the question names the kind; it may begin with other words ("In what year…").
_ASKED = (
    (Kind.TIME, rf"when|(what|which) ({_SPANS_OF_TIME}|time|era|age)|how long ago|how old"),
    (Kind.NUMBER, rf"how ({_MANNERS})|what ({_AMOUNTS})|at what (price|cost|rate)"),
    (Kind.NAME, rf"who|whom|whose|where|(what|which) ({_NAMED})|what (was|is) the name"),
)
_ASKED_PATTERNS = [(kind, re.compile(rf"\b({words})\b", re.IGNORECASE)) for kind, words in _ASKED]
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
# A word after another one, so that a capital is not only the beginning of the sentence.
_LATER_WORD = re.compile(r"(?<=[\w,;:)”\"’'] )[(“\"‘']?(\w{2,})")


def asked_kind(question: str) -> Kind | None:
    """The kind of thing a question asks for first, or None where its words do not tell."""
    found = ((pattern.search(question), kind) for kind, pattern in _ASKED_PATTERNS)
    matches = [(match.start(), place, kind) for place, (match, kind) in enumerate(found) if match]
    return min(matches)[2] if matches else None


def holds_kind(sentence: str, kind: Kind, question: str) -> bool:
    """Whether a sentence holds a thing of that kind; a name must be one the question does not have."""
    if kind is Kind.TIME:
        return bool(_TIME.search(sentence) or _MONTH_OR_ERA.search(sentence))
    if kind is Kind.NUMBER:
        return bool(_NUMBER.search(sentence))
    known = question.casefold()
    return any(name.casefold() not in known for name in names_in(sentence))


def names_in(text: str) -> list[str]:
    """The words with a capital that do not begin a sentence; none in a text all in capitals."""
    if text.isupper():
        return []
    return [word for word in _LATER_WORD.findall(text) if word[0].isupper()]
