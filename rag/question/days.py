"""The days that a sentence states, in ISO 8601."""

import re
from bisect import bisect_left
from calendar import monthrange
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
_ERA = "(?=[гمهء])"
_YEAR = re.compile(rf"(?<![\w.,$€£₼-])({YEARS})(?:(?![\w%]|[.,:-]\d)|{_ERA})")
_ISO = re.compile(rf"(?<![\w.-])({YEARS})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?![\w-])")
# The day stands before the month in all known languages; American English, which exchanges them, writes no full stops.
_DOTTED = re.compile(rf"(?<![\w.])(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.({YEARS})(?![\w]|\.\d)")
_OPENING = 40  # characters before a date that are searched for the other end of a range


class Precision(StrEnum):
    """How much of a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is known: "1996-04-10", "1996-04" or "1996", at `start` in the folded sentence.

    Of several days, such as "9 to 11 April", it is the first, and `last` the last. `inferred`: the sentence does not
    state all of it, which is completed from the text before, or from the day of its article.
    """

    date: str
    start: int
    inferred: bool = False
    last: str | None = None

    @property
    def precision(self) -> Precision:
        """Whether the day is known, or only the month or the year."""
        return (Precision.YEAR, Precision.MONTH, Precision.DAY)[self.date.count("-")]


@dataclass(frozen=True, slots=True)
class _Patterns:
    """How a language writes a date with a month in words, weekdays and days ago; all match folded text."""

    dates: re.Pattern[str]
    months: tuple[re.Pattern[str], ...]
    opening: re.Pattern[str]
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
        before = rf"(?:(?<![\w.,])(?P<before>{day})(?:{to}(?P<last_before>{day}))?\s{{1,3}}(?:of\s)?)?"
        dates = rf"{before}\b(?P<month>{'|'.join(months)})\b\.?"
        if words.day_after_month:
            after = rf"\s{{1,3}}(?:the\s)?(?P<after>{day})(?:{to}(?P<last_after>{day}))?\b(?!,\d|[:.]\d|\s?%)"
            dates += rf"(?:{after})?"
        year = rf"(?:,?\s{{1,3}}(?:of\s)?(?P<year>{YEARS})(?:(?![\w%]|[.,:]\d)|{_ERA}))?"
        return _Patterns(
            re.compile(dates + year),
            tuple(map(re.compile, months)),
            re.compile(dates + to + "$"),
            words.pattern(*words.weekdays, as_written=True) if words.weekdays else re.compile("(?!)"),
            words.pattern(*words.days_ago) if words.days_ago else re.compile("(?!)"),
        )

    def month_and_day(self, match: re.Match[str]) -> tuple[str, str | None]:
        """The month of a date, with its day where it has one, and the same of the last day where it has several."""
        parts = match.groupdict()
        month = 1 + next(number for number, name in enumerate(self.months) if name.fullmatch(parts["month"]))
        first, last = (
            f"{month:02}-{int(re.sub('[^0-9]', '', written)):02}" if written else None
            for written in (
                parts["before"] or parts.get("after"),
                parts["last_before"] or parts.get("last_after"),
            )
        )
        return first or f"{month:02}", last


def days_in(sentence: str, language: str | None = None, before: str = "", published: str | None = None) -> list[Day]:
    """The dates that a sentence states, in their order.

    A day without a year has the year that the text `before` names last or, where it names none, the last one in which
    that day had come when the article was `published`. Weekdays and words such as "yesterday" are counted from
    `published`; where it is None they are left out. `language` is that of the sentence; where it is None, its script
    tells it.
    """
    words, text = words_of(language, sentence), fold(sentence)
    issued = date.fromisoformat(published[:10]) if published else None
    found = [*_numeric(text), *_with_months(text, words, fold(before), issued), *_relative(text, words, issued)]
    # A year inside a longer date was read with it.
    taken = {position for day, end in found for position in range(day.start, end)}
    years = [Day(match[1], match.start()) for match in _YEAR.finditer(text) if match.start() not in taken]
    return sorted([*(day for day, _ in found), *years], key=lambda day: day.start)


def day_of(days: list[Day]) -> Day | None:
    """The date that a sentence is about: the first of those that are stated most exactly; None where there is none."""
    return max(days, key=lambda day: (day.date.count("-"), -day.start), default=None)


def opening_of(day: Day, text: str, language: str | None = None) -> str | None:
    """The other end of a range that ends with a day of a folded text, where only that day has the year.

    It is "2020-03" where "March to" stands before "May 2020"; None where there is none.
    """
    patterns = _Patterns.of(words_of(language, text).code)
    match = patterns.opening.search(text[max(0, day.start - _OPENING) : day.start])
    if match is None or day.precision is Precision.YEAR:
        return None
    month_day, _ = patterns.month_and_day(match)
    year = int(day.date[:4])
    return f"{year - (month_day > day.date[5:])}-{month_day}"


def first_day(date_text: str) -> date:
    """The first day of a date as far as it is known; of 31 June, which there is not, 30 June."""
    year, month, day = map(int, (date_text + "-01-01"[3 * date_text.count("-") :]).split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))


def last_day(date_text: str) -> date:
    """The last day of a date as far as it is known."""
    return first_day(date_text + "-12-31"[3 * date_text.count("-") :])


def _numeric(text: str) -> Iterator[tuple[Day, int]]:
    """The dates in digits, each with its end in the text, as those of the functions below."""
    for match in _ISO.finditer(text):
        yield Day(match[0], match.start()), match.end()
    for match in _DOTTED.finditer(text):
        yield Day(f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}", match.start()), match.end()


def _with_months(text: str, words: LanguageWords, before: str, issued: date | None) -> Iterator[tuple[Day, int]]:
    """The dates with a month in words. A month alone is none: it may be a name."""
    patterns = _Patterns.of(words.code)
    stated = [(match.start(), match[1]) for match in _YEAR.finditer(text)]
    earlier = _YEAR.findall(before)[-1:]
    for match in patterns.dates.finditer(text):
        month_day, last = patterns.month_and_day(match)
        year = match["year"]
        if "-" in month_day and not year:
            position = bisect_left(stated, (match.start(), ""))
            known = [stated[position - 1][1]] if position else earlier
            year = known[0] if known else _year_before(issued, month_day)
        if year:
            until = f"{year}-{last}" if last else None
            yield Day(f"{year}-{month_day}", match.start(), inferred=not match["year"], last=until), match.end()


def _year_before(issued: date | None, month_day: str) -> str | None:
    """The year in which a day of a month had last come when an article was issued."""
    if issued is None:
        return None
    return str(issued.year if month_day <= issued.isoformat()[5:] else issued.year - 1)


def _relative(text: str, words: LanguageWords, issued: date | None) -> Iterator[tuple[Day, int]]:
    """The days that are told from the day of the article: the weekday before it, or that same day, and "yesterday"."""
    if issued is None:
        return
    patterns = _Patterns.of(words.code)
    for match in patterns.weekday.finditer(text):
        number = next(n for n, name in enumerate(words.weekdays) if re.fullmatch(fold(name), match[0]))
        yield _before(issued, (issued.weekday() - number) % 7, match.start()), match.end()
    for match in patterns.ago.finditer(text):
        yield _before(issued, _days_ago(match[0], words), match.start()), match.end()


def _days_ago(word: str, words: LanguageWords) -> int:
    return next(days for name, days in words.days_ago.items() if re.fullmatch(fold(name), word, re.IGNORECASE))


def _before(issued: date, days: int, start: int) -> Day:
    return Day((issued - timedelta(days=days)).isoformat(), start, inferred=True)
