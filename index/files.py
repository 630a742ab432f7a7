"""Opening and writing files so that nothing hangs and a crash leaves them whole, and the hash of a file."""

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO, Literal

# After each block another thread may have its turn, and one that is importing keeps it for 5 ms. In the blocks of
# `hashlib.file_digest`, 256 kB, the default model's file would so wait up to 350 times while a server starts.
_HASHED_AT_ONCE = 1 << 24  # bytes


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal.

    Raises:
        OSError: the file can't be read.
    """
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(_HASHED_AT_ONCE):
            digest.update(block)
    return digest.hexdigest()


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


def open_regular(path: Path, mode: Literal["rb", "ab"], *, follow_links: bool = True) -> BinaryIO:
    """Open a file without ever waiting for it, as opening a pipe would.

    Raises:
        FileNotFoundError: there is nothing, or a pipe, a socket or a device.
        OSError: the disk refused; or the path is a symbolic link, unless `follow_links`.
    """

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NONBLOCK | (0 if follow_links else os.O_NOFOLLOW), 0o666)

    try:
        file = open(path, mode, opener=opener)  # noqa: SIM115 (the caller closes it)
    except OSError as error:
        if error.errno == errno.ELOOP and path.is_symlink():
            raise OSError(errno.ELOOP, f"{path.name} is a symbolic link", str(path)) from error
        raise
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise FileNotFoundError(errno.ENOENT, "there is a pipe or a device in its place", str(path))
    return file


def read_regular(path: Path) -> bytes:
    """The content of a file; it never waits, as reading a pipe would.

    Raises:
        FileNotFoundError, OSError: as `open_regular`.
    """
    with open_regular(path, "rb") as file:
        return file.read()


def write_whole(path: Path, data: bytes, partial: Path | None = None) -> None:
    """Replace a file atomically: after a crash at any instant it holds the old bytes or the new ones.

    The bytes are written to `partial` first, in the same directory: by default the name of `path` with ".new" added.
    Whatever has that name, such as the rest of a run that was cut off or a link to another file, is removed and never
    written to.

    Raises:
        OSError: the disk refused.
    """
    partial = partial or path.with_name(f"{path.name}.new")
    partial.unlink(missing_ok=True)
    with partial.open("xb") as file:  # fails where somebody makes a file or a link of that name meanwhile
        file.write(data)
    sync(partial)
    partial.replace(path)
    sync(path.parent)
