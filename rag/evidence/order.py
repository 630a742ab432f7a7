"""Which of two short answers is larger or later, where that is sure. English only.

A number or a time is a range: "1995" is a year long, and "more than 80,000" has no upper end. Only ranges that do not
overlap have an order.
"""

import math
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from rag.evidence.contradictions import value_of
from rag.question.answer_type import AnswerType
from rag.question.languages.english import ENGLISH

_MORE_WORDS = "more than|over|at least|exceed(?:ed|s|ing)?|above|no fewer than"
_LESS_WORDS = "less than|fewer than|under|below|up to|at most|no more than"
_ABOUT_WORDS = "about|around|nearly|almost|some|roughly|approximately|close to"
_MORE, _LESS, _ABOUT = (
    re.compile(rf"\b(?:{words})\s*$", re.IGNORECASE) for words in (_MORE_WORDS, _LESS_WORDS, _ABOUT_WORDS)
)
_HEDGE = re.compile(rf"\b(?:{_MORE_WORDS}|{_LESS_WORDS}|{_ABOUT_WORDS})\s+(?=[$€£]?\d)", re.IGNORECASE)
_HEDGE_BEFORE = re.compile(rf"\b(?:{_MORE_WORDS}|{_LESS_WORDS}|{_ABOUT_WORDS})\s*$", re.IGNORECASE)
_LONGEST_HEDGE = 20  # characters
_SCALES = "|".join(ENGLISH.scales)
# A number, its scale, and some words before "in" and a year.
_NUMBER_IN = rf"(?<![\d.,])[$€£]?\d+(?:[.,]\d+)*+(?: (?:{_SCALES}))?\b(?=(?: [^\W\d]+){{0,7}} in (?:the year )?"
_YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})\b")
_WITHIN = 0.1  # how far, as a share of it, a number with "about" may be off


@dataclass(frozen=True, slots=True)
class Range:
    """From the least to the most that an answer may mean: a number, or days counted from year 1; and its unit."""

    least: float
    most: float
    unit: frozenset[str] = frozenset()

    def is_before(self, other: "Range") -> bool:
        """Whether it is smaller or earlier than another, whatever the two mean within their ranges."""
        return self.most < other.least or (self.most == other.least and self.is_open != other.is_open)

    @property
    def is_open(self) -> bool:
        """Whether it has no end on one side; its other end is then not meant itself."""
        return math.isinf(self.least) or math.isinf(self.most)

    def is_comparable(self, other: "Range") -> bool:
        """Whether both have the same unit; a bare number has that of the other."""
        return self.unit == other.unit or not self.unit or not other.unit


def range_of(answer: str, before: str, answer_type: AnswerType) -> Range | None:
    """What a short answer may mean, given the words before it in its sentence; None where it can't be told."""
    if answer_type is AnswerType.TIME:
        return _time(answer, before)
    hedge = _HEDGE.search(answer)
    bare = answer[: hedge.start()] + answer[hedge.end() :] if hedge else answer
    value = value_of(bare, AnswerType.NUMBER, "en")
    if value is None or len(value.parts[0]) != 1:
        return None
    (number,) = value.parts[0]
    words = hedge[0] if hedge else before[-_LONGEST_HEDGE:]
    if _MORE.search(words):
        return Range(number, math.inf, value.unit)
    if _LESS.search(words):
        return Range(-math.inf, number, value.unit)
    slack = _WITHIN * abs(number) if _ABOUT.search(words) else 0.0
    return Range(number - slack, number + slack, value.unit)


def is_time(answer: str) -> bool:
    """Whether the digits of an answer are those of a date or a year, so that it is no amount."""
    value = value_of(answer, AnswerType.TIME, "en")
    return value is not None and (bool(value.parts[1]) or (bool(value.parts[0]) and len(answer.split()) < 3))


def with_hedge(start: int, sentence: str) -> int:
    """Where a short answer begins with the words before it that limit it: "more than 80,000"."""
    first = max(0, start - _LONGEST_HEDGE)
    match = _HEDGE_BEFORE.search(sentence[first:start])
    return first + match.start() if match else start


def number_of_year(sentence: str, label: str, start: int, end: int) -> tuple[int, int] | None:
    """The number of the year that a label names, in a sentence of several years; None where it has none.

    From `start` to `end` is the short answer, which is kept where the label or the sentence has no year to tell by.
    """
    wanted = _YEAR.findall(label)
    years = set(_YEAR.findall(sentence))
    if len(wanted) != 1 or len(years) < 2:
        return start, end
    match = re.search(rf"{_NUMBER_IN}{wanted[0]}\b)", sentence)
    return match.span() if match else None


def _time(answer: str, before: str) -> Range | None:
    value = value_of(answer, AnswerType.TIME, "en")
    if value is None or re.search(r"\b(?:before|after|since|until|by|about|around)\s*$", before[-10:], re.IGNORECASE):
        return None
    years, months, days = value.parts
    if len(years) != 1:
        return None
    (year,) = map(int, years)
    first_month, last_month = int(min(months, default=0)) + 1, int(max(months, default=11)) + 1
    length = monthrange(year, last_month)[1]
    first_day, last_day = (int(min(days)), int(max(days))) if days and months else (1, length)
    if last_day > length:
        return None  # no such day: 31 April
    first, last = date(year, first_month, first_day), date(year, last_month, last_day)
    return Range(float(first.toordinal()), float(last.toordinal()))


def shown_value(found: Range, answer_type: AnswerType) -> float | str:
    """A range as a program reads it: the number that was written, or the first day in ISO 8601."""
    if answer_type is AnswerType.TIME:
        return date.fromordinal(int(found.least)).isoformat()
    if found.is_open:
        return found.most if math.isinf(found.least) else found.least
    return round((found.least + found.most) / 2, 6)
