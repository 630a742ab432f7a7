"""Which sentences answer one question: those that contradict each other, those of a dispute, or the best."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.evidence.accounts import disputed, in_order, without_refuted
from rag.evidence.contradictions import SURE, contradictory_evidence
from rag.evidence.rival_names import rival_names
from rag.evidence.scoring import CITED, Evidence, crosses_languages
from rag.evidence.superseded import PublishedOf, what_ended
from rag.question.answer_type import AnswerType

# Of sentences whose scores are no further apart, one that holds so many times the weight of the question's words, and
# this share of them at least, comes first: it is about what the question names. quote@1 on XQuAD's English questions is
# 0.871 with it and 0.869 without, and on this corpus 0.884 and 0.875.
_AS_GOOD = 0.5
_MORE_WORDS = 1.5
_SHARE = 0.2
# A further sentence is left out where the reader's log-odds, divided by 10, are no higher, and the weight of the
# question's words in it is no more than this share of those in the best one. Of 517 further sentences over XQuAD, this
# corpus and SQuAD 2.0 that leaves out 37, of which one was the only one with gold.
_NO_ANSWER = -0.2
_FEW_WORDS = 0.2


@dataclass(frozen=True, slots=True)
class Choice:
    """The sentences to quote, best first: whether they contradict each other, and whether there may be a headline."""

    sentences: Sequence[Evidence]
    contradictory: bool = False
    headline: bool = True


def choose_sentences(
    evidence: Sequence[Evidence],
    question: str,
    answer_type: AnswerType | None,
    best: Sequence[Evidence],
    published_of: PublishedOf,
    limit: int = CITED,
) -> Choice:
    """The sentences that contradict each other or tell of a dispute; else the `best`, with one that says they are over.

    `evidence` is best first, `published_of` gives the date of an article by its id. A dispute and its end have up to
    `limit` sentences.
    """
    contradictory = contradictory_evidence(evidence, answer_type, published_of) or rival_names(
        evidence, question, answer_type, published_of
    )
    if contradictory:
        return Choice(sorted(contradictory[:CITED], key=lambda item: -item.score), contradictory=True)
    if dispute := disputed(evidence, answer_type):
        return Choice(dispute[:limit], headline=False)
    if not crosses_languages(question, evidence):  # else no sentence holds the question's words
        best = [best[0], *(item for item in best[1:] if not _is_filler(item, best[0]))]
    ended = what_ended(evidence, published_of)
    if ended is None:
        return Choice(best)
    others = [item for item in best if not item.overlaps(ended.passage.article_id, ended.span)]
    return Choice([*others[: max(1, limit - 1)], ended])


def ranked_by_claim(
    evidence: Sequence[Evidence], question: str, answer_type: AnswerType | None = None
) -> list[Evidence]:
    """The evidence, best first: what names less of the question gives way, and so does a claim that is refuted.

    A question of no answer type may ask whether a claim is true, which its refutation answers.
    """
    ranked = without_refuted(evidence, question) if answer_type else list(evidence)
    best = ranked[0]
    equals = [item for item in ranked[1:] if item.score >= best.score - _AS_GOOD and _claims_more(item, best)]
    if not equals:
        return ranked
    first = max(equals, key=_weight_held)
    return in_order([first, *(item for item in ranked if item is not first)])


def _claims_more(item: Evidence, best: Evidence) -> bool:
    sure = item.features.get("reader", -1.0) > SURE
    complete = all(item.features[name] <= best.features[name] for name in ("names_missing", "numbers_missing"))
    return (
        sure
        and complete
        and item.features["overlap"] >= _SHARE
        and _weight_held(item) > _MORE_WORDS * _weight_held(best)
    )


def _is_filler(item: Evidence, best: Evidence) -> bool:
    """Whether a further sentence adds neither an answer nor the question's words."""
    unsure = item.features.get("reader", 0.0) <= _NO_ANSWER
    return unsure and _weight_held(item) <= _FEW_WORDS * _weight_held(best)


def _weight_held(item: Evidence) -> float:
    return sum(item.held.values())
