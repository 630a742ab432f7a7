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
from index.engine.local import generations
from index.engine.manifest import Manifest
from index.errors import GenerationDamagedError, GenerationMissingError, RagError

KEPT = 3  # generations, the live one among them

_log = logging.getLogger(__name__)


class GenerationLease:
    """Keeps a generation from being removed until it is closed, or no one has it any more."""

    def __init__(self, folder: Path) -> None:
        """Hold the generation in that folder.

        Raises:
            OSError: it is not there.
        """
        # On the manifest, which every generation has; a lock on a file needs no right to write it.
        descriptor = os.open(folder / generations.MANIFEST, os.O_RDONLY)
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


def list_generations(directory: Path) -> list[Generation]:
    """Every generation of an index, the newest first.

    Raises:
        GenerationError: there is no index there.
    """
    live = generations.live_number(directory)
    return [
        _generation(directory, number, live)
        for number in sorted(generations.generation_numbers(directory), reverse=True)
    ]


def _generation(directory: Path, number: int, live: int) -> Generation:
    try:
        return Generation(number, number == live, generations.read_manifest(directory, number))
    except RagError as error:
        return Generation(number, number == live, None, error.what)


def roll_back(directory: Path, number: int | None = None) -> Manifest:
    """Make an earlier generation live again, the one before the live one unless another is named; gives its manifest.

    Every file of it is checked first. What was live stays on the disk.

    Raises:
        GenerationMissingError: there is no such generation.
        GenerationDamagedError: it is not whole.
        WriterBusyError: another process is writing the index.
        StorageError: the disk refused.
    """
    _chosen(directory, number)  # before a lock is made where there is no index
    with generations.writer_lock(directory):
        chosen = _chosen(directory, number)
        manifest = generations.read_manifest(directory, chosen)
        problems = generations.check_files(directory, manifest)
        if problems:
            raise GenerationDamagedError(" ".join(problems), _listed(directory))
        try:
            generations.set_live(directory, chosen)
        except OSError as error:
            raise generations.write_error(directory, error) from error
    return manifest


def _chosen(directory: Path, number: int | None) -> int:
    there = set(generations.generation_numbers(directory))
    if number is None or not there:
        generations.live_number(directory)  # says that there is no index
    chosen = _earlier(directory) if number is None else number
    if chosen not in there:
        raise GenerationMissingError(f"{directory} holds no generation {chosen}.", _listed(directory))
    return chosen


def _earlier(directory: Path) -> int:
    live = generations.live_number(directory)
    before = [number for number in generations.generation_numbers(directory) if number < live]
    if not before:
        raise GenerationMissingError(
            f"{directory} holds no generation before {live}.", f"Run: {command('rag index', directory)}"
        )
    return max(before)


def _listed(directory: Path) -> str:
    return f"See which there are: {command('rag status', directory)}"


def retire(directory: Path, kept: int) -> list[int]:
    """Remove all but the live generation and the newest others, `kept` in all, and those held; gives those removed.

    Call it with the writer lock held. One that can't be removed is tried again by the next run.
    """
    others = sorted(set(generations.generation_numbers(directory)) - {generations.live_number(directory)})
    return [number for number in others[: max(0, len(others) - kept + 1)] if _remove(directory, number)]


def _remove(directory: Path, number: int) -> bool:
    folder = generations.generation_folder(directory, number)
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
        descriptor = os.open(folder / generations.MANIFEST, os.O_RDONLY)
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
