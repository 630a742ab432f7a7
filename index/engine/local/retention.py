"""Which generations of an index stay on the disk, who holds them, and going back to an earlier one."""

import fcntl
import logging
import os
import shutil
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.commands import command
from index.engine.local import generations as snapshot
from index.engine.manifest import Manifest
from index.errors import RagError, SnapshotDamaged, SnapshotMissing

KEPT = 3  # generations, the live one among them

_log = logging.getLogger(__name__)


class Hold:
    """Keeps a generation from being removed until it is closed, or no one has it any more."""

    def __init__(self, folder: Path) -> None:
        """Hold the generation in that folder.

        Raises:
            OSError: it is not there.
        """
        # On the manifest, which every generation has; a lock on a file needs no right to write it.
        descriptor = os.open(folder / snapshot.MANIFEST, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        self._finalizer = weakref.finalize(self, os.close, descriptor)

    def close(self) -> None:
        """Let it be removed."""
        self._finalizer()


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation on the disk; `manifest` is None, and `trouble` says why, where it can't be read."""

    number: int
    live: bool
    manifest: Manifest | None
    trouble: str | None = None


def generations(directory: Path) -> list[Generation]:
    """Every generation of an index, the newest first.

    Raises:
        SnapshotError: there is no index there.
    """
    live = snapshot.live_number(directory)
    return [_generation(directory, number, live) for number in sorted(snapshot.numbered(directory), reverse=True)]


def _generation(directory: Path, number: int, live: int) -> Generation:
    try:
        return Generation(number, number == live, snapshot.read_manifest(directory, number))
    except RagError as error:
        return Generation(number, number == live, None, error.what)


def roll_back(directory: Path, number: int | None = None) -> Manifest:
    """Make an earlier generation live again, the one before the live one unless another is named; gives its manifest.

    Every file of it is checked first. What was live stays on the disk.

    Raises:
        SnapshotMissing: there is no such generation.
        SnapshotDamaged: it is not whole.
        WriterBusy: another process is writing the index.
        StorageError: the disk refused.
    """
    _chosen(directory, number)  # before a lock is made where there is no index
    with snapshot.writer_lock(directory):
        chosen = _chosen(directory, number)
        manifest = snapshot.read_manifest(directory, chosen)
        problems = snapshot.check_files(directory, manifest)
        if problems:
            raise SnapshotDamaged(" ".join(problems), _listed(directory))
        try:
            snapshot.name_live(directory, chosen)
        except OSError as error:
            raise snapshot.unwritable(directory, error) from error
    return manifest


def _chosen(directory: Path, number: int | None) -> int:
    there = set(snapshot.numbered(directory))
    if number is None or not there:
        snapshot.live_number(directory)  # says that there is no index
    chosen = _earlier(directory) if number is None else number
    if chosen not in there:
        raise SnapshotMissing(f"{directory} holds no generation {chosen}.", _listed(directory))
    return chosen


def _earlier(directory: Path) -> int:
    live = snapshot.live_number(directory)
    before = [number for number in snapshot.numbered(directory) if number < live]
    if not before:
        raise SnapshotMissing(
            f"{directory} holds no generation before {live}.", f"Run: {command('rag index', directory)}"
        )
    return max(before)


def _listed(directory: Path) -> str:
    return f"See which there are: {command('rag status', directory)}"


def retire(directory: Path, kept: int) -> list[int]:
    """Remove all but the live generation and the newest others, `kept` in all, and those held; gives those removed.

    Call it with the writer lock held. One that can't be removed is tried again by the next run.
    """
    others = sorted(set(snapshot.numbered(directory)) - {snapshot.live_number(directory)})
    return [number for number in others[: max(0, len(others) - kept + 1)] if _remove(directory, number)]


def _remove(directory: Path, number: int) -> bool:
    folder = snapshot.generation_folder(directory, number)
    try:
        with _unheld(folder) as unheld:
            if unheld:
                # Nobody finds it half removed.
                shutil.rmtree(folder.rename(folder.with_suffix(".partial")))
    except OSError as error:  # what is live serves all the same
        _log.warning("The old generation %s can't be removed: %s", folder, error)
        return False
    return unheld


@contextmanager
def _unheld(folder: Path) -> Iterator[bool]:
    """Whether nobody holds a generation; then nobody can while it is being removed."""
    try:
        descriptor = os.open(folder / snapshot.MANIFEST, os.O_RDONLY)
    except FileNotFoundError:  # one whose files somebody deleted
        yield True
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)
