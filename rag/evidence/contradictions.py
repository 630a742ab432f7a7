"""Whether articles give different answers to one question: times and numbers that can't both be right.

Two values are compared only where both can be parsed whole and have the same unit, so that only sure contradictions
count. English only.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.dates import sort_key
from rag.evidence.scoring import Evidence
from rag.question.answer_type import AnswerType

# The reader's log-odds, divided by 10 as in the feature, above which its short answer is compared with others.
SURE = 0.0
# A sentence whose score is further below the best one's is about something else.
_SAME_SUBJECT = 3.0

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# With a capital only: "may" and "march" are words of their own.
_MONTH = re.compile(
    r"\b(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?"
    r"|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b"
)
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}(?:\s*[ap]\.?m\b)?", re.IGNORECASE)
_YEAR = re.compile(r"\b(1\d{3}|20\d{2})\b")
_RANGE_WORD = r"\s*(?:to|until|till|through|and|[-–—])\s*(?:the\s+)?"
_RANGE = re.compile(_RANGE_WORD, re.IGNORECASE)
# A day is a number next to a month: any other number may count something else.
_DAY = r"(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_DAYS = re.compile(
    rf"\b{_DAY}(?:{_RANGE_WORD}{_DAY})?\s+(?:of\s+)?(?={_MONTH.pattern})"
    rf"|{_MONTH.pattern}\.?\s+(?:the\s+)?{_DAY}(?:{_RANGE_WORD}{_DAY})?\b(?!,\d|:)"
)
_NUMBER = re.compile(r"\d+(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d+(?:\.\d+)?")
_SCALES = {"hundred": 1e2, "thousand": 1e3, "lakh": 1e5, "million": 1e6, "mn": 1e6, "crore": 1e7}
_SCALES |= {"billion": 1e9, "bn": 1e9, "trillion": 1e12, "tn": 1e12}
_SCALE = re.compile(rf"\s*({'|'.join(_SCALES)})s?\b", re.IGNORECASE)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORD_NUMBER = re.compile(rf"\b({'|'.join(_WORDS)})\b(?!-)", re.IGNORECASE)
# Words of a number that is not parsed, so that the answer is not compared.
_UNPARSED = re.compile(
    rf"\b(?:\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|half|halves|thirds?|quarters?|dozens?|scores?"
    rf"|(?:{'|'.join(_SCALES)})s? (?:and )?(?:{'|'.join([*_WORDS, *_SCALES])}))\b|-\w*(?:{'|'.join(_WORDS)})\b",
    re.IGNORECASE,
)
_HEDGES = {"about", "around", "some", "nearly", "almost", "over", "under", "only", "just", "at", "least", "more", "up"}
_HEDGES |= {"most", "less", "fewer", "than", "to"}
_UNIT_WORD = re.compile(r"[^\W\d_]+|[%$€£₼₨]")
# A bound of a number or a time, or a notation that is not parsed: such an answer is not compared.
_BOUNDED = re.compile(
    r"\b(?:about|around|nearly|almost|over|under|least|most|more|less|fewer|up to|roughly|approximately|some)\b"
    r"|\d\s*(?:to|[-–—/])\s*\d|\d[ \u00a0\u202f]\d{3}\b|\d,\d{1,2}(?!\d)|[½¼¾⅓⅔]|\d\s?[mbktMBKT]\b",
    re.IGNORECASE,
)
_OPEN_TIME = re.compile(
    r"\b(?:before|after|since|by|until|till|around|about|circa)\b|\d[/]\d|\d{4}[-–]\d{2}\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Value:
    """What a short answer says: the years, months and days of a time, or the numbers of a number.

    Two values agree where their parts share an element each; an empty part agrees with any. The unit is the words next
    to a number; values of different units are not compared.
    """

    parts: tuple[frozenset[float], ...]
    unit: frozenset[str] = frozenset()

    def contradicts(self, other: "Value") -> bool:
        """Whether some part of both values is filled and has nothing in common."""
        if self.unit != other.unit and not (self.bare or other.bare):
            return False
        return any(
            mine and theirs and mine.isdisjoint(theirs) for mine, theirs in zip(self.parts, other.parts, strict=True)
        )

    @property
    def bare(self) -> bool:
        """Whether it is one number without a unit, which then has the unit of the value it is compared with."""
        return not self.unit and len(self.parts) == 1 and len(self.parts[0]) == 1


def value_of(answer: str, answer_type: AnswerType | None) -> Value | None:
    """The years, months and days of a time, or the numbers of a number; None where the answer can't be compared."""
    if answer_type is AnswerType.TIME and not _OPEN_TIME.search(answer):
        date = _CLOCK.sub(" ", answer)
        months = _with_ranges(date, _MONTH, lambda name: _MONTHS.index(name[:3]))
        return Value((_with_ranges(date, _YEAR), months, _days(date)))
    if answer_type is not AnswerType.NUMBER or _UNPARSED.search(answer) or _BOUNDED.search(answer):
        return None
    matches = [(float(match[0].replace(",", "")), match.end()) for match in _NUMBER.finditer(answer)]
    matches += [(float(_WORDS.index(match[0].lower())), match.end()) for match in _WORD_NUMBER.finditer(answer)]
    numbers = set()
    for number, end in matches:
        scale = _SCALE.match(answer, end)
        # Rounded, since 4.1 times a million is not quite 4,100,000.
        numbers.add(round(number * (_SCALES[scale[1].lower()] if scale else 1.0), 6))
    unit = frozenset(_UNIT_WORD.findall(_NUMBER.sub(" ", answer).casefold()))
    return Value((frozenset(numbers),), unit - _HEDGES - frozenset(_SCALES) - frozenset(_WORDS))


def contradictory_evidence(
    evidence: Sequence[Evidence], answer_type: AnswerType | None, published_of: Callable[[str], str | None]
) -> list[Evidence]:
    """The best sentence, then a sentence of each article that contradicts it; empty where none does.

    The sentences after the best come newest first by the date that `published_of` gives for their article's id, the
    undated ones last; of several that agree with each other only the newest is there. One sentence of each other
    article is compared: the best one that is as much about the question as the best sentence of all. A short answer
    that the reader is not sure of contradicts nothing.
    """
    if not evidence or (value := _answer_value(evidence[0], answer_type)) is None:
        return []
    best = evidence[0]
    others: dict[str, Evidence] = {}
    for item in evidence[1:]:
        if item.passage.article_id == best.passage.article_id or item.score < best.score - _SAME_SUBJECT:
            continue
        # A sentence that lacks more of the question's names or numbers is about something else too.
        if all(item.features[name] <= best.features[name] for name in ("names_missing", "numbers_missing")):
            others.setdefault(item.passage.article_id, item)
    newest_first = sorted(
        others.values(), key=lambda item: sort_key(published_of(item.passage.article_id)), reverse=True
    )
    contradictory, values = [best], [value]
    for item in newest_first:
        other_value = _answer_value(item, answer_type)
        if other_value and all(other_value.contradicts(value) for value in values):
            contradictory.append(item)
            values.append(other_value)
    return contradictory if len(contradictory) > 1 else []


def reader_is_sure(item: Evidence) -> bool:
    """Whether the reader finds it likelier that the sentence answers than that its passage does not."""
    return item.features.get("reader", -1.0) > SURE


def short_answer_text(item: Evidence) -> str:
    """The words of a sentence's short answer; empty where it has none."""
    if item.answer is None:
        return ""
    start, end = item.answer
    return item.text[start - item.span[0] : end - item.span[0]]


def _answer_value(item: Evidence, answer_type: AnswerType | None) -> Value | None:
    return value_of(short_answer_text(item), answer_type) if reader_is_sure(item) else None


def _days(text: str) -> frozenset[float]:
    """The days of a month; none where the text names several months, since each then has its own days."""
    if len({name[:3] for name in _MONTH.findall(text)}) != 1:
        return frozenset()
    days: set[int] = set()
    for match in _DAYS.finditer(text):
        ends = [int(group) for group in match.groups() if group and group.isdigit()]
        days.update(range(ends[0], ends[-1] + 1), ends)
    return frozenset(map(float, days))


def _with_ranges(text: str, pattern: re.Pattern[str], number_of: Callable[[str], int] = int) -> frozenset[float]:
    """The numbers of all matches, and of two matches that form a range all numbers between them."""
    matches = list(pattern.finditer(text))
    numbers = {number_of(match[1]) for match in matches}
    for first, last in pairwise(matches):
        if _RANGE.fullmatch(text[first.end() : last.start()]):
            numbers.update(range(number_of(first[1]), number_of(last[1])))
    return frozenset(map(float, numbers))
