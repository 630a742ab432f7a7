"""Gives each error its status, and shows every error: as a page, as a problem document, or in OpenAI's form.

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

# For these Starlette's own message is only the name of the status.
_MESSAGES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method.",
}
_PROGRAM_PATHS = ("/api/", "/v1/")  # nothing below these is a page
_OPENAI_TYPES = {
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
    """How an error is shown. Every error that is not expected here is a defect, and its details are not shown."""
    if isinstance(error, RagError):
        for error_class in type(error).__mro__:
            if error_class in STATUS:
                return Problem(STATUS[error_class], _kebab_case(error.code), error.what, error.remedy)
    if isinstance(error, RequestValidationError):
        return _invalid_request(error)
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        code = _kebab_case(status.name.title().replace("_", ""))
        remedy = "Ask a question at /, or see /docs for the interface." if status < 500 else "Try again later."
        return Problem(status, code, _MESSAGES.get(status, f"{error.detail}."), remedy)
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "defect",
        "Something went wrong here, and it has been logged.",
        "Ask again; if it stays, tell whoever runs this server.",
    )


def as_openai(problem: Problem) -> dict[str, object]:
    """The problem in OpenAI's form, for its clients."""
    default = "invalid_request_error" if problem.status < 500 else "server_error"
    return {
        "error": {
            "message": f"{problem.what} {problem.remedy}",
            "type": _OPENAI_TYPES.get(problem.status, default),
            "param": problem.param,
            "code": problem.code.replace("-", "_"),
        }
    }


def log_failure(message: str, error: Exception) -> None:
    """Log a failure that happened after its response had begun."""
    _log.error(message, exc_info=error)


def show(request: Request, error: Exception) -> Response:
    """The error as a page for a browser, and for a program as a problem document; below /v1/ in OpenAI's form."""
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, RequestRefusedError):
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    # A defect is shown outside all middleware, so the security headers are set here too.
    headers = {**SECURITY_HEADERS, "X-Request-ID": REQUEST_ID.get(), **(getattr(error, "headers", None) or {})}
    if wants_page(request):
        page = ErrorPage(int(problem.status), problem.status.phrase, problem.what, problem.remedy)
        return render(request, "error.html", page, status=problem.status, headers=headers)
    if request.url.path.startswith("/v1/"):
        return JSONResponse(as_openai(problem), problem.status, headers=headers)
    return JSONResponse(problem.as_document(), problem.status, headers=headers, media_type="application/problem+json")


def wants_page(request: Request) -> bool:
    """Whether the client is a browser that wants a page."""
    return not request.url.path.startswith(_PROGRAM_PATHS) and "text/html" in request.headers.get("accept", "")


def install_error_handlers(app: FastAPI) -> None:
    """Show every error of the app through `show`."""

    async def handler(request: Request, error: Exception) -> Response:
        return show(request, error)

    for error_class in (RagError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(error_class, handler)


def _invalid_request(error: RequestValidationError) -> Problem:
    first = error.errors()[0]
    field = None if first["type"] == "json_invalid" else ".".join(str(part) for part in first["loc"] if part != "body")
    match first["type"]:
        case "json_invalid":
            what = f"The body is not JSON at character {first['loc'][-1]}."
        case "model_attributes_type":
            what = "The body is no JSON object sent with Content-Type: application/json."
        case _:
            what = f"{field or 'the body'}: {first['msg'].removeprefix('Value error, ')}."
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "request", what, "See /docs.", field or None)


def _kebab_case(name: str) -> str:
    return "".join(f"-{char.lower()}" if char.isupper() else char for char in name).lstrip("-")
