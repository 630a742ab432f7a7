"""Whether a short answer breaks a constraint that its question states, so that it can't be right.

The reader is often sure of words that fit all but one word of a question: the figure of another year, the first where
the second was asked for, a plan where a fact was. Each check here looks for one such word. Years and numbers are
checked in every language, all else in English. How often each is right is in rag/training/ABLATION.md.
"""

import re
from collections.abc import Callable

from rag.evidence import english_constraints as english
from rag.evidence.answer_in_context import AnswerInContext
from rag.question.answer_type import names_in
from rag.question.languages import words_of
from rag.question.languages.english import ENGLISH
from rag.question.languages.folding import fold
from rag.question.languages.words import YEARS

_YEAR = re.compile(rf"\b{YEARS}\b")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_STEM = 5  # letters of a name that its other forms share: Pakistan, Pakistani
LONGEST = 12  # words of a short answer


Check = Callable[[AnswerInContext], bool]


def broken_constraints(item: AnswerInContext) -> list[str]:
    """The names of the constraints that a short answer breaks."""
    in_english = words_of(item.language, item.sentence) is ENGLISH
    checks = (*_CHECKS, *(english.CHECKS if in_english else ()))
    return [name for name, breaks in checks if breaks(item)]


def of_another_year(item: AnswerInContext) -> bool:
    """The question names a year, and the sentence is of another one by its own words or those shortly before it."""
    asked = set(_YEAR.findall(fold(item.question)))
    named = _YEAR.findall(fold(item.sentence))
    if not asked or asked & set(named):
        return False
    before = _YEAR.findall(fold(f"{item.title} {item.before}"))
    last = (named or before or [(item.published or "")[:4]])[-1]
    return bool(last) and last not in asked


def beside_another_year(item: AnswerInContext) -> bool:
    """The sentence names the year of the question and others, and another one stands nearer to the short answer."""
    asked = set(_YEAR.findall(fold(item.question)))
    years = list(_YEAR.finditer(item.sentence))
    if not asked or _YEAR.search(item.answer) or not asked & {year[0] for year in years}:
        return False
    start, end = item.span
    distances = [(max(year.start() - end, start - year.end()), year[0]) for year in years]
    return min(distances)[1] not in asked


def lacks_a_name(item: AnswerInContext) -> bool:
    """The question names somebody or something that the whole passage and its title do not."""
    if words_of(None, item.question) is not words_of(item.language, item.sentence):
        return False  # names are written otherwise in another script
    text = fold(f"{item.title} {item.before} {item.sentence}").casefold()
    names = (fold(name).casefold()[:_STEM] for name in names_in(item.question))
    return any(name not in text for name in names)


def repeats_the_question(item: AnswerInContext) -> bool:
    """Every word of the short answer stands in the question, or is a small word."""
    words, asked = (set(_WORD.findall(fold(text).casefold())) for text in (item.answer, item.question))
    return words - words_of(item.language, item.sentence).plain_words <= asked


def is_long(item: AnswerInContext) -> bool:
    """The short answer has more than LONGEST words, and so is no short answer."""
    return len(_WORD.findall(item.answer)) > LONGEST


_CHECKS: tuple[tuple[str, Check], ...] = tuple(
    (check.__name__, check)
    for check in (
        *(of_another_year, beside_another_year, lacks_a_name),
        *(repeats_the_question, is_long),
    )
)
