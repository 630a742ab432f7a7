"""Days, months and years that a question names, as the days from which and until which articles are meant. English."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from rag.question.languages.english import ENGLISH

_MONTHS = [re.compile(month, re.IGNORECASE) for month in ENGLISH.months]
_MONTH = rf"(?:{'|'.join(ENGLISH.months)})"
_YEAR = r"(?:1\d{3}|20\d{2})"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WHEN = (
    rf"\d{{4}}-\d\d-\d\d|{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?|{_MONTH} {_DAY},? {_YEAR}"
    rf"|{_MONTH},?(?: (?:of )?{_YEAR})?|{_YEAR}|today|yesterday|(?:this|last) (?:week|month|year)"
)
_PUBLISHED = r"(?:(?:that |which )?(?:(?:were|was|are|is) )?(?:published|written|released|dated) )?"
_PERIOD = re.compile(
    rf"(?:^|\s){_PUBLISHED}(?:(?:from|between) (?P<first>{_WHEN}) (?:to|and|until|till|through) (?P<last>{_WHEN})"
    rf"|(?P<how>since|from|after|before|until|till|up to|in|during|on|for) (?P<when>{_WHEN})"
    r"|(?P<bare>today|yesterday|(?:this|last) (?:week|month|year)))$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days in ISO 8601, both inclusive; None where the period is open."""

    first: str | None
    last: str | None


def without_period(text: str, today: date) -> tuple[str, Period | None]:
    """A text without the period that it ends with, and the period, as seen from `today`; a month alone is the last."""
    match = _PERIOD.search(text)
    if not match:
        return text, None
    try:
        period = _period(match, today)
    except ValueError:  # 31 June
        return text, None
    return text[: match.start()].rstrip(), period


def _period(match: re.Match[str], today: date) -> Period:
    if match["first"]:
        first, last = _days(match["first"], today)[0], _days(match["last"], today)[1]
        return Period(first.isoformat(), last.isoformat())
    first, last = _days(match["when"] or match["bare"], today)
    how = (match["how"] or "in").lower()
    if how in ("since", "from"):
        return Period(first.isoformat(), None)
    if how == "after":
        return Period((last + timedelta(days=1)).isoformat(), None)
    if how == "before":
        return Period(None, (first - timedelta(days=1)).isoformat())
    return Period(None if how in ("until", "till", "up to") else first.isoformat(), last.isoformat())


def _days(text: str, today: date) -> tuple[date, date]:
    """The first and the last day that a text names.

    Raises:
        ValueError: there is no such day.
    """
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = date.fromisoformat(text)
        return day, day
    month = next((number for number, name in enumerate(_MONTHS, 1) if name.search(text)), None)
    year = re.search(_YEAR, text)
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
