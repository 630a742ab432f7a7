"""Private copies of files that are mapped into memory, so that nobody can cut them short while they are read.

Reading a mapped page of a file that another program has cut ends the whole process (SIGBUS), and looking at the file's
size before each search would leave the time between the look and the reading.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from index.errors import StorageError

_REMEDY = "Free some space there, or name another directory with TMPDIR."


@contextmanager
def private_copy(source: Path) -> Iterator[Path]:
    """A copy of a file, or of the files of a folder, which is removed at the end of the block.

    What was opened or mapped in it by then can still be read, and its space is free when it is closed. It lies in the
    temporary directory, since an index may lie on a read-only disk.

    Raises:
        StorageError: this machine has no temporary directory, or no room there.
    """
    try:
        temporary = TemporaryDirectory(prefix="rag-index-", ignore_cleanup_errors=True)
    except OSError as error:
        raise StorageError(f"No temporary directory can be made ({error.strerror or error}).", _REMEDY) from error
    with temporary as name:
        copy = Path(name, source.name)
        try:
            _copy(source, copy)
        except OSError as error:
            reason = error.strerror or error
            raise StorageError(
                f"{source} can't be copied to the temporary directory {name} ({reason}).", _REMEDY
            ) from error
        yield copy


def _copy(source: Path, copy: Path) -> None:
    """Copy a file, or the files of a folder but for locks, which hold nothing."""
    if source.is_file():
        shutil.copyfile(source, copy)
        return
    copy.mkdir()
    for path in source.iterdir():
        if path.is_file() and path.suffix != ".lock":
            shutil.copyfile(path, copy / path.name)
