"""What a text asks: the form of its answer, and its questions as that form searches them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.engine.protocol import PassageIndex
from rag.question.answer_type import expected_answer_type
from rag.question.follow_ups import InterpretedQuestion, interpret_question, whole_question
from rag.question.form import Form, form_of
from rag.question.sides import sides_of
from rag.question.target import target_of
from rag.question.tokens import span_of

_ASKS = re.compile("wh", re.IGNORECASE)  # what, who: the question is one that the reader knows


def asked_questions(
    question: str, history: Sequence[str], index: PassageIndex
) -> tuple[Form, list[InterpretedQuestion]]:
    """The form that a text asks for, and the questions that it asks; a text of several questions is an EXTRACT.

    A short question has the form of the whole one that it stands for.
    """
    questions = interpret_question(question, history, index)
    whole = whole_question(question, history) or question
    form = form_of(whole) if len(questions) == 1 else Form.EXTRACT
    if form is Form.DEFINITION:
        return _definition(whole, questions)
    if form is Form.COMPARISON:
        return _comparison(whole, questions)
    return form, questions


def _definition(question: str, questions: list[InterpretedQuestion]) -> tuple[Form, list[InterpretedQuestion]]:
    """The question as "What is …?", however it was asked; an EXTRACT where it names nothing."""
    target = target_of(question)
    if not target:
        return Form.EXTRACT, questions
    start, end = span_of(target)
    (asked,) = questions
    if asked.query != asked.text or _ASKS.match(question):
        return Form.DEFINITION, questions
    query = f"What is {question[start:end]}?"
    return Form.DEFINITION, [replace(asked, text=query, query=query, typed_query=query)]


def _comparison(question: str, questions: list[InterpretedQuestion]) -> tuple[Form, list[InterpretedQuestion]]:
    """A question for each side; an EXTRACT where the sides can't be parted, or are named in an earlier question."""
    sides = sides_of(question)
    if sides is None or questions[0].query != question:
        return Form.EXTRACT, questions
    return Form.COMPARISON, [
        InterpretedQuestion(side.query, side.query, side.query, sides.answer_type or expected_answer_type(side.query))
        for side in (sides.first, sides.second)
    ]
