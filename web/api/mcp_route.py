"""POST /mcp: the tools for language models over HTTP.

Its SDK takes a fifth of the time in which a server starts to import, so that is done once the server is ready.
"""

import logging
from importlib import import_module

import anyio
from anyio import to_thread
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.assistant import Assistant
from web.metrics import Metrics
from web.middleware.admission import Admission

_log = logging.getLogger(__name__)


class McpEndpoint:
    """Answers once `run` has imported what it needs; requests that come before wait for that."""

    def __init__(self, assistant: Assistant, metrics: Metrics, admission: Admission, most_bytes: int) -> None:
        self._assistant, self._metrics, self._admission = assistant, metrics, admission
        self._most_bytes = most_bytes
        self._made = anyio.Event()
        self._endpoint: ASGIApp | None = None

    async def run(self) -> None:
        """Make the endpoint, and keep it running until this is cancelled."""
        try:
            sdk = await to_thread.run_sync(import_module, "web.api.mcp")
            server = sdk.mcp_server(sdk.Tools(self._assistant, self._metrics.count), self._admission.slot)
            self._endpoint = sdk.mcp_endpoint(server, self._most_bytes)
        except Exception:  # noqa: BLE001 (whatever it is, the rest of the server goes on)
            _log.exception("/mcp can't be served")
            self._made.set()
            return
        async with server.session_manager.run():
            self._made.set()
            await anyio.sleep_forever()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._made.wait()
        if self._endpoint is None:
            raise RuntimeError("what answers /mcp could not be made; the log has the reason")
        await self._endpoint(scope, receive, send)


class _NamedRoute(Route):
    """A route that puts itself into the scope, as FastAPI's routes do: log and metrics name a request by its path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        return match, {**child, "route": self} if match != Match.NONE else child


def mcp_route(endpoint: McpEndpoint) -> Route:
    """The route of the endpoint. Only POST: without sessions a stream opened by GET would never carry anything."""
    return _NamedRoute("/mcp", endpoint, methods=["POST"])
