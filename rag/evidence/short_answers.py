"""The short answer of a sentence as it is shown: whole words, with what limits its number, and without debris."""

import re
from dataclasses import dataclass
from functools import cache

from index.types import Span
from rag.evidence.bounds import with_minus
from rag.question.answer_type import AnswerType
from rag.question.languages import LANGUAGES, words_of
from rag.question.languages.folding import fold

_PHRASE = 4  # words of a bound or of a unit, at most
_NEAR = 60  # characters beside a number in which they are looked for
# A number with its separators is one word: half of 4.1 or 12,000 is another number.
_WORD = re.compile(r"\d+(?:[.,:]\d+)+\w*|\w+")
_TOKEN = re.compile(r"\w\S*")
_CHUNK = re.compile(r"\S+")
_CURRENCY = re.compile(r"(?:\b[A-Z]{1,3})?[$€£¥₼₹₺₽]\s?\Z")
# Two numbers with a mark between them: "2021-22", "40–60". Three are no range.
_RANGE = re.compile(r"(?<![\w.,–-])(\d{1,12}(?:,\d{3}){0,4})[-–](\d{1,12}(?:,\d{3}){0,4})(?![\w–-]|[.,]\d)")
# A dash with a space before it and a number after it is a minus.
_BEGINS_BADLY = re.compile(r"(?:[\s,;:.!?—]|[–-](?![$€£¥₼₹₺₽]?\d)|(?<=[^\s(\[])[–-]|(?<=\d\s)[–-])+")
_ENDS_BADLY = re.compile(r"[\s,;:–—-]+\Z")
_MARKS = 8  # taken from a short answer at most: what has more is none
_CLOSING = '.,;:!?)]”»"'
# The full stop of a sentence, and not that of "Inc." or "p.m.".
_FULL_STOP = re.compile(r"(?:\b[^\W\d_A-Z]\w{2,}|\b\w{4,}|\d)\.\Z")
_PAIRS = {"“": "”", "«": "»", "(": ")", "[": "]"}
_POSSESSIVE = re.compile(r"\b[A-Z][\w-]{1,40}['’]s?\s\Z")
_COMMON_NOUN = re.compile(r"[a-z][a-z-]+")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What is a number in a language, and what limits it or is its unit; all match folded text, and whole phrases."""

    number: re.Pattern[str]
    day: re.Pattern[str]
    before_number: re.Pattern[str]
    before_time: re.Pattern[str]
    after: re.Pattern[str]
    unit: re.Pattern[str]
    larger_unit: re.Pattern[str]

    @staticmethod
    @cache
    def of(language: str) -> "_Patterns":
        """The patterns of one of LANGUAGES, compiled once."""
        words = LANGUAGES[language]
        numbers, months = f"{words.numbers}|{'|'.join(words.scales)}", "|".join(words.months)
        before = rf"{words.bounds_before}|(?:{words.between})(?: \S+ (?:{words.range_words}))?"
        scale = rf"\s?(?:{'|'.join(words.scales)})s?"
        return _Patterns(
            *(
                re.compile(fold(pattern), re.IGNORECASE)
                for pattern in (
                    rf"\W{{0,2}}(?:[A-Z]{{1,3}}[$€£])?\d.*|(?:{numbers})s?\W{{0,2}}",
                    rf"\d.*|(?:{months})\W{{0,2}}",
                    before,
                    rf"{before}|{words.times_before}|\d{{1,2}} (?:{words.range_words})",
                    rf"(?:{words.bounds_after})",
                    rf"(?:{scale})?(?:\s?(?:{words.units}))?(?:{words.bounds_after})?",
                    rf"\b(?:\d[\d.,]{{0,9}}|{numbers}) (?:{words.units}),? (?:(?:{words.range_words}) )?\Z",
                )
            )
        )


def short_answer_span(
    sentence: str, span: Span, answer_type: AnswerType | None, language: str | None = None, question: str = ""
) -> Span | None:
    """The span of a short answer as it is shown, in characters of its sentence; None where nothing is left of it.

    It holds whole words, the minus of its number and what limits it ("more than", "or more"), both ends of a range, and
    the unit that follows, where the question does not name that. It does not begin or end with a comma, a dash, or half
    of a pair of quotation marks or brackets. `language` is that of the sentence; where it is None, its script tells it.
    """
    clean = _without_debris(sentence, _whole_words(sentence, span))
    if clean is None:
        return None
    whole = _whole_range(sentence, clean, answer_type)
    patterns = _Patterns.of(words_of(language, sentence).code)
    bounded = _bounded(sentence, whole, answer_type, patterns, frozenset(_phrase(question).split()))
    return _without_debris(sentence, _with_owner(sentence, bounded))


def _whole_words(sentence: str, span: Span) -> Span:
    start, end = span
    words = [match.span() for match in _WORD.finditer(sentence)]
    start = min((left for left, right in words if left < start < right), default=start)
    end = max((right for left, right in words if left < end < right), default=end)
    return start, end


def _whole_range(sentence: str, span: Span, answer_type: AnswerType | None) -> Span:
    """The span with the other end of a range of days, of a year and its short form, or of a number that grows.

    One end alone may be meant of other years ("1914–1918": when did it begin?) and of scores ("24–10").
    """
    start, end = span
    for match in _RANGE.finditer(sentence):
        first, last = (group.replace(",", "") for group in match.groups())
        one = len(first) > len(last) or (
            max(len(first), len(last)) <= 2 if answer_type is AnswerType.TIME else int(first) < int(last)
        )
        if one and match.start() < end and start < match.end():
            start, end = min(start, match.start()), max(end, match.end())
    return start, end


def _bounded(
    sentence: str, span: Span, answer_type: AnswerType | None, patterns: _Patterns, asked: frozenset[str]
) -> Span:
    """The span with the words that limit its first number and those that limit its last, and that one's unit."""
    start, end = span
    of_time = answer_type is AnswerType.TIME
    number = patterns.day if of_time else patterns.number
    tokens = [(start + match.start(), match[0]) for match in _TOKEN.finditer(sentence[start:end])]
    numbers = [(left, word) for left, word in tokens if number.fullmatch(fold(word))]
    if not numbers:
        return span
    before = patterns.before_time if of_time else patterns.before_number
    # The words after a number are its unit only where the answer ends with it.
    after = patterns.unit if numbers[-1] == tokens[-1] and not of_time else patterns.after
    first = numbers[0][0]
    # "Five years and six months" is one measure.
    larger = patterns.larger_unit.search(sentence, max(0, first - _NEAR), first)
    first = larger.start() if larger and first == start and not of_time else first
    first = first if of_time else with_minus(first, sentence)
    return min(start, _bound_before(sentence, first, before, asked)), _bound_after(sentence, end, after, asked)


def _bound_before(sentence: str, number: int, before: re.Pattern[str], asked: frozenset[str]) -> int:
    """Where the longest phrase that limits the number at `number` begins; the number where none does."""
    if sign := _CURRENCY.search(sentence, max(0, number - 5), number):
        number = sign.start()
    near = max(0, number - _NEAR)
    starts = [near + match.start() for match in _TOKEN.finditer(sentence[near:number])][-_PHRASE:]
    return next((start for start in starts if _is_new(sentence[start:number], before, asked)), number)


def _bound_after(sentence: str, end: int, after: re.Pattern[str], asked: frozenset[str]) -> int:
    """Where the longest phrase that limits the number before `end`, or is its unit, ends."""
    chunks = [match.end() for match in _CHUNK.finditer(sentence[end : end + _NEAR])][:_PHRASE]
    phrases = [sentence[end : end + chunk].rstrip(_CLOSING) for chunk in chunks]
    return end + max((len(phrase) for phrase in phrases if _is_new(phrase, after, asked)), default=0)


def _is_new(phrase: str, pattern: re.Pattern[str], asked: frozenset[str]) -> bool:
    """Whether the whole phrase matches, and the question lacks it: "After what year…" does not."""
    folded = _phrase(phrase)
    return bool(pattern.fullmatch(folded)) and not asked.issuperset(folded.split())


def _phrase(text: str) -> str:
    return " ".join(fold(text).casefold().split())


def _with_owner(sentence: str, span: Span) -> Span:
    """The span with the name before it whose it is, where it is a common noun alone: "Peru’s ambassador"."""
    start, end = span
    owner = _POSSESSIVE.search(sentence, max(0, start - _NEAR), start)
    return (owner.start(), end) if owner and _COMMON_NOUN.fullmatch(sentence, start, end) else span


def _without_debris(sentence: str, span: Span) -> Span | None:
    """The span without marks that do not belong to it; None where it is made of such marks."""
    start, end = span
    for _ in range(_MARKS):
        before = start, end
        if match := _BEGINS_BADLY.match(sentence, start, end):
            start = match.end()
        if match := _ENDS_BADLY.search(sentence, max(start, end - _NEAR), end):
            end = match.start()
        if end == len(sentence.rstrip()) and _FULL_STOP.search(sentence, max(start, end - _NEAR), end):
            end -= 1
        start, end = _balanced(sentence, start, end)
        if (start, end) == before:
            return (start, end) if any(char.isalnum() for char in sentence[start:end]) else None
    return None


def _balanced(sentence: str, start: int, end: int) -> Span:
    """The span without half of a pair at either end; half of one inside brings the other half, if that is near."""
    for opening, closing in _PAIRS.items():
        text = sentence[start:end]
        missing = text.count(opening) - text.count(closing)
        if missing < 0 and text.endswith(closing):
            end -= 1
        elif missing > 0 and text.startswith(opening) and sentence[end : end + 1] != closing:
            start += 1
        elif missing < 0 and (near := sentence.rfind(opening, max(0, start - _NEAR), start)) >= 0:
            start = near
        elif missing > 0 and (near := sentence.find(closing, end, end + _NEAR)) >= 0:
            end = near + 1
    for mark in "\"'":
        text = sentence[start:end]
        if text.count(mark) == 1 and text.endswith(mark):
            end -= 1
        elif text.count(mark) == 1 and text.startswith(mark):
            start += 1
    return start, end
