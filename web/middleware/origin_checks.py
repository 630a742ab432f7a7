"""Refuses requests that a page of another site makes a browser send."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, urlsplit

from starlette.requests import Request

from web.errors import HostUnknownError, OriginRefusedError

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}  # these change nothing


def check_host(request: Request, hosts: Sequence[str]) -> None:
    """Refuse a host that is not this server's: another site can point its own name at this address.

    Raises:
        HostUnknownError: none of the patterns `hosts` fits; any host is accepted if there are none.
    """
    host = host_of(request)
    if hosts and not any(fnmatchcase(host, pattern) for pattern in hosts):
        raise HostUnknownError(request.headers.get("host", ""))


def host_of(request: Request) -> str:
    """The host that a request names, in lower case and without its port; empty if it names none."""
    return _split_url(f"//{request.headers.get('host', '')}").hostname or ""


def check_origin(request: Request, origins: Sequence[str]) -> None:
    """Refuse a request that changes something and comes from a page of another site, unless `origins` allows it.

    Browsers send Sec-Fetch-Site or Origin with every such request; programs send neither.

    Raises:
        OriginRefusedError: another site's page sent it.

    Source: the checks of Go's net/http.CrossOriginProtection.
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    if request.method in SAFE_METHODS or origin in origins or site in ("same-origin", "none"):
        return
    same_host = origin is None or _split_url(origin).netloc == request.headers.get("host")
    if site is not None or not same_host:
        raise OriginRefusedError(origin)


def _split_url(url: str) -> SplitResult:
    """The parts of a URL, all empty if it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
