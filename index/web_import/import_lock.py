"""One import at a time writes a corpus directory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import CorpusError, StorageError, WriterBusyError
from index.web_import.state import STATE

LOCK = ".import.lock"


@contextmanager
def import_lock(corpus: Path) -> Iterator[None]:
    """Hold a corpus directory, which is made if it is missing, as its only importer.

    Where no page is recorded in it at the end, everything that was made for the import is removed again.

    Raises:
        CorpusError: the corpus is a file.
        WriterBusyError: another import writes it.
        StorageError: it can't be written.
    """
    if corpus.is_file():
        raise CorpusError(f"The corpus {corpus} is a file.", "Name a directory with --corpus.")
    missing = [folder for folder in (corpus, *corpus.parents) if not folder.exists()]
    try:
        corpus.mkdir(parents=True, exist_ok=True)
        with FileLock(corpus / LOCK, timeout=0):
            yield
            _remove_if_empty(corpus, missing)
    except Timeout:
        raise WriterBusyError(
            f"Another rag import is writing {corpus}.", "Wait until it ends, then run it again."
        ) from None
    except OSError as error:
        raise StorageError(
            f"The corpus {corpus} can't be written ({error.strerror or error}).",
            "Free some space or mend its permissions, or name another directory with --corpus.",
        ) from error


def _remove_if_empty(corpus: Path, created: Sequence[Path]) -> None:
    """Remove the state, the lock and the created directories of an import that recorded no page.

    Call it last, with the lock held. An import that opened the lock's file before it was removed is turned away, since
    its lock no longer has a file.
    """
    state = corpus / STATE
    if state.stat().st_size:
        return
    state.unlink()
    (corpus / LOCK).unlink()
    with suppress(OSError):  # a directory that holds anything stays, and so do those above it
        for folder in created:
            folder.rmdir()
