"""What a text asks in its conversation: mistyped words corrected, follow-ups completed, several questions apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from index.engine.protocol import PassageIndex
from rag.question.answer_type import expected_answer_type
from rag.question.asked import asked_questions
from rag.question.decompose import decompose
from rag.question.follow_ups import InterpretedQuestion, interpret, turn_of, whole_question
from rag.question.form import Form
from rag.question.keywords import with_synonyms
from rag.question.languages import LANGUAGES
from rag.question.languages.folding import fold
from rag.question.normalise import MAX_CHARACTERS
from rag.question.spelling import Respelt, respelt

_CORRECTED = 8  # of the questions before, so that a long history takes no longer


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The questions of a text.

    `text` is the whole text as it is understood, `misspelt` are its words that were corrected, as they were typed.
    `before` is the query of the question before, where that one asked for something of the same kind, so that its
    answer is not this one's. `more` counts how often in a row more was asked for: the questions are then those of the
    last text that asked something else. `form` is the form of answer that is asked for. `whole` is the question that a
    short text stands for, if it is one: "Which ships came in 2016?" of "And in 2016?".
    """

    text: str
    questions: list[InterpretedQuestion]
    misspelt: tuple[str, ...] = ()
    before: str | None = None
    more: int = 0
    form: Form = Form.EXTRACT
    whole: str | None = None


def interpretation_of(typed: str, typed_history: Sequence[str], index: PassageIndex) -> Interpretation:
    """What a text asks after the earlier texts of its conversation, oldest first."""
    far, near = typed_history[:-_CORRECTED], typed_history[-_CORRECTED:]
    asked = [*map(Respelt, far), *(respelt(text, index) for text in (*near, typed))]
    more = _times_more([text.text for text in asked])
    *earlier, last = [text for text in asked if not asks_for_more(text.text)] or asked[-1:]
    history = [text.text for text in earlier]
    form, questions = asked_questions(with_synonyms(last.text), history, index)
    text = with_synonyms(last.text)
    whole = whole_question(text, history)
    # The questions of a comparison are of its sides, and no parts of the text.
    compares = form is Form.COMPARISON
    text = whole or text if compares else text.replace(questions[0].text, questions[0].query, 1)
    if more:
        return Interpretation(text, questions, more=more, form=form)
    before = _asked_before(last.text, history, questions[0], index)
    return Interpretation(text, questions, last.misspelt, before, form=form, whole=whole)


def asks_for_more(text: str) -> bool:
    """Whether a text asks for nothing but more of the same: "tell me more", "what else?"."""
    return bool(_more().fullmatch(fold(text).strip(" ?!.؟۔")))


def _times_more(texts: Sequence[str]) -> int:
    """How many texts at the end ask for more, if one before them asks for something."""
    return next((count for count, text in enumerate(reversed(texts)) if not asks_for_more(text)), 0)


@cache
def _more() -> re.Pattern[str]:
    """Of all languages, since a text of a word or two does not tell its own."""
    return re.compile(fold("|".join(words.asks_more for words in LANGUAGES.values())), re.IGNORECASE)


def _asked_before(text: str, history: Sequence[str], first: InterpretedQuestion, index: PassageIndex) -> str | None:
    """The query of the question before, if this one is a follow-up to it that asks for something of the same kind."""
    turn = turn_of(decompose(text)[0], history)
    if turn.completes is not None:
        return interpret(turn.completes, turn.history, index)[:MAX_CHARACTERS]
    if not turn.history or first.query == turn.question or first.answer_type is None:
        return None
    *earlier, last = turn.history
    query = interpret(last, earlier, index)[:MAX_CHARACTERS]
    return query if expected_answer_type(query) is first.answer_type else None
