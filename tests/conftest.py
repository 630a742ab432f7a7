"""What tests share: a small corpus, an embedder without a model, and the real one, loaded once."""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.build.build import build_index
from index.engine.local.local_index import LiveIndex, LocalIndex
from index.models.embedder import SentenceTransformerEmbedder
from index.models.record import ModelRecord
from index.types import Matrix, Vector

REPOSITORY = Path(__file__).parents[1]

ARTICLES = {
    "harbour.md": "---\nid: harbour\ntitle: The new harbour of Lenkoran\npublished: 2024-03-05\n"
    "source: Coast Daily\nlanguage: en\nurl: https://example.org/harbour\n---\n"
    "The harbour of Lenkoran was opened on 12 March 2021. It cost 40 million dollars.\n\n"
    "Captain Leyla Mammadova brought the first ship in. The ship carried 900 tonnes of tea.\n",
    "bridge.md": "---\nid: bridge\ntitle: A bridge over the Kura\npublished: 2023-01-15\n"
    "source: River Post\nlanguage: en\n---\n"
    "Engineers finished the bridge over the Kura in the autumn of 2022. The bridge is 310 metres long.\n",
    "notes/kites.txt": "Kites fly over Lahore in spring. The festival is called Basant.\n",
}


class WordEmbedder:
    """Hashes words into 64 dimensions: without a model, texts that share words are near. It records what it embeds."""

    record = ModelRecord(name="words", fingerprint="0" * 64)

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        self.embedded += texts
        return np.stack([self._vector(text) for text in texts])

    def embed_query(self, text: str) -> Vector:
        return self._vector(text)

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vector:
        vector = np.full(64, 1e-3, dtype=np.float32)
        for word in text.lower().split():
            vector[hashlib.sha256(word.strip(".,?").encode()).digest()[0] % 64] += 1.0
        return vector / np.linalg.norm(vector)


def mixed(vectors: Matrix, share: float) -> Matrix:
    """The same vectors turned towards one direction: each cosine c becomes share + (1 - share) c, as E5 has them."""
    towards = np.full((len(vectors), 1), share**0.5, dtype=np.float32)
    return np.hstack([vectors * np.float32((1.0 - share) ** 0.5), towards])


class NarrowEmbedder(WordEmbedder):
    """A WordEmbedder whose cosines all lie in [0.7, 1]; it counts the queries it embeds."""

    record = ModelRecord(name="narrow words", fingerprint="1" * 64)

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        return mixed(super().embed_passages(texts), 0.7)

    def embed_query(self, text: str) -> Vector:
        return mixed(self._vector(text)[None], 0.7)[0]

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        self.queries += texts
        return mixed(super().embed_queries(texts), 0.7)


def words(record: ModelRecord) -> WordEmbedder:
    """A new embedder of that kind, as another process would load it by the record in the index."""
    return WordEmbedder()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their parameter: some are packed with the time, and all workers must give a test one name."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of three small articles in two formats."""
    return write_corpus(tmp_path / "corpus")


def write_corpus(folder: Path) -> Path:
    """Write ARTICLES below a folder, and give the folder."""
    for name, text in ARTICLES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The directory for an index; it does not exist yet."""
    return tmp_path / "index"


@pytest.fixture
def built(corpus: Path, directory: Path, embedder: WordEmbedder) -> Path:
    """An index directory made from `corpus` without a model."""
    build_index(corpus, directory, embedder)
    embedder.embedded.clear()
    return directory


@pytest.fixture
def open_index(embedder: WordEmbedder) -> Callable[[Path], LocalIndex]:
    """Opens an index that was made without a model."""
    return lambda directory: LocalIndex.open(directory, lambda record: embedder)


@pytest.fixture
def live_index(built: Path, embedder: WordEmbedder) -> LiveIndex:
    """The live index of `built`, which follows its CURRENT."""
    return LiveIndex(built, lambda record: embedder)


@pytest.fixture(scope="session")
def real_embedder() -> SentenceTransformerEmbedder:
    """The default model."""
    return SentenceTransformerEmbedder()


@pytest.fixture(scope="session")
def in_8_bits() -> SentenceTransformerEmbedder:
    """The default model in 8 bits."""
    return SentenceTransformerEmbedder(precision="int8")


@pytest.fixture(scope="session")
def real_index(tmp_path_factory: pytest.TempPathFactory, real_embedder: SentenceTransformerEmbedder) -> Path:
    """An index of the project's own corpus, made with the default model."""
    directory = tmp_path_factory.mktemp("real") / "index"
    build_index(REPOSITORY / "corpus", directory, real_embedder)
    return directory


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No RAG_ variable of the machine reaches a test."""
    for name in [name for name in os.environ if name.startswith("RAG_") and name != "RAG_COLLECTIONS"]:
        monkeypatch.delenv(name)
