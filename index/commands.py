"""The next command to run, as a person types it."""

import shlex
from pathlib import Path

DEFAULT_INDEX = Path(".index")
DEFAULT_CORPUS = Path("corpus")


def command(words: str, index: Path, corpus: Path | None = None) -> str:
    """A command that acts on this index and this corpus: each is named where it is not the default."""
    named = [("--index", index, DEFAULT_INDEX), ("--corpus", corpus, DEFAULT_CORPUS)]
    flags = [f"{flag} {shlex.quote(str(path))}" for flag, path, default in named if path not in (None, default)]
    return " ".join([words, *flags])
