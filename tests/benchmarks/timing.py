"""Clocks: runs taken in turn, and the spread of what they took."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from tests.benchmarks.results import Spread

# Questions that a system takes before it is another's turn. Its threads look for more work for some milliseconds after
# each, and its numbers fill the caches: few of the questions are asked in what another one left.
IN_A_ROW = 20


def seconds_of(run: Callable[[], object]) -> float:
    """The seconds by the clock that a run takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def in_turn(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """The seconds of each run in each round; another one is first in each, so that none has the best place."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds):
        for name in _turned(list(runs), number):
            taken[name].append(seconds_of(runs[name]))
    return taken


def _turned(names: list[str], number: int) -> list[str]:
    first = number % len(names)
    return [*names[first:], *names[:first]]


def in_hand(runs: Mapping[str, Callable[[str], object]], own: Mapping[str, Sequence[str]]) -> dict[str, list[float]]:
    """The seconds of each for each of its own questions, of which all have as many.

    All take their first IN_A_ROW, then all their second, and so on; another one is first each time, so that none has
    the best place.
    """
    (count,) = {len(own[name]) for name in runs}
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number, start in enumerate(range(0, count, IN_A_ROW)):
        for name in _turned(list(runs), number):
            row = own[name][start : start + IN_A_ROW]
            taken[name] += [seconds_of(partial(runs[name], question)) for question in row]
    return taken


def spread(seconds: Sequence[float]) -> Spread:
    """The median and the 95th percentile, in milliseconds."""
    p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
    return Spread(p50=round(float(p50), 3), p95=round(float(p95), 3), count=len(seconds))


def spread_of(run: Callable[[str], object], questions: Sequence[str]) -> Spread:
    """What a run takes for each of some questions, none of which is asked twice."""
    return spread([seconds_of(partial(run, question)) for question in questions])
