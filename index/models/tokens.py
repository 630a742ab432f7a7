"""Texts as tokens, with the `tokenizers` library alone."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# The most tokens of a forward pass on a processor, padding included; a longer text has a pass of its own.
TOKENS_A_BATCH = 1024
# Texts are padded to a multiple of so many tokens, and a batch holds a power of two of them, so that batches have few
# shapes: OpenVINO prepares its kernels when it first meets a shape, and keeps them.
PADDED_TO = 16


Texts = Sequence[str] | Sequence[tuple[str, str]]  # or pairs of them, each encoded as one


class Tokens(Protocol):
    """The tokens of a text or of a pair, as `tokenizers.Encoding` has them."""

    @property
    def ids(self) -> list[int]:
        """The numbers of their pieces."""

    @property
    def attention_mask(self) -> list[int]:
        """1 for each."""

    @property
    def type_ids(self) -> list[int]:
        """0 in the first text, 1 in the second."""

    @property
    def offsets(self) -> list[tuple[int, int]]:
        """Where each lies in its text, in characters."""

    @property
    def sequence_ids(self) -> list[int | None]:
        """Which text each is of; None for a special token."""


class TextTokenizer(Protocol):
    """What makes tokens of texts: a `tokenizers.Tokenizer`, or what gives the same with less of its vocabulary."""

    def encode_batch(self, texts: Texts, /) -> Sequence[Tokens]:
        """The tokens of each text or pair."""


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
    return limited(read_tokenizer(folder), max_tokens)


def read_tokenizer(folder: Path) -> Tokenizer:
    """The fast tokenizer of a model, as its file has it.

    Raises:
        ValueError: the folder holds none.
    """
    try:
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # tokenizers raises bare Exception for any file that it can't read
        raise ValueError(str(error)) from error


def limited(tokenizer: Tokenizer, max_tokens: int) -> Tokenizer:
    """The same tokenizer, which now cuts the longer of two texts at `max_tokens`, and pads nothing."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens, strategy="longest_first")
    return tokenizer


def padded_arrays(encodings: Sequence[Tokens], max_tokens: int) -> dict[str, NDArray[np.int64]]:
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
