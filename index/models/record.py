"""The record of an embedding model that an index keeps."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from index.types import Precision

PrecisionChoice = Literal["auto"] | Precision


class ModelRecord(BaseModel):
    """An embedding model; `fingerprint` is a sha256 of its files.

    The model computes in `precision` for passages and queries alike. Vectors are stored as float32.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    fingerprint: str
    query_prompt: str = ""
    passage_prompt: str = ""
    precision: Precision = "float32"

    def differs_only_in_precision(self, other: "ModelRecord") -> bool:
        """Whether both are the same model with the same prompts; the precisions may be the same or not."""
        return self == other.model_copy(update={"precision": self.precision})
