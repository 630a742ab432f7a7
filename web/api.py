"""The JSON and event-stream routes."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter

from rag.answer import Answer, FoundPassage
from rag.assistant import Assistant
from web.admission import ADMITTED
from web.errors import problem_of
from web.metrics import Metrics
from web.schemas import (
    EVENTS,
    ArticleDocument,
    AskRequest,
    SearchRequest,
    SearchResponse,
    problems,
)

router = APIRouter()
_log = logging.getLogger(__name__)

_ANSWER = TypeAdapter(Answer)
_PASSAGES = TypeAdapter(list[FoundPassage])
_PROBLEMS = problems(422, 503)


def the_assistant(request: Request) -> Assistant:
    """The assistant the app was made with."""
    assistant: Assistant = request.app.state.assistant
    return assistant


def the_metrics(request: Request) -> Metrics:
    """The app's counters."""
    metrics: Metrics = request.app.state.metrics
    return metrics


TheAssistant = Annotated[Assistant, Depends(the_assistant)]
TheMetrics = Annotated[Metrics, Depends(the_metrics)]


@router.post(
    "/api/ask",
    response_model=Answer,
    responses={**_PROBLEMS, 200: EVENTS},
    dependencies=[ADMITTED],
)
def ask(body: AskRequest, request: Request, assistant: TheAssistant, metrics: TheMetrics) -> Response:
    """Answer a question with quoted sentences, or say that the documents hold no answer.

    With the header Accept: text/event-stream the same comes as events: "passages" as soon as they
    are found, "answer" with the whole reply, then "done"; or "error", a problem document, then "done".
    """
    stages = assistant.ask_in_stages(body.question, body.history, body.k, body.filters())
    first = next(stages)  # a question that can't be read is refused here, with its own status
    counted = metrics.observed(stages)
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamingResponse(events(first, counted, _event), media_type="text/event-stream")
    *_, answer = counted
    assert isinstance(answer, Answer)
    return Response(_ANSWER.dump_json(answer), media_type="application/json")


@router.post("/api/search", responses=_PROBLEMS, dependencies=[ADMITTED])
def search(body: SearchRequest, assistant: TheAssistant) -> SearchResponse:
    """The passages nearest to a query, best first."""
    return SearchResponse(body.query, assistant.search(body.query, body.k, body.filters()))


@router.get(
    "/api/articles/{article_id:path}",
    responses=problems(404, 503),
)
def article(article_id: str, assistant: TheAssistant) -> ArticleDocument:
    """One article; every offset in the interface counts characters (code points) of its text."""
    found = assistant.article(article_id)
    return ArticleDocument(version=found.version, **asdict(found))


@router.get("/metrics", response_class=Response)
def metrics_text(assistant: TheAssistant, metrics: TheMetrics) -> Response:
    """Counters and latencies in Prometheus' text format."""
    return Response(metrics.text(assistant.manifest()), media_type=metrics.media_type)


def events(
    first: list[FoundPassage] | Answer,
    rest: Iterator[list[FoundPassage] | Answer],
    event_of: Callable[[list[FoundPassage] | Answer], bytes],
) -> Iterator[bytes]:
    """What was found and answered as events, each written by `event_of`; a failure is one too, and "done" the last."""
    try:
        yield event_of(first)
        for stage in rest:
            yield event_of(stage)
    except Exception as error:  # noqa: BLE001 (the status has been sent: a failure is told as an event, and logged)
        _log.error("an answer failed after its first event", exc_info=error)
        document = json.dumps(problem_of(error).as_document())
        yield format_sse_event(data_str=document, event="error")
    yield format_sse_event(data_str="{}", event="done")


def _event(stage: list[FoundPassage] | Answer) -> bytes:
    if isinstance(stage, Answer):
        return format_sse_event(data_str=_ANSWER.dump_json(stage).decode(), event="answer")
    return format_sse_event(data_str=_PASSAGES.dump_json(stage).decode(), event="passages")
