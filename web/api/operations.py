"""Routes for whoever runs the server: what the index holds, and bringing it up to date."""

from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter

from index.engine.stats import Holdings
from web.api.ask import TheAssistant
from web.api.schemas import EVENTS, problems
from web.errors import Stopping, problem_of
from web.reindexing import Reindexer, Reindexing

router = APIRouter()

_HOLDINGS = TypeAdapter(Holdings)
_REINDEXING = TypeAdapter(Reindexing)
_LOOK = 0.2  # seconds between two looks at a running build


def the_reindexer(request: Request) -> Reindexer:
    """The app's re-indexer."""
    reindexer: Reindexer = request.app.state.reindexer
    return reindexer


TheReindexer = Annotated[Reindexer, Depends(the_reindexer)]


@router.get("/api/index", response_model=Holdings, responses=problems(503))
def index(assistant: TheAssistant) -> Response:
    """What the index holds: sources, languages and days, how old it is, and what was refused and why."""
    return Response(_HOLDINGS.dump_json(assistant.holdings()), media_type="application/json")


@router.post("/api/reindex", status_code=HTTPStatus.ACCEPTED, responses=problems(409, 503))
def reindex(reindexer: TheReindexer) -> Reindexing:
    """Bring the index up to date with the corpus it was made from, in the background.

    Questions are answered from what there was until it is done. Only one build runs at a time.
    """
    return reindexer.start()


@router.get("/api/reindex", response_model=Reindexing, responses={200: EVENTS})
async def reindexing(request: Request, reindexer: TheReindexer) -> Response:
    """How the last re-index that this server was told to do stands.

    With the header Accept: text/event-stream the same comes as events: "progress" whenever it changes, and
    "done" with how it ended, at once where none is running.
    """
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamingResponse(_events(request, reindexer), media_type="text/event-stream")
    return Response(_REINDEXING.dump_json(reindexer.state), media_type="application/json")


async def _events(request: Request, reindexer: Reindexer) -> AsyncIterator[bytes]:
    shown = None
    while (state := reindexer.state).state == "running":
        if request.app.state.stopping:
            stopping = problem_of(Stopping("The server is stopping.", "Start it again, then POST /api/reindex."))
            state = replace(state, state="failed", problem=stopping.as_document())
            break
        if state != shown:
            yield _event("progress", state)
            shown = state
        await anyio.sleep(_LOOK)
    yield _event("done", state)


def _event(name: str, state: Reindexing) -> bytes:
    return format_sse_event(data_str=_REINDEXING.dump_json(state).decode(), event=name)
