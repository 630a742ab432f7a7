"""The program that `index.parsers.processes` starts: it makes one call of a parser after the other.

It is given the number of a file descriptor, over which calls come and what they give goes back.
"""

import os
import pickle
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path

from index.errors import RefusedError

Call = tuple[Callable[..., Iterable[object]], bytes, tuple[object, ...], int, int]
Ending = tuple[RefusedError | None, str]  # the refusal that ended a call, or the traceback of a defect
END = b""  # comes after the items of a call, and before its ending
_DEEPEST = 20_000  # calls inside each other, for pickling what a parser could make within Python's own bound


def main() -> None:
    """Make calls until the process that started this one ends, or ends this one."""
    with Connection(int(sys.argv[1])) as connection, suppress(EOFError, BrokenPipeError, ConnectionResetError):
        connection.send_bytes(END)  # ready
        while True:
            call = connection.recv()
            connection.send_bytes(END)  # begun
            ending = _make(call, connection)
            connection.send_bytes(END)
            connection.send(ending)


def _make(call: Call, connection: Connection) -> Ending:
    """Make a call, and send each item that it gives."""
    parse, data, arguments, most_memory, most_output = call
    left = most_output
    try:
        with _memory_limit(most_memory):
            for item in parse(data, *arguments):
                pickled = _pickled(item)
                left -= len(pickled)
                if left < 0:
                    return RefusedError(f"what it holds is larger than {most_output / 1e6:g} MB"), ""
                connection.send_bytes(pickled)
    except RefusedError as error:
        return error, ""
    except RecursionError:
        return RefusedError("it is nested too deep"), ""
    except MemoryError:
        return RefusedError(f"it takes more than {most_memory / 1e9:g} GB of memory to read"), ""
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
def _memory_limit(most: int) -> Iterator[None]:
    """Let allocations fail, inside the block, when this process holds `most` bytes more than before it.

    macOS knows the limit and does not hold to it.
    """
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    statm = Path("/proc/self/statm")
    held = int(statm.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0
    limits = [held + most, *(limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY)]
    with suppress(ValueError, OSError):  # a system without the limit
        resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))
    try:
        yield
    finally:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


if __name__ == "__main__":
    main()
