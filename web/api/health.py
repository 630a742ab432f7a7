"""Whether the server runs, and whether it can answer: open to every monitor."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from index.errors import RagError
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
    """Whether the models are loaded and an index is open.

    An admin is also shown which generation it is, and what is wrong if something is. If only a newer generation can't
    be opened, questions are answered from the one before, and `reason` says so.
    """
    state = request.app.state
    if state.stopping or not state.ready:
        return _reply(Readiness("stopping" if state.stopping else "starting", None, None))
    try:
        readiness = Readiness("ready", assistant.manifest().generation, assistant.degraded_reason())
    except RagError as error:
        readiness = Readiness("no index", None, str(error))
    if caller_of(request).role < Role.ADMIN:
        readiness = Readiness(readiness.status, None, None)
    return _reply(readiness)


def _reply(readiness: Readiness) -> Response:
    return JSONResponse(asdict(readiness), 200 if readiness.status == "ready" else 503)
