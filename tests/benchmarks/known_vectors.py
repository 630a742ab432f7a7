"""A model for txtai that gets passage vectors from a function; no other module imports txtai at import time."""

from collections.abc import Sequence
from typing import Any

from txtai.vectors.dense.huggingface import HFVectors


class KnownVectors(HFVectors):  # type: ignore[misc]
    """txtai's default model, except for the vectors of passages."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.remembering = False  # whether a question that was embedded before is not embedded again
        self._embedded: dict[str, Any] = {}

    def encode(self, data: Sequence[str], category: str | None = None) -> Any:
        """(n, dim) float32: for passages, what the setting `vectors_of` gives; questions are embedded."""
        if category == "data":
            return self.config["vectors_of"](data)
        name = "\n".join(data)
        if not self.remembering or name not in self._embedded:
            self._embedded[name] = super().encode(data, category)
        return self._embedded[name]
