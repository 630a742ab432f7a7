"""Which generations of an index stay on the disk, leases on those in use, and going back to an earlier one."""

import fcntl
import logging
import os
import shutil
import weakref
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from index.commands import command
from index.engine.local import generations
from index.engine.manifest import Manifest
from index.errors import GenerationDamagedError, GenerationMissingError, RagError
from index.files import open_regular

KEPT = 3  # generations, the live one among them

_log = logging.getLogger(__name__)


class GenerationLease:
    """Keeps a generation from being removed, until it is closed or garbage collected."""

    def __init__(self, folder: Path) -> None:
        """Lease the generation in that folder.

        Raises:
            OSError: it has no manifest, or the disk refused.
        """
        # The lock is on the manifest, which every generation has. It needs no permission to write.
        descriptor = os.open(folder / generations.MANIFEST, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        self._finalizer = weakref.finalize(self, os.close, descriptor)

    def close(self) -> None:
        """Let the generation be removed."""
        self._finalizer()


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation on the disk; where its manifest can't be read, `manifest` is None and `trouble` says why."""

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
    listed = []
    for number in sorted(generations.generation_numbers(directory), reverse=True):
        manifest, trouble = None, None
        try:
            manifest = generations.read_manifest(directory, number)
        except RagError as error:
            trouble = error.what
        listed.append(Generation(number, number == live, manifest, trouble))
    return listed


def roll_back(directory: Path, number: int | None = None) -> Manifest:
    """Make an earlier generation live again, the one before the live one unless `number` is given; gives its manifest.

    All its files are checked first. The generation that was live stays on the disk.

    Raises:
        GenerationMissingError: there is no such generation.
        GenerationDamagedError: it is not whole.
        WriterBusyError: another process is writing the index.
        StorageError: the disk refused.
    """
    _earlier_number(directory, number)  # so that no lock file is made where there is no index
    with generations.writer_lock(directory):
        earlier = _earlier_number(directory, number)
        manifest = generations.read_manifest(directory, earlier)
        problems = generations.check_files(directory, manifest)
        if problems:
            raise GenerationDamagedError(" ".join(problems), _status_command(directory))
        try:
            generations.set_live(directory, earlier)
        except OSError as error:
            raise generations.write_error(directory, error) from error
    return manifest


def _earlier_number(directory: Path, number: int | None) -> int:
    """The generation to go back to: `number`, which must exist, or the newest before the live one."""
    existing = set(generations.generation_numbers(directory))
    if number is None or not existing:
        live = generations.live_number(directory)  # raises where there is no index
    if number is None:
        number = max((other for other in existing if other < live), default=None)
        if number is None:
            raise GenerationMissingError(
                f"{directory} holds no generation before {live}.", f"Run: {command('rag index', directory)}"
            )
    if number not in existing:
        raise GenerationMissingError(f"{directory} holds no generation {number}.", _status_command(directory))
    return number


def _status_command(directory: Path) -> str:
    return f"See which there are: {command('rag status', directory)}"


def retire(directory: Path, kept: int) -> list[int]:
    """Remove old generations, so that `kept` stay: the live one and the newest others; gives the numbers removed.

    Leased generations stay too. Call it with the writer lock held. The next run tries again to remove a generation
    that can't be removed now.
    """
    others = sorted(set(generations.generation_numbers(directory)) - {generations.live_number(directory)})
    return [number for number in others[: max(0, len(others) - kept + 1)] if _remove(directory, number)]


def _remove(directory: Path, number: int) -> bool:
    """Remove a generation unless it is leased; gives whether it was removed."""
    folder = generations.generation_folder(directory, number)
    try:
        with ExitStack() as stack:
            try:
                manifest = stack.enter_context(open_regular(folder / generations.MANIFEST, "rb"))
                # Held until the folder is removed, so that no new lease begins meanwhile.
                fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            except FileNotFoundError:  # somebody deleted or replaced its manifest, so that nobody can lease it
                pass
            # Renamed first, so that nobody opens it half removed.
            shutil.rmtree(folder.rename(folder.with_suffix(".partial")))
    except OSError as error:  # the live generation serves all the same
        _log.warning("The old generation %s can't be removed: %s", folder, error)
        return False
    return True
