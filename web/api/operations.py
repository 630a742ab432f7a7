"""Routes for operators: what the index holds, and bringing it up to date.

`ACCESS` in web/middleware/auth.py says who may call them.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

import anyio
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter

from index.build.reindex_process import Reindexer, ReindexStatus
from index.engine.manifest import LISTED
from index.engine.stats import IndexStats
from web.api.schemas import EVENTS, ReindexDocument, problem_responses
from web.dependencies import TheAssistant, TheReindexer
from web.errors import StoppingError

router = APIRouter()

_STATS = TypeAdapter(IndexStats)
_REINDEX = TypeAdapter(ReindexDocument)
Offset = Annotated[int, Query(ge=0, le=10**9, description="How many of the first are left out.", examples=[200])]
Limit = Annotated[int, Query(ge=0, le=LISTED, description="The most that are listed.", examples=[100])]
_POLL_SECONDS = 0.2  # between two checks of a running build


@router.get("/api/index", response_model=IndexStats, responses=problem_responses(422, 503))
def index(
    assistant: TheAssistant, refused_offset: Offset = 0, doubted_offset: Offset = 0, limit: Limit = LISTED
) -> Response:
    """What the index holds: sources, languages and days, how old it is, and what was refused and why.

    `refused` and `doubted` are parts of the lists, from their offsets on and of up to `limit` each. An index lists the
    first 1,000; `refused_total` and `doubted_total` count all of them.
    """
    stats = assistant.stats()
    part = replace(
        stats,
        refused=stats.refused[refused_offset : refused_offset + limit],
        doubted=stats.doubted[doubted_offset : doubted_offset + limit],
    )
    return Response(_STATS.dump_json(part), media_type="application/json")


# Clients that are generated from the OpenAPI description know the two routes by these operation ids.
@router.post(
    "/api/reindex",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(409, 503),
    summary="Reindex",
    operation_id="reindex_api_reindex_post",
)
def start_reindex(reindexer: TheReindexer) -> ReindexDocument:
    """Bring the index up to date with the corpus it was made from, in the background.

    Until it is done, questions are answered from the generation before. Only one build runs at a time.
    """
    return ReindexDocument.of(reindexer.start())


@router.get(
    "/api/reindex",
    response_model=ReindexDocument,
    responses={200: EVENTS},
    summary="Reindexing",
    operation_id="reindexing_api_reindex_get",
)
async def reindex_status(request: Request, reindexer: TheReindexer) -> Response:
    """The state of the last re-index that this server began.

    With the header Accept: text/event-stream the same comes as events: "progress" whenever it changes, and "done" with
    the state at the end, at once if no re-index is running.
    """
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamingResponse(_events(request, reindexer), media_type="text/event-stream")
    return Response(_REINDEX.dump_json(ReindexDocument.of(reindexer.status)), media_type="application/json")


async def _events(request: Request, reindexer: Reindexer) -> AsyncIterator[bytes]:
    reported = None
    while (status := reindexer.status).state == "running":
        if request.app.state.stopping:
            stopping = StoppingError("The server is stopping.", "Start it again, then POST /api/reindex.")
            status = replace(status, state="failed", failure=stopping)
            break
        if status != reported:
            yield _event("progress", status)
            reported = status
        await anyio.sleep(_POLL_SECONDS)
    yield _event("done", status)


def _event(name: str, status: ReindexStatus) -> bytes:
    return format_sse_event(data_str=_REINDEX.dump_json(ReindexDocument.of(status)).decode(), event=name)
