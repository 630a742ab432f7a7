"""The clocks of an import, in one place, so that tests wait for nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """`monotonic` gives seconds that only grow, `sleep` waits for some seconds, `now` is the date and time in UTC."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Deadline:
    """The seconds that remain for one request; each new request starts it again."""

    def __init__(self, monotonic: Callable[[], float], seconds: float) -> None:
        self._monotonic = monotonic
        self._seconds = seconds
        self.start()

    def start(self) -> None:
        """Count from now."""
        self._end = self._monotonic() + self._seconds

    def remaining(self) -> float:
        """Seconds until the end; below 0 after it."""
        return self._end - self._monotonic()
