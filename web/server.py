"""The serving process: which proxies it trusts, how it logs, and how it stops."""

import socket
from types import FrameType
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from web.listener import WAITING_CONNECTIONS
from web.middleware.connections import ACCEPTED_AT_ONCE, ConnectionBounds, bounded_protocol, most_connections
from web.middleware.root_path import ForwardedPrefix
from web.settings import Settings

_BODY_SECONDS = 10.0  # after the time limit, whose 503 the client shall see first


class Server(uvicorn.Server):
    """Tells the app when it begins to stop, so that it reports itself as not ready and its streams can end."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve. asyncio accepts as many at once as its backlog says; the system may keep more waiting."""
        await super().startup(sockets)
        for listener in sockets or []:
            listener.listen(WAITING_CONNECTIONS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in order: requests in progress may end in their time; a second Ctrl-C does not wait for them."""
        self._app.state.stopping = True
        super().handle_exit(sig, frame)


def server_of(app: FastAPI, settings: Settings) -> Server:
    """A server of the app, which believes X-Forwarded-For, -Proto and -Prefix from trusted proxies alone."""
    proxies = settings.proxies()
    bounds = ConnectionBounds(
        most=most_connections(settings.connections),
        body_seconds=settings.time_limit + _BODY_SECONDS,
        on_refused=app.state.metrics.count_refused,
    )
    served: Any = app  # uvicorn has types of its own for what Starlette types as an app
    if proxies:
        # The prefix is read first, since uvicorn's middleware puts the client's address in place of the proxy's.
        served = ForwardedPrefix(cast("Any", ProxyHeadersMiddleware(served, proxies)), proxies)
    config = uvicorn.Config(
        served,
        http=bounded_protocol(bounds),
        ws="none",
        backlog=ACCEPTED_AT_ONCE,
        log_config=None,  # uvicorn's lines go through the same handler as ours
        access_log=False,
        server_header=False,
        proxy_headers=False,  # they are read above
        timeout_graceful_shutdown=settings.stop_seconds,
    )
    return Server(config, app)
