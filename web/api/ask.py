"""The JSON and event-stream routes for everyone who asks: questions, searches, articles, votes, and the metrics."""

import json
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter

from rag.answer import Answer, FoundPassage
from rag.events import Answered, AnswerEvent, PassagesFound
from rag.feedback import FeedbackStore
from web.api.schemas import (
    EVENTS,
    ArticleDocument,
    AskRequest,
    FeedbackRequest,
    SearchRequest,
    SearchResponse,
    problem_responses,
)
from web.dependencies import TheAssistant, TheMetrics
from web.events import answer_of, encode_events
from web.middleware.admission import Slot, StreamedAnswer

router = APIRouter()

_ANSWER = TypeAdapter(Answer)
_PASSAGES = TypeAdapter(list[FoundPassage])
_SEARCH_RESPONSE = TypeAdapter(SearchResponse)
_ARTICLE = TypeAdapter(ArticleDocument)
_PROBLEMS = problem_responses(422, 503)
ArticleId = Annotated[
    str, Path(description="As citations and passages have it.", examples=["heydar-aliyev-visit-1996"])
]


@router.post("/api/ask", response_model=Answer, responses={**_PROBLEMS, 200: EVENTS})
def ask(slot: Slot, body: AskRequest, request: Request, assistant: TheAssistant, metrics: TheMetrics) -> Response:
    """Answer a question with quoted sentences, or say that the documents hold no answer.

    With the header Accept: text/event-stream the same comes as events: "stage" with {"stage": "searching"},
    "reading" or "answering" as each begins, "passages" as soon as they are found, "answer" with the whole reply,
    then "done"; or "error", a problem document, then "done". A stream that ends without "done" was cut off: it
    can't be taken up again, so ask again. Events of other names may be added.
    """
    events = metrics.counted(assistant.ask_in_stages(body.question, body.history, body.k, body.filters()))
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamedAnswer(slot, encode_events(events, _encode))
    return Response(_ANSWER.dump_json(answer_of(events)), media_type="application/json")


# Large replies are written as JSON here, in the route's thread: FastAPI would do it in the event loop.
@router.post("/api/search", response_model=SearchResponse, responses=_PROBLEMS)
def search(slot: Slot, body: SearchRequest, assistant: TheAssistant) -> Response:  # noqa: ARG001 (held while it searches)
    """The passages nearest to a query, best first."""
    response = SearchResponse(body.query, assistant.search(body.query, body.k, body.filters()))
    return Response(_SEARCH_RESPONSE.dump_json(response), media_type="application/json")


@router.get(
    "/api/articles/{article_id:path}",
    response_model=ArticleDocument,
    responses=problem_responses(404, 503),
)
def article(article_id: ArticleId, assistant: TheAssistant) -> Response:
    """One article; every offset in the interface counts characters (code points) of its text."""
    document = ArticleDocument.of(assistant.article(article_id))
    return Response(_ARTICLE.dump_json(document), media_type="application/json")


@router.post("/api/feedback", status_code=204, responses=problem_responses(422, 503, 507))
def feedback(body: FeedbackRequest, request: Request, assistant: TheAssistant) -> None:
    """Keep a verdict on an answer, with its question; the last verdict on the same answer counts."""
    store: FeedbackStore = request.app.state.feedback
    store.add(body.vote(assistant.manifest().generation))


@router.get("/metrics", response_class=Response)
def metrics_text(assistant: TheAssistant, metrics: TheMetrics) -> Response:
    """Counters and latencies in Prometheus' text format."""
    return Response(metrics.text(assistant.manifest()), media_type=metrics.media_type)


def _encode(event: AnswerEvent) -> bytes:
    if isinstance(event, Answered):
        return format_sse_event(data_str=_ANSWER.dump_json(event.answer).decode(), event="answer")
    if isinstance(event, PassagesFound):
        return format_sse_event(data_str=_PASSAGES.dump_json(event.passages).decode(), event="passages")
    return format_sse_event(data_str=json.dumps({"stage": event.stage}), event="stage")
