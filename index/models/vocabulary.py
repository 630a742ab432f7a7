"""The multilingual model's vectors of words, which its embedder and its reader share, kept in 4 bits in memory."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from index.models.four_bits import dequantized

WORD_VECTORS = "word_vectors"  # the name of a graph's input
_NAME = "embeddings.word_embeddings.weight.four_bits"


class Vocabulary:
    """The vector of each word piece; 35 MB for 161,755 pieces of 384 numbers."""

    def __init__(self, path: Path) -> None:
        """`path` is the model's safetensors file.

        Raises:
            ValueError: it is missing or damaged.
        """
        try:
            with safe_open(path, framework="numpy") as file:
                self._blocks: NDArray[np.uint8] = file.get_tensor(_NAME)
        except (OSError, SafetensorError) as error:
            raise ValueError(str(error)) from error

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of word pieces: (..., 384) float32 for ids of any shape."""
        return dequantized(self._blocks[ids])

    def with_word_vectors(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The inputs of a graph that takes vectors of words, from those of one that takes their ids."""
        return {**inputs, WORD_VECTORS: self.vectors(inputs["input_ids"])}


@lru_cache(maxsize=1)
def vocabulary_of(path: Path) -> Vocabulary:
    """The vocabulary in a file, the same object for all who ask.

    Raises:
        ValueError: the file is missing or damaged.
    """
    return Vocabulary(path)
