"""Writing files so that a crash leaves them whole, and the hash of a file."""

import hashlib
import os
from pathlib import Path


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal.

    Raises:
        OSError: the file can't be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Force a file, or the names in a directory, to the disk.

    Raises:
        OSError: the disk refused.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, data: bytes, partial: Path | None = None) -> None:
    """Replace a file atomically: after a crash at any instant it holds the old bytes or the new ones.

    The bytes are written to `partial` first, in the same directory: by default the name of `path` with ".new" added.

    Raises:
        OSError: the disk refused.
    """
    partial = partial or path.with_name(f"{path.name}.new")
    partial.write_bytes(data)
    sync(partial)
    partial.replace(path)
    sync(path.parent)
