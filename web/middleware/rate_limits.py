"""How often a key or an address may ask."""

import math
import time
from ipaddress import IPv4Address, IPv6Network
from typing import Literal

from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from web.addresses import ip_of
from web.errors import RateLimitError
from web.settings import parse_rate

RateScope = Literal["key", "address"]


class RateLimiter:
    """Counts requests over sliding windows, in memory: each process has counts of its own."""

    def __init__(self, per_key: str, per_address: str) -> None:
        self._limits = {"key": parse_rate(per_key), "address": parse_rate(per_address)}
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, scope: RateScope, name: str) -> dict[str, str]:
        """Count a request of a key, by its name, or of an address; gives headers that say what remains.

        Raises:
            RateLimitError: nothing remains.
        """
        limit = self._limits[scope]
        if limit is None:
            return {}
        counted_name = network_of(name) if scope == "address" else name
        allowed = self._limiter.hit(limit, scope, counted_name)
        window = self._limiter.get_window_stats(limit, scope, counted_name)
        seconds = max(1, math.ceil(window.reset_time - time.time()))
        # Source: draft-ietf-httpapi-ratelimit-headers; q the quota, w the window, r what remains, t until more does.
        headers = {
            "RateLimit-Policy": f'"{scope}";q={limit.amount};w={limit.get_expiry()}',
            "RateLimit": f'"{scope}";r={window.remaining};t={seconds}',
        }
        if not allowed:
            raise RateLimitError(scope, str(limit), seconds, headers)
        return headers


def network_of(address: str) -> str:
    """What is counted together: one IPv4 address, or the /64 network of an IPv6 address, which one customer has."""
    try:
        ip = ip_of(address)
    except ValueError:
        return address
    return str(ip if isinstance(ip, IPv4Address) else IPv6Network((int(ip), 64), strict=False))
