"""A clock that times the stages of an answer."""

import time


class Clock:
    """Laps of wall-clock time; the first begins when the clock is made."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def resume(self) -> None:
        """Begin the next lap now: the time since the last lap was the caller's."""
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """End a lap: record the time since the last one under a name."""
        now = time.perf_counter()
        self._laps[name] = round((now - self._last) * 1000, 2)
        self._last = now

    def times(self) -> dict[str, float]:
        """Each lap in milliseconds, and their sum, "total"."""
        return {**self._laps, "total": round(sum(self._laps.values()), 2)}
