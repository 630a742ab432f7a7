"""The figures of a run, computed from its questions and the answers to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
    """One question of a collection and its answer, asked with a threshold of 0, so that nothing is declined."""

    question: Question
    answer: Answer
    exact: bool  # every citation is its article's text at its offsets
    embedding_ms: float = 0.0  # the time to embed the question, and nothing else


def is_relevant(passage: Passage | FoundPassage, question: Question) -> bool:
    """Whether a passage contains a gold span, or lies in a gold article where there are no spans."""
    return question.is_answered_in(passage.article_id, passage.start, passage.end)


def has_gold(citation: Citation, question: Question) -> bool:
    """Whether a quote contains a gold span, or comes from a gold article where there are no spans."""
    return question.is_answered_in(citation.article_id, citation.start, citation.end)


def retrieval_figures(
    questions: Sequence[Question], rankings: Sequence[Sequence[str]], passages: Sequence[Passage]
) -> dict[str, float]:
    """Hit rates, MRR and nDCG of ranked passage ids over the questions with gold; empty where none has any.

    The hit rates of follow-ups, the questions with a history, are included where there are such questions.

    Source: ir-measures, for the definitions.
    """
    qrels, run = [], []
    for question, ranking in zip(questions, rankings, strict=True):
        if question.has_gold():
            relevant = [passage.passage_id for passage in passages if is_relevant(passage, question)]
            # A gold span that no passage contains whole still counts as a question missed.
            qrels += [Qrel(question.id, name, 1) for name in relevant or ["(no passage holds it)"]]
            run += [ScoredDoc(question.id, name, -rank) for rank, name in enumerate(ranking)]
    if not qrels:
        return {}
    figures = _aggregate(RETRIEVAL, qrels, run)
    follow_ups = {question.id for question in questions if question.history}
    follow_up_qrels = [qrel for qrel in qrels if qrel.query_id in follow_ups]
    return figures | (_aggregate(FOLLOW_UPS, follow_up_qrels, run) if follow_up_qrels else {})


def _aggregate(measures: Mapping[str, Measure], qrels: Sequence[Qrel], run: Sequence[ScoredDoc]) -> dict[str, float]:
    values = ir_measures.calc_aggregate(list(measures.values()), qrels, run)
    return {name: float(values[measure]) for name, measure in measures.items()}


def quote_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """quote@1 and quote@3 over the answerable questions with gold spans; empty where there are none."""
    figures: dict[str, float] = {}
    with_spans = [outcome for outcome in outcomes if outcome.question.answerable and outcome.question.spans]
    for count in (1, 3) if with_spans else ():
        hits = [
            any(has_gold(citation, outcome.question) for citation in outcome.answer.citations[:count])
            for outcome in with_spans
        ]
        figures[f"quote@{count}"] = float(np.mean(hits))
    return figures


def abstention_figures(outcomes: Sequence[Outcome], threshold: float) -> dict[str, float]:
    """How well confidence separates answerable questions from others, and how the threshold decides on each.

    AUROC is included only where the collection has both.
    """
    answerable = np.array([outcome.question.answerable for outcome in outcomes])
    confidences = np.array([outcome.answer.confidence for outcome in outcomes])
    figures = {}
    if answerable.any():
        figures["answered of answerable"] = float((confidences[answerable] >= threshold).mean())
    if not answerable.all():
        figures["declined of unanswerable"] = float((confidences[~answerable] < threshold).mean())
    if answerable.any() and not answerable.all():
        figures["AUROC"] = float(roc_auc_score(answerable, confidences))
    return figures


def exactness(outcomes: Sequence[Outcome]) -> float:
    """The share of answers whose every citation is its article's text at its offsets."""
    return float(np.mean([outcome.exact for outcome in outcomes]))


def latency_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Milliseconds: the median and the 95th percentile of one ask, and the median of embedding the question alone."""
    totals = [outcome.answer.timings_ms["total"] for outcome in outcomes]
    return {
        "ask p50 ms": float(np.percentile(totals, 50)),
        "ask p95 ms": float(np.percentile(totals, 95)),
        "embedding p50 ms": float(np.median([outcome.embedding_ms for outcome in outcomes])),
    }


def short_answer_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Mean exact match and F1 of the short answers over answerable questions with gold spans; empty without any."""
    scores = [score for score in map(short_answer_scores, outcomes) if score is not None]
    if not scores:
        return {}
    exact, overlap = np.mean(scores, axis=0)
    return {"short answer EM": float(exact), "short answer F1": float(overlap)}


def as_shown(outcome: Outcome, threshold: float, least_headline: float) -> Outcome:
    """What a person is shown: below the threshold neither quotes nor a short answer, and no unsure short answer.

    A text of several questions has the confidence of its least sure one, and here is declined with it.
    """
    answer = outcome.answer
    if answer.confidence < threshold:
        return replace(outcome, answer=replace(answer, citations=[], short_answer=None))
    if answer.short_answer and answer.short_answer.confidence < least_headline:
        return replace(outcome, answer=replace(answer, short_answer=None))
    return outcome


def figures_as_answered(shown: Sequence[Outcome]) -> dict[str, float]:
    """The figures of the quotes and short answers that are shown, named apart."""
    figures = {**quote_figures(shown), **short_answer_figures(shown)}
    return {f"{name} as answered": value for name, value in figures.items()}


def short_answer_scores(outcome: Outcome) -> tuple[float, float] | None:
    """Exact match and F1 of one short answer against the nearest gold span, each in [0, 1]; no answer scores 0.

    None where the question has no gold span.
    """
    question, short_answer = outcome.question, outcome.answer.short_answer
    if not question.answerable or not question.spans:
        return None
    return scores_of(short_answer.text, question.spans) if short_answer else (0.0, 0.0)


def scores_of(text: str, spans: Sequence[GoldSpan]) -> tuple[float, float]:
    """Exact match and F1 of a short answer against the nearest of these spans, each in [0, 1].

    Source: torchmetrics, for what Rajpurkar et al., 2016, do with case, punctuation and articles.
    """
    from torchmetrics.functional.text import squad

    gold: dict[str, list[str] | list[int]] = {"text": [span.text for span in spans]}
    percent = squad({"id": "", "prediction_text": text}, {"id": "", "answers": gold})
    return float(percent["exact_match"]) / 100, float(percent["f1"]) / 100
