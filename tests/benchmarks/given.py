"""A model for txtai that is given the vectors of passages; the only module that imports txtai as it is imported."""

from collections.abc import Sequence
from typing import Any

from txtai.vectors.dense.huggingface import HFVectors


class GivenVectors(HFVectors):  # type: ignore[misc]
    """txtai's own default in all but what passages have for vectors."""

    def encode(self, data: Sequence[str], category: str | None = None) -> Any:
        """(n, dim) float32: those of the setting `given` for passages."""
        return self.config["given"](data) if category == "data" else super().encode(data, category)
