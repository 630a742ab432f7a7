"""How often a key or an address may ask."""

import math
import time
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Literal

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from web.refusals import TooMany

OFF = "off"
Kind = Literal["key", "address"]


class Rates:
    """Counts requests over sliding windows, in memory: each process has its own count."""

    def __init__(self, per_key: str, per_address: str) -> None:
        self._limits = {"key": read_rate(per_key), "address": read_rate(per_address)}
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, kind: Kind, who: str) -> dict[str, str]:
        """Count a request of a key, by its name, or of an address; gives headers that tell what is left.

        Raises:
            TooMany: nothing is left.
        """
        limit = self._limits[kind]
        if limit is None:
            return {}
        name = network_of(who) if kind == "address" else who
        passes = self._limiter.hit(limit, kind, name)
        left = self._limiter.get_window_stats(limit, kind, name)
        seconds = max(1, math.ceil(left.reset_time - time.time()))
        headers = _headers(kind, limit, left.remaining, seconds)
        if not passes:
            raise TooMany(kind, str(limit), seconds, headers)
        return headers


def read_rate(text: str) -> RateLimitItem | None:
    """A rate such as 100/minute, or None where it is off.

    Raises:
        ValueError: it is neither.
    """
    return None if text == OFF else parse(text)


def network_of(address: str) -> str:
    """What is counted as one: an IPv4 address, or the 64 bits of an IPv6 address that are one customer's."""
    try:
        ip = ip_of(address)
    except ValueError:
        return address
    return str(ip if isinstance(ip, IPv4Address) else IPv6Network((int(ip), 64), strict=False))


def ip_of(address: str) -> IPv4Address | IPv6Address:
    """An address; an IPv4 address that an IPv6 socket tells of is itself.

    Raises:
        ValueError: it is none.
    """
    ip = ip_address(address)
    return ip if isinstance(ip, IPv4Address) else ip.ipv4_mapped or ip


def _headers(kind: str, limit: RateLimitItem, left: int, seconds: int) -> dict[str, str]:
    # Source: draft-ietf-httpapi-ratelimit-headers, q the quota, w the window, r what remains, t until more does.
    return {
        "RateLimit-Policy": f'"{kind}";q={limit.amount};w={limit.get_expiry()}',
        "RateLimit": f'"{kind}";r={left};t={seconds}',
    }
