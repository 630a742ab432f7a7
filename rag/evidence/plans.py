"""Whether what a sentence tells of a day was only planned for it, and may never have happened."""

import re
from functools import cache

from rag.question.languages import LANGUAGES, words_of
from rag.question.languages.english import ENGLISH
from rag.question.languages.english_grammar import REPORTS
from rag.question.languages.folding import fold

_CLAUSE = re.compile(r"[;:,–—]\s|\b(?:and|but|which|who|while|although|when|where|that|after|before)\s")
_SHORT = 40  # characters before a comma that are the day of the clause after it, and no clause of their own
_REPORTS = "|".join(sorted(REPORTS))
# After a clause that tells of a plan, that something was done: "…, which will carry trains, was opened on 3 May".
_DONE = re.compile(
    rf"\b(?:(?<!\bbe )(?<!\bbeen )[a-z]{{2,20}}ed|was|were|did|had|has|have|held|took|began|met|{_REPORTS})\b"
)
_REPORT = re.compile(rf"\b(?:{_REPORTS})\b")


@cache
def _plans(language: str) -> re.Pattern[str]:
    words = LANGUAGES[language]
    return words.pattern(words.plans)


def asks_plans(question: str, language: str | None = None) -> bool:
    """Whether a question asks for what is planned."""
    return bool(_plans(words_of(language, question).code).search(fold(question)))


def is_planned_for(sentence: str, start: int, language: str | None = None) -> bool:
    """Whether the day that stands at `start` in the folded sentence is one for which something was planned."""
    words, text = words_of(language, sentence), fold(sentence)
    plans = list(_plans(words.code).finditer(text))
    if not plans:
        return False
    bounds = [0, *(match.end() for match in _CLAUSE.finditer(text)), len(text)]
    first = max(bound for bound in bounds if bound <= start)
    earlier = [plan for plan in plans if plan.start() < start]
    if earlier:
        # A plan before the day is for it, unless a clause between them says what was done.
        end = next(bound for bound in bounds if bound > earlier[-1].start())
        return end > start or (words is ENGLISH and not _DONE.search(text.casefold(), end, start))
    ends = [bound for bound in bounds if bound > start]
    last = ends[1] if len(ends) > 1 and ends[0] - first <= _SHORT else ends[0]
    following = next((plan.start() for plan in plans if plan.start() < last), None)
    # "On 3 May the minister said he will come": what was said that day is no plan for it.
    return following is not None and not (words is ENGLISH and _REPORT.search(text.casefold(), first, following))
