"""txtai over the same passages with the same model, where it is installed: what a user might take instead."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from index.models.hub import ENGLISH_MODEL, shipped_folder
from index.types import Matrix

MISSING = (
    "txtai is not installed, so nothing is compared with it:"
    " .venv/bin/pip install --no-deps -r tests/benchmarks/requirements.txt"
)
_MAX_TOKENS = 256  # of a passage, as sentence-transformers reads this model; txtai would read 512
_HYBRID = {"hybrid": True, "content": True, "gpu": False, "maxlength": _MAX_TOKENS}

Row = tuple[str, str, None]


def is_installed() -> bool:
    """Whether txtai is installed."""
    return find_spec("txtai") is not None


class TxtaiDatabase:
    """A hybrid txtai database; the model is loaded once for all of them with the same settings."""

    def __init__(self, **settings: object) -> None:
        self.settings = {"path": str(shipped_folder(ENGLISH_MODEL)), **_HYBRID, **settings}
        self._models: dict[str, Any] = {}

    @staticmethod
    def tuned(precision: str, batch: int) -> "TxtaiDatabase":
        """With the batch that the bare model was fastest with, and its weights in bfloat16 where it was in that."""
        halved = {"vectors": {"dtype": "bfloat16"}} if precision != "float32" else {}
        return TxtaiDatabase(encodebatch=batch, **halved)

    def describe_settings(self) -> str:
        """The settings that are not txtai's own, for the report."""
        shown = {name: value for name, value in self.settings.items() if name not in ("path", "vectors_of")}
        return ", ".join(f"{name}={value!r}" for name, value in shown.items())

    def index(self, rows: Sequence[Row], folder: Path | None = None) -> Any:
        """The database of these rows, saved to `folder` where one is named."""
        from txtai import Embeddings

        database = Embeddings(dict(self.settings), models=self._models)
        database.index(rows)
        if folder is not None:
            database.save(str(folder))
        return database


def with_vectors(vectors_of: Callable[[Sequence[str]], Matrix]) -> TxtaiDatabase:
    """A database that gets the vectors of its passages from a function, and embeds questions as txtai does."""
    return TxtaiDatabase(method="tests.benchmarks.known_vectors.KnownVectors", vectors_of=vectors_of)
