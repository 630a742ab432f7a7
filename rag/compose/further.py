"""What is left to quote where more is asked for."""

from collections.abc import Sequence

from rag.answer import ArticleOf, Citation
from rag.compose.extract import Composer, SubQuestion
from rag.evidence.scoring import Evidence

# A sentence whose score is further below the best one's, and no good one, is about something else. Both were chosen by
# reading what is left of answers over this project's corpus.
_FURTHEST, _GOOD = 5.5, 9.0


def further_evidence(question: SubQuestion, times: int, composer: Composer, article_of: ArticleOf) -> list[Evidence]:
    """The evidence of a question, best first, without what its answer and the next `times - 1` answers quote.

    Where `times` is not 0, it is without what is far from the best of all, too.
    """
    evidence = list(question.evidence)
    if times and evidence:
        least = min(evidence[0].score - _FURTHEST, _GOOD)
        evidence = [item for item in evidence if item.score >= least]
    for _ in range(times):
        if evidence:
            left = SubQuestion(question.answer_type, evidence)
            evidence = _without(evidence, composer.compose([left], article_of).citations)
    return evidence


def _without(evidence: Sequence[Evidence], citations: Sequence[Citation]) -> list[Evidence]:
    return [item for item in evidence if not any(_is_quoted(item, citation) for citation in citations)]


def _is_quoted(item: Evidence, citation: Citation) -> bool:
    start, end = item.span
    in_article = item.passage.article_id == citation.article_id
    return item.text in citation.quote or (in_article and citation.start < end and start < citation.end)
