"""What became of each question of a run."""

from collections.abc import Iterable
from dataclasses import dataclass

from rag.evaluation.calibration import ScoredAnswer
from rag.evaluation.metrics import Outcome, holds, is_relevant, short_scores


@dataclass(frozen=True, slots=True)
class Result:
    """One question and what it was answered with, declined or not.

    `right`: it is answerable and one of the quotes holds gold. What no gold can judge is None: all of
    it where an answerable question has none, and of an unanswerable one all but `right`, which is False.
    """

    id: str
    question: str
    answerable: bool
    confidence: float
    right: bool | None
    rank: int | None  # of the first passage that holds gold, from 1; None if none of those found does
    first_quote_holds: bool | None
    any_quote_holds: bool | None
    short_answer: str | None
    short_f1: float | None
    quote: str | None  # the best evidence
    quoted_article: str | None
    wanted: list[str]  # the gold spans' texts, or the gold articles' ids
    ms: float


def result_of(outcome: Outcome) -> Result:
    """What became of the question of an outcome."""
    question, answer = outcome.question, outcome.answer
    held = [holds(citation, question) for citation in answer.citations]
    judging = question.answerable and bool(question.spans or question.gold_articles)
    scores = short_scores(outcome)
    first = answer.citations[0] if answer.citations else None
    return Result(
        id=question.id,
        question=question.question,
        answerable=question.answerable,
        confidence=answer.confidence,
        right=any(held) if judging else None if question.answerable else False,
        rank=_rank(outcome) if judging else None,
        first_quote_holds=any(held[:1]) if judging else None,
        any_quote_holds=any(held) if judging else None,
        short_answer=answer.short_answer.text if answer.short_answer else None,
        short_f1=scores[1] if scores else None,
        quote=first.quote if first else None,
        quoted_article=first.article_id if first else None,
        wanted=[span.text for span in question.spans] or question.gold_articles,
        ms=answer.timings_ms["total"],
    )


def _rank(outcome: Outcome) -> int | None:
    found = outcome.answer.passages
    return next((passage.rank for passage in found if is_relevant(passage, outcome.question)), None)


def scored_answers(results: Iterable[Result]) -> list[ScoredAnswer]:
    """The confidence of each question that gold can judge, with whether its answer is right."""
    return [(result.confidence, result.right) for result in results if result.right is not None]
