"""The manifest of a generation: how it was made, what it holds, and a checksum of each of its files."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from index.models.record import ModelRecord
from index.models.scale import UNRECORDED, CosineScale
from index.types import Doubt, Refusal

FORMAT_VERSION = 3
CATALOG, VECTORS, DENSE, LEXICAL = "catalog.sqlite", "vectors.npy", "dense.faiss", "lexical"
SIGNATURES, NEAR_DUPLICATES = "signatures.npy", "copies.npy"
LISTED = 1_000  # refusals, and doubts, that a manifest lists
REASON_CHARACTERS = 300  # of a reason in it, and of the id that a refused record names

_Fault = TypeVar("_Fault", Refusal, Doubt)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRecord(_Frozen):
    """Size in bytes and sha256 of one file of a generation."""

    bytes: int
    sha256: str


class Manifest(_Frozen):
    """What a generation holds and how it was made; `created` is ISO 8601 in UTC.

    `refused` and `doubted` list the first LISTED. `refused_total` and `doubted_total` count all of them; they are None,
    and not written, where all are listed, so that earlier versions of this program can read most manifests. So is
    `scale` where it is what those versions count by, UNRECORDED.
    """

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
    refused_total: int | None = None
    doubted_total: int | None = None
    scale: CosineScale | None = None
    checksum: str = ""

    @model_serializer(mode="wrap")
    def _without_needless_fields(self, serialize: SerializerFunctionWrapHandler) -> dict[str, object]:
        fields: dict[str, object] = serialize(self)
        optional = ("refused_total", "doubted_total", "scale")
        return {name: value for name, value in fields.items() if name not in optional or value is not None}

    def cosine_scale(self) -> CosineScale:
        """How the cosines of its model are fused with the scores of words."""
        return self.scale or UNRECORDED

    def fault_counts(self) -> tuple[int, int]:
        """How many files or lines were refused, and how many doubted, whether they are listed or not."""
        refused = len(self.refused) if self.refused_total is None else self.refused_total
        return refused, len(self.doubted) if self.doubted_total is None else self.doubted_total

    def sealed(self) -> "Manifest":
        """The same manifest with its `checksum`, a sha256 of all its other fields."""
        unsealed = self.model_copy(update={"checksum": ""})
        checksum = hashlib.sha256(unsealed.model_dump_json().encode()).hexdigest()
        return unsealed.model_copy(update={"checksum": checksum})


def listed_faults(faults: Sequence[_Fault]) -> list[_Fault]:
    """The first LISTED of these refusals or doubts as a manifest has them, long reasons cut to REASON_CHARACTERS.

    A file of 400 KB can be refused in a hundred thousand lines.
    """
    return [_shortened(fault) for fault in faults[:LISTED]]


def unlisted_total(faults: Sequence[object]) -> int | None:
    """How many there are, if they are more than a manifest lists; else None."""
    return len(faults) if len(faults) > LISTED else None


def _shortened(fault: _Fault) -> _Fault:
    if isinstance(fault, Refusal):
        return replace(fault, reason=_cut(fault.reason), article_id=fault.article_id and _cut(fault.article_id))
    return replace(fault, reason=_cut(fault.reason))


def _cut(text: str) -> str:
    return text if len(text) <= REASON_CHARACTERS else f"{text[: REASON_CHARACTERS - 1]}…"
