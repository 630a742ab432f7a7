"""Which of two short answers is larger or later, where that is sure. English only.

A number or a time is a range: "1995" is a year long, and "more than 80,000" has no upper end. Only ranges that do not
overlap have an order.
"""

import math
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from rag.evidence.bounds import split_bound, with_minus
from rag.evidence.contradictions import value_of
from rag.question.answer_type import AnswerType
from rag.question.languages import DEFAULT
from rag.question.languages.english import ENGLISH
from rag.question.languages.english_grammar import ADVERBS, CONJUNCTIONS, PREPOSITIONS

_SCALES = "|".join(ENGLISH.scales)
# A number, its scale, and some words before "in" and a year; none that begins another clause.
_CLAUSE = r"(?:and|but|or|while|whereas|then|against|compared)\b"
_NUMBER_IN = (
    rf"(?<![\d.,])[$€£]?\d+(?:[.,]\d+)*+(?: (?:{_SCALES}))?\b"
    rf"(?=(?: (?!{_CLAUSE})[^\W\d]+){{0,7}} in (?:the year )?"
)
_DIGITS = re.compile(r"\d(?:[.,]?\d)*+")
_YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})\b")
_NEGATIVE = re.compile(r"\bnegative\s+\Z", re.IGNORECASE)
_BELOW_ZERO = re.compile(r"(?: \w+){0,2} below (?:zero|freezing)\b", re.IGNORECASE)
# A number that is part of a name.
_NAMED = re.compile(
    r"\b(?:Article|Block|Chapter|Class|Flight|Grade|Group|Level|Line|Mark|No\.|Number|Page|Part|Phase|Resolution|Room"
    r"|Round|Route|Section|Stage|Type|Unit|Version|Volume) \Z"
)
# One end of what may be more than one number.
_TO_ANOTHER = re.compile(r" (?:to|or|and) [$€£]?\d", re.IGNORECASE)
_FROM_ANOTHER = re.compile(r"(?:\bbetween(?: \S+ and)?|\d (?:to|or)) \Z", re.IGNORECASE)
_NO_UNITS = PREPOSITIONS | ADVERBS | CONJUNCTIONS | {"is", "are", "was", "were", "has", "have", "had"}
_NO_UNITS |= {"and", "or", "than", "as", "more", "less"}
_UNIT_AFTER = re.compile(rf"\A[ -](?!(?:{'|'.join(sorted(_NO_UNITS))})\b)([^\W\d_]+)")
_NEAR = 40  # characters beside a number that may change it


@dataclass(frozen=True, slots=True)
class Range:
    """From the least to the most that an answer may mean: a number, or days counted from year 1; and its unit.

    `open`: the number itself is not meant, but what is above or below it.
    """

    least: float
    most: float
    unit: frozenset[str] = frozenset()
    open: bool = False

    def is_before(self, other: "Range") -> bool:
        """Whether it is smaller or earlier than another, whatever the two mean within their ranges."""
        return self.most < other.least or (self.most == other.least and (self.open or other.open))

    @property
    def is_unlimited(self) -> bool:
        """Whether it has no end on one side."""
        return math.isinf(self.least) or math.isinf(self.most)

    def is_comparable(self, other: "Range", *, in_one_sentence: bool = False) -> bool:
        """Whether both have the same unit; in one sentence, a bare number has that of the other."""
        return self.unit == other.unit or (in_one_sentence and not (self.unit and other.unit))


def range_of(answer: str, before: str, answer_type: AnswerType, after: str = "") -> Range | None:
    """What a short answer may mean, given what is before and after it in its sentence; None where it can't be told.

    The words that limit a number are part of its answer. The word after it is its unit, where the answer has none.
    """
    if answer_type is AnswerType.TIME:
        return _time(answer, before)
    bare, bound = split_bound(answer)
    value = value_of(bare, AnswerType.NUMBER, DEFAULT.code)
    if value is None or value.limits or len(value.parts[0]) != 1 or _is_another(before[-_NEAR:], after[:_NEAR]):
        return None
    (number,) = value.parts[0]
    unit = value.unit or frozenset(_UNIT_AFTER.findall(after[:_NEAR].casefold()))
    if bound is None:
        return Range(number, number, unit)
    if number <= 0:
        return None  # a bound is a part of a number above 0
    return Range(bound.least * number, bound.most * number, unit, bound.open)


def _is_another(before: str, after: str) -> bool:
    """Whether the words beside a number make it one end of a range, part of a name, or less than 0."""
    changed_before = any(pattern.search(before) for pattern in (_NEGATIVE, _NAMED, _FROM_ANOTHER))
    return changed_before or any(pattern.match(after) for pattern in (_BELOW_ZERO, _TO_ANOTHER))


def is_time(answer: str) -> bool:
    """Whether the digits of an answer are those of a date or a year, so that it is no amount."""
    value = value_of(answer, AnswerType.TIME, DEFAULT.code)
    return value is not None and (bool(value.parts[1]) or (bool(value.parts[0]) and len(answer.split()) < 3))


def number_of_year(sentence: str, label: str, start: int, end: int) -> tuple[int, int] | None:
    """The number of the year that a label names; None where a sentence of several years does not tell which it is.

    From `start` to `end` is the short answer, which is kept where the sentence has no year, or only that of the label.
    Without a year in the label, it is kept where it is the only number beside years.
    """
    wanted, years = _YEAR.findall(label), set(_YEAR.findall(sentence))
    if len(wanted) != 1:
        others = [number for number in _DIGITS.findall(sentence) if not _YEAR.fullmatch(number)]
        return None if len(years) > 1 and len(others) > 1 else (start, end)
    if years <= set(wanted):
        return start, end
    match = re.search(rf"{_NUMBER_IN}{wanted[0]}\b)", sentence)
    return (with_minus(match.start(), sentence), match.end()) if match else None


def _time(answer: str, before: str) -> Range | None:
    value = value_of(answer, AnswerType.TIME, DEFAULT.code)
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
    if found.is_unlimited:
        return found.most if math.isinf(found.least) else found.least
    return round((found.least + found.most) / 2, 6)
