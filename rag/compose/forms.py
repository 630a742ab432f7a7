"""Each form of answer with the function that composes it; a form without one is composed of the best sentences.

A new form of answer has a line in COMPOSERS and, where it needs more hits than are read, in DEPTHS.
"""

from collections.abc import Callable, Mapping

from rag.compose.extract import Composition
from rag.compose.found import Found
from rag.question.form import Form

COMPOSERS: Mapping[Form, Callable[[Found], Composition]] = {}
DEPTHS: Mapping[Form, int] = {}  # hits that are retrieved for a form, at least


def compose(form: Form, found: Found) -> Composition:
    """The answer in a form; without text where the documents hold none."""
    return COMPOSERS.get(form, Found.extract)(found)
