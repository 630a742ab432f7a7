"""Gives each error its status, and shows every error: as a page, as a problem document, or in OpenAI's form.

Problem documents follow RFC 9457, with `remedy` (what to do next) and `request_id` beside its members.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from index.errors import (
    CorpusError,
    GenerationError,
    ModelError,
    ParserProcessError,
    RagError,
    ReindexEndedError,
    StorageError,
    WriterBusyError,
)
from rag.errors import ArticleUnknownError, FeedbackFullError, FilterError, QuestionError, SettingError
from web.addresses import ROOT_PATH, path_of
from web.errors import (
    BusyError,
    ConnectionsFullError,
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
    ParserProcessError: HTTPStatus.INTERNAL_SERVER_ERROR,
    ReindexEndedError: HTTPStatus.INTERNAL_SERVER_ERROR,
    StoppingError: HTTPStatus.SERVICE_UNAVAILABLE,
    HostUnknownError: HTTPStatus.BAD_REQUEST,
    OriginRefusedError: HTTPStatus.FORBIDDEN,
    KeyMissingError: HTTPStatus.UNAUTHORIZED,
    RoleMissingError: HTTPStatus.FORBIDDEN,
    ConnectionsFullError: HTTPStatus.SERVICE_UNAVAILABLE,
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
# What is said of a value that pydantic refuses, by the type of its error; its own words are for programmers.
_INVALID_VALUES = {
    "missing": "{field} is missing",
    "extra_forbidden": "{field} is no field of this request",
    "value_error": "{field}: {error}",
    "int_type": "{field} must be a whole number",
    "int_parsing": "{field} must be a whole number",
    "int_parsing_size": "{field} is too large a number",
    "int_from_float": "{field} must be a whole number",
    "greater_than_equal": "{field} must be {ge:,} or more",
    "less_than_equal": "{field} must be {le:,} or less",
    "bool_type": "{field} must be true or false",
    "bool_parsing": "{field} must be true or false",
    "string_type": "{field} must be text",
    "string_unicode": "{field} must be text in valid Unicode",
    "string_too_long": "{field} must have at most {max_length:,} characters",
    "list_type": "{field} must be a list",
    "tuple_type": "{field} must be a list",
    "too_long": "{field} must have at most {max_length:,} entries",
    "too_short": "{field} must have at least {min_length:,} entry",
    "literal_error": "{field} must be {expected}",
    "enum": "{field} must be {expected}",
    "model_type": "{field} must be an object",
    "model_attributes_type": "{field} must be an object",
    "date_type": "{field}: a day is written as 2026-11-23",
    "date_parsing": "{field}: there is no such day",
    "date_from_datetime_parsing": "{field}: there is no such day",
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
                remedy = error.remedy
                if isinstance(error, KeyMissingError):
                    remedy = remedy.replace("/sign-in", f"{ROOT_PATH.get()}/sign-in")
                return Problem(STATUS[error_class], _kebab_case(error.code), error.what, remedy)
    if isinstance(error, RequestValidationError):
        return _invalid_request(error)
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        code = _kebab_case(status.name.title().replace("_", ""))
        root = ROOT_PATH.get()
        remedy = f"Ask a question at {root}/, or see {root}/docs for the interface."
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            remedy = "Try again later."
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
    if path_of(request.scope).startswith("/v1/"):
        return JSONResponse(as_openai(problem), problem.status, headers=headers)
    return JSONResponse(problem.as_document(), problem.status, headers=headers, media_type="application/problem+json")


def wants_page(request: Request) -> bool:
    """Whether the client is a browser that wants a page."""
    return not path_of(request.scope).startswith(_PROGRAM_PATHS) and "text/html" in request.headers.get("accept", "")


def install_error_handlers(app: FastAPI) -> None:
    """Show every error of the app through `show`."""

    async def handler(request: Request, error: Exception) -> Response:
        return show(request, error)

    for error_class in (RagError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(error_class, handler)


def invalid_value(field: str, error: Mapping[str, Any]) -> str:
    """What is wrong with the value of a field, as a sentence; `error` is one of pydantic's errors."""
    template = _INVALID_VALUES.get(error["type"], "{field} holds a value that can't be used")
    return f"{template.format(field=field, **error.get('ctx', {}))}."


def _invalid_request(error: RequestValidationError) -> Problem:
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"][1:]))  # after the part of the request: its body, query or path
    match first["type"]:
        case "json_invalid":
            field, what = "", f"The body is not JSON at character {first['loc'][-1]}."
        case "model_attributes_type" if not field:
            what = "The body is no JSON object sent with Content-Type: application/json."
        case _:
            what = invalid_value(field or "the body", first)
    remedy = f"See {ROOT_PATH.get()}/docs."
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "request", what, remedy, field or None)


def _kebab_case(name: str) -> str:
    return "".join(f"-{char.lower()}" if char.isupper() else char for char in name).lstrip("-")
