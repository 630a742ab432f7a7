"""Replies that need no search: to talk, and to questions on what is held."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from index.engine.protocol import PassageIndex
from index.types import Filters
from rag.answer import Answer, AnswerLink, IndexInfo
from rag.cache import Request
from rag.clock import Clock
from rag.compose.corpus_answer import corpus_answer
from rag.compose.talk import ASKS_FOR_EXAMPLES, talk_text
from rag.events import Answered, AnswerEvent, PassagesFound, Stage, StageStarted
from rag.question.corpus_question import corpus_question_of
from rag.question.form import Form
from rag.question.language import language_of
from rag.question.talk import talk_of, without_courtesies

Examples = Callable[[], tuple[str, ...]]  # questions that an index holds the answers to


def reply_of(request: Request, index: PassageIndex, examples: Examples) -> Answer | None:
    """The reply to a text that is talk or asks what is held; None where it asks of what the articles say."""
    talk = talk_of(request.question, in_conversation=bool(request.history))
    if talk:
        suggestions = examples() if talk in ASKS_FOR_EXAMPLES else ()
        text = talk_text(talk, index.stats(), filtered=request.filters != Filters())
        return _answer(request, index, Form.TALK, text, suggestions=suggestions)
    asked = corpus_question_of(without_courtesies(request.question), date.fromisoformat(request.day))
    found = corpus_answer(asked, request.filters, index) if asked else None
    return _answer(request, index, Form.CORPUS, found.text, found.links) if found else None


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
