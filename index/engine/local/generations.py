"""One immutable generation of an index on disk: its manifest, opening, checking and publishing.

DIR/CURRENT                   the number of the live generation; replaced by an atomic rename
DIR/lock                      held while a generation is written
DIR/generations/<number>/     manifest.json and the files it lists with their checksums
DIR/feedback.sqlite           what people thought of answers, which the rag room keeps; no build touches it
"""

import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from index.commands import command
from index.engine.local.checksums import FileWatch, file_names
from index.engine.manifest import FORMAT_VERSION, FileRecord, Manifest
from index.errors import (
    GenerationDamagedError,
    GenerationForeignError,
    GenerationMissingError,
    RagError,
    StorageError,
    WriterBusyError,
)
from index.files import read_regular, sha256_of, sync, write_whole

_log = logging.getLogger(__name__)
_CURRENT, _LOCK, _GENERATIONS, MANIFEST = "CURRENT", "lock", "generations", "manifest.json"
_FEEDBACK = {f"feedback.sqlite{end}" for end in ("", "-wal", "-shm")}
# What `generation_folder` makes of a number. Any other name below generations/, such as one of thirty digits or with
# digits of other scripts, is not ours.
_NUMBER = re.compile(r"(?!0{6})[0-9]{6}|[1-9][0-9]{6,8}")


def live_number(directory: Path) -> int:
    """The number in CURRENT.

    Raises:
        GenerationMissingError: no generation has been published here.
        GenerationForeignError: the directory holds other files and no index.
        GenerationDamagedError: CURRENT is not a number.
        StorageError: it can't be read.
    """
    current = directory / _CURRENT
    try:
        return int(read_regular(current))
    except FileNotFoundError:
        # Generations without a CURRENT are left over from a first build that was cut off; none of them ever served.
        _refuse_foreign(directory)
        raise GenerationMissingError(
            f"There is no index in {directory} yet.", f"Run: {command('rag index', directory)}"
        ) from None
    except ValueError:
        raise GenerationDamagedError(
            f"{current} does not hold a generation's number.", rebuild_command(directory)
        ) from None
    except OSError as error:
        _refuse_foreign(directory)
        raise read_error(current, error) from error


def recorded_corpus(directory: Path) -> str | None:
    """The corpus that the live generation was made from; None where there is no index yet.

    Raises:
        GenerationError: there is an index, and its manifest can't be read.
    """
    try:
        return read_manifest(directory, live_number(directory)).corpus
    except GenerationMissingError:
        return None


def current_mark(directory: Path) -> tuple[int, int] | None:
    """A value that changes when CURRENT is replaced, even by the same number in a new directory; None if missing."""
    try:
        status = (directory / _CURRENT).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def generation_folder(directory: Path, number: int) -> Path:
    """The folder of generation `number`, whether it exists or not."""
    return directory / _GENERATIONS / f"{number:06d}"


def read_manifest(directory: Path, number: int) -> Manifest:
    """The manifest of a generation; its format is checked, its files are not.

    Raises:
        GenerationDamagedError: it is missing or half-written.
        GenerationForeignError: another version of the format wrote it.
    """
    path = generation_folder(directory, number) / MANIFEST
    try:
        manifest = Manifest.model_validate_json(read_regular(path))
    except (FileNotFoundError, NotADirectoryError, ValidationError) as error:
        _refuse_other_format(path, directory)
        raise GenerationDamagedError(f"{path} is missing or half-written.", rebuild_command(directory)) from error
    except OSError as error:
        raise read_error(path, error) from error
    _refuse_other_format(path, directory)
    if manifest.checksum != manifest.sealed().checksum:
        raise GenerationDamagedError(f"{path} is not the manifest that was written.", rebuild_command(directory))
    return manifest


def checked_manifest(directory: Path) -> Manifest:
    """The manifest of the live generation, with every file checked against it.

    Raises:
        GenerationError: there is none, it is not ours, or a file is missing, cut short or altered.
    """
    manifest = read_manifest(directory, live_number(directory))
    refuse_damage(directory, file_watch(directory, manifest))
    return manifest


def file_watch(directory: Path, manifest: Manifest) -> FileWatch:
    """A watch over the files of a generation, none of them checked yet."""
    return FileWatch(generation_folder(directory, manifest.generation), manifest.files)


def refuse_damage(directory: Path, watch: FileWatch) -> None:
    """Refuse a generation of which a file is damaged; files that have not changed since the last call are not read.

    Raises:
        GenerationDamagedError: a file is missing, cut short or altered.
        StorageError: the disk does not let a file be read.
    """
    problems = _problems(directory, watch)
    if problems:
        raise GenerationDamagedError(" ".join(problems), rebuild_command(directory))


def check_files(directory: Path, manifest: Manifest) -> list[str]:
    """One sentence for each file of a generation that is missing, cut short or altered.

    Raises:
        StorageError: the disk does not let a file be read.
    """
    return _problems(directory, file_watch(directory, manifest))


def _problems(directory: Path, watch: FileWatch) -> list[str]:
    try:
        return watch.problems()
    except OSError as error:
        raise read_error(Path(error.filename or directory), error) from error


@contextmanager
def writer_lock(directory: Path) -> Iterator[None]:
    """Lock an index directory for writing, and make it if it is missing; it has one writer at a time.

    Raises:
        WriterBusyError: another process holds the lock.
        GenerationForeignError: the directory holds other files and no index.
        StorageError: the directory can't be made or written.
    """
    _refuse_foreign(directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = FileLock(directory / _LOCK, timeout=0)
        lock.acquire()
    except Timeout:
        raise WriterBusyError(
            f"Another rag index is writing {directory}.", "Wait until it ends, then run it again."
        ) from None
    except OSError as error:
        raise write_error(directory, error) from error
    try:
        yield
    finally:
        lock.release()


def new_folder(directory: Path) -> tuple[int, Path]:
    """Make an empty folder for the next generation; gives its number too. Call it with the writer lock held.

    Folders that interrupted runs left behind are removed; no CURRENT ever named them.
    """
    leftovers = [path for path in (directory / _GENERATIONS).glob("*.partial") if _NUMBER.fullmatch(path.stem)]
    number = 1 + max([0, *generation_numbers(directory), *(int(path.stem) for path in leftovers)])
    for leftover in leftovers:
        try:
            shutil.rmtree(leftover)
        except OSError as error:  # the build does not need its place
            _log.warning("The leftover %s can't be removed: %s", leftover, error)
    folder = directory / _GENERATIONS / f"{number:06d}.partial"
    folder.mkdir(parents=True)
    return number, folder


def file_records(folder: Path) -> dict[str, FileRecord]:
    """Force every file below a folder to the disk, but for locks; gives each one's size and checksum.

    Raises:
        OSError: the disk refused.
    """
    records = {}
    for name in file_names(folder):
        path = folder / name
        sync(path)
        records[name] = FileRecord(bytes=path.stat().st_size, sha256=sha256_of(path))
    return records


def publish(directory: Path, folder: Path, manifest: Manifest) -> None:
    """Make a finished folder the live generation; a crash at any instant leaves the old or the new one live.

    Raises:
        OSError: the disk refused.
    """
    (folder / MANIFEST).write_text(manifest.sealed().model_dump_json(indent=2), encoding="utf-8")
    sync(folder / MANIFEST)
    for inner in (path for path in folder.rglob("*") if path.is_dir()):
        sync(inner)
    sync(folder)
    finished = folder.rename(generation_folder(directory, manifest.generation))
    try:
        sync(directory / _GENERATIONS)
        set_live(directory, manifest.generation)
    except OSError:
        if not _may_be_live(directory, manifest.generation):
            shutil.rmtree(finished, ignore_errors=True)  # or each further try would fill a full disk more
        raise


def _may_be_live(directory: Path, number: int) -> bool:
    """Whether CURRENT names a generation, or can't be read."""
    try:
        return live_number(directory) == number
    except GenerationMissingError:
        return False
    except RagError:
        return True


def set_live(directory: Path, number: int) -> None:
    """Make a generation that is on the disk the live one, by one atomic rename.

    Raises:
        OSError: the disk refused.
    """
    write_whole(directory / _CURRENT, f"{number}\n".encode())


def read_error(path: Path, error: OSError) -> StorageError:
    """The error for a path of the index that can't be read."""
    return StorageError(f"{path} can't be read ({error.strerror or error}).", "Mend its permissions.")


def write_error(path: Path, error: OSError) -> StorageError:
    """The error for an index directory that can't be written; the live generation is untouched."""
    return StorageError(
        f"The index {path} can't be written ({error.strerror or error}); what was there still serves.",
        "Free some space or mend its permissions, or name another directory with --index.",
    )


def rebuild_command(directory: Path) -> str:
    """The remedy for a damaged generation, or for one of another format."""
    return f"Run: {command('rag index --rebuild', directory)}"


def generation_numbers(directory: Path) -> Iterator[int]:
    """The numbers of the generations on the disk, live or not."""
    for path in (directory / _GENERATIONS).glob("[0-9]*"):
        if _NUMBER.fullmatch(path.name):
            yield int(path.name)


def _refuse_foreign(directory: Path) -> None:
    """Refuse a file, and a directory that holds visible files of another program."""
    ours = {_CURRENT, _LOCK, _GENERATIONS, f"{_CURRENT}.new", *_FEEDBACK}
    try:
        if directory.exists() and not directory.is_dir():
            raise GenerationForeignError(
                f"{directory} is a file, not an index directory.", "Name another with --index."
            )
        names = {path.name for path in directory.iterdir()} if directory.is_dir() else set()
    except OSError as error:
        raise read_error(directory, error) from error
    if any(not name.startswith(".") for name in names - ours):
        raise GenerationForeignError(
            f"{directory} holds files that are not an index's.",
            "Name an empty or new directory with --index.",
        )


def _refuse_other_format(path: Path, directory: Path) -> None:
    """Refuse a manifest that states another format; one that states none is for the caller to judge."""

    class Version(BaseModel):
        format_version: int

    try:
        version = Version.model_validate_json(read_regular(path)).format_version
    except (OSError, ValidationError):
        return
    if version != FORMAT_VERSION:
        raise GenerationForeignError(
            f"{path} has format {version}; this program reads format {FORMAT_VERSION}.",
            rebuild_command(directory),
        )
