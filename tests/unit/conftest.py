"""What unit tests share: a disk that costs nothing, and an index built once and copied."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from index.build.build import build_index
from index import files
from index.engine.local import generations as snapshot
from tests.conftest import WordEmbedder, write_corpus

# Tantivy forces every file to the disk, which takes most of a test's time; in memory it takes none.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

# A busy machine is no defect, and an example that failed is written into a test, not kept in a directory.
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
    """Names of what is forced to the disk, in order; nothing is really forced."""
    names: list[str] = []
    for module in (files, snapshot):
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
    """Two of them, or as many as a test names, whatever the machine has."""
    import torch

    before = torch.get_num_threads()
    wanted: int = getattr(request, "param", 2)
    torch.set_num_threads(wanted)
    yield wanted
    torch.set_num_threads(before)
