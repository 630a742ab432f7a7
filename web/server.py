"""The serving process: its address, which proxies it trusts, how it logs, and how it stops."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

from web.errors import AddressInUseError
from web.settings import Settings


class Server(uvicorn.Server):
    """Tells the app when it begins to stop, so that it reports itself as not ready and its streams can end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in order: requests in progress may end in their time; a second Ctrl-C does not wait for them."""
        app = self.config.app
        assert isinstance(app, FastAPI)
        app.state.stopping = True
        super().handle_exit(sig, frame)


def server_of(app: FastAPI, settings: Settings) -> Server:
    """A server of the app, which believes X-Forwarded-For and -Proto from trusted proxies alone."""
    config = uvicorn.Config(
        app,
        log_config=None,  # uvicorn's lines go through the same handler as ours
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies()),
        forwarded_allow_ips=settings.proxies(),
        timeout_graceful_shutdown=settings.stop_seconds,
    )
    return Server(config)


def bind(host: str, port: int) -> socket.socket:
    """A socket with that address. It refuses connections until it listens, so that nobody waits while models load.

    Raises:
        AddressInUseError: the address is taken, or can't be listened on.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
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
        listener.listen()


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
