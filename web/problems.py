"""Which status each error has, and the one place that shows an error: as a page or as a problem document.

Problem documents follow RFC 9457, with `remedy` (what to do next) and `request_id` beside its members.
"""

import logging
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from index.errors import (
    CorpusError,
    GenerationError,
    ModelError,
    RagError,
    ReindexEndedError,
    StorageError,
    WriterBusyError,
)
from rag.errors import ArticleUnknownError, FeedbackFullError, FilterError, QuestionError, SettingError
from web.errors import (
    BusyError,
    HostUnknownError,
    KeyMissingError,
    ModelNotFoundError,
    OriginRefusedError,
    RateLimitError,
    RequestRefusedError,
    RoleMissingError,
    StoppingError,
    TimeLimitError,
)
from web.headers import SECURITY_HEADERS
from web.logs import REQUEST_ID
from web.render import render

_log = logging.getLogger(__name__)


STATUS: dict[type[RagError], HTTPStatus] = {
    ArticleUnknownError: HTTPStatus.NOT_FOUND,
    ModelNotFoundError: HTTPStatus.NOT_FOUND,
    QuestionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FilterError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SettingError: HTTPStatus.UNPROCESSABLE_ENTITY,
    GenerationError: HTTPStatus.SERVICE_UNAVAILABLE,
    StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelError: HTTPStatus.SERVICE_UNAVAILABLE,
    CorpusError: HTTPStatus.SERVICE_UNAVAILABLE,
    FeedbackFullError: HTTPStatus.INSUFFICIENT_STORAGE,
    WriterBusyError: HTTPStatus.CONFLICT,
    ReindexEndedError: HTTPStatus.INTERNAL_SERVER_ERROR,
    StoppingError: HTTPStatus.SERVICE_UNAVAILABLE,
    HostUnknownError: HTTPStatus.BAD_REQUEST,
    OriginRefusedError: HTTPStatus.FORBIDDEN,
    KeyMissingError: HTTPStatus.UNAUTHORIZED,
    RoleMissingError: HTTPStatus.FORBIDDEN,
    RateLimitError: HTTPStatus.TOO_MANY_REQUESTS,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    TimeLimitError: HTTPStatus.SERVICE_UNAVAILABLE,
}

# What Starlette says only by the status' own name.
_WHAT = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method.",
}


_PROGRAMS = ("/api/", "/v1/")  # below these nothing is a page
_OPENAI = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """Why a page can't be shown: what happened, and what to do next."""

    status: int
    title: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One error as it is shown; `code` names it for programs."""

    status: HTTPStatus
    code: str
    what: str
    remedy: str
    param: str | None = None  # the field of the request that is at fault

    def as_document(self) -> dict[str, object]:
        """The RFC 9457 document."""
        return {
            "type": f"urn:rag:problem:{self.code}",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.what,
            "remedy": self.remedy,
            "request_id": REQUEST_ID.get(),
        }


def problem_of(error: Exception) -> Problem:
    """How an error is shown; one that no table knows is a defect, and tells a stranger nothing."""
    if isinstance(error, RagError):
        for kind in type(error).__mro__:
            if kind in STATUS:
                return Problem(STATUS[kind], _kebab(error.code), error.what, error.remedy)
    if isinstance(error, RequestValidationError):
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "request", _sentence(error), "See /docs.", _place(error))
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return Problem(
            status, _kebab(status.name.title().replace("_", "")), _WHAT.get(status, f"{error.detail}."), _remedy(status)
        )
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "defect",
        "Something went wrong here, and it has been logged.",
        "Ask again; if it stays, tell whoever runs this server.",
    )


def as_openai(problem: Problem) -> dict[str, object]:
    """The same in OpenAI's form, which its clients read."""
    kind = _OPENAI.get(problem.status, "invalid_request_error" if problem.status < 500 else "server_error")
    message, code = f"{problem.what} {problem.remedy}", problem.code.replace("-", "_")
    return {"error": {"message": message, "type": kind, "param": problem.param, "code": code}}


def log_failure(what: str, error: Exception) -> None:
    """Log a failure that is told after its response has begun."""
    _log.error(what, exc_info=error)


def show(request: Request, error: Exception) -> Response:
    """The error as a page for a browser, and for a program as a problem document; below /v1/ in OpenAI's form."""
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, RequestRefusedError):
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    # A defect is shown outside of all middleware, so the protecting headers are set here too.
    headers = {**SECURITY_HEADERS, "X-Request-ID": REQUEST_ID.get(), **(getattr(error, "headers", None) or {})}
    if wants_page(request):
        page = ErrorPage(int(problem.status), problem.status.phrase, problem.what, problem.remedy)
        return render(request, "error.html", page, status=problem.status, headers=headers)
    if request.url.path.startswith("/v1/"):
        return JSONResponse(as_openai(problem), problem.status, headers=headers)
    return JSONResponse(problem.as_document(), problem.status, headers=headers, media_type="application/problem+json")


def wants_page(request: Request) -> bool:
    """Whether the caller is a browser asking for a page."""
    return not request.url.path.startswith(_PROGRAMS) and "text/html" in request.headers.get("accept", "")


def install_error_handlers(app: FastAPI) -> None:
    """Show every error of the app through `show`."""

    async def handler(request: Request, error: Exception) -> Response:
        return show(request, error)

    for kind in (RagError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, handler)


def _sentence(error: RequestValidationError) -> str:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return f"The body is not JSON at character {first['loc'][-1]}."
    if first["type"] == "model_attributes_type":
        return "The body is no JSON object sent with Content-Type: application/json."
    return f"{_place(error) or 'the body'}: {first['msg'].removeprefix('Value error, ')}."


def _place(error: RequestValidationError) -> str | None:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return None
    return ".".join(str(part) for part in first["loc"] if part != "body") or None


def _remedy(status: HTTPStatus) -> str:
    return (
        "Ask a question at /, or see /docs for the interface."
        if status < HTTPStatus.INTERNAL_SERVER_ERROR
        else "Try again later."
    )


def _kebab(name: str) -> str:
    return "".join(f"-{char.lower()}" if char.isupper() else char for char in name).lstrip("-")
