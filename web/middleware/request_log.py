"""Gives each request an id, a line in the log, and its place in the metrics."""

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.addresses import path_of
from web.logs import REQUEST_ID
from web.metrics import Metrics

_log = logging.getLogger(__name__)
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")  # can hold neither a new line for the log nor markup
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestLog:
    """Gives every request an id, its own X-Request-ID if that is safe, and logs and counts it when it has ended."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the id to the response's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # for a defect, whose response is made outside this middleware

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = REQUEST_ID.get()
            await send(message)

        REQUEST_ID.set(request_id(scope))  # a server runs each request in a context of its own
        start = time.perf_counter()
        with self._metrics.open_requests.track_inprogress():
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                self._record(scope, status, time.perf_counter() - start)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = route_of(scope)
        self._metrics.count_request(method, route, status, seconds)
        caller = scope.get("state", {}).get("caller")
        fields = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "key": caller.key if caller else "",
            "client": scope["client"][0] if scope.get("client") else "",
        }
        _log.info("%s", "request", extra={"fields": fields})


def request_id(scope: Scope) -> str:
    """The id that a request brings, if it is safe, or a new one."""
    requested = Headers(scope=scope).get("x-request-id", "")
    return requested if _SAFE_ID.fullmatch(requested) else uuid4().hex


def route_of(scope: Scope) -> str:
    """The template of the route that answered, or "none": an unknown address makes no new label in the metrics."""
    static = "/static" if path_of(scope).startswith("/static/") else "none"
    return getattr(scope.get("route"), "path", None) or static
