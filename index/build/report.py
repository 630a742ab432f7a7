"""What a build did or would do, and why it embeds again what did not change."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

from index.build.diff import Plan
from index.engine.local import generations as snapshot
from index.engine.manifest import Manifest, ModelRecord
from index.errors import SnapshotError
from index.models.embedder import Embedder, same_but_precision
from index.passages.split import MAX_CHARACTERS


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What one run of `rag index` did, or with `dry_run` would do; `seconds` is wall-clock time.

    `other_model`, `other_precision` and `other_split` are what the index before was made with where that is not what
    this run has: a model's name, what the same model computed in, and how many characters a passage may hold. Of a
    dry run, `expected_seconds` is what embedding would take at the pace of the build before, None where no build with
    this model has told. `precision` is what the model computes in.
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
    other_precision: str | None = None
    precision: str = "float32"

    def as_dict(self) -> dict[str, object]:
        """The report for a program: counts by the plan's names; ids and reasons under `articles`."""
        plan = asdict(self.plan)
        counts = {name: len(items) for name, items in plan.items()}
        rest = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "plan"}
        return {**counts, **rest, "articles": plan}


class Others(TypedDict):
    """The three of a BuildReport that say so."""

    other_model: str | None
    other_precision: str | None
    other_split: int | None


def others_of(before: Manifest | None, embedder: Embedder) -> Others:
    """What the index before was made with, where that is not what a build has now."""
    other_model = other_precision = None
    if before and not same_but_precision(before.model, embedder.record):
        other_model = before.model.name
    elif before and before.model != embedder.record:
        other_precision = before.model.precision
    other_split = before.max_characters if before and before.max_characters != MAX_CHARACTERS else None
    return {"other_model": other_model, "other_precision": other_precision, "other_split": other_split}


def model_before(directory: Path) -> ModelRecord | None:
    """What the live generation was made with; None where there is none that can be read."""
    before = _before(directory)
    return before.model if before else None


def _before(directory: Path) -> Manifest | None:
    try:
        return snapshot.read_manifest(directory, snapshot.live_number(directory))
    except SnapshotError:
        return None


def what_differs(directory: Path, embedder: Embedder) -> list[str]:
    """Why a build would embed again what did not change, a sentence each; none where it would not."""
    others = others_of(_before(directory), embedder)
    sentences = []
    if others["other_model"]:
        sentences.append(
            f"The index was made with the model {others['other_model']}: with another, or other weights or prompts"
            " of it, all is embedded again."
        )
    if others["other_precision"]:
        sentences.append(
            f"The index was made in {others['other_precision']}, now the model computes in"
            f" {embedder.record.precision}: all is embedded again."
        )
    if others["other_split"]:
        sentences.append(
            f"The index holds passages of up to {others['other_split']} characters, now {MAX_CHARACTERS}: what is"
            " cut otherwise is embedded again."
        )
    return sentences
