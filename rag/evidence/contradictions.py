"""Whether articles give different answers to one question: times and numbers that can't both be right.

Two values are compared only where both can be parsed whole and have the same unit, so that only sure contradictions
count. Times are compared in every known language, in English also numbers in words and with marks between their digits.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from index.dates import sort_key
from rag.evidence.accounts import says
from rag.evidence.bounds import Limits, split_bound, with_minus
from rag.evidence.other_times import YEAR, are_of_other_times
from rag.evidence.scoring import Evidence
from rag.evidence.times import TimePatterns, is_day_of_date
from rag.question.answer_type import COMPARABLE, AnswerType
from rag.question.languages import LANGUAGES, words_of
from rag.question.languages.english import ENGLISH
from rag.question.languages.folding import fold
from rag.question.languages.words import LanguageWords

# The reader's log-odds, divided by 10 as in the feature, above which its short answer is compared with others.
SURE = 0.0
# A sentence whose score is further below the best one's is about something else.
_SAME_SUBJECT = 3.0
# A sentence must hold this share of the weight of the question's words that the best one holds.
_SHARED = 0.8
# An account that another one of the same article refers to may score so much lower, and the reader be so unsure of it.
_REFERRING = 6.5
_ACCOUNT = -0.4

_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}(?:\s*[ap]\.?m\b)?", re.IGNORECASE)
_FIRST_COMMON_YEAR = 1500  # earlier ones may be of another calendar, where a language has two
_NUMBER = re.compile(r"\d+(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d+(?:\.\d+)?")
_SCALES = ENGLISH.scales
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
_HEDGES |= {"most", "less", "fewer", "than", "to", "minus"}
_UNIT_WORD = re.compile(r"[^\W\d_]+|[%$€£₼₨]")
# A bound of a number or a time, or a notation that is not parsed: such an answer is not compared.
_BOUNDED = re.compile(
    rf"{ENGLISH.pattern(ENGLISH.bounds).pattern}"
    r"|\d\s*(?:to|[-–—/])\s*\d|\d[ \u00a0\u202f]\d{3}\b|\d,\d{1,2}(?!\d)|[½¼¾⅓⅔]|\d\s?[mbktMBKT]\b",
    re.IGNORECASE,
)
# In another language than English: marks between digits, whose meaning differs by language.
_MARKED = re.compile(r"\d\s?[.,/–—-]\s?\d|\d\s\d|[½¼¾⅓⅔]|(?<!\S)[-–−]\d")


@dataclass(frozen=True, slots=True)
class Value:
    """What a short answer says: the years, months and days of a time, or the numbers of a number.

    Two values agree where their parts share an element each; an empty part agrees with any. The unit is the words next
    to a number; values of different units are not compared. A number that was bounded lies between `limits`.
    """

    parts: tuple[frozenset[float], ...]
    unit: frozenset[str] = frozenset()
    limits: Limits | None = None

    def contradicts(self, other: "Value") -> bool:
        """Whether some part of both values is filled and has nothing in common."""
        if self.unit != other.unit and not (self.bare or other.bare):
            return False
        if self.limits or other.limits:
            (low, high), (other_low, other_high) = self.range(), other.range()
            return low > other_high or other_low > high
        return any(
            mine and theirs and mine.isdisjoint(theirs) for mine, theirs in zip(self.parts, other.parts, strict=True)
        )

    def range(self) -> Limits:
        """The least and the most that its numbers may be."""
        return self.limits or (min(self.parts[0], default=0.0), max(self.parts[0], default=float("inf")))

    def spans(self, other: "Value") -> bool:
        """Whether one is a longer range of days than the other, which contains it, in the same months and years."""
        days = [value.parts[2] for value in (self, other) if len(value.parts) == 3]
        return len(days) == 2 and all(days) and days[0] != days[1] and self.parts[:2] == other.parts[:2]

    @property
    def bare(self) -> bool:
        """Whether it is one number without a unit, which then has the unit of the value it is compared with."""
        return not self.unit and len(self.parts) == 1 and len(self.parts[0]) == 1


def value_of(answer: str, answer_type: AnswerType | None, language: str | None = None) -> Value | None:
    """The years, months and days of a time, or the numbers of a number; None where the answer can't be compared.

    `language` is that of the answer; where it is None, its script tells it.
    """
    words = words_of(language, answer)
    if answer_type is AnswerType.TIME:
        return _time(fold(answer), words)
    if answer_type is AnswerType.NUMBER:
        return _number_in_english(answer) if words is ENGLISH else _number(fold(answer), words)
    return None


def _time(answer: str, words: LanguageWords) -> Value | None:
    patterns = TimePatterns.of(words.code)
    if patterns.open.search(answer):
        return None
    date = _CLOCK.sub(" ", answer)
    years = _with_ranges(date, YEAR, patterns.range)
    if words.other_calendar and any(year < _FIRST_COMMON_YEAR for year in years):
        return None
    return Value((years, _with_ranges(date, patterns.month, patterns.range, patterns.number_of), _days(date, patterns)))


def _number_in_english(answer: str) -> Value | None:
    answer, bound = split_bound(answer)
    if _UNPARSED.search(answer) or _BOUNDED.search(answer):
        return None
    matches = [(float(match[0].replace(",", "")), match.span()) for match in _NUMBER.finditer(answer)]
    matches += [(float(_WORDS.index(match[0].lower())), match.span()) for match in _WORD_NUMBER.finditer(answer)]
    numbers = set()
    for number, (start, end) in matches:
        sign = -1.0 if with_minus(start, answer) < start else 1.0
        scale = _SCALE.match(answer, end)
        # Rounded, since 4.1 times a million is not quite 4,100,000.
        numbers.add(round(sign * number * (_SCALES[scale[1].lower()] if scale else 1.0), 6))
    unit = frozenset(_UNIT_WORD.findall(_NUMBER.sub(" ", answer).casefold()))
    if bound and (len(numbers) != 1 or min(numbers) < 0):
        return None
    limits = (bound.least * max(numbers), bound.most * max(numbers)) if bound and max(numbers) else None
    return Value((frozenset(numbers),), unit - _HEDGES - frozenset(_SCALES) - frozenset(_WORDS), limits)


@cache
def _number_patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A number in digits with the word for its scale, and the words with which a number is not compared."""
    words = LANGUAGES[language]
    scales = words.pattern(*words.scales).pattern
    return re.compile(rf"(\d+)(?:\s*({scales}))?", re.IGNORECASE), words.pattern(words.bounds, words.numbers)


def _number(answer: str, words: LanguageWords) -> Value | None:
    """The whole numbers in digits of an answer in another language than English, with their scales."""
    scaled, unparsed = _number_patterns(words.code)
    unit = scaled.sub(" ", answer)
    if _MARKED.search(answer) or unparsed.search(unit):
        return None
    numbers = {float(match[1]) * _scale(match[2], words) for match in scaled.finditer(answer)}
    return Value((frozenset(numbers),), frozenset(_UNIT_WORD.findall(unit.casefold())))


def _scale(word: str | None, words: LanguageWords) -> float:
    if word is None:
        return 1.0
    return next(scale for form, scale in words.scales.items() if words.pattern(form).fullmatch(word))


def contradictory_evidence(
    evidence: Sequence[Evidence], answer_type: AnswerType | None, published_of: Callable[[str], str | None]
) -> list[Evidence]:
    """The best sentence, then a sentence of each article that contradicts it; empty where none does.

    The sentences after the best come newest first by the date that `published_of` gives for their article's id, the
    undated ones last; of several that agree with each other only the newest is there. One sentence of each other
    article is compared: the best one that is as much about the question as the best sentence of all. A short answer
    that the reader is not sure of contradicts nothing. Of the best sentence's own article those that give another
    account by their own words are compared, in the order of the text.
    """
    if not evidence or (value := _answer_value(evidence[0], answer_type)) is None:
        return []
    best = evidence[0]
    accounts = [item for item in evidence[1:] if _is_other_account(item, best, answer_type)]
    others: dict[str, Evidence] = {}
    for item in evidence[1:]:
        is_other = item.passage.article_id != best.passage.article_id and item.score >= best.score - _SAME_SUBJECT
        if is_other and is_as_much_about_the_question(item, best):
            others.setdefault(item.passage.article_id, item)
    newest_first = sorted(
        others.values(), key=lambda item: sort_key(published_of(item.passage.article_id)), reverse=True
    )
    contradictory, values = [best], [value]
    for item in [*sorted(accounts, key=lambda each: each.span), *newest_first]:
        other_value = _answer_value(item, answer_type, least=_ACCOUNT if item in accounts else SURE)
        if other_value is None or are_of_other_times(answer_type, item, best):
            continue
        if all(other_value.contradicts(each) for each in values) or (item in accounts and other_value.spans(value)):
            contradictory.append(item)
            values.append(other_value)
    return contradictory if len(contradictory) > 1 else []


def is_as_much_about_the_question(item: Evidence, best: Evidence) -> bool:
    """Whether a sentence holds what the best one holds of the question's words, names and numbers."""
    if any(item.features[name] > best.features[name] for name in ("names_missing", "numbers_missing")):
        return False
    shared = sum(rarity for term, rarity in best.held.items() if term in item.held)
    return shared >= _SHARED * sum(best.held.values())


def _is_other_account(item: Evidence, best: Evidence, answer_type: AnswerType | None) -> bool:
    """Whether a sentence of the best one's article gives an account of the same that differs, by its own words."""
    return (
        answer_type in COMPARABLE
        and item.passage.article_id == best.passage.article_id
        and item.score >= best.score - _REFERRING
        and is_as_much_about_the_question(item, best)
        and bool(says("disputes", item.text, item.language) or says("disputes", best.text, best.language))
    )


def short_answer_text(item: Evidence) -> str:
    """The words of a sentence's short answer; empty where it has none."""
    if item.answer is None:
        return ""
    start, end = item.answer
    return item.text[start - item.span[0] : end - item.span[0]]


def _answer_value(item: Evidence, answer_type: AnswerType | None, least: float = SURE) -> Value | None:
    """What a sentence's short answer says, where the reader's log-odds, divided by 10, are above `least`."""
    if item.answer is None or item.features.get("reader", -1.0) <= least:
        return None
    start, end = (edge - item.span[0] for edge in item.answer)
    if answer_type is AnswerType.NUMBER and is_day_of_date(item.text, (start, end), item.language):
        return None
    return value_of(short_answer_text(item), answer_type, item.language)


def _days(text: str, patterns: TimePatterns) -> frozenset[float]:
    """The days of a month; none where the text names several months, since each then has its own days."""
    if len(set(map(patterns.number_of, patterns.month.findall(text)))) != 1:
        return frozenset()
    days: set[int] = set()
    for match in patterns.days.finditer(text):
        ends = [int(group) for group in match.groups() if group and group.isdigit()]
        days.update(range(ends[0], ends[-1] + 1), ends)
    return frozenset(map(float, days))


def _with_ranges(
    text: str, pattern: re.Pattern[str], to: re.Pattern[str], number_of: Callable[[str], int] = int
) -> frozenset[float]:
    """The numbers of all matches, and of two matches that form a range all numbers between them."""
    matches = list(pattern.finditer(text))
    numbers = {number_of(match[1]) for match in matches}
    for first, last in pairwise(matches):
        if to.fullmatch(text[first.end() : last.start()]):
            numbers.update(range(number_of(first[1]), number_of(last[1])))
    return frozenset(map(float, numbers))
