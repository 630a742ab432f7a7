"""The connection itself: to an address that was checked, and never past the time of its request."""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2

from index.web_import.address_policy import AddressPolicy
from index.web_import.clock import Deadline


class PinnedTransport(httpcore2.NetworkBackend):
    """Connects to a host by the very addresses that the policy has checked.

    The name is not looked up a second time, so an answer that changes in between has no effect. TLS still proves that
    the server owns the name.
    """

    def __init__(
        self, policy: AddressPolicy, deadline: Deadline, backend: httpcore2.NetworkBackend | None = None
    ) -> None:
        self._policy = policy
        self._deadline = deadline
        self._backend = backend or httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to the first checked address that accepts one.

        Raises:
            RefusedError: the name can't be resolved, or has an address that may not be fetched from.
            httpcore2.NetworkError: no address accepts it.
            httpcore2.TimeoutException: no address accepts it in time.
        """
        failure: Exception = httpcore2.ConnectError("no address")
        for address in self._policy.addresses(host, port):
            try:
                seconds = step_timeout(self._deadline, timeout)
                stream = self._backend.connect_tcp(address, port, seconds, local_address, socket_options)
                return TimedStream(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


class TimedStream(httpcore2.NetworkStream):
    """A connection on which no step may last longer than the time that remains for its request."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes, or none at the end.

        Raises:
            httpcore2.TimeoutException: they do not come in time.
        """
        return self._stream.read(max_bytes, step_timeout(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of the bytes.

        Raises:
            httpcore2.TimeoutException: they are not taken in time.
        """
        self._stream.write(buffer, step_timeout(self._deadline, timeout))

    def close(self) -> None:
        """End the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """The same connection encrypted, after the server has proven that it owns the name.

        Raises:
            httpcore2.ConnectError: the server can't prove it.
        """
        stream = self._stream.start_tls(ssl_context, server_hostname, step_timeout(self._deadline, timeout))
        return TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 (as the library declares it)
        """What the library wants to know of a connection."""
        return self._stream.get_extra_info(info)


def step_timeout(deadline: Deadline, timeout: float | None) -> float:
    """The seconds that one step of a request may take: `timeout`, or less where less remains.

    Raises:
        httpcore2.ReadTimeout: the request's time is over.
    """
    remaining = deadline.remaining()
    if remaining <= 0:
        raise httpcore2.ReadTimeout("the time for one request is over")
    return remaining if timeout is None else min(remaining, timeout)
