"""Adds the headers that protect people who open a page, and the headers for caches."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.addresses import path_of
from web.headers import OVER_HTTPS, SECURITY_HEADERS


class SecurityHeaders:
    """Adds SECURITY_HEADERS, Cache-Control and Vary to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the response's start gains the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                if scope["scheme"] == "https":
                    headers.update(OVER_HTTPS)
                if path_of(scope).startswith("/static/"):
                    headers["Cache-Control"] = "no-cache"  # files have an ETag, and no version in their addresses
                else:
                    # Keys protect these, so no shared cache keeps them; nor a browser events, which Back would show.
                    is_stream = headers.get("content-type", "").startswith("text/event-stream")
                    headers["Cache-Control"] = "no-store" if is_stream else "private, no-cache"
                    if is_stream:
                        headers["X-Accel-Buffering"] = "no"  # nginx would keep the events back
                    headers.add_vary_header("Accept")  # pages, events and problems share addresses
            await send(message)

        await self._app(scope, receive, send_with_headers)
