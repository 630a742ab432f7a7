"""The one way out to the web: every address checked, every redirect too, and all of it bounded.

Proxies of the environment are not used: behind one, which address is reached is not ours to check.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from types import MappingProxyType

import httpcore2
import httpx2

from index.errors import RefusedError, UnreachableError
from index.parsers.archives import gunzip, too_large
from index.web_import.address_policy import AddressPolicy, checked_url
from index.web_import.clock import Deadline, Times
from index.web_import.pinned_transport import PinnedTransport

AGENT = f"caspian-indus-reader/{version('caspian-indus-reader')}"
Turn = Callable[[httpx2.URL], AbstractContextManager[None]]  # held while one request is made
LARGEST = 20_000_000  # bytes: a page is a hundredth of it, and a sitemap of 50,000 pages a fifth
NO_HEADERS: Mapping[str, str] = MappingProxyType({})

_REDIRECTS = (301, 302, 303, 307, 308)
_KINDS = re.compile(r"text/html|text/plain|(application|text)/xml|application/([\w.-]+\+)?xml")
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
    """What a server answered at last: `url` is where, header names are lower case, only a 200 has a body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """Its content type without parameters, in lower case; empty where it says none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Fetcher:
    """Gets one address at a time."""

    def __init__(
        self,
        guard: AddressPolicy,
        bounds: Bounds = Bounds(),
        times: Times = Times(),
        dial: httpcore2.NetworkBackend | None = None,
    ) -> None:
        self._bounds = bounds
        self._deadline = Deadline(times.monotonic, bounds.total)
        self._pool = httpcore2.ConnectionPool(network_backend=PinnedTransport(guard, self._deadline, dial))

    def get(
        self,
        address: str,
        headers: Mapping[str, str] = NO_HEADERS,
        turn: Turn = lambda _: nullcontext(),
        any_kind: bool = False,
    ) -> Reply:
        """The reply at an address or where it redirects to; `turn` is entered for each request.

        Raises:
            ForbiddenError: it, or where it redirects to, may not be fetched from.
            RefusedError: it can't be reached, is too slow, too large, or of a kind that holds no article.
        """
        url = checked_url(address)
        for _ in range(self._bounds.redirects + 1):
            with turn(url):
                reply = self._request(url, headers, any_kind)
            if reply.status not in _REDIRECTS or "location" not in reply.headers:
                return reply
            url = checked_url(_joined(url, reply.headers["location"]))
        raise UnreachableError(f"it redirects more than {self._bounds.redirects} times")

    def close(self) -> None:
        """End every connection."""
        self._pool.close()

    def _request(self, url: httpx2.URL, headers: Mapping[str, str], any_kind: bool) -> Reply:
        self._deadline.start()
        # The library's own Host leaves out the brackets of an IPv6 address.
        own = {"host": url.netloc.decode(), "user-agent": AGENT, "accept": "*/*", "accept-encoding": "gzip"}
        sent: list[tuple[bytes | str, bytes | str]] = [*own.items(), *headers.items()]
        timeouts = {"connect": self._bounds.connect, "read": self._bounds.read, "write": self._bounds.read}
        try:
            with self._pool.stream("GET", _target(url), headers=sent, extensions={"timeout": timeouts}) as response:
                return self._read(url, response, any_kind)
        except httpcore2.TimeoutException as error:
            raise UnreachableError("it takes too long to answer") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise UnreachableError(f"it can't be reached ({_said(error)})") from error

    def _read(self, url: httpx2.URL, response: httpcore2.Response, any_kind: bool) -> Reply:
        headers = {_text(name).lower(): _text(value) for name, value in response.headers}
        reply = Reply(str(url), response.status, headers)
        if reply.status == 304:
            response.read()  # there is nothing to read, and the connection can be used again
        if reply.status != 200:
            return reply
        if not any_kind:
            _refuse_other_kinds(reply.kind, url.path)
        body = _unpacked(self._bounded(response.iter_stream()), headers, self._bounds.size)
        return Reply(str(url), response.status, headers, body)

    def _bounded(self, chunks: Iterable[bytes]) -> bytes:
        body = bytearray()
        for chunk in chunks:
            body += chunk
            if len(body) > self._bounds.size:
                raise RefusedError(too_large(self._bounds.size))
        return bytes(body)


def _unpacked(body: bytes, headers: Mapping[str, str], most: int) -> bytes:
    coding = headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip"):
        raise RefusedError(f'its content is packed as "{coding}", which was not asked for')
    return gunzip(body, most)


def _refuse_other_kinds(kind: str, path: str) -> None:
    if _KINDS.fullmatch(kind) or (path.lower().endswith(".gz") and _COMPRESSED.fullmatch(kind)):
        return
    raise RefusedError(f'it is of the kind "{kind}", no page, feed or sitemap' if kind else "it does not say its kind")


def _target(url: httpx2.URL) -> httpcore2.URL:
    return httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _joined(url: httpx2.URL, location: str) -> str:
    try:
        return str(url.join(location))
    except httpx2.InvalidURL:
        return location  # which is then refused as it stands


def _text(header: bytes) -> str:
    """A header as what most servers send, UTF-8, though the standard knows no more than Latin-1."""
    try:
        return header.decode()
    except UnicodeDecodeError:
        return header.decode("latin-1")


def _said(error: Exception) -> str:
    """The system's own words for a failure, without its number."""
    cause = error.args[0] if error.args else error
    return str(getattr(cause, "strerror", None) or cause or type(error).__name__)
