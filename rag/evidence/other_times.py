"""Whether two sentences tell of two times, so that their answers may both be right."""

import re

from rag.evidence.accounts import says
from rag.evidence.scoring import Evidence
from rag.question.answer_type import AnswerType
from rag.question.languages.folding import fold
from rag.question.languages.words import YEARS

# Some languages write a letter for the era, or for "year", directly after it.
YEAR = re.compile(rf"\b({YEARS})(?:\b|(?=[گمهء]))")


def are_of_other_times(answer_type: AnswerType | None, item: Evidence, other: Evidence) -> bool:
    """Whether one counts in another year than the other, or tells on which day something was done again."""
    if answer_type is AnswerType.NUMBER:
        return are_of_other_years(item, other)
    done_again, other_done_again = (bool(says("again", each.text, each.language)) for each in (item, other))
    return answer_type is AnswerType.TIME and done_again != other_done_again


def are_of_other_years(item: Evidence, other: Evidence) -> bool:
    """Whether both name years beside their answers, and none in common."""
    years, others = _years_beside_answer(item), _years_beside_answer(other)
    return bool(years and others and years.isdisjoint(others))


def are_of_one_year(item: Evidence, other: Evidence) -> bool:
    """Whether both name the same year beside their answers."""
    return not _years_beside_answer(item).isdisjoint(_years_beside_answer(other))


def _years_beside_answer(item: Evidence) -> set[str]:
    start, end = (edge - item.span[0] for edge in item.answer or (item.span[0], item.span[0]))
    return set(YEAR.findall(fold(f"{item.text[:start]} {item.text[end:]}")))
