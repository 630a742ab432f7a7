"""What became of each page that an import was asked for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["new", "changed", "unchanged", "refused", "gone"]
KINDS: tuple[Kind, ...] = ("new", "changed", "unchanged", "refused", "gone")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One page, or one input that named none: `file` is its article's, `reason` why it is as it is."""

    kind: Kind
    url: str
    reason: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        return f"{self.kind:9} {self.url}" + (f": {self.reason}" if self.reason else "")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """A whole import, in the order of its pages."""

    corpus: Path
    outcomes: Sequence[Outcome]

    @property
    def counts(self) -> dict[str, int]:
        """How many pages there are of each kind."""
        found = Counter(outcome.kind for outcome in self.outcomes)
        return {kind: found[kind] for kind in KINDS}

    @property
    def failed(self) -> bool:
        """Whether pages were asked for, and none of them is in the corpus now."""
        counts = self.counts
        return bool(self.outcomes) and not (counts["new"] or counts["changed"] or counts["unchanged"])

    def as_dict(self) -> dict[str, object]:
        """The report for a program."""
        return {"corpus": str(self.corpus), **self.counts, "pages": [asdict(outcome) for outcome in self.outcomes]}
