"""The serving process: its address, which proxies it trusts, how it logs, and how it stops."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from web.errors import AddressInUseError
from web.middleware.connections import ACCEPTED_AT_ONCE, ConnectionBounds, bounded_protocol, most_connections
from web.middleware.root_path import ForwardedPrefix
from web.settings import Settings

_WAITING_CONNECTIONS = 2048  # that the system keeps until they are accepted
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
            listener.listen(_WAITING_CONNECTIONS)

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


def bind(host: str, port: int) -> socket.socket:
    """A socket with that address. It refuses connections until it listens, so that nobody waits while models load.

    Raises:
        AddressInUseError: the address is taken, or can't be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only of a socket made with its protocol does asyncio know that it is TCP, and then sets TCP_NODELAY: without it
    # every response on a kept-alive connection but the first comes 40 ms late.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # on Windows this would let two servers share an address
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        with _address_errors(host, port):
            listener.bind((host, port))
    except BaseException:
        listener.close()
        raise
    return listener


def listen(listener: socket.socket) -> None:
    """Accept connections from now on.

    Raises:
        AddressInUseError: another process has begun to listen there meanwhile.
    """
    host, port = listener.getsockname()[:2]
    with _address_errors(host, port):
        listener.listen(_WAITING_CONNECTIONS)


@contextmanager
def _address_errors(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, TypeError) as error:  # the latter two: the host is no name or address
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        raise AddressInUseError(
            f"Can't listen on {host}:{port} ({reason}).",
            "Name another address, or take a free port: rag serve --port 0",
        ) from error
