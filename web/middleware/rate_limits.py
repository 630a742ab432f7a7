"""How often a key or an address may ask."""

import math
import time
from ipaddress import IPv4Address, IPv6Network
from typing import Literal

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from web.addresses import ip_of
from web.errors import RateLimitError
from web.settings import read_rate

RateScope = Literal["key", "address"]


class Rates:
    """Counts requests over sliding windows, in memory: each process has its own count."""

    def __init__(self, per_key: str, per_address: str) -> None:
        self._limits = {"key": read_rate(per_key), "address": read_rate(per_address)}
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, scope: RateScope, who: str) -> dict[str, str]:
        """Count a request of a key, by its name, or of an address; gives headers that tell what is left.

        Raises:
            RateLimitError: nothing is left.
        """
        limit = self._limits[scope]
        if limit is None:
            return {}
        name = network_of(who) if scope == "address" else who
        passes = self._limiter.hit(limit, scope, name)
        left = self._limiter.get_window_stats(limit, scope, name)
        seconds = max(1, math.ceil(left.reset_time - time.time()))
        headers = _headers(scope, limit, left.remaining, seconds)
        if not passes:
            raise RateLimitError(scope, str(limit), seconds, headers)
        return headers


def network_of(address: str) -> str:
    """What is counted as one: an IPv4 address, or the 64 bits of an IPv6 address that are one customer's."""
    try:
        ip = ip_of(address)
    except ValueError:
        return address
    return str(ip if isinstance(ip, IPv4Address) else IPv6Network((int(ip), 64), strict=False))


def _headers(scope: str, limit: RateLimitItem, left: int, seconds: int) -> dict[str, str]:
    # Source: draft-ietf-httpapi-ratelimit-headers, q the quota, w the window, r what remains, t until more does.
    return {
        "RateLimit-Policy": f'"{scope}";q={limit.amount};w={limit.get_expiry()}',
        "RateLimit": f'"{scope}";r={left};t={seconds}',
    }
