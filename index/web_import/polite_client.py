"""Polite fetching: it keeps to robots.txt, pauses between requests to one host, and waits where a host asks it to."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx2
from protego import Protego

from index.errors import ForbiddenError, RefusedError, UnreachableError
from index.web_import.clock import Clock
from index.web_import.fetcher import AGENT, NO_HEADERS, Fetcher, Reply

LONGEST_WAIT = 120.0  # seconds that a server may ask for, between requests or after one
_TRY_LATER = (429, 503)
_ROBOTS_BYTES = 500 * 1024  # RFC 9309: the least that a parser of robots.txt must take


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one host's robots.txt; `reason` says why nothing may be fetched there, where that is so."""

    robots: Protego
    reason: str | None = None

    def delay(self) -> float:
        """Seconds between two requests; 0 where the host asks for none."""
        return self.robots.crawl_delay(AGENT) or 0.0

    def check(self, url: str) -> None:
        """Return where the rules allow an address.

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

    def __init__(self, fetcher: Fetcher, pause: float = 1.0, clock: Clock = Clock()) -> None:
        """`pause`: seconds between two requests to one host, where its robots.txt asks for no longer pause."""
        self._fetcher = fetcher
        self._pause = pause
        self._clock = clock
        self._rules: dict[str, Rules] = {}  # by the address of the robots.txt
        self._last_request: dict[str, float] = {}  # when the last request to a host ended

    def get(self, address: str, headers: Mapping[str, str] = NO_HEADERS) -> Reply:
        """The reply at an address; where the server says when to come back, it is asked once more at that time.

        Raises:
            ForbiddenError: it, or where it redirects to, may not be fetched from.
            RefusedError: robots.txt does not allow it, or it can't be fetched.
        """
        reply = self._fetcher.get(address, headers, self._slot)
        if reply.status not in _TRY_LATER:
            return reply
        self._clock.sleep(self._retry_delay(reply))
        return self._fetcher.get(address, headers, self._slot)

    @contextmanager
    def _slot(self, url: httpx2.URL) -> Iterator[None]:
        """Make one request, by the rules of its host."""
        robots_url = str(url.copy_with(raw_path=b"/robots.txt"))
        if robots_url not in self._rules:
            self._rules[robots_url] = self._fetch_rules(robots_url)
        rules = self._rules[robots_url]
        rules.check(str(url))
        with self._pacing(url, rules.delay()):
            yield

    @contextmanager
    def _pacing(self, url: httpx2.URL, delay: float = 0.0) -> Iterator[None]:
        """Make one request, after the pause that its host is due."""
        host = url.host
        if host in self._last_request:
            wait = self._last_request[host] + max(self._pause, delay) - self._clock.monotonic()
            if wait > 0:
                self._clock.sleep(wait)
        try:
            yield
        finally:
            self._last_request[host] = self._clock.monotonic()

    def _fetch_rules(self, robots_url: str) -> Rules:
        try:
            reply = self._fetcher.get(robots_url, slot=self._pacing, any_content_type=True)
        except ForbiddenError:
            raise
        except RefusedError as error:
            return Rules(Protego.parse(""), f"its host's robots.txt can't be fetched: {error}")
        if reply.status >= 500 or reply.status == 429:
            return Rules(Protego.parse(""), f"its host's robots.txt can't be fetched: it answers {reply.status}")
        return Rules(Protego.parse(reply.body[:_ROBOTS_BYTES].decode("utf-8-sig", "replace")))

    def _retry_delay(self, reply: Reply) -> float:
        """The seconds that a reply asks to wait, in its Retry-After: a number of seconds, or a date and time."""
        retry_after = reply.headers.get("retry-after", "")
        if retry_after.strip().isdecimal() and len(retry_after) < 10:
            seconds = float(retry_after)
        else:
            try:
                when = parsedate_to_datetime(retry_after)
            except ValueError:
                raise UnreachableError(f"it answers {reply.status}") from None
            aware = when if when.tzinfo else when.replace(tzinfo=UTC)
            seconds = max(0.0, (aware - self._clock.now()).total_seconds())
        if seconds > LONGEST_WAIT:
            raise UnreachableError(f"it answers {reply.status} and asks to wait {seconds:.0f} s")
        return seconds
