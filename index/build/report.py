"""What a build did or would do, and why it embeds again what did not change."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

from index.build.diff import CorpusDiff
from index.engine.local import generations
from index.engine.manifest import Manifest
from index.errors import GenerationError
from index.models.record import ModelRecord
from index.passages import MAX_CHARACTERS


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What one run of `rag index` did, or would do with `dry_run`; `seconds` is wall-clock time.

    `other_model`, `other_precision` and `other_split` say what the earlier index was made with where this run differs:
    a model's name, the precision of the same model, and how many characters a passage may hold. `expected_seconds`, of
    a dry run, is the time that embedding would take at the pace of the last build, None where that is not known.
    """

    diff: CorpusDiff
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
        """The report for a program: counts by the names of the difference; ids and reasons under `articles`."""
        diff = asdict(self.diff)
        counts = {name: len(items) for name, items in diff.items()}
        rest = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "diff"}
        return {**counts, **rest, "articles": diff}


class ChangedSettings(TypedDict):
    """The fields of a BuildReport that say what the earlier index was made with."""

    other_model: str | None
    other_precision: str | None
    other_split: int | None


def changed_settings(earlier: Manifest | None, model: ModelRecord) -> ChangedSettings:
    """What an earlier index was made with, where a build with `model` differs."""
    other_model = other_precision = other_split = None
    if earlier and not earlier.model.differs_only_in_precision(model):
        other_model = earlier.model.name
    elif earlier and earlier.model != model:
        other_precision = earlier.model.precision
    if earlier and earlier.max_characters != MAX_CHARACTERS:
        other_split = earlier.max_characters
    return {"other_model": other_model, "other_precision": other_precision, "other_split": other_split}


def live_manifest(directory: Path) -> Manifest | None:
    """The manifest of the live generation, its files unchecked; None where there is none that can be read."""
    try:
        return generations.read_manifest(directory, generations.live_number(directory))
    except GenerationError:
        return None


def reasons_to_embed_again(earlier: Manifest | None, model: ModelRecord) -> list[str]:
    """Why a build with `model` would embed again what did not change, one sentence each."""
    changed = changed_settings(earlier, model)
    sentences = []
    if changed["other_model"]:
        sentences.append(
            f"The index was made with the model {changed['other_model']}. Another model, other weights or other prompts"
            " mean that everything is embedded again."
        )
    if changed["other_precision"]:
        sentences.append(
            f"The index was made in {changed['other_precision']}, and the model now computes in {model.precision}:"
            " everything is embedded again."
        )
    if changed["other_split"]:
        sentences.append(
            f"The index holds passages of up to {changed['other_split']} characters, and the limit is now"
            f" {MAX_CHARACTERS}: passages that are split differently are embedded again."
        )
    return sentences
