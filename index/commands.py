"""The next command to run, as a person types it, and the paths that commands use by default."""

import shlex
from pathlib import Path

DEFAULT_INDEX = Path(".index")
DEFAULT_CORPUS = Path("corpus")


def command(words: str, index: Path, corpus: Path | None = None) -> str:
    """The command line `words` for this index and this corpus; each is named where it is not the default."""
    options = [("--index", index, DEFAULT_INDEX), ("--corpus", corpus, DEFAULT_CORPUS)]
    flags = [f"{flag} {shlex.quote(str(path))}" for flag, path, default in options if path not in (None, default)]
    return " ".join([words, *flags])
