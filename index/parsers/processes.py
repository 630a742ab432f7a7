"""Parsing in other processes, on every core: a file that takes too much is refused, and the rest are read.

A parser bounds what it can foresee. What it can't, a defect of a library among it, ends a process of its own here, and
neither the build nor the server that waits for it.

No library is used: pools of processes share one channel and one lock, so that a process that is killed may take the
others with it; they import the program that started them; and those of multiprocessing can't be started by a process
that ends with its parent, as the one of a re-index must.
"""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from multiprocessing import Pipe
from queue import Empty, SimpleQueue
from threading import Condition, Thread
from typing import Any, Generic, TypeVar

from index.cores import available_cores
from index.errors import ParserProcessError, RefusedError
from index.parsers.worker import END, Bounds, Call, Ending

MOST_SECONDS = 120.0  # for a file of any size
SECONDS_PER_MEGABYTE = 10.0  # more: an archive of web pages takes some 2
MOST_MEMORY = 2_000_000_000  # bytes, beyond what the process holds before
MOST_OUTPUT = 1_000_000_000  # bytes of records
MOST_HELD = 4_000_000  # bytes that wait to be taken from one call; then it waits
IDLE_SECONDS = 30.0  # after which a process without work is ended

Item = TypeVar("Item")


class Parsing(Generic[Item]):
    """A call that another process makes. Its items wait here, and the call waits where too many do."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.is_cancelled = False
        self._items: deque[bytes] = deque()
        self._size = 0
        self._ended = False
        self._error: BaseException | None = None
        self._changed = Condition()

    def put(self, item: bytes) -> bool:
        """Give an item, once there is room for it; False if nobody wants it any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._size < MOST_HELD or self.is_cancelled)
            self._items.append(item)
            self._size += len(item)
            self._changed.notify_all()
            return not self.is_cancelled

    def end(self, error: BaseException | None) -> None:
        """Say that all items were given, and why there are no more if that was not the end of the file."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def cancel(self) -> None:
        """Say that nobody wants the items; the call is ended, or not made."""
        with self._changed:
            self.is_cancelled = True
            self._changed.notify_all()

    def items(self) -> Iterator[Item]:
        """What the call gives, in order, as it comes.

        Raises:
            RefusedError: the parser refused the file, went past a bound, or crashed; what it gave before is given.
            ParserProcessError: no process can be started.
            RuntimeError: a parser has a defect, with its traceback.
        """
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._items or self._ended)
                    if not self._items:
                        break
                    item = self._items.popleft()
                    self._size -= len(item)
                    self._changed.notify_all()
                yield pickle.loads(item)  # noqa: S301 (made by a process of ours)
        finally:
            self.cancel()
        if self._error is not None:
            raise self._error


def begin_parsing(parse: Callable[..., Iterable[Item]], data: bytes, *arguments: object) -> Parsing[Item]:
    """Have another process call `parse(data, *arguments)`, a function of a module, whose items can be pickled."""
    seconds = MOST_SECONDS + SECONDS_PER_MEGABYTE * len(data) / 1e6
    parsing: Parsing[Item] = Parsing((parse, data, arguments, Bounds(seconds, MOST_MEMORY, MOST_OUTPUT)))
    _calls().put(parsing)
    return parsing


def parse_apart(parse: Callable[..., Iterable[Item]], data: bytes, *arguments: object) -> Iterator[Item]:
    """The items of `parse(data, *arguments)`, which another process calls.

    Raises:
        RefusedError, ParserProcessError, RuntimeError: as `Parsing.items`.
    """
    return begin_parsing(parse, data, *arguments).items()


@cache
def _calls() -> "SimpleQueue[Parsing[Any]]":
    """The calls that wait, first come first served, and a thread for each core that has them made."""
    calls: SimpleQueue[Parsing[Any]] = SimpleQueue()
    for number in range(available_cores()):
        Thread(target=_serve, args=(calls,), name=f"parsing-{number}", daemon=True).start()
    return calls


def _serve(calls: "SimpleQueue[Parsing[Any]]") -> None:
    """Have a process make one call after the other. It is started by the first, and anew where it was ended."""
    worker: _Worker | None = None
    error: Exception | None
    while True:
        try:
            parsing = calls.get(timeout=IDLE_SECONDS if worker else None)
        except Empty:
            _close(worker)
            worker = None
            continue
        if parsing.is_cancelled:
            continue
        try:
            if worker is None or not worker.begins(parsing):
                _close(worker)
                worker = _Worker()
                worker.begins(parsing)
            error = worker.finish(parsing)
        except Exception as unexpected:  # noqa: BLE001 (whoever waits for the items raises it)
            _close(worker)
            error, worker = unexpected, None
        parsing.end(error)
        del parsing  # a file's content would be held until the next one comes


def _close(worker: "_Worker | None") -> None:
    if worker is not None:
        worker.close()


class _Worker:
    """A process that makes calls; it ends by itself when this one does, since nothing more can come."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            ParserProcessError: it can't be started.
        """
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}  # noqa: PTH109
        try:
            self._connection, theirs = Pipe()
            with theirs:
                program = [sys.executable, "-P", "-m", "index.parsers.worker", str(theirs.fileno())]
                # In a group of its own: Ctrl-C on a terminal is for the process that waits.
                self._process = subprocess.Popen(  # noqa: S603 (a module of this package)
                    program, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=environment, process_group=0
                )
        except OSError as error:
            raise _not_started(str(error)) from error
        try:
            self._connection.recv_bytes()  # it is ready
        except (OSError, EOFError) as error:
            self.close()
            raise _not_started("it ended at once") from error

    def begins(self, parsing: Parsing[Any]) -> bool:
        """Have it begin a call; False if it has ended, or been ended."""
        try:
            self._connection.send(parsing.call)
            self._connection.recv_bytes()
        except (OSError, EOFError):
            return False
        return True

    def close(self) -> None:
        """End it at once."""
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def finish(self, parsing: Parsing[Any]) -> Exception | None:
        """Pass on what the call gives; returns why it ended before the file did. The process may have ended with it."""
        seconds = parsing.call[-1].seconds
        left = seconds
        try:
            while True:
                began = time.monotonic()
                if not self._connection.poll(max(0.0, left)):
                    self.close()
                    return RefusedError(f"it takes more than {seconds:.0f} seconds to read")
                item = self._connection.recv_bytes()
                left -= time.monotonic() - began
                if item == END:
                    ending: Ending = self._connection.recv()
                    refusal, defect = ending
                    return RuntimeError(f"a parser has a defect:\n{defect}") if defect else refusal
                if not parsing.put(item):
                    self.close()
                    return None
        except (OSError, EOFError):
            self._connection.close()
            return RefusedError(f"the program that reads it crashed ({_ending_of(self._process.wait())})")


def _not_started(reason: str) -> ParserProcessError:
    return ParserProcessError(
        f"No process can be started to read files ({reason}).", "See what the system allows a user: ulimit -a"
    )


def _ending_of(code: int) -> str:
    return signal.strsignal(-code) or f"signal {-code}" if code < 0 else f"exit code {code}"
