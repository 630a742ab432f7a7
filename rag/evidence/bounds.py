"""What a number with "more than", "nearly" or "about" before it may be, and where these words or its minus begin.

The words are English.
"""

import re
from typing import NamedTuple

_UNLIMITED = float("inf")
# A rounded number may be as much larger or smaller.
_ROUNDED = 0.2
_LONGEST = 24  # characters of the words before a number that limit it


class Bound(NamedTuple):
    """The least and the most that a number above 0 may be, as parts of it; `open`: it is not that number itself."""

    least: float
    most: float
    open: bool = False


# What stands before a number.
_BOUNDS = (
    (r"(?:no|not) (?:more|over) than|at (?:the )?most|up to|a maximum of|as (?:many|much) as", Bound(-_UNLIMITED, 1.0)),
    (r"(?:no|not) (?:less|fewer) than|at (?:the )?least|a minimum of|upwards of", Bound(1.0, _UNLIMITED)),
    (r"(?:less|fewer) than|(?:just |well )?(?:under|below)", Bound(-_UNLIMITED, 1.0, open=True)),
    (
        r"more than|(?:just |well )?(?:over|above)|in excess of|exceed(?:s|ed|ing)?",
        Bound(1.0, _UNLIMITED, open=True),
    ),
    (r"nearly|almost|close to", Bound(1.0 - _ROUNDED, 1.0)),
    (r"about|around|roughly|approximately|some|an estimated", Bound(1.0 - _ROUNDED, 1.0 + _ROUNDED)),
)
_BEFORE = [(re.compile(rf"\A\W*(?:{words})\b", re.IGNORECASE), bound) for words, bound in _BOUNDS]
_AFTER = [
    (re.compile(r"\b(?:or|and) (?:more|over|above)\W*\Z", re.IGNORECASE), Bound(1.0, _UNLIMITED)),
    (re.compile(r"\bor (?:less|fewer)\W*\Z", re.IGNORECASE), Bound(-_UNLIMITED, 1.0)),
]
_ENDS_WITH_BOUND = re.compile(rf"\b(?:{'|'.join(words for words, _ in _BOUNDS)})\s*\Z", re.IGNORECASE)
# A dash directly before a number and after a space is its minus, but "1914 –1918" is a range.
_MINUS = re.compile(
    r"(?:(?<![^\s(\[])(?<!\d\s)[-–−]|\bminus\s)(?:[A-Z]{0,3}[$€£¥₼₹₺₽])?\Z",
    re.IGNORECASE,
)
_LONGEST_MINUS = 13  # characters

Limits = tuple[float, float]


def split_bound(answer: str) -> tuple[str, Bound | None]:
    """An answer without the words that limit its number, and what that number then may be."""
    for pattern, bound in (*_BEFORE, *_AFTER):
        if match := pattern.search(answer):
            return answer[: match.start()] + answer[match.end() :], bound
    return answer, None


def with_bound(start: int, sentence: str) -> int:
    """Where a number that stands at `start` begins with the words before it that limit it: "more than 80,000"."""
    match = _ENDS_WITH_BOUND.search(sentence, max(0, start - _LONGEST), start)
    return match.start() if match else start


def with_minus(start: int, sentence: str) -> int:
    """Where a number that stands at `start` begins with its minus, and a currency between them; `start` without one."""
    match = _MINUS.search(sentence, max(0, start - _LONGEST_MINUS), start)
    return match.start() if match else start
