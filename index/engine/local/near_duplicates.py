"""Which passages of a generation are near-duplicates, as a build found them."""

from pathlib import Path

import numpy as np

from index.types import Rows


class NearDuplicates:
    """Groups of near-duplicate rows; `firsts`, (n,) int64, holds for each row the first row of its group."""

    def __init__(self, firsts: Rows) -> None:
        self._firsts = firsts
        # Rows ordered by the first of their group, so that each group lies side by side.
        self._order = np.argsort(firsts, kind="stable")
        self._sorted = firsts[self._order]

    @staticmethod
    def open(path: Path) -> "NearDuplicates":
        """Read the file that a build wrote.

        Raises:
            OSError, ValueError: it can't be read, or is not an array.
        """
        return NearDuplicates(np.load(path))

    def __len__(self) -> int:
        return len(self._firsts)

    def is_consistent(self) -> bool:
        """Whether every row's first row exists, comes no later than the row, and is the first of its own group."""
        rows = np.arange(len(self._firsts))
        in_order = bool(((self._firsts >= 0) & (self._firsts <= rows)).all())
        return in_order and np.array_equal(self._firsts[self._firsts], self._firsts)

    def first(self, row: int) -> int:
        """The first row of this row's group; the row itself where no earlier one is a near-duplicate."""
        return int(self._firsts[row])

    def others(self, row: int) -> list[int]:
        """The other rows of this row's group, ascending."""
        begin, end = np.searchsorted(self._sorted, [self._firsts[row], self._firsts[row] + 1])
        return [other for other in self._order[begin:end].tolist() if other != row]
