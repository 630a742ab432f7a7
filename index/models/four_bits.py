"""Weights in 4 bits, in blocks of 32: for each a scale and 32 whole numbers of -8 to 7.

Source: the format Q4_0 of ggml, https://github.com/ggml-org/ggml.
"""

import numpy as np
from numpy.typing import NDArray

WEIGHTS_A_BLOCK = 32
BYTES_A_BLOCK = 18  # a scale in float16, then 16 bytes: the first 16 weights are their low halves, the others the high
_ZERO = 8  # what a weight of 0 is stored as


def dequantized(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The weights of (..., blocks, 18) bytes: (..., blocks * 32) float32."""
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    packed = blocks[..., 2:]
    numbers = np.concatenate((packed & 15, packed >> 4), axis=-1).astype(np.float32) - _ZERO
    return (numbers * scales).reshape(*blocks.shape[:-2], blocks.shape[-2] * WEIGHTS_A_BLOCK)
