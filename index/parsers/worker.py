"""The program that `index.parsers.processes` starts: it makes one call of a parser after the other.

It is given the number of a file descriptor, over which calls come and what they give goes back.
"""

import os
import pickle
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from index.errors import RefusedError


class Bounds(NamedTuple):
    """What a call may take: seconds, bytes of memory beyond what the process holds before, bytes of what it gives."""

    seconds: float
    memory: int
    output: int


Call = tuple[Callable[..., Iterable[object]], bytes, tuple[object, ...], Bounds]
Ending = tuple[RefusedError | None, str]  # the refusal that ended a call, or the traceback of a defect
END = b""  # comes after the items of a call, and before its ending
_SECONDS_LATER = 10  # of the processor, after which the system ends a call that nobody has ended
_DEEPEST = 20_000  # calls inside each other, for pickling what a parser could make within Python's own bound


def main() -> None:
    """Make calls until the process that started this one ends, or ends this one."""
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    with Connection(int(sys.argv[1])) as connection, suppress(EOFError, BrokenPipeError, ConnectionResetError):
        connection.send_bytes(END)  # ready
        while True:
            call = connection.recv()
            connection.send_bytes(END)  # begun
            ending = _make(call, connection)
            connection.send_bytes(END)
            connection.send(ending)


def _end_with(parent: int) -> None:
    """End this process, whatever it is doing, once it has another parent: the one that started it was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _make(call: Call, connection: Connection) -> Ending:
    """Make a call, and send each item that it gives."""
    parse, data, arguments, bounds = call
    left = bounds.output
    try:
        with _limits(bounds):
            for item in parse(data, *arguments):
                pickled = _pickled(item)
                left -= len(pickled)
                if left < 0:
                    return RefusedError(f"what it holds is larger than {bounds.output / 1e6:g} MB"), ""
                connection.send_bytes(pickled)
    except RefusedError as error:
        return error, ""
    except RecursionError:
        return RefusedError("it is nested too deep"), ""
    except MemoryError:
        return RefusedError(f"it takes more than {bounds.memory / 1e9:g} GB of memory to read"), ""
    except (BrokenPipeError, ConnectionResetError):
        raise  # nobody takes what is sent
    except Exception:  # noqa: BLE001 (the process that waits for it raises it)
        return None, traceback.format_exc()
    return None, ""


def _pickled(item: object) -> bytes:
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEPEST)
    try:
        return pickle.dumps(item)
    finally:
        sys.setrecursionlimit(usual)


@contextmanager
def _limits(bounds: Bounds) -> Iterator[None]:
    """Let allocations fail, inside the block, beyond the bound; macOS knows that limit and does not hold to it.

    The process that waits ends this one when the time is over. If it is gone, the system does, a little later.
    """
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    statm = Path("/proc/self/statm")
    held = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0
    limits = {
        resource.RLIMIT_AS: held + bounds.memory,
        resource.RLIMIT_CPU: int(used.ru_utime + used.ru_stime + bounds.seconds) + _SECONDS_LATER,
        resource.RLIMIT_CORE: 0,
    }
    before = {name: resource.getrlimit(name) for name in limits}
    for name, limit in limits.items():
        with suppress(ValueError, OSError):  # a system without the limit
            lowest = min(bound for bound in (limit, *before[name]) if bound != resource.RLIM_INFINITY)
            resource.setrlimit(name, (lowest, before[name][1]))
    try:
        yield
    finally:
        for name, soft_and_hard in before.items():
            with suppress(ValueError, OSError):
                resource.setrlimit(name, soft_and_hard)


if __name__ == "__main__":
    main()
