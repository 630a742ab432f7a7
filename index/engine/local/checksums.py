"""The files of a folder: their names, and whether each is the one that was written."""

from pathlib import Path

from index.engine.manifest import FileRecord
from index.files import sha256_of


def file_names(folder: Path) -> list[str]:
    """The path, relative to a folder, of every file below it; lock files, which hold nothing, are left out."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return sorted(path.relative_to(folder).as_posix() for path in files)


def fault_of(path: Path, record: FileRecord) -> str | None:
    """One sentence where a file is missing, cut short or altered; None where it is whole.

    Raises:
        OSError: it can't be read.
    """
    if not path.is_file():
        return f"{path} is missing."
    if path.stat().st_size != record.bytes:
        return f"{path} has {path.stat().st_size} bytes, not {record.bytes}."
    if sha256_of(path) != record.sha256:
        return f"{path} is not the file that was written: its checksum differs."
    return None
