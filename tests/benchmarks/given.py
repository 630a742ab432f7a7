"""A model for txtai that is given the vectors of passages; the only module that imports txtai as it is imported."""

from collections.abc import Sequence
from typing import Any

from txtai.vectors.dense.huggingface import HFVectors


class GivenVectors(HFVectors):  # type: ignore[misc]
    """txtai's own default in all but what passages have for vectors."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.remembering = False  # whether a question that was embedded before is not embedded again
        self._embedded: dict[str, Any] = {}

    def encode(self, data: Sequence[str], category: str | None = None) -> Any:
        """(n, dim) float32: those of the setting `given` for passages."""
        if category == "data":
            return self.config["given"](data)
        name = "\n".join(data)
        if not self.remembering or name not in self._embedded:
            self._embedded[name] = super().encode(data, category)
        return self._embedded[name]
