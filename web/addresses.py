"""IP addresses and whom they belong to, and the prefix of this site's own addresses."""

import re
from collections.abc import Iterable
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

# The prefix of the addresses that the request being answered is given, such as /documents; mostly empty.
ROOT_PATH: ContextVar[str] = ContextVar("root_path", default="")

_ROOT_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")  # no segment is . or .., nothing needs an escape
_LONGEST_ROOT_PATH = 200  # characters


def ip_of(address: str) -> IPv4Address | IPv6Address:
    """The address that a text writes; an IPv4 address as IPv6 sockets write it, ::ffff:1.2.3.4, becomes IPv4.

    Raises:
        ValueError: the text is no address.
    """
    ip = ip_address(address)
    return ip if isinstance(ip, IPv4Address) else ip.ipv4_mapped or ip


def is_loopback(host: str) -> bool:
    """Whether a host is a loopback address or the name localhost."""
    try:
        return ip_of(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def belongs_to(address: str, networks: Iterable[str]) -> bool:
    """Whether an address is one of these, or in one of these networks; "*" stands for any address."""
    for network in networks:
        if network in ("*", address):
            return True
        try:
            if ip_of(address) in ip_network(network):
                return True
        except ValueError:  # one of them is a name
            continue
    return False


def path_of(scope: Scope) -> str:
    """The path of a request without the prefix, although Starlette's routes are given it with the prefix."""
    path: str = scope.get("state", {}).get("path", scope["path"])
    return path


def parse_root_path(text: str) -> str:
    """A prefix of addresses, without a slash at its end: "/documents", or "" for none.

    Raises:
        ValueError: the text is no such prefix.
    """
    root_path = text.removesuffix("/")
    if len(root_path) > _LONGEST_ROOT_PATH or not _ROOT_PATH.fullmatch(root_path):
        raise ValueError("a root path is written as /documents")
    return root_path
