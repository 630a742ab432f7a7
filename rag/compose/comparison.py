"""The answer to a question that compares: a quoted sentence for each side, and their order where it can be computed."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Span
from rag.answer import Citation
from rag.answer_parts import ComparedSide, Comparison
from rag.compose.extract import LEAST_LOG_ODDS, MARGIN, Composition, quotes_in_order, span_with_subject
from rag.compose.found import Found, ScoredQuestion
from rag.evidence.bounds import with_bound
from rag.evidence.order import Range, is_time, number_of_year, range_of, shown_value
from rag.evidence.scoring import Evidence
from rag.evidence.times import is_day_of_date
from rag.question.answer_type import AnswerType, names_in
from rag.question.languages import DEFAULT
from rag.question.languages.english_grammar import COMPARATIVES, DETERMINERS, PREPOSITIONS
from rag.question.sides import Sides, noun_of, sides_of
from rag.question.terms import numbers_in, words_in

_CONSIDERED = 8  # of the best sentences, those that may be about a side
_STEM = 5  # letters
_LONGEST_VALUE = 7  # words of a number or a time with what it counts
# Words that ask, of the questions of two sides: all others say what is asked.
_ASK = (
    DETERMINERS | PREPOSITIONS | {"when", "how", "many", "is", "are", "was", "were", "do", "does", "did", "has", "have"}
)
_ASK |= {"had", "it", "that", "or", "and"} | {each.base for each in COMPARATIVES.values() if not each.is_time}


@dataclass(frozen=True, slots=True)
class _Side:
    """One side: its name, the sentence about it, and the range that its short answer means."""

    label: str
    evidence: Evidence | None
    text: str
    range: Range | None


def compare(found: Found) -> Composition:
    """One sentence for each side; sides without one are unanswered. Without any it declines."""
    asked = sides_of(found.text)
    if asked is None or len(found.questions) != 2:
        return found.extract()
    sides = _sides(found, asked)
    confidences = [question.confidence for question, side in zip(found.questions, sides, strict=True) if side.evidence]
    if not confidences:
        return Composition("", [], confidence=max(question.confidence for question in found.questions))
    quoted = [side.evidence for side in sides if side.evidence]
    text, citations = quotes_in_order(quoted, found.article_of, of_each_article=True)
    order, verdict = _order(sides, asked)
    answer_type = asked.answer_type or AnswerType.NUMBER
    compared = tuple(_compared(side, citations, answer_type) for side in sides)
    return Composition(
        text,
        citations,
        confidence=min(confidences),
        unanswered=tuple(side.label for side in sides if side.evidence is None),
        verdict=verdict,
        comparison=Comparison(compared, order, computed=order is not None),
    )


def _sides(found: Found, asked: Sides) -> list[_Side]:
    """Each side with its sentence; no value where both sides would have the same words of the same sentence."""
    sides = [
        _side(found, question, side.label, asked.answer_type or AnswerType.NUMBER)
        for question, side in zip(found.questions, (asked.first, asked.second), strict=True)
    ]
    first, second = sides
    if first.text == second.text and _share_sentence(first, second):
        return [_Side(side.label, side.evidence, "", None) for side in sides]
    return sides


def _share_sentence(first: _Side, second: _Side) -> bool:
    places = [(side.evidence.passage.article_id, side.evidence.span) for side in (first, second) if side.evidence]
    return len(places) == 2 and places[0] == places[1]


def _side(found: Found, question: ScoredQuestion, label: str, answer_type: AnswerType) -> _Side:
    """A side with the best sentence about it that has a value or, without any, the best one about it."""
    if not question.answers(found.threshold):
        return _Side(label, None, "", None)
    about = [item for item in question.evidence[:_CONSIDERED] if _is_about(item, question, label, found)]
    about = [item for item in about if item.score >= about[0].score - MARGIN]
    about.sort(key=lambda item: _lacking(label, item.text))  # stable
    named = question.question.query if noun_of(label) is None else ""
    sides = [
        _with_value(item, label, answer_type) if _says_asked(item, label, named) else _Side(label, item, "", None)
        for item in about
    ]
    return next((side for side in sides if side.range), sides[0] if sides else _Side(label, None, "", None))


def _with_value(item: Evidence, label: str, answer_type: AnswerType) -> _Side:
    """A side with the value that its sentence's short answer has, where the sentence says what the side is of."""
    nothing = _Side(label, item, "", None)
    if item.answer is None or item.language != DEFAULT.code or item.features["reader"] < LEAST_LOG_ODDS:
        return nothing
    if not _says_noun(item, label):
        return nothing
    span = item.answer[0] - item.span[0], item.answer[1] - item.span[0]
    if answer_type is AnswerType.NUMBER:
        amount = _amount(item, label, span)
        if amount is None:
            return nothing
        span = amount
    text = item.text[slice(*span)]
    if len(text.split()) > _LONGEST_VALUE or not any(map(str.isdigit, text)):
        return nothing
    value = range_of(text, item.text[: span[0]], answer_type, item.text[span[1] :])
    return _Side(label, item, text, value) if value else nothing


def _amount(item: Evidence, label: str, span: Span) -> Span | None:
    """The number of a side in its sentence, with the words that limit it; None where it is a date, or untold."""
    found = number_of_year(item.text, label, *span)
    if found is None or is_time(item.text[slice(*found)]) or is_day_of_date(item.text, found, item.language):
        return None
    return with_bound(found[0], item.text), found[1]


def _says_noun(item: Evidence, label: str) -> bool:
    """Whether a sentence has the noun of a side, if that has one. The title does not tell what a number counts.

    The beginning of a word is enough: "exports" are said by "exported".
    """
    noun = noun_of(label)
    return noun is None or _says(item, noun)


def _says_asked(item: Evidence, label: str, query: str) -> bool:
    """Whether a sentence has a word of what is asked of a side that is a name: it may tell something else of it."""
    asked = set(words_in(query)).difference(words_in(label), _ASK)
    return not asked or any(_says(item, word) for word in asked)


def _says(item: Evidence, word: str) -> bool:
    """Whether a sentence, or the one before it that names its subject, has a word that begins as this one does."""
    start, end = span_with_subject(item)
    said = words_in(item.passage.text[start - item.passage.start : end - item.passage.start])
    stem = word.casefold()[:_STEM].rstrip("s")
    return bool(stem) and any(other.startswith(stem) for other in said)


def _lacking(label: str, sentence: str) -> int:
    """How many words of a side a sentence lacks, by their beginnings."""
    words = words_in(sentence)
    stems = [word[:_STEM] for word in words_in(label) if len(word) >= _STEM or word.isdigit()]
    return sum(not any(word.startswith(stem) for word in words) for stem in stems)


def _is_about(item: Evidence, question: ScoredQuestion, label: str, found: Found) -> bool:
    """Whether a sentence, with its title and what stands before it, has all names and numbers of a side.

    The beginning of a name is enough: "Pakistani" is said by "Pakistan".
    """
    title = found.article_of(item.passage.article_id).title
    text = f"{title} {item.passage.text[: item.span[1] - item.passage.start]}"
    words = words_in(text)
    names = [name.casefold()[:_STEM] for name in names_in(question.question.query)]
    has_names = all(any(word.startswith(name) for word in words) for name in names)
    return has_names and set(numbers_in(label)).issubset(numbers_in(text))


def _order(sides: Sequence[_Side], asked: Sides) -> tuple[str | None, bool | None]:
    """Which side is what the question asks for, in words, and whether it is the one that the question proposes."""
    first, second = sides
    if first.range is None or second.range is None:
        return None, None
    if not first.range.is_comparable(second.range, in_one_sentence=_share_sentence(first, second)):
        return None, None
    if first.range.is_before(second.range):
        smaller, larger = first, second
    elif second.range.is_before(first.range):
        smaller, larger = second, first
    else:
        return None, None
    wants_larger = asked.comparative.larger if asked.comparative else True
    chosen = larger if wants_larger else smaller
    order = f"{_word(asked.answer_type, larger=wants_larger)}: {chosen.label}"
    return order, (chosen is first) if asked.claims else None


def _word(answer_type: AnswerType | None, *, larger: bool) -> str:
    if answer_type is AnswerType.TIME:
        return "Later" if larger else "Earlier"
    return "Larger" if larger else "Smaller"


def _compared(side: _Side, citations: Sequence[Citation], answer_type: AnswerType) -> ComparedSide:
    if side.evidence is None:
        return ComparedSide(side.label, None, None, None)
    number = next(citation.number for citation in citations if _holds(citation, side.evidence))
    if side.range is None:
        return ComparedSide(side.label, None, None, number)
    return ComparedSide(side.label, side.text, shown_value(side.range, answer_type), number)


def _holds(citation: Citation, item: Evidence) -> bool:
    start, end = item.span
    return citation.article_id == item.passage.article_id and citation.start <= start and end <= citation.end
