"""Parsing in other processes, on every core: a file that takes too much is refused, and the rest are read.

A parser bounds what it can foresee. What it can't, a defect of a library among it, ends a process of its own here, and
neither the build nor the server that waits for it.
"""

import contextlib
import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import Any, Generic, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from index.cores import available_cores
from index.errors import ParsingEndedError, RefusedError

MOST_SECONDS = 120.0  # for a file of any size
SECONDS_PER_MEGABYTE = 10.0  # more: an archive of web pages takes some 2
MOST_MEMORY = 2_000_000_000  # bytes, beyond what the process holds before; not held to on macOS
MOST_OUTPUT = 500_000_000  # bytes of what is parsed

Item = TypeVar("Item")
_Outcome = tuple[list[bytes], RefusedError | None]  # pickled items, and why there are no more


class Parsing(Generic[Item]):
    """A call that runs in another process, or waits for one."""

    def __init__(self, future: "ProcessFuture[_Outcome]", seconds: float) -> None:
        self._future = future
        self._seconds = seconds

    def items(self) -> Iterator[Item]:
        """What the call gave, in order, once it is done. Nothing is given where it went past a bound.

        Raises:
            RefusedError: the parser refused the file, or went past a bound, or crashed.
            ParsingEndedError: the processes were ended from outside.
        """
        try:
            pickled, refusal = self._future.result()
        except TimeoutError as error:
            raise RefusedError(f"it takes more than {self._seconds:.0f} seconds to read") from error
        except ProcessExpired as error:
            raise RefusedError(f"the program that reads it crashed (exit code {error.exitcode})") from error
        except BrokenProcessPool as error:
            _pool.cache_clear()  # the next call starts new ones
            raise ParsingEndedError(
                "The processes that read files were ended by another program, or for want of memory.",
                "What was live is live; run the command again.",
            ) from error
        for item in pickled:
            yield pickle.loads(item)  # noqa: S301 (made by a process of ours)
        if refusal is not None:
            raise refusal


def begin_parsing(parse: Callable[..., Iterable[Item]], data: bytes, *arguments: object) -> Parsing[Item]:
    """Have another process call `parse(data, *arguments)`, a function of a module, whose items can be pickled."""
    seconds = MOST_SECONDS + SECONDS_PER_MEGABYTE * len(data) / 1e6
    call = (parse, data, arguments, MOST_MEMORY, MOST_OUTPUT)
    return Parsing(_pool().schedule(_parse, args=call, timeout=seconds), seconds)


def parse_apart(parse: Callable[..., Iterable[Item]], data: bytes, *arguments: object) -> Iterator[Item]:
    """The items of `parse(data, *arguments)`, which another process calls.

    Raises:
        RefusedError, ParsingEndedError: as `Parsing.items`.
    """
    return begin_parsing(parse, data, *arguments).items()


@cache
def _pool() -> ProcessPool:
    """The processes, started once, which end with this one. A fork of this one would copy locks that threads hold."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__, "index.parsers"])
    return ProcessPool(max_workers=available_cores(), initializer=_end_with_parent, context=context)


def _end_with_parent() -> None:
    """End this process when the one that started it is killed."""
    parent = multiprocessing.parent_process()

    def end() -> None:
        wait([parent.sentinel] if parent else [])
        os._exit(1)

    Thread(target=end, daemon=True).start()


def _parse(
    parse: Callable[..., Iterable[Any]], data: bytes, arguments: tuple[object, ...], most_memory: int, most_output: int
) -> _Outcome:
    """The call, in its own process."""
    pickled: list[bytes] = []
    left = most_output
    try:
        with _memory_limit(most_memory):
            for item in parse(data, *arguments):
                pickled.append(pickle.dumps(item))
                left -= len(pickled[-1])
                if left < 0:
                    return [], RefusedError(f"what it holds is larger than {most_output / 1e6:g} MB")
    except RefusedError as error:
        return pickled, error
    except RecursionError:
        return pickled, RefusedError("it is nested too deep")
    except MemoryError:
        return [], RefusedError(f"it takes more than {most_memory / 1e9:g} GB of memory to read")
    return pickled, None


@contextlib.contextmanager
def _memory_limit(most: int) -> Iterator[None]:
    """Let allocations fail, inside the block, when this process holds `most` bytes more than before it."""
    import resource

    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    statm = Path("/proc/self/statm")  # of Linux; elsewhere the system may not hold to the limit anyway
    held = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0
    limit = held + most
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    with contextlib.suppress(ValueError, OSError):  # a system that does not know the limit
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (before, hard))
