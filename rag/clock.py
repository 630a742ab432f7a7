"""How long the stages of an answer take."""

import time


class Clock:
    """Laps of wall-clock time, which begin when it is made."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def resume(self) -> None:
        """Leave out the time since the last lap, which was the caller's."""
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Note the time since the last lap under a name."""
        now = time.perf_counter()
        self._laps[name] = round((now - self._last) * 1000, 2)
        self._last = now

    def times(self) -> dict[str, float]:
        """Each lap in milliseconds, and their sum, "total"."""
        return {**self._laps, "total": round(sum(self._laps.values()), 2)}
