"""Each form of answer with the function that composes it; a form without one is composed of the best sentences.

A new form of answer has a line in COMPOSERS and, where it needs more hits than are read, in DEPTHS.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from rag.compose.comparison import compare
from rag.compose.definition import define
from rag.compose.extract import Composition
from rag.compose.found import Found
from rag.compose.lists import list_items
from rag.compose.summary import summarise
from rag.compose.timeline import order_by_day
from rag.compose.yes_no import yes_or_no
from rag.question.form import Form

# None: too little was found for an answer in that form.
COMPOSERS: Mapping[Form, Callable[[Found], Composition | None]] = {
    Form.YES_NO: yes_or_no,
    Form.DEFINITION: define,
    Form.COMPARISON: compare,
    Form.LIST: list_items,
    Form.TIMELINE: order_by_day,
    Form.SUMMARY: summarise,
}
DEPTHS: Mapping[Form, int] = {Form.DEFINITION: 20}  # hits that are retrieved for a form, at least


def compose_in_form(form: Form, found: Found) -> Composition:
    """The answer in a form, or an extract where too little is found for that; without text where it declines."""
    compose = COMPOSERS.get(form)
    composed = compose(found) if compose else None
    if composed is not None:
        return replace(composed, form=form)
    extract = found.extract()
    # One of several things is no short answer to a question for all of them.
    return replace(extract, short_answer=None, differing=()) if compose else extract
