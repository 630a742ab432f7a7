"""The result of each question of a run."""

from collections.abc import Iterable
from dataclasses import dataclass

from rag.evaluation.calibration import ScoredAnswer
from rag.evaluation.headlines import headline_is_right
from rag.evaluation.metrics import Outcome, has_gold, is_relevant, short_answer_scores


@dataclass(frozen=True, slots=True)
class Result:
    """One question and its answer, whether or not the answer would be declined.

    `right`: the question is answerable and one of the quotes contains gold. It is None for an answerable question
    without gold, and False for an unanswerable one; in both cases the other fields that compare with gold are None.
    """

    id: str
    question: str
    answerable: bool
    confidence: float
    right: bool | None
    rank: int | None  # of the first passage that contains gold, from 1; None if none of those found does
    first_quote_holds: bool | None
    any_quote_holds: bool | None
    short_answer: str | None
    short_f1: float | None
    quote: str | None  # the best evidence
    quoted_article: str | None
    wanted: list[str]  # the texts of the gold spans, or the ids of the gold articles
    ms: float
    kind: str = ""
    headline_confidence: float | None = None
    headline_right: bool | None = None  # None where there is no headline, or no gold to tell


def result_of(outcome: Outcome) -> Result:
    """The result of the question of an outcome."""
    question, answer = outcome.question, outcome.answer
    right = rank = first_quote_holds = any_quote_holds = None
    if question.has_gold():
        holding = [has_gold(citation, question) for citation in answer.citations]
        right = any_quote_holds = any(holding)
        first_quote_holds = any(holding[:1])
        rank = next((passage.rank for passage in answer.passages if is_relevant(passage, question)), None)
    elif not question.answerable:
        right = False
    scores = short_answer_scores(outcome)
    first = answer.citations[0] if answer.citations else None
    return Result(
        id=question.id,
        question=question.question,
        answerable=question.answerable,
        confidence=answer.confidence,
        right=right,
        rank=rank,
        first_quote_holds=first_quote_holds,
        any_quote_holds=any_quote_holds,
        short_answer=answer.short_answer.text if answer.short_answer else None,
        short_f1=scores[1] if scores else None,
        quote=first.quote if first else None,
        quoted_article=first.article_id if first else None,
        wanted=[span.text for span in question.spans] or question.gold_articles,
        ms=answer.timings_ms["total"],
        kind=question.kind,
        headline_confidence=answer.short_answer.confidence if answer.short_answer else None,
        headline_right=headline_is_right(outcome),
    )


def scored_answers(results: Iterable[Result]) -> list[ScoredAnswer]:
    """The confidence of each answer with whether it is right, without questions that have no gold to tell."""
    return [(result.confidence, result.right) for result in results if result.right is not None]


def scored_headlines(results: Iterable[Result]) -> list[ScoredAnswer]:
    """The confidence of each headline with whether it is right, without those that have no gold to tell."""
    return [
        (result.headline_confidence, result.headline_right)
        for result in results
        if result.headline_confidence is not None and result.headline_right is not None
    ]
