"""The one way out to the web: every address is checked, every redirect too, and all of it is bounded.

Proxies of the environment are not used: behind a proxy, this project could not check which address is reached.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from importlib.metadata import version
from types import MappingProxyType

import httpcore2
import httpx2

from index.errors import RefusedError, UnreachableError
from index.parsers.archives import gunzip, too_large
from index.web_import.address_policy import AddressPolicy, checked_url
from index.web_import.clock import Clock, Deadline
from index.web_import.pinned_transport import PinnedTransport

AGENT = f"caspian-indus-reader/{version('caspian-indus-reader')}"
RequestSlot = Callable[[httpx2.URL], AbstractContextManager[None]]  # entered before each request, left after it
LARGEST = 20_000_000  # bytes: a page is a hundredth of it, and a sitemap of 50,000 pages a fifth
NO_HEADERS: Mapping[str, str] = MappingProxyType({})

_REDIRECTS = (301, 302, 303, 307, 308)
_CONTENT_TYPES = re.compile(r"text/html|text/plain|(application|text)/xml|application/([\w.-]+\+)?xml")
_COMPRESSED = re.compile(r"application/(x-)?gzip|application/octet-stream")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that one request may take: bytes of its body, packed and unpacked; seconds; redirects after it."""

    size: int = LARGEST
    connect: float = 10.0
    read: float = 20.0
    total: float = 60.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer after all redirects, from the address `url`.

    Header names are in lower case. Only a reply of status 200 has a body.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """The content type without parameters, in lower case; empty where the server states none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Fetcher:
    """Fetches one address at a time."""

    def __init__(
        self,
        policy: AddressPolicy,
        bounds: Bounds = Bounds(),
        clock: Clock = Clock(),
        backend: httpcore2.NetworkBackend | None = None,
    ) -> None:
        self._bounds = bounds
        self._deadline = Deadline(clock.monotonic, bounds.total)
        self._pool = httpcore2.ConnectionPool(network_backend=PinnedTransport(policy, self._deadline, backend))

    def get(
        self,
        address: str,
        headers: Mapping[str, str] = NO_HEADERS,
        slot: RequestSlot = lambda _: nullcontext(),
        any_content_type: bool = False,
    ) -> Reply:
        """The reply at an address, or at the one it redirects to; `slot` is entered for each request.

        Raises:
            ForbiddenError: it, or where it redirects to, may not be fetched from.
            RefusedError: it can't be reached, is too slow, too large, or of a content type that holds no article.
        """
        url = checked_url(address)
        for _ in range(self._bounds.redirects + 1):
            with slot(url):
                reply = self._request(url, headers, any_content_type)
            if reply.status not in _REDIRECTS or "location" not in reply.headers:
                return reply
            url = checked_url(reply.headers["location"], url)
        raise UnreachableError(f"it redirects more than {self._bounds.redirects} times")

    def close(self) -> None:
        """End every connection."""
        self._pool.close()

    def _request(self, url: httpx2.URL, headers: Mapping[str, str], any_content_type: bool) -> Reply:
        self._deadline.start()
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        # The library's own Host leaves out the brackets of an IPv6 address.
        fixed = {"host": url.netloc.decode(), "user-agent": AGENT, "accept": "*/*", "accept-encoding": "gzip"}
        sent: list[tuple[bytes | str, bytes | str]] = [*fixed.items(), *headers.items()]
        timeouts = {"connect": self._bounds.connect, "read": self._bounds.read, "write": self._bounds.read}
        try:
            with self._pool.stream("GET", target, headers=sent, extensions={"timeout": timeouts}) as response:
                return self._read(url, response, any_content_type)
        except httpcore2.TimeoutException as error:
            raise UnreachableError("it takes too long to answer") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            cause = error.args[0] if error.args else error
            reason = getattr(cause, "strerror", None) or cause or type(error).__name__  # without the system's number
            raise UnreachableError(f"it can't be reached ({reason})") from error

    def _read(self, url: httpx2.URL, response: httpcore2.Response, any_content_type: bool) -> Reply:
        headers = {_text(name).lower(): _text(value) for name, value in response.headers}
        reply = Reply(str(url), response.status, headers)
        if reply.status == 304:
            response.read()  # there is nothing to read, and the connection can be used again
        if reply.status != 200:
            return reply
        content_type = reply.content_type
        packed_file = url.path.lower().endswith(".gz") and _COMPRESSED.fullmatch(content_type)
        if not (any_content_type or packed_file or _CONTENT_TYPES.fullmatch(content_type)):
            reason = f'its content type is "{content_type}", which is no page, feed or sitemap'
            raise RefusedError(reason if content_type else "it does not state its content type")
        body = bytearray()
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > self._bounds.size:
                raise RefusedError(too_large(self._bounds.size))
        coding = headers.get("content-encoding", "").strip().lower()
        if coding in ("", "identity"):
            return replace(reply, body=bytes(body))
        if coding not in ("gzip", "x-gzip"):
            raise RefusedError(f'its content is packed as "{coding}", which was not asked for')
        return replace(reply, body=gunzip(bytes(body), self._bounds.size))


def _text(header: bytes) -> str:
    """A header as text: UTF-8, which most servers send, or else Latin-1, which the standard demands."""
    try:
        return header.decode()
    except UnicodeDecodeError:
        return header.decode("latin-1")
