"""Following a corpus: the index is brought up to date whenever something in it changes."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Generic, TypeVar

from index.corpus.articles import check_exists
from index.errors import RagError

Report = TypeVar("Report")

# Milliseconds: how long changes must have ceased before they are taken together, and at most are waited for.
_QUIET = 500
_LONGEST = 5000
_LOOK = 1000  # how often the wait is interrupted to see whether to stop, or to build again
_MOST_LOOKS = 60  # between two builds that end with errors


def follow(
    corpus: Path,
    build: Callable[[], Report],
    tell: Callable[[Report | RagError], None],
    stop: Event | None = None,
) -> None:
    """Build once, and again after every change below `corpus`, until `stop` is set or Ctrl-C.

    What a build gave, or the error it ended with, is told; an error ends nothing: it is built again, ever more
    seldom, until that succeeds, since what was in the way need not be a change. Changes during a build lead
    to the next.

    Raises:
        CorpusError: there is nothing at that path.
    """
    from watchfiles import watch

    # As the changes are told: without "..", and from the root, above which nothing is hidden from us.
    corpus = Path(os.path.abspath(corpus))  # noqa: PTH100 (resolve would follow links, which changes do not)
    check_exists(corpus)
    attempts = _Attempts(build, tell)
    # Of a single file its folder, as an editor that saves puts another file in its place.
    for changes in watch(
        corpus if corpus.is_dir() else corpus.parent,
        step=_QUIET,
        debounce=_LONGEST,
        rust_timeout=_LOOK,
        recursive=corpus.is_dir(),
        yield_on_timeout=True,
        raise_interrupt=False,
        stop_event=stop,
        watch_filter=lambda _, path: _counts(corpus, Path(path)),
    ):
        # It watches from the first look on, so that nothing is missed between the first build and that.
        attempts.look(changed=bool(changes))


class _Attempts(Generic[Report]):
    """Builds at the first look, after a change, and after an error again, the wait doubling with each."""

    def __init__(self, build: Callable[[], Report], tell: Callable[[Report | RagError], None]) -> None:
        self._build = build
        self._tell = tell
        self._told = ""  # the error that was told last, which is not told again
        self._wait = 1  # in looks
        self._left: int | None = 1  # looks until the next build; None while there is nothing to do

    def look(self, changed: bool) -> None:
        """Build, if it is time to."""
        if self._left is not None:
            self._left -= 1
        if changed:
            self._wait = 1
        if changed or self._left == 0:
            self._attempt()

    def _attempt(self) -> None:
        try:
            report = self._build()
        except RagError as error:
            self._left = self._wait
            self._wait = min(2 * self._wait, _MOST_LOOKS)
            self._tell_once(error)
        else:
            self._left, self._wait, self._told = None, 1, ""
            self._tell(report)

    def _tell_once(self, error: RagError) -> None:
        if str(error) != self._told:
            self._told = str(error)
            self._tell(error)


def _counts(corpus: Path, path: Path) -> bool:
    if not corpus.is_dir():
        return path.name == corpus.name
    below = path.relative_to(corpus) if path.is_relative_to(corpus) else path
    return not any(part.startswith(".") for part in below.parts)
