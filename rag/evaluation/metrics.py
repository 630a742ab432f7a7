"""What is measured, from what was asked and what came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from ir_measures import RR, Measure, Qrel, ScoredDoc, Success, nDCG
from sklearn.metrics import roc_auc_score

from index.types import Passage
from rag.answer import Answer, Citation, FoundPassage
from rag.evaluation.collection import GoldSpan, Question

RETRIEVAL = {
    "hit@1": Success @ 1,
    "hit@5": Success @ 5,
    "hit@10": Success @ 10,
    "MRR@10": RR @ 10,
    "nDCG@10": nDCG @ 10,
}
FOLLOW_UPS = {"follow-up hit@1": Success @ 1, "follow-up hit@5": Success @ 5}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question of a collection and its reply, asked with a threshold of 0 so that none is declined."""

    question: Question
    answer: Answer
    exact: bool  # every citation is its article's text at its offsets
    embedding_ms: float = 0.0  # embedding the question, and nothing else


def is_relevant(passage: Passage | FoundPassage, question: Question) -> bool:
    """Whether a passage holds a gold span, or lies in a gold article where no span is given."""
    if question.spans:
        return any(
            span.article_id == passage.article_id and passage.start <= span.start and span.end <= passage.end
            for span in question.spans
        )
    return passage.article_id in question.gold_articles


def retrieval_figures(
    questions: Sequence[Question], rankings: Sequence[Sequence[str]], passages: Sequence[Passage]
) -> dict[str, float]:
    """Hit rates, MRR and nDCG of ranked passage ids over questions with gold; empty where none has any.

    The hit rates of those that have questions before them stand there too, where there are such.

    Source: ir-measures, for the definitions.
    """
    qrels, run = [], []
    for question, ranking in zip(questions, rankings, strict=True):
        relevant = [passage.passage_id for passage in passages if is_relevant(passage, question)]
        if question.answerable and (question.spans or question.gold_articles):
            # A gold that no passage holds whole still counts as a question missed.
            qrels += [Qrel(question.id, name, 1) for name in relevant or ["(no passage holds it)"]]
            run += [ScoredDoc(question.id, name, -rank) for rank, name in enumerate(ranking)]
    if not qrels:
        return {}
    figures = _aggregated(RETRIEVAL, qrels, run)
    later = {question.id for question in questions if question.history}
    asked_later = [qrel for qrel in qrels if qrel.query_id in later]
    return figures | (_aggregated(FOLLOW_UPS, asked_later, run) if asked_later else {})


def _aggregated(measures: Mapping[str, Measure], qrels: Sequence[Qrel], run: Sequence[ScoredDoc]) -> dict[str, float]:
    values = ir_measures.calc_aggregate(list(measures.values()), qrels, run)
    return {name: float(values[measure]) for name, measure in measures.items()}


def quote_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """quote@1 and quote@3 over questions with gold spans, declined or not; empty where there are none."""
    judged = [outcome for outcome in outcomes if outcome.question.answerable and outcome.question.spans]
    if not judged:
        return {}
    return {
        f"quote@{count}": float(
            np.mean([any(holds(c, outcome.question) for c in outcome.answer.citations[:count]) for outcome in judged])
        )
        for count in (1, 3)
    }


def abstention_figures(outcomes: Sequence[Outcome], threshold: float) -> dict[str, float]:
    """How well confidence parts answerable from not, and what the threshold makes of each.

    AUROC only where the collection has both.
    """
    answerable = np.array([outcome.question.answerable for outcome in outcomes])
    sure = np.array([outcome.answer.confidence for outcome in outcomes])
    figures = {}
    if answerable.any():
        figures["answered of answerable"] = float((sure[answerable] >= threshold).mean())
    if not answerable.all():
        figures["declined of unanswerable"] = float((sure[~answerable] < threshold).mean())
    if answerable.any() and not answerable.all():
        figures["AUROC"] = float(roc_auc_score(answerable, sure))
    return figures


def exactness(outcomes: Sequence[Outcome]) -> float:
    """The share of replies whose every citation is its article's text at its offsets."""
    return float(np.mean([outcome.exact for outcome in outcomes]))


def latency_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Milliseconds of one ask at the middle and at the 95th percentile, and of embedding the question alone."""
    totals = [outcome.answer.timings_ms["total"] for outcome in outcomes]
    return {
        "ask p50 ms": float(np.percentile(totals, 50)),
        "ask p95 ms": float(np.percentile(totals, 95)),
        "embedding p50 ms": float(np.median([outcome.embedding_ms for outcome in outcomes])),
    }


def holds(citation: Citation, question: Question) -> bool:
    """Whether a quote holds a gold span, or is of a gold article where no span is given."""
    if question.spans:
        return any(_inside(span, citation) for span in question.spans)
    return citation.article_id in question.gold_articles


def _inside(span: GoldSpan, citation: Citation) -> bool:
    return span.article_id == citation.article_id and citation.start <= span.start and span.end <= citation.end


def short_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Exact match and F1 of the short answer over answerable questions with gold spans; empty without any."""
    scores = [score for score in map(short_scores, outcomes) if score is not None]
    if not scores:
        return {}
    exact, overlap = np.mean(scores, axis=0)
    return {"short answer EM": float(exact), "short answer F1": float(overlap)}


def short_scores(outcome: Outcome) -> tuple[float, float] | None:
    """Exact match and F1 of one short answer against the nearest gold span, each in [0, 1]; no answer scores 0.

    None where the question has no gold span.
    Source: torchmetrics, for what Rajpurkar et al., 2016, do with case, punctuation and articles.
    """
    question, short = outcome.question, outcome.answer.short_answer
    if not question.answerable or not question.spans:
        return None
    if short is None:
        return 0.0, 0.0
    from torchmetrics.functional.text import squad

    gold: dict[str, list[str] | list[int]] = {"text": [span.text for span in question.spans]}
    percent = squad({"id": question.id, "prediction_text": short.text}, {"id": question.id, "answers": gold})
    return float(percent["exact_match"]) / 100, float(percent["f1"]) / 100
