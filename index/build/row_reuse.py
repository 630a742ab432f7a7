"""Which rows a build copies from the live generation and which it makes, and writing them in blocks."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from index.engine.local.catalog import Hashes
from index.types import Rows

CHUNK = 512  # rows made at once, between two reports of progress
BLOCK = 16_384  # rows written at once


@dataclass(frozen=True, slots=True)
class RowReuse:
    """Where each of n new rows comes from; both arrays are (n,) int64.

    `live` is the live row made from the same text, -1 where there is none. `first` is the first new row made from the
    same text.
    """

    live: Rows
    first: Rows

    @staticmethod
    def of(hashes: Hashes, live: Hashes) -> "RowReuse":
        """The reuse for rows made from texts with these hashes, given the hashes of the live generation's rows."""
        distinct, first, distinct_of_row = np.unique(hashes, return_index=True, return_inverse=True)
        if not len(live):
            return RowReuse(np.full(len(hashes), -1), first[distinct_of_row])
        order = np.argsort(live, kind="stable")
        live_rows = order[np.minimum(np.searchsorted(live, distinct, sorter=order), len(live) - 1)]
        live_rows = np.where(live[live_rows] == distinct, live_rows, -1)
        return RowReuse(live_rows[distinct_of_row], first[distinct_of_row])

    def without_live(self) -> "RowReuse":
        """The same rows with nothing copied from the live generation."""
        return RowReuse(np.full_like(self.live, -1), self.first)

    def new(self) -> Rows:
        """The rows that must be made, ascending: the first row of each text that the live generation lacks."""
        return np.flatnonzero((self.live < 0) & (self.first == np.arange(len(self.first))))

    def blocks(self, new: Rows) -> Iterator[tuple[int, int]]:
        """Ranges of up to BLOCK rows, of which up to CHUNK are new."""
        start, count = 0, len(self.live)
        while start < count:
            next_new = int(np.searchsorted(new, start)) + CHUNK
            end = min(start + BLOCK, int(new[next_new]) if next_new < len(new) else count)
            yield start, end
            start = end


def write_rows(path: Path, reuse: RowReuse, live: NDArray[Any], make: Callable[[list[int]], NDArray[Any]]) -> int:
    """Write an array of one row for each of `reuse`, copied from `live` or made by `make`; gives how many were made.

    Raises:
        OSError: the disk refused.
    """
    new = reuse.new()
    with closing(RowWriter(path, (len(reuse.live), live.shape[1]), live.dtype)) as writer:
        for start, end in reuse.blocks(new):
            to_make = new[np.searchsorted(new, start) : np.searchsorted(new, end)]
            block = np.empty((end - start, live.shape[1]), live.dtype)
            if len(to_make):
                block[to_make - start] = make(to_make.tolist())
            copied = reuse.live[start:end]
            block[copied >= 0] = live[copied[copied >= 0]]
            # Rows made from the same text as an earlier new row repeat it.
            first = np.where(copied < 0, reuse.first[start:end], np.arange(start, end))
            within = first >= start
            block[within] = block[first[within] - start]
            if not within.all():
                block[~within] = writer.written()[first[~within]]
            writer.write(block)
    return len(new)


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write a whole array; numpy's own writing does not say why it failed.

    Raises:
        OSError: the disk refused.
    """
    with closing(RowWriter(path, array.shape, array.dtype)) as writer:
        writer.write(array)


class RowWriter:
    """Writes a .npy file block by block, by ordinary writes: a full disk kills a process that writes a mapped file."""

    def __init__(self, path: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        """Open the file and write the header, which says how many rows will follow."""
        self._path, self._shape, self._dtype = path, shape, dtype
        self._rows = 0
        self._file = path.open("wb")
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self._file, header)
        self._begin = self._file.tell()

    def write(self, block: NDArray[Any]) -> None:
        """Append rows."""
        self._file.write(np.ascontiguousarray(block, dtype=self._dtype).data)
        self._rows += len(block)

    def written(self) -> NDArray[Any]:
        """The rows so far, read from the disk as they are used."""
        self._file.flush()
        shape = (self._rows, *self._shape[1:])
        return cast(NDArray[Any], np.memmap(self._path, self._dtype, "r", self._begin, shape))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
