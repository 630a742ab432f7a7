"""How much of everything a run measures."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of one run. `scales` are passages, ascending; the `searched` are so beside txtai, the first asked too."""

    embedded: int  # passages embedded in all ways, and in how many rounds
    rounds: int
    swept: int  # passages embedded at every setting of the bare model
    batches: tuple[int, ...]
    scales: tuple[int, ...]
    searched: tuple[int, ...]
    questions: int  # of each measurement

    def up_to(self, largest: int) -> "Sizes":
        """The same, with sizes of ten times each other up to the largest."""
        scales = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size < largest]
        scales.append(largest)
        searched = tuple(size for size in scales if size in self.searched) or (largest,)
        return replace(self, scales=tuple(scales), searched=searched)


FULL = Sizes(512, 3, 128, (8, 16, 32, 64), (1_000, 10_000, 100_000), (10_000, 100_000, 1_000_000), 200)
QUICK = Sizes(12, 1, 8, (4, 8), (120, 240), (240,), 6)
