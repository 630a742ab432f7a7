"""How much of everything a run measures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of one run. `scales` are passages, ascending; one of them is `searched`, the size that is searched and asked."""

    embedded: int  # passages embedded in all ways, and in how many rounds
    rounds: int
    swept: int  # passages embedded at every setting of the bare model
    batches: tuple[int, ...]
    scales: tuple[int, ...]
    searched: int
    questions: int  # of each measurement

    def up_to(self, largest: int) -> "Sizes":
        """The same, with sizes of ten times each other up to the largest."""
        scales = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size < largest]
        scales.append(largest)
        searched = max(size for size in scales if size <= max(self.searched, scales[0]))
        return Sizes(self.embedded, self.rounds, self.swept, self.batches, tuple(scales), searched, self.questions)


FULL = Sizes(512, 3, 128, (8, 16, 32, 64), (1_000, 10_000, 100_000), 10_000, 200)
QUICK = Sizes(12, 1, 8, (4, 8), (120, 240), 240, 6)
