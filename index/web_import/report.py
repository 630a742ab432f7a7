"""What became of each page of an import."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ImportStatus = Literal["new", "changed", "unchanged", "refused", "gone"]
IMPORT_STATUSES: tuple[ImportStatus, ...] = ("new", "changed", "unchanged", "refused", "gone")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one page, or of one input that names none.

    `reason` explains the status; `file` is the name of the article's file.
    """

    status: ImportStatus
    url: str
    reason: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        return f"{self.status:9} {self.url}" + (f": {self.reason}" if self.reason else "")

    def as_dict(self) -> dict[str, str | None]:
        """The outcome for a program, which knows the status by the key "kind"."""
        return {"kind": self.status, "url": self.url, "reason": self.reason, "file": self.file}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """A whole import, in the order of its pages."""

    corpus: Path
    outcomes: Sequence[Outcome]

    @property
    def counts(self) -> dict[str, int]:
        """The number of pages of each status."""
        pages = Counter(outcome.status for outcome in self.outcomes)
        return {status: pages[status] for status in IMPORT_STATUSES}

    @property
    def failed(self) -> bool:
        """Whether the import had pages to bring in, and none of them is in the corpus now."""
        counts = self.counts
        return bool(self.outcomes) and not (counts["new"] or counts["changed"] or counts["unchanged"])

    def as_dict(self) -> dict[str, object]:
        """The report for a program."""
        return {"corpus": str(self.corpus), **self.counts, "pages": [outcome.as_dict() for outcome in self.outcomes]}
