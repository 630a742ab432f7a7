"""The periods that a question names, as days: of what it asks about, or of the articles that it asks for."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from rag.question.days import Day, days_in, first_day, last_day, opening_of
from rag.question.languages import LANGUAGES, words_of
from rag.question.languages.english import ENGLISH
from rag.question.languages.folding import fold
from rag.question.languages.words import YEARS, LanguageWords

_MONTHS = [re.compile(month, re.IGNORECASE) for month in ENGLISH.months]
_MONTH = rf"(?:{'|'.join(ENGLISH.months)})"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WHEN = (
    rf"\d{{4}}-\d\d-\d\d|{_DAY} (?:of )?{_MONTH}(?:,? {YEARS})?|{_MONTH} {_DAY},? {YEARS}"
    rf"|{_MONTH},?(?: (?:of )?{YEARS})?|{YEARS}|today|yesterday|(?:this|last) (?:week|month|year)"
)
_PUBLISHED = r"(?:(?:that |which )?(?:(?:were|was|are|is) )?(?:published|written|released|dated) )?"
_PERIOD = re.compile(
    rf"(?:^|\s){_PUBLISHED}(?:(?:from|between) (?P<first>{_WHEN}) (?:to|and|until|till|through) (?P<last>{_WHEN})"
    rf"|(?P<how>since|from|after|before|until|till|up to|in|during|on|for) (?P<when>{_WHEN})"
    r"|(?P<bare>today|yesterday|(?:this|last) (?:week|month|year)))$",
    re.IGNORECASE,
)


# What is said in a question for articles; "by" is not, since their writers follow it.
_MEANS = {"from": "since", "till": "until", "up to": "until"}
_HOW = ("since", "after", "before", "until")  # the words of a language that tell on which side of a date it is
_DECADE = re.compile(rf"\b({YEARS})s\b")
_BOUND = 40  # characters before a date that are searched for "since" and the like


@dataclass(frozen=True, slots=True)
class Period:
    """Days in ISO 8601, both inclusive; None where the period is open."""

    first: str | None
    last: str | None

    def holds(self, day: Day) -> bool:
        """Whether all that is known of a date lies in the period."""
        first, last = first_day(day.date).isoformat(), last_day(day.date).isoformat()
        return (self.first is None or self.first <= first) and (self.last is None or last <= self.last)

    def touches(self, day: Day) -> bool:
        """Whether a date may lie in the period, as far as it is known."""
        first, last = first_day(day.date).isoformat(), last_day(day.date).isoformat()
        return (self.first is None or self.first <= last) and (self.last is None or first <= self.last)


@dataclass(frozen=True, slots=True)
class _Named:
    """The days that a question names at one place, and the period that they make with the words before them."""

    first: date
    last: date
    period: Period


def period_asked(question: str, language: str | None = None) -> Period | None:
    """The period that a question names: "in July 2024", "since 2015", "between 2010 and 2020", "in the 1990s".

    It reaches from the first date to the last one. None where the question names no date, and where its dates are no
    ends of one period: "before 1990 or after 2010".
    """
    words, text = words_of(language, question), fold(question)
    named = [
        _named(text[max(0, start - _BOUND) : start], words, first, last)
        for start, first, last in (*_dates(question, words.code), *_decades(text))
    ]
    if not named:
        return None
    first = min(named, key=lambda one: one.first).period.first
    last = max(named, key=lambda one: one.last).period.last
    return Period(first, last) if len(named) == 1 or (first and last) else None


def _dates(question: str, language: str) -> Iterator[tuple[int, date, date]]:
    """Where each date of a question begins in its folded text, its first and its last day.

    The other end of a range within a date begins at 0, since no word before it says more.
    """
    text = fold(question)
    for day in days_in(question, language):
        if not day.inferred:
            others = filter(None, (opening_of(day, text, language), day.last))
            yield from ((0, first_day(other), last_day(other)) for other in others)
            yield day.start, first_day(day.date), last_day(day.date)


def _decades(text: str) -> Iterator[tuple[int, date, date]]:
    for match in _DECADE.finditer(text):
        yield match.start(), date(int(match[1]), 1, 1), date(int(match[1]) + 9, 12, 31)


def _named(before: str, words: LanguageWords, first: date, last: date) -> _Named:
    match = _bounds(words.code).search(before)
    how = next((name for name in _HOW if match and match[name]), None)
    # Which part of its year "late 2015" is, is not told: all of the year belongs to what is before or after it.
    if match and match["part"]:
        how = {"after": "since", "before": "until"}.get(how or "", how)
    return _Named(first, last, _bounded(how, first, last))


@cache
def _bounds(language: str) -> re.Pattern[str]:
    """The word directly before a date that tells on which side of it the period lies; it matches folded text."""
    words = LANGUAGES[language]
    how = "|".join(f"(?P<{name}>{fold(getattr(words, name))})" for name in _HOW)
    between = rf"(?:\s{{1,3}}(?:{fold(words.before_dates)}|(?P<part>{fold(words.parts_of_time)})))*"
    return re.compile(rf"\b(?:{how}){between}\s{{1,3}}$", re.IGNORECASE)


def _bounded(how: str | None, first: date, last: date) -> Period:
    """The period on that side of the days from `first` to `last`, or those days themselves.

    Raises:
        OverflowError: the calendar has no day on that side.
    """
    if how == "after":
        return Period((last + timedelta(days=1)).isoformat(), None)
    if how == "before":
        return Period(None, (first - timedelta(days=1)).isoformat())
    return Period(
        None if how == "until" else first.isoformat(),
        None if how == "since" else last.isoformat(),
    )


def without_period(text: str, today: date) -> tuple[str, Period | None]:
    """A text without the period that it ends with, and the period, as seen from `today`; a month alone is the last.

    It is for questions for articles, and in English only.
    """
    match = _PERIOD.search(text)
    if not match:
        return text, None
    try:
        period = _period(match, today)
    except (ValueError, OverflowError):  # 31 June, and after 9999
        return text, None
    return text[: match.start()].rstrip(), period


def _period(match: re.Match[str], today: date) -> Period:
    """The period that was matched.

    Raises:
        ValueError: there is no such day.
        OverflowError: as `_bounded`.
    """
    if match["first"]:
        first, last = _days(match["first"], today)[0], _days(match["last"], today)[1]
        return Period(first.isoformat(), last.isoformat())
    how = (match["how"] or "in").lower()
    return _bounded(_MEANS.get(how, how), *_days(match["when"] or match["bare"], today))


def _days(text: str, today: date) -> tuple[date, date]:
    """The first and the last day that a text names.

    Raises:
        ValueError: there is no such day.
    """
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = date.fromisoformat(text)
        return day, day
    month = next((number for number, name in enumerate(_MONTHS, 1) if name.search(text)), None)
    year = re.search(YEARS, text)
    if month is None:
        return (date(int(year[0]), 1, 1), date(int(year[0]), 12, 31)) if year else _relative(text.lower(), today)
    number = re.search(r"\b\d{1,2}(?!\d)", text)
    in_year = int(year[0]) if year else today.year - (date(today.year, month, int(number[0]) if number else 1) > today)
    if number:
        return date(in_year, month, int(number[0])), date(in_year, month, int(number[0]))
    return _month(in_year, month)


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _relative(text: str, today: date) -> tuple[date, date]:
    back = text.startswith("last")
    if text.endswith("week"):
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return monday, monday + timedelta(days=6)
    if text.endswith("month"):
        before = today.replace(day=1) - timedelta(days=1)
        return _month(before.year, before.month) if back else _month(today.year, today.month)
    if text.endswith("year"):
        return date(today.year - back, 1, 1), date(today.year - back, 12, 31)
    day = today - timedelta(days=text == "yesterday")
    return day, day
