"""Clocks: runs taken in turn, and the spread of what they took."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from tests.benchmarks.results import Spread


def seconds_of(run: Callable[[], object]) -> float:
    """The seconds by the clock that a run takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def in_turn(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """The seconds of each run in each round; another one is first in each, so that none has the best place."""
    names = list(runs)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in [*names[first:], *names[:first]]:
            taken[name].append(seconds_of(runs[name]))
    return taken


def in_hand(runs: Mapping[str, Callable[[str], object]], own: Mapping[str, Sequence[str]]) -> dict[str, list[float]]:
    """The seconds of each for each of its own questions: all take their first, then all their second, and so on."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for asked in zip(*(own[name] for name in runs), strict=True):
        for (name, run), question in zip(runs.items(), asked, strict=True):
            taken[name].append(seconds_of(partial(run, question)))
    return taken


def spread(seconds: Sequence[float]) -> Spread:
    """The median and the 95th percentile, in milliseconds."""
    p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
    return Spread(p50=round(float(p50), 3), p95=round(float(p95), 3), count=len(seconds))


def spread_of(run: Callable[[str], object], questions: Sequence[str]) -> Spread:
    """What a run takes for each of some questions, none of which is asked twice."""
    return spread([seconds_of(partial(run, question)) for question in questions])
