"""The JSON and event-stream routes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter

from rag.answer import Answer, FoundPassage
from rag.assistant import Assistant, Stage, Step
from rag.feedback import FeedbackStore
from web.api.schemas import (
    EVENTS,
    ArticleDocument,
    AskRequest,
    FeedbackRequest,
    SearchRequest,
    SearchResponse,
    problems,
)
from web.errors import logged, problem_of
from web.metrics import Metrics
from web.middleware.admission import ADMITTED, Streamed

router = APIRouter()

_ANSWER = TypeAdapter(Answer)
_PASSAGES = TypeAdapter(list[FoundPassage])
_FOUND = TypeAdapter(SearchResponse)
_ARTICLE = TypeAdapter(ArticleDocument)
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
ArticleId = Annotated[
    str, Path(description="As citations and passages have it.", examples=["heydar-aliyev-visit-1996"])
]
TheMetrics = Annotated[Metrics, Depends(the_metrics)]


@router.post(
    "/api/ask",
    response_model=Answer,
    responses={**_PROBLEMS, 200: EVENTS},
    dependencies=[ADMITTED],
)
def ask(body: AskRequest, request: Request, assistant: TheAssistant, metrics: TheMetrics) -> Response:
    """Answer a question with quoted sentences, or say that the documents hold no answer.

    With the header Accept: text/event-stream the same comes as events: "stage" with {"stage": "searching"},
    "reading" or "answering" as each begins, "passages" as soon as they are found, "answer" with the whole reply,
    then "done"; or "error", a problem document, then "done". A stream that ends without "done" was cut off: it
    can't be taken up again, so ask again. Events of other names may be added.
    """
    steps = assistant.ask_in_stages(body.question, body.history, body.k, body.filters())
    first = next(steps)  # a question that can't be read is refused here, with its own status
    counted = metrics.observed(steps)
    if "text/event-stream" in request.headers.get("accept", ""):
        return Streamed(request, events(first, counted, _event))
    *_, answer = counted
    assert isinstance(answer, Answer)
    return Response(_ANSWER.dump_json(answer), media_type="application/json")


# What may be large is written as JSON here, in the route's thread: FastAPI would in the event loop.
@router.post("/api/search", response_model=SearchResponse, responses=_PROBLEMS, dependencies=[ADMITTED])
def search(body: SearchRequest, assistant: TheAssistant) -> Response:
    """The passages nearest to a query, best first."""
    found = SearchResponse(body.query, assistant.search(body.query, body.k, body.filters()))
    return Response(_FOUND.dump_json(found), media_type="application/json")


@router.get(
    "/api/articles/{article_id:path}",
    response_model=ArticleDocument,
    responses=problems(404, 503),
)
def article(article_id: ArticleId, assistant: TheAssistant) -> Response:
    """One article; every offset in the interface counts characters (code points) of its text."""
    found = assistant.article(article_id)
    document = ArticleDocument(version=found.version, **asdict(found))
    return Response(_ARTICLE.dump_json(document), media_type="application/json")


@router.post("/api/feedback", status_code=204, responses=problems(422, 503, 507))
def feedback(body: FeedbackRequest, request: Request, assistant: TheAssistant) -> None:
    """Keep a reader's verdict on an answer, with its question; the last one on the same answer counts."""
    store: FeedbackStore = request.app.state.feedback
    store.add(body.vote(assistant.manifest().generation))


@router.get("/metrics", response_class=Response)
def metrics_text(assistant: TheAssistant, metrics: TheMetrics) -> Response:
    """Counters and latencies in Prometheus' text format."""
    return Response(metrics.text(assistant.manifest()), media_type=metrics.media_type)


def events(first: Step, rest: Iterator[Step], event_of: Callable[[Step], bytes]) -> Iterator[bytes]:
    """The steps of an answer as events, each written by `event_of`; a failure is one too, and "done" the last."""
    try:
        yield event_of(first)
        for step in rest:
            yield event_of(step)
    except Exception as error:  # noqa: BLE001 (the status has been sent: a failure is told as an event, and logged)
        logged("an answer failed after its first event", error)
        document = json.dumps(problem_of(error).as_document())
        yield format_sse_event(data_str=document, event="error")
    yield format_sse_event(data_str="{}", event="done")


def _event(step: Step) -> bytes:
    if isinstance(step, Answer):
        return format_sse_event(data_str=_ANSWER.dump_json(step).decode(), event="answer")
    if isinstance(step, Stage):
        return format_sse_event(data_str=json.dumps({"stage": step}), event="stage")
    return format_sse_event(data_str=_PASSAGES.dump_json(step).decode(), event="passages")
