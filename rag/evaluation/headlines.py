"""Whether headlines, the short answers as shown, are right; and how their confidence tells."""

import re
from collections.abc import Sequence

import numpy as np

from rag.evaluation.calibration import ScoredAnswer
from rag.evaluation.collection import Question
from rag.evaluation.metrics import Outcome, scores_of

RIGHT = 0.5  # the F1 with a gold span from which a headline is right
SURE = 0.6  # a wrong headline above this confidence misleads

_ARTICLES = frozenset(("a", "an", "the"))
_WORD = re.compile(r"\d+(?:[.,]\d+)+|\w+")


def headline_is_right(outcome: Outcome) -> bool | None:
    """Whether the short answer of an outcome is right; None where there is none, or no gold to tell.

    It is right if it says one of the question's `headlines` whole, and at most as many words again; where the question
    lists none, from an F1 of RIGHT with a gold span. On an unanswerable question it is never right.
    """
    short_answer = outcome.answer.short_answer
    return None if short_answer is None else is_right(short_answer.text, outcome.question)


def is_right(text: str, question: Question) -> bool | None:
    """Whether the words of a short answer are right for a question; None where there is no gold to tell."""
    if not question.answerable:
        return False
    if question.headlines is not None:
        return any(_says(text, wanted) for wanted in question.headlines)
    return scores_of(text, question.spans)[1] >= RIGHT if question.spans else None


def headline_figures(shown: Sequence[Outcome]) -> dict[str, float]:
    """The share of headlines that are right, and of questions with an acceptable one that show one.

    And, of headlines surer than SURE, the wrong ones; and the share of unanswerable questions that show a headline.
    `shown` holds only the short answers that a person is shown. Questions without gold to tell do not count. A share of
    nothing is left out.
    """
    answers = _scored(shown)
    shares = {
        "headline precision": [right for _, right in answers],
        "headline coverage": [_has_headline(outcome) for outcome in shown if _has_acceptable_headline(outcome)],
        "sure headlines wrong": [not right for confidence, right in answers if confidence > SURE],
        "headlines on unanswerable": [_has_headline(outcome) for outcome in shown if not outcome.question.answerable],
    }
    return {name: float(np.mean(share)) for name, share in shares.items() if share}


def _has_headline(outcome: Outcome) -> bool:
    return outcome.answer.short_answer is not None


def _has_acceptable_headline(outcome: Outcome) -> bool:
    question = outcome.question
    return question.answerable and bool(question.spans if question.headlines is None else question.headlines)


def _scored(outcomes: Sequence[Outcome]) -> list[ScoredAnswer]:
    return [
        (outcome.answer.short_answer.confidence, right)
        for outcome in outcomes
        if outcome.answer.short_answer and (right := headline_is_right(outcome)) is not None
    ]


def _says(shown: str, wanted: str) -> bool:
    """Whether the words of `wanted` stand together in `shown`, and make up at least half of it."""
    words, needed = _words(shown), _words(wanted)
    starts = range(len(words) - len(needed) + 1)
    return 0 < len(words) <= 2 * len(needed) and any(words[at : at + len(needed)] == needed for at in starts)


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if word not in _ARTICLES]
