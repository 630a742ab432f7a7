"""The address that the server listens on. It imports little, so that a wrong one is told at once."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from web.errors import AddressInUseError

WAITING_CONNECTIONS = 2048  # that the system keeps until they are accepted


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
        listener.listen(WAITING_CONNECTIONS)


@contextmanager
def _address_errors(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, TypeError) as error:  # the latter two: the host is no name or address
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        raise AddressInUseError(
            f"Can't listen on {host}:{port} ({reason}).",
            "Name another one: --port 0 takes a free port.",
        ) from error
