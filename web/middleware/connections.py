"""How many connections are open at once, and how long a client may take to send a request or to read a response.

uvicorn alone keeps a connection for ever that sends no whole request or reads no response, and at the limit of open
files nobody can connect any more.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.errors import ConnectionsFullError
from web.headers import SECURITY_HEADERS
from web.problems import problem_of

HEAD_SECONDS = 10.0  # for a request's head, from the start of the connection or from the head's first byte
STALL_SECONDS = 60.0  # in which a client that has a response to read must take some of it
_LINGER_SECONDS = 1.0  # in which a refused client can read why
_MOST_LINGERING = 64  # refused connections that are given this time; more are closed at once
ACCEPTED_AT_ONCE = 64  # connections that asyncio accepts before it runs anything else
# Open files kept back from connections: those accepted or refused at this moment, and 128 for the index and the rest.
RESERVED_FILES = _MOST_LINGERING + ACCEPTED_AT_ONCE + 128
_FEWEST = 16  # connections, however few files may be open

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """What connections are held to: at most `most` of them, and `body_seconds` for a body after its head.

    `on_refused` is called with the reason for each connection beyond. `lingering` are those that are still open.
    """

    most: int
    body_seconds: float
    on_refused: Callable[[str], None]
    lingering: "set[_RefusedConnection]" = field(default_factory=set)


def most_connections(requested: int) -> int:
    """The requested number of connections, or fewer if the process may not open as many files."""
    if sys.platform == "win32":
        return requested
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return requested
    return min(requested, max(_FEWEST, files - RESERVED_FILES))


def bounded_protocol(connection_bounds: ConnectionBounds) -> type[asyncio.Protocol]:
    """The protocol class that holds every connection of a server to the bounds."""

    class ServerProtocol(_BoundedProtocol):
        bounds = connection_bounds

    return ServerProtocol


class _BoundedProtocol(H11Protocol):
    """HTTP over one connection, which is ended when a request or the reading of a response takes too long."""

    bounds: ConnectionBounds
    _awaited: object = None  # the client's state in HTTP for which `_arrival` is set
    _arrival: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Serve the connection, or refuse it if there are too many."""
        if len(self.connections) < self.bounds.most:
            super().connection_made(transport)
            self._await_request()
            return
        self.bounds.on_refused(ConnectionsFullError.reason)
        _log.warning("too many connections", extra={"fields": {"limit": self.bounds.most}})
        transport.set_protocol(_RefusedConnection(transport, self.bounds.lingering))

    def data_received(self, data: bytes) -> None:
        """Read what has arrived; the clock runs until the request is whole."""
        self._await_request()
        super().data_received(data)
        self._await_request()
        self._await_end()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._await_end()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has been idle for long enough."""
        super().timeout_keep_alive_handler()
        self._await_end()

    def pause_writing(self) -> None:
        """Give the client time to read what waits for it."""
        super().pause_writing()
        self._stall = self.loop.call_later(STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on, since the client has read."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        super().connection_lost(exc)
        for timer in (self._arrival, self._stall):
            if timer is not None:
                timer.cancel()

    def _await_request(self) -> None:
        """Set the clock anew if the client has got to another part of its request."""
        state = self.conn.their_state
        if state is self._awaited:
            return
        self._awaited = state
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None
        seconds = {h11.IDLE: HEAD_SECONDS, h11.SEND_BODY: self.bounds.body_seconds}.get(state)
        if seconds is not None:
            self._arrival = self.loop.call_later(seconds, self.transport.abort)

    def _await_end(self) -> None:
        """Bound the time in which a connection that is being closed sends what is left, if the client reads it."""
        if self._stall is None and self.transport.is_closing() and self.transport.get_write_buffer_size():
            self._stall = self.loop.call_later(STALL_SECONDS, self.transport.abort)


class _RefusedConnection(asyncio.Protocol):
    """A connection too many: it gets 503 at once, and a moment to read it, in which what it sends is dropped.

    Without the moment, the client's system would throw the response away if the request arrives after the end.
    """

    def __init__(self, transport: asyncio.Transport, lingering: "set[_RefusedConnection]") -> None:
        self._lingering = lingering
        transport.write(_refusal())
        if len(lingering) >= _MOST_LINGERING:
            transport.close()
            return
        lingering.add(self)
        transport.write_eof()
        self._end = asyncio.get_running_loop().call_later(_LINGER_SECONDS, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio gives it)
        """Make room for the next one."""
        if self in self._lingering:
            self._lingering.remove(self)
            self._end.cancel()


def _refusal() -> bytes:
    """The response to a connection too many, with a problem document."""
    error = ConnectionsFullError()
    problem = problem_of(error)
    body = json.dumps(problem.as_document()).encode()
    headers = {
        **SECURITY_HEADERS,
        **error.headers,
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {problem.status.value} {problem.status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
