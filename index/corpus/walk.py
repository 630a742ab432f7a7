"""Walking a corpus on disk: its files in a stable order, and which of them may be opened."""

import os
from pathlib import Path

from index.corpus.printable import printable
from index.errors import CorpusError, RefusedError


def check_exists(corpus: Path) -> None:
    """Check that there is a corpus at all.

    Raises:
        CorpusError: nothing exists at that path.
    """
    if not os.path.exists(corpus):  # noqa: PTH110 (Path.exists raises on a name that no file can have)
        raise CorpusError(
            f"The corpus {printable(corpus)} does not exist.",
            "Name a directory of articles, or one file, with --corpus.",
        )


def corpus_paths(corpus: Path) -> list[Path]:
    """The paths of all files of a corpus, in order, without hidden files and files named README.md.

    Directories that can't be listed or are links are among them, for `check_file` to refuse, so that none of them is
    left out unnoticed.
    """
    if corpus.is_file():
        return [corpus]
    paths: list[Path] = []

    def keep_unlisted(error: OSError) -> None:
        paths.append(Path(error.filename))

    for folder, folders, names in os.walk(corpus, onerror=keep_unlisted):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files = [name for name in names if not name.startswith(".") and name.lower() != "readme.md"]
        links = [name for name in folders if Path(folder, name).is_symlink()]
        paths += [Path(folder, name) for name in files + links]
    return sorted(paths, key=lambda path: path.relative_to(corpus).as_posix())


def check_file(corpus: Path, path: Path) -> None:
    """Check that a path of the corpus leads to a file of the corpus.

    Raises:
        RefusedError: it leads out of the corpus, or to something that is not a file.
        OSError, RuntimeError: the path can't be followed, for example because links form a circle.
    """
    if not path.resolve().is_relative_to(corpus.resolve()):
        raise RefusedError("it is a link to something outside the corpus")
    if path.is_dir():
        raise RefusedError("it is a directory that can't be listed, or a link to one")
    if not path.is_file():
        raise RefusedError("it is not a file, or a link to none")
