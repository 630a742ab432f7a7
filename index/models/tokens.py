"""Texts as tokens, with the `tokenizers` library alone."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# The most tokens of a forward pass on a processor, padding included; a longer text has a pass of its own.
TOKENS_A_BATCH = 1024
# Texts are padded to a multiple of so many tokens, and a batch holds a power of two of them, so that batches have few
# shapes: OpenVINO prepares its kernels when it first meets a shape, and keeps them.
PADDED_TO = 16


def token_batches(lengths: Sequence[int], most: int = TOKENS_A_BATCH) -> Iterator[list[int]]:
    """Batches of the positions of texts with these lengths in tokens, the longest texts first.

    The texts of a batch are padded to the same length. A batch holds a power of two of texts, and no more than `most`
    tokens with its padding, unless a single text has more.
    """
    longest_first = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    for padded, positions in groupby(longest_first, key=lambda position: padded_length(lengths[position])):
        remaining = list(positions)
        while remaining:
            size = 1 << (max(1, min(len(remaining), most // padded)).bit_length() - 1)
            yield remaining[:size]
            remaining = remaining[size:]


def padded_length(tokens: int) -> int:
    """The multiple of PADDED_TO that so many tokens are padded to."""
    return max(1, -(-tokens // PADDED_TO)) * PADDED_TO


def load_tokenizer(folder: Path, max_tokens: int) -> Tokenizer:
    """The fast tokenizer of a model; it cuts the longer of two texts at `max_tokens`, and pads nothing.

    Raises:
        ValueError: the folder holds none.
    """
    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # tokenizers raises bare Exception for any file that it can't read
        raise ValueError(str(error)) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens, strategy="longest_first")
    return tokenizer


def padded_arrays(encodings: Sequence[Encoding], max_tokens: int) -> dict[str, NDArray[np.int64]]:
    """Encodings as a model's inputs by name, each (encodings, tokens) int64.

    Padding on the right makes all as long as the longest, and that a multiple of PADDED_TO, but at most `max_tokens`.
    """
    longest = max(len(encoding.ids) for encoding in encodings)
    length = max(longest, min(padded_length(longest), max_tokens))

    def padded(rows: list[list[int]]) -> NDArray[np.int64]:
        array = np.zeros((len(rows), length), dtype=np.int64)
        for position, row in enumerate(rows):
            array[position, : len(row)] = row
        return array

    columns = (
        [encoding.ids for encoding in encodings],
        [encoding.attention_mask for encoding in encodings],
        [encoding.type_ids for encoding in encodings],
    )
    return {name: padded(rows) for name, rows in zip(INPUTS, columns, strict=True)}
