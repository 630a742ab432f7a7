"""What unit tests share: a disk that costs nothing, and an index built once and copied."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from index import files
from index.build.build import build_index
from index.engine.local import generations
from tests.conftest import WordEmbedder, write_corpus

# Tantivy forces every file to the disk, which takes most of a test's time; in memory it takes none.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

# No deadline, since a busy machine is not a defect. No database, since an example that failed belongs into a test.
settings.register_profile("project", deadline=None, database=None)
settings.load_profile("project")


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A directory of the test's own, in memory where there is such a place."""
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files and folders that would be forced to the disk, in order; none of them really is."""
    names: list[str] = []
    for module in (files, generations):
        monkeypatch.setattr(module, "sync", lambda path: names.append(path.name))
    return names


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the shared small corpus, built once without a model."""
    directory = tmp_path_factory.mktemp("template") / "index"
    build_index(write_corpus(tmp_path_factory.mktemp("corpus")), directory, WordEmbedder())
    return directory


@pytest.fixture
def built(directory: Path, template: Path) -> Path:
    """An index of the shared small corpus: a copy, since building takes far longer."""
    return Path(shutil.copytree(template, directory))


@pytest.fixture
def built_in_lists(monkeypatch: pytest.MonkeyPatch, corpus: Path, directory: Path, embedder: WordEmbedder) -> Path:
    """An index of the shared small corpus that is searched by lists, as large ones are."""
    for name, value in (("EXACT", 2), ("FEW", 0), ("LISTS", 1)):
        monkeypatch.setattr(f"index.engine.local.dense.{name}", value)
    build_index(corpus, directory, embedder)
    embedder.embedded.clear()
    return directory


@pytest.fixture
def cores(request: pytest.FixtureRequest) -> Iterator[int]:
    """The number of threads that torch uses: two, or as many as a test names, whatever the machine has."""
    import torch

    before = torch.get_num_threads()
    number: int = getattr(request, "param", 2)
    torch.set_num_threads(number)
    yield number
    torch.set_num_threads(before)
