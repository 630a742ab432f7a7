"""What is left to quote where more is asked for."""

from collections.abc import Sequence
from dataclasses import replace

from rag.answer import Citation
from rag.compose.extract import Composition
from rag.compose.forms import compose_in_form
from rag.compose.found import Found
from rag.compose.items import is_shown
from rag.evidence.scoring import Evidence
from rag.question.form import Form

# A sentence whose score is further below the best one's, and no good one, is about something else. Both were chosen by
# reading what is left of answers over this project's corpus.
_FURTHEST, _GOOD = 5.5, 9.0
# More of them is more of the same; what a yes, a definition or a comparison leaves is further sentences.
_GOES_ON = frozenset({Form.LIST, Form.TIMELINE, Form.SUMMARY})


def compose_further(form: Form, found: Found, times: int) -> Composition:
    """The answer in a form that follows `times` others and quotes what none of them quoted; the first where it is 0.

    Raises:
        As the composers of rag.compose.forms.
    """
    shown: list[Citation] = []
    composed = _without(shown, form, found)
    for _ in range(times):
        if not composed.citations:
            break
        shown += composed.citations
        composed = _without(shown, form, found)
    return composed


def _without(shown: Sequence[Citation], form: Form, found: Found) -> Composition:
    if not shown:
        return compose_in_form(form, found)
    questions = [replace(question, evidence=further_evidence(question.evidence, shown)) for question in found.questions]
    left = replace(found, questions=questions, shown=shown)
    return compose_in_form(form if form in _GOES_ON else Form.EXTRACT, left)


def further_evidence(evidence: Sequence[Evidence], shown: Sequence[Citation]) -> list[Evidence]:
    """The evidence, best first, without what was shown and what is far from the best of all."""
    if not evidence:
        return []
    least = min(evidence[0].score - _FURTHEST, _GOOD)
    return [item for item in evidence if item.score >= least and not is_shown(item, shown)]
