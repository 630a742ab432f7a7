"""Fetching as a guest: robots.txt is kept to, hosts are not hurried, and one that says "later" is heard."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
from protego import Protego

from index.errors import ForbiddenError, RefusedError, UnreachableError
from index.web_import.clock import Times
from index.web_import.fetcher import AGENT, NO_HEADERS, Fetcher, Reply

LONGEST_WAIT = 120.0  # seconds that a server may ask for, between requests or after one
_LATER = (429, 503)
_ROBOTS_BYTES = 500 * 1024  # RFC 9309: what a reader of robots.txt takes at least


@dataclass(frozen=True, slots=True)
class Rules:
    """What one host's robots.txt asks for; `reason` says why nothing may be fetched there, where that is so."""

    robots: Protego
    reason: str | None = None

    def delay(self) -> float:
        """Seconds between two requests; 0 where it asks for none."""
        return self.robots.crawl_delay(AGENT) or 0.0

    def check(self, url: str) -> None:
        """Let an address pass.

        Raises:
            RefusedError: robots.txt does not allow it, asks for too long a pause, or could not be fetched.
        """
        if self.reason:
            raise RefusedError(self.reason)
        if not self.robots.can_fetch(url, AGENT):
            raise RefusedError("its host's robots.txt does not allow it")
        if self.delay() > LONGEST_WAIT:
            raise RefusedError(f"its host's robots.txt asks for {self.delay():g} s between requests")


class PoliteClient:
    """Fetches one address after another, by the rules of each host."""

    def __init__(self, fetcher: Fetcher, pause: float = 1.0, times: Times = Times()) -> None:
        self._fetcher = fetcher
        self._pause = pause
        self._times = times
        self._rules: dict[str, Rules] = {}
        self._ended: dict[str, float] = {}

    def get(self, address: str, headers: Mapping[str, str] = NO_HEADERS) -> Reply:
        """The reply at an address; one that says when to come back is asked once more then.

        Raises:
            ForbiddenError: it, or where it redirects to, may not be fetched from.
            RefusedError: robots.txt does not allow it, or it can't be fetched.
        """
        reply = self._fetcher.get(address, headers, self._turn)
        if reply.status not in _LATER:
            return reply
        self._times.sleep(self._asked_wait(reply))
        return self._fetcher.get(address, headers, self._turn)

    @contextmanager
    def _turn(self, url: httpx2.URL) -> Iterator[None]:
        rules = self._rules_of(url)
        rules.check(str(url))
        with self._paused(url, rules.delay()):
            yield

    @contextmanager
    def _paused(self, url: httpx2.URL, delay: float = 0.0) -> Iterator[None]:
        host = url.host
        if host in self._ended:
            wait = self._ended[host] + max(self._pause, delay) - self._times.monotonic()
            if wait > 0:
                self._times.sleep(wait)
        try:
            yield
        finally:
            self._ended[host] = self._times.monotonic()

    def _rules_of(self, url: httpx2.URL) -> Rules:
        robots = str(url.copy_with(raw_path=b"/robots.txt"))
        if robots not in self._rules:
            self._rules[robots] = self._fetch_rules(robots)
        return self._rules[robots]

    def _fetch_rules(self, robots: str) -> Rules:
        try:
            reply = self._fetcher.get(robots, turn=self._paused, any_kind=True)
        except ForbiddenError:
            raise
        except RefusedError as error:
            return Rules(Protego.parse(""), f"its host's robots.txt can't be fetched: {error}")
        if reply.status >= 500 or reply.status == 429:
            return Rules(Protego.parse(""), f"its host's robots.txt can't be fetched: it answers {reply.status}")
        return Rules(Protego.parse(reply.body[:_ROBOTS_BYTES].decode("utf-8-sig", "replace")))

    def _asked_wait(self, reply: Reply) -> float:
        asked = reply.headers.get("retry-after", "")
        seconds = _seconds(asked, self._times.now())
        if seconds is None:
            raise UnreachableError(f"it answers {reply.status}")
        if seconds > LONGEST_WAIT:
            raise UnreachableError(f"it answers {reply.status} and asks to wait {seconds:.0f} s")
        return seconds


def _seconds(asked: str, now: datetime) -> float | None:
    """A Retry-After, in seconds or as a day and time, as seconds from now."""
    if asked.strip().isdecimal() and len(asked) < 10:
        return float(asked)
    try:
        when = parsedate_to_datetime(asked)
    except ValueError:
        return None
    return max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds())
