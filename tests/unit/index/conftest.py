"""What the index room's tests share."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from index.build import build_index
from tests.conftest import WordEmbedder
from tests.unit.conftest import MEMORY

NOBODY = 65534


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A directory that every user may enter, which pytest's own temporary directories are not."""
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def unprivileged() -> Callable[[], AbstractContextManager[None]]:
    """Permissions bind root too inside this context."""

    @contextmanager
    def become() -> Iterator[None]:
        user = os.geteuid()
        if user == 0:
            os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(user)

    return become


@pytest.fixture
def built_in_lists(monkeypatch: pytest.MonkeyPatch, corpus: Path, directory: Path, embedder: WordEmbedder) -> Path:
    """An index of the shared small corpus that is searched by lists, as large ones are."""
    for name, value in (("EXACT", 2), ("FEW", 0), ("LISTS", 1)):
        monkeypatch.setattr(f"index.dense.{name}", value)
    build_index(corpus, directory, embedder)
    embedder.embedded.clear()
    return directory
