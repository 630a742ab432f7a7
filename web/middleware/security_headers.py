"""What protects a reader: response headers."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.headers import OVER_HTTPS, SECURITY_HEADERS


class SecurityHeaders:
    """Adds SECURITY_HEADERS to every response."""

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
                headers["Cache-Control"] = _kept(scope, headers)
                if not scope["path"].startswith("/static/"):
                    headers.add_vary_header("Accept")  # pages, events and problems share addresses
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _kept(scope: Scope, headers: MutableHeaders) -> str:
    """Who may keep a response: of what keys protect no shared cache, and of events nobody, since Back shows them."""
    if scope["path"].startswith("/static/"):
        return "no-cache"  # files have an ETag, and their addresses no version
    return "no-store" if headers.get("content-type", "").startswith("text/event-stream") else "private, no-cache"
