"""What a build did or would do, and why it embeds again what did not change."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

from index import snapshot
from index.embedder import Embedder
from index.errors import SnapshotError
from index.manifest import Manifest
from index.passages import MAX_CHARACTERS
from index.plan import Plan


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What one run of `rag index` did, or with `dry_run` would do; `seconds` is wall-clock time.

    `other_model` and `other_split` are what the index before was made with where that is not what this run has:
    a model's name, and how many characters a passage may hold. Of a dry run, `expected_seconds` is what embedding
    would take at the pace of the build before, None where no build with this model has told.
    """

    plan: Plan
    generation: int | None
    passages: int
    embedded: int
    seconds: float
    dry_run: bool = False
    expected_seconds: float | None = None
    other_model: str | None = None
    other_split: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The report for a program: counts by the plan's names; ids and reasons under `articles`."""
        plan = asdict(self.plan)
        counts = {name: len(items) for name, items in plan.items()}
        rest = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "plan"}
        return {**counts, **rest, "articles": plan}


class Others(TypedDict):
    """The two of a BuildReport that say so."""

    other_model: str | None
    other_split: int | None


def others_of(before: Manifest | None, embedder: Embedder) -> Others:
    """What the index before was made with, where that is not what a build has now."""
    other_model = before.model.name if before and before.model != embedder.record else None
    other_split = before.max_characters if before and before.max_characters != MAX_CHARACTERS else None
    return {"other_model": other_model, "other_split": other_split}


def what_differs(directory: Path, embedder: Embedder) -> list[str]:
    """Why a build would embed again what did not change, a sentence each; none where it would not."""
    try:
        before = snapshot.read_manifest(directory, snapshot.live_number(directory))
    except SnapshotError:
        return []
    others = others_of(before, embedder)
    sentences = []
    if others["other_model"]:
        sentences.append(
            f"The index was made with the model {others['other_model']}: with another, or other weights or prompts"
            " of it, all is embedded again."
        )
    if others["other_split"]:
        sentences.append(
            f"The index holds passages of up to {others['other_split']} characters, now {MAX_CHARACTERS}: what is"
            " cut otherwise is embedded again."
        )
    return sentences
