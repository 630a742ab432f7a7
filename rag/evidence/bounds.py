"""What a number with "more than", "nearly" or "about" before it may be. English only."""

import re

_UNLIMITED = float("inf")
# A rounded number may be as much larger or smaller.
_ROUNDED = 0.2
# What stands before a number, or after it, and the least and the most that the number then is, as parts of it.
_BOUNDS = (
    (r"(?:no|not) (?:more|over) than|at (?:the )?most|up to|a maximum of|as (?:many|much) as", 0.0, 1.0),
    (r"(?:no|not) (?:less|fewer) than|at (?:the )?least|a minimum of|upwards of", 1.0, _UNLIMITED),
    (r"(?:less|fewer) than|(?:just |well )?(?:under|below)", 0.0, 1.0),
    (r"more than|(?:just |well )?(?:over|above)|in excess of|exceed(?:s|ed|ing)", 1.0, _UNLIMITED),
    (r"nearly|almost|close to", 1.0 - _ROUNDED, 1.0),
    (r"about|around|roughly|approximately|some|an estimated", 1.0 - _ROUNDED, 1.0 + _ROUNDED),
)
_BEFORE = [(re.compile(rf"\A\W*(?:{words})\b", re.IGNORECASE), low, high) for words, low, high in _BOUNDS]
_AFTER = [
    (re.compile(r"\b(?:or|and) (?:more|over|above)\W*\Z", re.IGNORECASE), 1.0, _UNLIMITED),
    (re.compile(r"\bor (?:less|fewer)\W*\Z", re.IGNORECASE), 0.0, 1.0),
]

Limits = tuple[float, float]


def split_bound(answer: str) -> tuple[str, Limits | None]:
    """An answer without the words that limit its number, and the parts of that number between which it then lies."""
    for pattern, low, high in (*_BEFORE, *_AFTER):
        if match := pattern.search(answer):
            return answer[: match.start()] + answer[match.end() :], (low, high)
    return answer, None
