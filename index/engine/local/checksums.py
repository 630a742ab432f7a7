"""The files of a folder: their names, and whether each is still the one that was written."""

import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from index.engine.manifest import FileRecord
from index.files import sha256_of

_Mark = tuple[int, int, int]  # inode, bytes, and when it was last written, in ns


class FileWatch:
    """Tells which files of a generation are missing, cut short or altered, as often as needed; threads may share it.

    A file is read only the first time, and when it has changed since. Otherwise a check is one look at each file.
    """

    def __init__(self, folder: Path, records: Mapping[str, FileRecord]) -> None:
        # Strings, since every question looks at every file, and joining paths would take most of the time.
        self._records = {str(folder / name): record for name, record in records.items()}
        self._lock = Lock()
        self._marks: dict[str, _Mark | None] = {}
        self._faults: dict[str, str] = {}

    def problems(self) -> list[str]:
        """One sentence for each file that is missing, cut short or altered.

        A file that was there in an earlier call and is gone now is no problem: whoever opened it can still read it.

        Raises:
            OSError: a file can't be read.
        """
        with self._lock:
            for path in self._records:
                mark = _mark_of(path)
                if path not in self._marks or mark not in (None, self._marks[path]):
                    self._read(path, mark)
            return list(self._faults.values())

    def _read(self, path: str, mark: _Mark | None) -> None:
        """Read a file whose mark is new; the mark was taken before, so that a change meanwhile is seen next time."""
        fault = _fault_of(Path(path), self._records[path])
        self._faults.pop(path, None)
        if fault:
            self._faults[path] = fault
        self._marks[path] = mark


def file_names(folder: Path) -> list[str]:
    """The path, relative to a folder, of every file below it; lock files, which hold nothing, are left out."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return sorted(path.relative_to(folder).as_posix() for path in files)


def _mark_of(path: str) -> _Mark | None:
    """A value that changes when a file is written to or replaced; None where there is no file."""
    try:
        status = os.stat(path)  # noqa: PTH116 (quicker than a Path's)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _fault_of(path: Path, record: FileRecord) -> str | None:
    """One sentence where a file is missing, cut short or altered; None where it is whole."""
    if not path.is_file():
        return f"{path} is missing."
    if path.stat().st_size != record.bytes:
        return f"{path} has {path.stat().st_size} bytes, not {record.bytes}."
    if sha256_of(path) != record.sha256:
        return f"{path} is not the file that was written: its checksum differs."
    return None
