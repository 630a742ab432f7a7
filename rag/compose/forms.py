"""Each form of answer with the function that composes it; a form without one is composed of the best sentences.

A new form of answer has a line in COMPOSERS and, where it needs more hits than are read, in DEPTHS.
"""

from collections.abc import Callable, Mapping

from rag.compose.comparison import compare
from rag.compose.definition import define
from rag.compose.extract import Composition
from rag.compose.found import Found
from rag.compose.yes_no import yes_or_no
from rag.question.form import Form

COMPOSERS: Mapping[Form, Callable[[Found], Composition]] = {
    Form.YES_NO: yes_or_no,
    Form.DEFINITION: define,
    Form.COMPARISON: compare,
}
DEPTHS: Mapping[Form, int] = {Form.DEFINITION: 20}  # hits that are retrieved for a form, at least


def compose_in_form(form: Form, found: Found) -> Composition:
    """The answer in a form; without text where the documents hold none."""
    return COMPOSERS.get(form, Found.extract)(found)
