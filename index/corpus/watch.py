"""Following a corpus: the index is brought up to date whenever something in it changes."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Generic, TypeVar

from index.corpus.walk import check_exists
from index.errors import RagError

Report = TypeVar("Report")

# Milliseconds. Changes are taken together once none has come for _QUIET, at the latest after _LONGEST_WAIT.
_QUIET = 500
_LONGEST_WAIT = 5000
_CHECK_INTERVAL = 1000  # how often waiting is interrupted to check whether to stop, or to build again after an error
_MOST_CHECKS = 60  # between two builds that fail

# Whoever stops it with Ctrl-C knows that; the library says so too.
logging.getLogger("watchfiles.main").setLevel(logging.ERROR)


def follow(
    corpus: Path,
    build: Callable[[], Report],
    on_result: Callable[[Report | RagError], None],
    stop: Event | None = None,
) -> None:
    """Build once, and again after every change below `corpus`, until `stop` is set or Ctrl-C.

    `on_result` is called with what each build returns, and with each RagError that differs from the one before. After
    an error the build is tried again without a change, since the cause may lie elsewhere, at growing intervals until
    it succeeds. Changes during a build lead to the next build.

    Raises:
        CorpusError: nothing exists at that path.
    """
    from watchfiles import watch

    # Changes are reported by absolute paths without "..", so folders above the corpus can be told from those in it.
    corpus = Path(os.path.abspath(corpus))  # noqa: PTH100 (resolve would follow links, which changes do not)
    check_exists(corpus)
    one_file = not corpus.is_dir()

    def in_corpus(_: object, path: str) -> bool:
        """Whether a change is to the one file, or to something in the directory that is not hidden."""
        if one_file:
            return Path(path).name == corpus.name
        relative = Path(path).relative_to(corpus) if Path(path).is_relative_to(corpus) else Path(path)
        return not any(part.startswith(".") for part in relative.parts)

    builds = _Builds(build, on_result)
    # Of one file the folder is watched, because an editor that saves puts another file in its place.
    for changes in watch(
        corpus.parent if one_file else corpus,
        step=_QUIET,
        debounce=_LONGEST_WAIT,
        rust_timeout=_CHECK_INTERVAL,
        recursive=not one_file,
        yield_on_timeout=True,
        raise_interrupt=False,
        stop_event=stop,
        watch_filter=in_corpus,
    ):
        # The first build happens at the first check, when watching has begun, so no change after it is missed.
        builds.check(changed=bool(changes))


class _Builds(Generic[Report]):
    """Builds at the first check, after a change, and after an error again, each wait twice as long as the last."""

    def __init__(self, build: Callable[[], Report], on_result: Callable[[Report | RagError], None]) -> None:
        self._build = build
        self._on_result = on_result
        self._last_error = ""  # the message last given to `on_result`, which is not given again
        self._wait = 1  # in checks
        self._checks_left: int | None = 1  # until the next build; None while there is nothing to do

    def check(self, changed: bool) -> None:
        """Build, if it is time to."""
        if self._checks_left is not None:
            self._checks_left -= 1
        if changed:
            self._wait = 1
        elif self._checks_left != 0:
            return
        try:
            report = self._build()
        except RagError as error:
            self._checks_left = self._wait
            self._wait = min(2 * self._wait, _MOST_CHECKS)
            if str(error) != self._last_error:
                self._last_error = str(error)
                self._on_result(error)
        else:
            self._checks_left, self._wait, self._last_error = None, 1, ""
            self._on_result(report)
