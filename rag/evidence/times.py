"""How each language writes months, days and ranges of them, and whether a number is the day of a date."""

import re
from dataclasses import dataclass
from functools import cache

from index.types import Span
from rag.question.languages import LANGUAGES, words_of
from rag.question.languages.folding import fold

_DAY = re.compile(r"\D*\d{1,2}[^\W\d]{0,2}")
_NEAR = 40  # characters beside a number in which its month is looked for


@dataclass(frozen=True, slots=True)
class TimePatterns:
    """How a language writes months, days and ranges, and the times that are not compared; all match folded text."""

    month: re.Pattern[str]
    month_before: re.Pattern[str]
    months: tuple[re.Pattern[str], ...]
    days: re.Pattern[str]
    range: re.Pattern[str]
    open: re.Pattern[str]

    @staticmethod
    @cache
    def of(language: str) -> "TimePatterns":
        """The patterns of one of LANGUAGES, compiled once."""
        words = LANGUAGES[language]
        months = [fold(month) for month in words.months]
        month = rf"\b({'|'.join(months)})\b"
        to = rf"\s*(?:{fold(words.range_words)}|[-–—])\s*(?:the\s+)?"
        # A day is a number next to a month: any other number may count something else.
        day = rf"(0?[1-9]|[12]\d|3[01])(?:{words.ordinals})?"
        days = rf"\b{day}(?:{to}{day})?\s+(?:of\s+)?(?={month})"
        if words.day_after_month:
            days += rf"|{month}\.?\s+(?:the\s+)?{day}(?:{to}{day})?\b(?!,\d|:)"
        return TimePatterns(
            re.compile(month),
            re.compile(rf"{month}\.?\s+(?:the\s+)?\Z"),
            tuple(map(re.compile, months)),
            re.compile(days),
            re.compile(to, re.IGNORECASE),
            re.compile(rf"{words.pattern(words.open_times).pattern}|\d[/]\d|\d{{4}}[-–]\d{{2}}\b", re.IGNORECASE),
        )

    def number_of(self, month: str) -> int:
        """The number of a month, from 0 to 11."""
        return next(number for number, pattern in enumerate(self.months) if pattern.fullmatch(month))


def is_day_of_date(sentence: str, span: Span, language: str | None = None) -> bool:
    """Whether a number in a sentence is the day of a date, next to its month: it counts nothing.

    `language` is that of the sentence; where it is None, its script tells it.
    """
    start, end = span
    words = words_of(language, sentence)
    patterns = TimePatterns.of(words.code)
    after = fold(sentence[end : end + _NEAR]).lstrip()
    if patterns.month.match(after) or patterns.days.match(fold(sentence[start : end + _NEAR])):
        return True
    if not words.day_after_month or not _DAY.fullmatch(sentence, start, end):
        return False
    return bool(patterns.month_before.search(fold(sentence[max(0, start - _NEAR) : start])))
