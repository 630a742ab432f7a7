"""What a build takes over from the live generation and what it makes anew, row by row, written in blocks."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from index.engine.local.catalog import Hashes
from index.engine.local.dense import Rows

CHUNK = 512  # rows made at once, between two reports of progress
BLOCK = 16_384  # rows written at once


@dataclass(frozen=True, slots=True)
class Sources:
    """For each of n rows the live row made from the same text, -1 where there is none, and the first row made from it.

    Both are (n,) int64.
    """

    live: Rows
    first: Rows

    @staticmethod
    def of(hashes: Hashes, live: Hashes) -> "Sources":
        """Those of rows made from texts with these hashes, where the live generation has these."""
        different, first, which = np.unique(hashes, return_index=True, return_inverse=True)
        return Sources(_places(different, live)[which], first[which])

    def afresh(self) -> "Sources":
        """The same, with nothing to be taken over."""
        return Sources(np.full_like(self.live, -1), self.first)

    def new(self) -> Rows:
        """The rows that must be made, ascending: of those made from one text the first."""
        return np.flatnonzero((self.live < 0) & (self.first == np.arange(len(self.first))))

    def blocks(self, new: Rows) -> Iterator[tuple[int, int]]:
        """Ranges of rows, of up to CHUNK new ones."""
        start, count = 0, len(self.live)
        while start < count:
            next_new = int(np.searchsorted(new, start)) + CHUNK
            end = min(start + BLOCK, int(new[next_new]) if next_new < len(new) else count)
            yield start, end
            start = end


def _places(wanted: Hashes, held: Hashes) -> Rows:
    """Where in `held` each of `wanted` stands, -1 where it does not."""
    if not len(held):
        return np.full(len(wanted), -1)
    order = np.argsort(held, kind="stable")
    places = order[np.minimum(np.searchsorted(held, wanted, sorter=order), len(held) - 1)]
    return np.where(held[places] == wanted, places, -1)


def write_rows(path: Path, sources: Sources, live: NDArray[Any], make: Callable[[list[int]], NDArray[Any]]) -> int:
    """Write an array of a row for each source, taken from `live` or made by `make`; gives how many were made.

    Raises:
        OSError: the disk refused.
    """
    new = sources.new()
    with closing(RowWriter(path, (len(sources.live), live.shape[1]), live.dtype)) as writer:
        for start, end in sources.blocks(new):
            made = new[np.searchsorted(new, start) : np.searchsorted(new, end)]
            block = np.empty((end - start, live.shape[1]), live.dtype)
            if len(made):
                block[made - start] = make(made.tolist())
            taken = sources.live[start:end]
            block[taken >= 0] = live[taken[taken >= 0]]
            _repeat(block, start, np.where(taken < 0, sources.first[start:end], np.arange(start, end)), writer)
            writer.write(block)
    return len(new)


def _repeat(block: NDArray[Any], start: int, first: Rows, writer: "RowWriter") -> None:
    """Fill the rows of a block that are made from the same text as an earlier one, `first`."""
    within = first >= start
    block[within] = block[first[within] - start]
    if not within.all():
        block[~within] = writer.written()[first[~within]]


class RowWriter:
    """Writes a .npy file block by block, by ordinary writes: one to a mapped file kills where the disk is full."""

    def __init__(self, path: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        """Open it, and write what says how many rows will follow."""
        self._path, self._shape, self._dtype = path, shape, dtype
        self._rows = 0
        self._file = path.open("wb")
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self._file, header)
        self._begin = self._file.tell()

    def write(self, block: NDArray[Any]) -> None:
        """Add rows."""
        self._file.write(np.ascontiguousarray(block, dtype=self._dtype).data)
        self._rows += len(block)

    def written(self) -> NDArray[Any]:
        """The rows so far, read from the disk as they are used."""
        self._file.flush()
        shape = (self._rows, *self._shape[1:])
        return cast(NDArray[Any], np.memmap(self._path, self._dtype, "r", self._begin, shape))

    def close(self) -> None:
        """End the file."""
        self._file.close()


def save(path: Path, array: NDArray[Any]) -> None:
    """Write a whole array; numpy's own writing does not say why it failed."""
    with closing(RowWriter(path, array.shape, array.dtype)) as writer:
        writer.write(array)
