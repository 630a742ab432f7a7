"""The events of an answer: their answer alone, or all of them as server-sent events."""

import json
from collections.abc import Callable, Iterable, Iterator

from fastapi.sse import format_sse_event

from rag.answer import Answer
from rag.events import Answered, AnswerEvent
from web.problems import log_failure, problem_of


def answer_of(events: Iterable[AnswerEvent]) -> Answer:
    """The answer that the events end with."""
    for event in events:
        if isinstance(event, Answered):
            return event.answer
    raise AssertionError("the events hold no answer")


def encode_events(events: Iterable[AnswerEvent], encode: Callable[[AnswerEvent], bytes]) -> Iterator[bytes]:
    """The events as server-sent events, each made by `encode`; a failure is an event too, and "done" is the last."""
    try:
        yield from map(encode, events)
    except Exception as error:  # noqa: BLE001 (the status has been sent: a failure becomes an event, and is logged)
        log_failure("an answer failed after its first event", error)
        document = json.dumps(problem_of(error).as_document())
        yield format_sse_event(data_str=document, event="error")
    yield format_sse_event(data_str="{}", event="done")
