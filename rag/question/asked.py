"""What a text asks: the form of its answer, and its questions as that form searches them."""

from collections.abc import Sequence

from index.engine.protocol import PassageIndex
from rag.question.follow_ups import InterpretedQuestion, interpret_question
from rag.question.form import Form, form_of


def asked_questions(
    question: str, history: Sequence[str], index: PassageIndex
) -> tuple[Form, list[InterpretedQuestion]]:
    """The form that a text asks for, and the questions that it asks; a text of several questions is an EXTRACT."""
    questions = interpret_question(question, history, index)
    form = form_of(question) if len(questions) == 1 else Form.EXTRACT
    return form, questions
