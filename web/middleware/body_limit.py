"""Limits on the size of request bodies."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.addresses import path_of
from web.problems import show


class BodyLimit:
    """Refuses a request body that is too large, by its announced length or by what arrives.

    `limit` is in bytes, as is `chat_limit`, which holds below /v1: clients send the whole conversation there.
    """

    def __init__(self, app: ASGIApp, limit: int, chat_limit: int) -> None:
        self._app = app
        self._limit = limit
        self._chat_limit = chat_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request if its announced length is over the limit; else pass it on and count its body.

        Raises:
            HTTPException: 413 inside the app, where its handlers show it, when more arrives than the limit.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._chat_limit if path_of(scope).startswith("/v1/") else self._limit
        refusal = HTTPException(413, f"The body is larger than {limit:,} bytes")
        length = Headers(scope=scope).get("content-length", "0").lstrip("0")
        # Compared by their digits first: Python refuses to read a number of thousands of them.
        if length.isascii() and length.isdigit() and (len(length) > len(str(limit)) or int(length) > limit):
            await show(Request(scope), refusal)(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise refusal
            return message

        await self._app(scope, receive_counted, send)
