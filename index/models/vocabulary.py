"""A model's vectors of words, which stay on the disk: an embedder and a reader share them, and few are in use."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.models.four_bits import dequantized
from index.models.mapped import mapped_tensor

WORD_VECTORS = "word_vectors"  # the name of a graph's input
WORD_TABLE = "embeddings.word_embeddings.weight"  # the name of the table in transformers' BertModel


class Vocabulary:
    """The vector of each word piece, in 4 bits or in float32, as the file has them.

    Of a table of 35 to 47 MB a question needs some kilobytes, which the system reads when they are asked for.
    """

    def __init__(self, path: Path, *, in_four_bits: bool = False, rounded: bool = False) -> None:
        """`path` is the model's safetensors file. `rounded`: the vectors are given as bfloat16 would have them.

        Raises:
            ValueError: it is missing or damaged.
        """
        self._in_four_bits, self._rounded = in_four_bits, rounded
        self._table = mapped_tensor(path, f"{WORD_TABLE}.four_bits" if in_four_bits else WORD_TABLE)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of word pieces: (..., dim) float32 for ids of any shape."""
        rows = dequantized(self._table[ids]) if self._in_four_bits else self._table[ids]
        return _rounded_to_bfloat16(rows) if self._rounded else rows

    def with_word_vectors(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The inputs of a graph that takes vectors of words, from those of one that takes their ids."""
        return {**inputs, WORD_VECTORS: self.vectors(inputs["input_ids"])}


@lru_cache(maxsize=2)  # one for each model that ships
def vocabulary_of(path: Path, *, in_four_bits: bool = False, rounded: bool = False) -> Vocabulary:
    """The vocabulary in a file, the same object for all who ask.

    Raises:
        ValueError: the file is missing or damaged.
    """
    return Vocabulary(path, in_four_bits=in_four_bits, rounded=rounded)


def _rounded_to_bfloat16(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Numbers rounded to the nearest of bfloat16, to the even one of two, in float32."""
    bits = vectors.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).view(np.float32)
