"""The clocks of an import, in one place, so that waiting can be tried without waiting."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Times:
    """`monotonic` gives seconds that only grow, `sleep` waits for some, `now` is the day and time in UTC."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = _utc


class Deadline:
    """How many seconds of one request are left; a new request starts it again."""

    def __init__(self, monotonic: Callable[[], float], seconds: float) -> None:
        self._monotonic = monotonic
        self._seconds = seconds
        self.start()

    def start(self) -> None:
        """Count from now."""
        self._end = self._monotonic() + self._seconds

    def left(self) -> float:
        """Seconds, below 0 when it is over."""
        return self._end - self._monotonic()
