"""Whether the server lives, and whether it can answer: open to every monitor."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from index.errors import RagError
from rag.assistant import Assistant
from web.api.schemas import Health, Readiness
from web.dependencies import TheAssistant
from web.middleware.auth import caller_of
from web.middleware.keys import Role

router = APIRouter()


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz() -> Health:
    """That the process answers at all."""
    return Health("ok")


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
def readyz(request: Request, assistant: TheAssistant) -> Response:
    """That the models are loaded and an index is open, which generation, and what is wrong where something is.

    Where only a newer generation can't be opened, questions are answered from the one before,
    and `reason` says so. Only an admin is told the details.
    """
    readiness = _readiness(request, assistant)
    return JSONResponse(asdict(readiness), 200 if readiness.status == "ready" else 503)


def _readiness(request: Request, assistant: Assistant) -> Readiness:
    in_full = caller_of(request).role >= Role.ADMIN  # what is wrong names files of this machine
    if request.app.state.stopping or not request.app.state.ready:
        return Readiness("stopping" if request.app.state.stopping else "starting", None, None)
    try:
        generation, trouble = assistant.manifest().generation, assistant.degraded_reason()
    except RagError as error:
        return Readiness("no index", None, str(error) if in_full else "There is no index that can be opened.")
    short = trouble and "The newest generation can't be opened; the one before serves."
    return Readiness("ready", generation, trouble if in_full else short)
