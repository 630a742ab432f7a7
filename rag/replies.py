"""Replies that need no search: to talk, and to questions on what is held."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from index.engine.protocol import PassageIndex
from index.types import Filters
from rag.answer import Answer, AnswerLink, IndexInfo
from rag.cache import Request
from rag.clock import Clock
from rag.compose.corpus_answer import corpus_answer
from rag.compose.decline_note import subjects_of
from rag.compose.talk import ASKS_FOR_EXAMPLES, talk_text
from rag.events import Answered, AnswerEvent, PassagesFound, Stage, StageStarted
from rag.question.corpus_question import corpus_question_of, with_name
from rag.question.form import Form
from rag.question.language import language_of
from rag.question.subject import telling_words
from rag.question.talk import talk_of, without_courtesies

Examples = Callable[[], tuple[str, ...]]  # questions that an index holds the answers to


def reply_of(request: Request, index: PassageIndex, examples: Examples) -> Answer | None:
    """The reply to a text that is talk or asks what is held; None where it asks of what the articles say."""
    talk = talk_of(request.question, in_conversation=bool(request.history))
    if talk:
        suggestions = examples() if talk in ASKS_FOR_EXAMPLES else ()
        text = talk_text(talk, index.stats(), filtered=request.filters != Filters())
        return _answer(request, index, Form.TALK, text, suggestions=suggestions)
    today = date.fromisoformat(request.day)
    question = without_courtesies(request.question)
    asked = corpus_question_of(question, today)
    named = None if asked else _with_name(question, request.history, today)
    asked = corpus_question_of(named, today) if named else asked
    found = corpus_answer(asked, request.filters, index) if asked else None
    reply = _answer(request, index, Form.CORPUS, found.text, found.links) if found else None
    return replace(reply, interpreted_question=named) if reply and named else reply


def _with_name(question: str, history: Sequence[str], today: date) -> str | None:
    """A question on what is held with the name that its pronoun stands for; None where that is not sure.

    It is sure where the question before names one thing and says nothing else, such as "Who is Leyla Mammadova?".
    """
    names = subjects_of(history[-1]) if history else []
    if len(names) != 1 or telling_words(history[-1].replace(names[0], " ")):
        return None
    return with_name(question, names[0], today)


def reply_events(reply: Answer, clock: Clock) -> Iterator[AnswerEvent]:
    """The events of such a reply after the first; they are those of every answer, though nothing is read."""
    yield PassagesFound([])
    yield StageStarted(Stage.READING)
    yield StageStarted(Stage.ANSWERING)
    clock.lap("reply")
    yield Answered(replace(reply, timings_ms=clock.times()))


def _answer(
    request: Request,
    index: PassageIndex,
    form: Form,
    text: str,
    links: tuple[AnswerLink, ...] = (),
    suggestions: tuple[str, ...] = (),
) -> Answer:
    return Answer(
        question=request.question,
        interpreted_question=request.question,
        language=language_of(request.question),
        answered=True,
        confidence=1.0,
        answer=text,
        short_answer=None,
        differing=(),
        unanswered=(),
        language_note=None,
        citations=[],
        passages=[],
        index=IndexInfo.of(index.manifest),
        timings_ms={},
        form=form,
        links=links,
        suggestions=suggestions,
    )
