"""The prefix below which a proxy shows this site, such as /documents.

Inside, no address has the prefix: routes, links and redirects are written as if the site lay at /. The prefix of a
request is taken off here. Addresses that go out get it back: redirects here, links in the templates.
"""

from collections.abc import Sequence
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.addresses import ROOT_PATH, belongs_to, parse_root_path


class ForwardedPrefix:
    """Believes X-Forwarded-Prefix from trusted proxies: the prefix that they have taken off the address."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the prefix as its root path; a header that holds no prefix is ignored."""
        if scope["type"] == "http":
            prefix = Headers(scope=scope).get("x-forwarded-prefix")
            client = scope["client"][0] if scope.get("client") else ""
            if prefix is not None and belongs_to(client, self._proxies):
                with suppress(ValueError):
                    root_path = parse_root_path(prefix)
                    scope = {**scope, "root_path": root_path, "path": root_path + scope["path"]}
        await self._app(scope, receive, send)


class RootPath:
    """Takes the prefix off a request's path, whether or not the proxy has, and puts it before redirects."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its path without the prefix."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        root_path = scope["root_path"] = scope.get("root_path") or self._root_path
        ROOT_PATH.set(root_path)  # a server runs each request in a context of its own
        if f"{scope['path']}/".startswith(f"{root_path}/"):
            scope["path"] = scope["path"].removeprefix(root_path) or "/"
        scope.setdefault("state", {})["path"] = scope["path"]

        async def send_with_prefix(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("location", "").startswith("/"):
                    headers["location"] = root_path + headers["location"]
            await send(message)

        await self._app(scope, receive, send_with_prefix if root_path else send)


class RoutedPath:
    """Puts the prefix back before the path, last before the routes: ASGI's `path` has it, and Starlette expects it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its path with the prefix."""
        if scope["type"] == "http":
            scope["path"] = scope["root_path"] + scope["path"]
        await self._app(scope, receive, send)
