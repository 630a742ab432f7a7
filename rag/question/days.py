"""The days that a sentence states, in ISO 8601, and the period that a question asks about."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from rag.question.languages import LANGUAGES, words_of
from rag.question.languages.folding import fold
from rag.question.languages.words import YEARS, LanguageWords

# A year stands alone: no part of a larger number, of an amount or of a name such as "JF-1700". Languages of the Arabic
# script write a letter for the era directly after it.
_YEAR = re.compile(rf"(?<![\w.,$€£₼-])({YEARS})(?:(?![\w%]|[.,:-]\d)|(?=[гمهء]))")
_ISO = re.compile(rf"(?<![\w.-])({YEARS})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?![\w-])")
# The day stands before the month in all known languages; American English, which exchanges them, writes no full stops.
_DOTTED = re.compile(rf"(?<![\w.])(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.({YEARS})(?![\w]|\.\d)")
_DECADE = re.compile(rf"\b({YEARS})s\b")


class Precision(StrEnum):
    """How much of a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is known: "1996-04-10", "1996-04" or "1996", at `start` in the folded sentence.

    Of several days, such as "9 to 11 April", it is the first. `inferred`: the sentence does not state all of it, which
    is completed from the text before, or from the day of its article.
    """

    date: str
    start: int
    inferred: bool = False

    @property
    def precision(self) -> Precision:
        """Whether the day is known, or only the month or the year."""
        return (Precision.YEAR, Precision.MONTH, Precision.DAY)[self.date.count("-")]


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another in ISO 8601, both inclusive."""

    first: str
    last: str

    def holds(self, day: Day) -> bool:
        """Whether all that is known of a date lies in the period."""
        return self.first <= _first_day(day.date) and _last_day(day.date) <= self.last

    def touches(self, day: Day) -> bool:
        """Whether a date may lie in the period, as far as it is known."""
        return self.first <= _last_day(day.date) and _first_day(day.date) <= self.last


@dataclass(frozen=True, slots=True)
class _Patterns:
    """How a language writes a date with a month in words, weekdays and days ago; all match folded text."""

    dates: re.Pattern[str]
    months: tuple[re.Pattern[str], ...]
    weekday: re.Pattern[str]
    ago: re.Pattern[str]

    @staticmethod
    @cache
    def of(language: str) -> "_Patterns":
        """The patterns of one of LANGUAGES, compiled once."""
        words = LANGUAGES[language]
        months = [fold(month) for month in words.months]
        to = rf"\s{{0,3}}(?:{fold(words.range_words)}|[-–—])\s{{0,3}}(?:the\s)?"
        day = rf"(?:0?[1-9]|[12]\d|3[01])(?:{words.ordinals})?"
        other = rf"(?:{to}{day})?"
        dates = rf"(?:(?<![\w.,])(?P<before>{day}){other}\s{{1,3}}(?:of\s)?)?\b(?P<month>{'|'.join(months)})\b\.?"
        if words.day_after_month:
            dates += rf"(?:\s{{1,3}}(?:the\s)?(?P<after>{day}){other}\b(?!,\d|[:.]\d|\s?%))?"
        dates += rf"(?:,?\s{{1,3}}(?:of\s)?(?P<year>{YEARS})(?![\w%]|[.,:]\d))?"
        return _Patterns(
            re.compile(dates),
            tuple(map(re.compile, months)),
            words.pattern(*words.weekdays, as_written=True) if words.weekdays else re.compile("(?!)"),
            words.pattern(*words.days_ago) if words.days_ago else re.compile("(?!)"),
        )


def days_in(sentence: str, language: str | None = None, before: str = "", published: str | None = None) -> list[Day]:
    """The dates that a sentence states, in their order.

    A day without a year has the year that the text `before` names last or, where it names none, the last one in which
    that day had come when the article was `published`. Weekdays and words such as "yesterday" are counted from
    `published`; where it is None they are left out. `language` is that of the sentence; where it is None, its script
    tells it.
    """
    words, text = words_of(language, sentence), fold(sentence)
    issued = date.fromisoformat(published[:10]) if published else None
    days = [*_numeric(text), *_with_months(text, words, fold(before), issued), *_relative(text, words, issued)]
    taken = {position for day in days for position in range(day.start, day.start + len(day.date) + 20)}
    # A year inside a longer date was read with it.
    days += [Day(match[1], match.start()) for match in _YEAR.finditer(text) if match.start() not in taken]
    return sorted(days, key=lambda day: day.start)


def day_of(days: list[Day]) -> Day | None:
    """The date that a sentence is about: the first of those that are stated most exactly; None where there is none."""
    return max(days, key=lambda day: (day.date.count("-"), -day.start), default=None)


def period_asked(question: str, language: str | None = None) -> Period | None:
    """The period that a question names: "in July 2024", "since 2015", "between 2010 and 2020", "in the 1990s".

    It reaches from the first date to the last one. None where the question names no date.
    """
    words, text = words_of(language, question), fold(question)
    if decade := _DECADE.search(text):
        return Period(f"{decade[1]}-01-01", f"{int(decade[1]) + 9}-12-31")
    dates = sorted(day.date for day in days_in(question, language) if not day.inferred)
    if not dates:
        return None
    first, last = _first_day(dates[0]), _last_day(dates[-1])
    if len(dates) == 1 and words.pattern(words.since).search(text):
        return Period(first, "9999-12-31")
    if len(dates) == 1 and words.pattern(words.until).search(text):
        return Period("0001-01-01", last)
    return Period(first, last)


def _first_day(day: str) -> str:
    return day + "-01-01"[3 * day.count("-") :]


def _last_day(day: str) -> str:
    return day + "-12-31"[3 * day.count("-") :]  # compared as text, so that a month may be too short for it


def _numeric(text: str) -> Iterator[Day]:
    for match in _ISO.finditer(text):
        yield Day(match[0], match.start())
    for match in _DOTTED.finditer(text):
        yield Day(f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}", match.start())


def _with_months(text: str, words: LanguageWords, before: str, issued: date | None) -> Iterator[Day]:
    """The dates with a month in words. A month alone is none: it may be a name."""
    patterns = _Patterns.of(words.code)
    stated = [(match.start(), match[1]) for match in _YEAR.finditer(text)]
    earlier = _YEAR.findall(before)[-1:]
    for match in patterns.dates.finditer(text):
        parts = match.groupdict()
        written = parts["before"] or parts.get("after")
        month = 1 + next(number for number, name in enumerate(patterns.months) if name.fullmatch(parts["month"]))
        month_day = f"{month:02}" + (f"-{int(re.sub('[^0-9]', '', written)):02}" if written else "")
        year = parts["year"]
        if written and not year:
            position = bisect_left(stated, (match.start(), ""))
            known = [stated[position - 1][1]] if position else earlier
            year = known[0] if known else _year_before(issued, month_day)
        if year:
            yield Day(f"{year}-{month_day}", match.start(), inferred=not parts["year"])


def _year_before(issued: date | None, month_day: str) -> str | None:
    """The year in which a day of a month had last come when an article was issued."""
    if issued is None:
        return None
    return str(issued.year if month_day <= issued.isoformat()[5:] else issued.year - 1)


def _relative(text: str, words: LanguageWords, issued: date | None) -> Iterator[Day]:
    """The days that are told from the day of the article: the weekday before it, or that same day, and "yesterday"."""
    if issued is None:
        return
    patterns = _Patterns.of(words.code)
    for match in patterns.weekday.finditer(text):
        number = next(n for n, name in enumerate(words.weekdays) if re.fullmatch(fold(name), match[0]))
        yield _before(issued, (issued.weekday() - number) % 7, match.start())
    for match in patterns.ago.finditer(text):
        yield _before(issued, _days_ago(match[0], words), match.start())


def _days_ago(word: str, words: LanguageWords) -> int:
    return next(days for name, days in words.days_ago.items() if re.fullmatch(fold(name), word, re.IGNORECASE))


def _before(issued: date, days: int, start: int) -> Day:
    return Day((issued - timedelta(days=days)).isoformat(), start, inferred=True)
