"""Following a corpus: the index is brought up to date whenever something in it changes."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TypeVar

from index.errors import RagError

Report = TypeVar("Report")

# Milliseconds: how long changes must have ceased before they are taken together, and at most are waited for.
_QUIET = 500
_LONGEST = 5000
_LOOK = 1000  # how often the wait is interrupted to see whether to stop


def follow(
    corpus: Path,
    build: Callable[[], Report],
    tell: Callable[[Report | RagError], None],
    stop: Event | None = None,
) -> None:
    """Build once, and again after every change below `corpus`, until `stop` is set or Ctrl-C.

    What a build gave, or the error it ended with, is told; an error ends nothing, since the next change may
    mend it. Changes during a build lead to the next.
    """
    from watchfiles import watch

    # As the changes are told: without "..", and from the root, above which nothing is hidden from us.
    corpus = Path(os.path.abspath(corpus))  # noqa: PTH100 (resolve would follow links, which changes do not)
    begun = False
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
        if changes or not begun:
            begun = True
            tell(_built(build))


def _counts(corpus: Path, path: Path) -> bool:
    if not corpus.is_dir():
        return path.name == corpus.name
    below = path.relative_to(corpus) if path.is_relative_to(corpus) else path
    return not any(part.startswith(".") for part in below.parts)


def _built(build: Callable[[], Report]) -> Report | RagError:
    try:
        return build()
    except RagError as error:
        return error
