"""The manifest of a generation: how it was made, what it holds, and a checksum of each of its files."""

import hashlib

from pydantic import BaseModel, ConfigDict

from index.models.record import ModelRecord
from index.types import Doubt, Refusal

FORMAT_VERSION = 3
CATALOG, VECTORS, DENSE, LEXICAL = "catalog.sqlite", "vectors.npy", "dense.faiss", "lexical"
SIGNATURES, NEAR_DUPLICATES = "signatures.npy", "copies.npy"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRecord(_Frozen):
    """Size in bytes and sha256 of one file of a generation."""

    bytes: int
    sha256: str


class Manifest(_Frozen):
    """What a generation holds and how it was made; `created` is ISO 8601 in UTC."""

    format_version: int
    generation: int
    created: str
    corpus: str
    model: ModelRecord
    max_characters: int
    made_with: dict[str, str]  # versions of the libraries that decide the text, the passages and the words
    articles: int
    passages: int
    pace: float | None  # passages embedded a second, by the last build that embedded any with this model
    refused: list[Refusal]
    doubted: list[Doubt]
    files: dict[str, FileRecord]
    checksum: str = ""

    def sealed(self) -> "Manifest":
        """The same manifest with its `checksum`, a sha256 of all its other fields."""
        unsealed = self.model_copy(update={"checksum": ""})
        checksum = hashlib.sha256(unsealed.model_dump_json().encode()).hexdigest()
        return unsealed.model_copy(update={"checksum": checksum})
