"""Whether articles give different answers to one question: times and numbers that can't both be right.

Only what is sure to contradict does: two values are compared where both are read whole, in the same unit.
English only.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.dates import sort_key
from rag.evidence.scoring import Evidence
from rag.question.answer_type import AnswerType

# The reader's log-odds, divided by 10 as the feature has them, from which what it read is taken for an answer.
SURE = 0.0
# A sentence further below the best one is of another matter.
_ALIKE = 3.0

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# With a capital only: "may" and "march" are words of their own.
_MONTH = re.compile(
    r"\b(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?"
    r"|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b"
)
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}(?:\s*[ap]\.?m\b)?", re.IGNORECASE)
_YEAR = re.compile(r"\b(1\d{3}|20\d{2})\b")
_JOINING = r"\s*(?:to|until|till|through|and|[-–—])\s*(?:the\s+)?"
_JOINED = re.compile(_JOINING, re.IGNORECASE)
# A day stands beside its month: any other number may be of something else.
_DAY = r"(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_DAYS = re.compile(
    rf"\b{_DAY}(?:{_JOINING}{_DAY})?\s+(?:of\s+)?(?={_MONTH.pattern})"
    rf"|{_MONTH.pattern}\.?\s+(?:the\s+)?{_DAY}(?:{_JOINING}{_DAY})?\b(?!,\d|:)"
)
_NUMBER = re.compile(r"\d+(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d+(?:\.\d+)?")
_SCALES = {"hundred": 1e2, "thousand": 1e3, "lakh": 1e5, "million": 1e6, "mn": 1e6, "crore": 1e7}
_SCALES |= {"billion": 1e9, "bn": 1e9, "trillion": 1e12, "tn": 1e12}
_SCALE = re.compile(rf"\s*({'|'.join(_SCALES)})s?\b", re.IGNORECASE)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORD_NUMBER = re.compile(rf"\b({'|'.join(_WORDS)})\b(?!-)", re.IGNORECASE)
# Words of a number that is not read whole, so that it is not compared.
_UNREAD = re.compile(
    rf"\b(?:\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|half|halves|thirds?|quarters?|dozens?|scores?"
    rf"|(?:{'|'.join(_SCALES)})s? (?:and )?(?:{'|'.join([*_WORDS, *_SCALES])}))\b|-\w*(?:{'|'.join(_WORDS)})\b",
    re.IGNORECASE,
)
_HEDGES = {"about", "around", "some", "nearly", "almost", "over", "under", "only", "just", "at", "least", "more", "up"}
_HEDGES |= {"most", "less", "fewer", "than", "to"}


@dataclass(frozen=True, slots=True)
class Value:
    """What a short answer says, as sets that must meet for two of them to agree; an empty one agrees with all.

    Values of different units, the words beside a number, are not compared.
    """

    parts: tuple[frozenset[float], ...]
    unit: frozenset[str] = frozenset()

    def contradicts(self, other: "Value") -> bool:
        """Whether both say something of one part, and nothing in common."""
        if self.unit != other.unit and not (self.bare or other.bare):
            return False
        return any(
            mine and theirs and mine.isdisjoint(theirs) for mine, theirs in zip(self.parts, other.parts, strict=True)
        )

    @property
    def bare(self) -> bool:
        """Whether it is one number alone, of the unit of whatever it is compared with."""
        return not self.unit and len(self.parts) == 1 and len(self.parts[0]) == 1


# What bounds a number or a time, or writes one in a way that is not read: such an answer is not compared.
_BOUNDED = re.compile(
    r"\b(?:about|around|nearly|almost|over|under|least|most|more|less|fewer|up to|roughly|approximately|some)\b"
    r"|\d\s*(?:to|[-–—/])\s*\d|\d[ \u00a0\u202f]\d{3}\b|\d,\d{1,2}(?!\d)|[½¼¾⅓⅔]|\d\s?[mbktMBKT]\b",
    re.IGNORECASE,
)
_OPEN_TIME = re.compile(
    r"\b(?:before|after|since|by|until|till|around|about|circa)\b|\d[/]\d|\d{4}[-–]\d{2}\b", re.IGNORECASE
)


def value_of(answer: str, answer_type: AnswerType | None) -> Value | None:
    """The years, months and days of a time, or the numbers of a number; None for what can't be compared."""
    if answer_type is AnswerType.TIME and not _OPEN_TIME.search(answer):
        day = _CLOCK.sub(" ", answer)
        return Value((_filled(day, _YEAR), _months(day), _days(day)))
    if answer_type is not AnswerType.NUMBER or _UNREAD.search(answer) or _BOUNDED.search(answer):
        return None
    return Value((_numbers(answer),), _unit(answer))


def contradictory_evidence(
    evidence: Sequence[Evidence], answer_type: AnswerType | None, published_of: Callable[[str], str | None]
) -> list[Evidence]:
    """The best sentence, and behind it one of each article that answers unlike it; none where all agree.

    Those behind it come newest first by the day `published_of` an article's id gives, the undated last, and of
    several that agree with each other only the first. One sentence an article is compared: its best, where
    the reader found an answer in it and it is about what was asked as much as the best one is.
    """
    if not evidence or (best := _answer_value(evidence[0], answer_type)) is None:
        return []
    others: dict[str, Evidence] = {}
    for item in evidence[1:]:
        if item.passage.article_id != evidence[0].passage.article_id and _comparable(item, evidence[0]):
            others.setdefault(item.passage.article_id, item)
    newest = sorted(others.values(), key=lambda item: sort_key(published_of(item.passage.article_id)), reverse=True)
    chosen, values = [evidence[0]], [best]
    for item in newest:
        value = _answer_value(item, answer_type)
        if value and all(value.contradicts(other) for other in values):
            chosen.append(item)
            values.append(value)
    return chosen if len(chosen) > 1 else []


def reader_is_sure(item: Evidence) -> bool:
    """Whether the reader holds it likelier that the sentence answers than that its passage does not."""
    return item.features.get("reader", -1.0) > SURE


def short_answer_text(item: Evidence) -> str:
    """The words of a sentence's short answer; empty where it has none."""
    if item.answer is None:
        return ""
    start, end = item.answer
    return item.text[start - item.span[0] : end - item.span[0]]


def _answer_value(item: Evidence, answer_type: AnswerType | None) -> Value | None:
    return value_of(short_answer_text(item), answer_type) if reader_is_sure(item) else None


def _comparable(item: Evidence, best: Evidence) -> bool:
    return item.score >= best.score - _ALIKE and all(
        item.features[name] <= best.features[name] for name in ("names_missing", "numbers_missing")
    )


def _months(text: str) -> frozenset[float]:
    return _filled(text, _MONTH, lambda name: _MONTHS.index(name[:3]))


def _days(text: str) -> frozenset[float]:
    """The days of a month; none where there are several months, since then each has its own."""
    if len({name[:3] for name in _MONTH.findall(text)}) != 1:
        return frozenset()
    days: set[int] = set()
    for match in _DAYS.finditer(text):
        named = [int(group) for group in match.groups() if group and group.isdigit()]
        days.update(range(named[0], named[-1] + 1), named)
    return frozenset(map(float, days))


def _filled(text: str, pattern: re.Pattern[str], number: Callable[[str], int] = int) -> frozenset[float]:
    """The numbers of what has that pattern, and of two joined as a span of time all between them."""
    found = list(pattern.finditer(text))
    numbers = {number(match[1]) for match in found}
    for first, last in pairwise(found):
        if _JOINED.fullmatch(text[first.end() : last.start()]):
            numbers.update(range(number(first[1]), number(last[1])))
    return frozenset(map(float, numbers))


def _numbers(text: str) -> frozenset[float]:
    digits = [(float(match[0].replace(",", "")), match.end()) for match in _NUMBER.finditer(text)]
    words = [(float(_WORDS.index(match[0].lower())), match.end()) for match in _WORD_NUMBER.finditer(text)]
    # Rounded, as 4.1 times a million is not quite 4,100,000.
    return frozenset(round(number * _scale_after(text, end), 6) for number, end in digits + words)


def _unit(text: str) -> frozenset[str]:
    """The words beside the numbers: kilometres, years, dollars."""
    words = re.findall(r"[^\W\d_]+|[%$€£₼₨]", _NUMBER.sub(" ", text).casefold())
    return frozenset(words) - _HEDGES - frozenset(_SCALES) - frozenset(_WORDS)


def _scale_after(text: str, place: int) -> float:
    match = _SCALE.match(text, place)
    return _SCALES[match[1].lower()] if match else 1.0
