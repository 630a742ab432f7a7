"""Which of the earlier questions of a conversation the next one may refer to."""

from collections.abc import Sequence
from datetime import date

from rag.question.corpus_question import corpus_question_of, with_name
from rag.question.talk import talk_of, without_courtesies

_NAME = "Name"  # any name


def relevant_history(questions: Sequence[str], today: date) -> tuple[str, ...]:
    """The earlier questions without talk; of a question on the corpus, what the articles were to mention."""
    relevant: list[str] = []
    for question in questions:
        if talk_of(question, in_conversation=bool(relevant)):
            continue
        asked = corpus_question_of(without_courtesies(question), today)
        if with_name(without_courtesies(question), _NAME, today):
            continue  # it names nothing, and its other words are of the corpus
        if asked is None or asked.origin:  # what it names may be no source
            relevant.append(without_courtesies(question))
        elif asked.phrase:
            relevant.append(asked.phrase)
    return tuple(relevant)
