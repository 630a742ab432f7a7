"""A limit on the size of request bodies."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import show


class BodyLimit:
    """Refuses a request body of more than `limit` bytes, by its announced length or by what arrives."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request if its announced length is over the limit; else pass it on and count its body.

        Raises:
            HTTPException: 413 inside the app, where its handlers show it, when more arrives than the limit.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "0")
        if length.isascii() and length.isdigit() and int(length) > self._limit:
            await show(Request(scope), self._refusal())(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise self._refusal()
            return message

        await self._app(scope, receive_counted, send)

    def _refusal(self) -> HTTPException:
        return HTTPException(413, f"The body is larger than {self._limit:,} bytes")
