"""Runs as files: written, and read again so that another run can be compared with them."""

import json
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from index.errors import StorageError
from rag.errors import RunError
from rag.evaluation.collection import Collection
from rag.evaluation.run import EvaluationRun, fingerprint_of

_RUN = TypeAdapter(EvaluationRun)
_REMEDY = "Save one of these questions: rag eval DIR --save FILE"


def run_as_json(run: EvaluationRun, *, results: bool) -> dict[str, object]:
    """The run as JSON, with or without the result of each question."""
    fields = asdict(run)
    return fields if results else {name: value for name, value in fields.items() if name != "results"}


def save_run(run: EvaluationRun, path: Path, *, results: bool) -> None:
    """Write the run to a file.

    Raises:
        StorageError: the disk refused.
    """
    write_text(path, json.dumps(run_as_json(run, results=results), ensure_ascii=False, indent=2) + "\n")


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where it does not exist.

    Raises:
        StorageError: the disk refused.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder} can't be made ({error.strerror}).", "Name another place.") from error


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8, in place: the file is named by a person, and may be a link or a device.

    Raises:
        StorageError: the disk refused.
    """
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise StorageError(f"{path} can't be written ({error}).", "Name another place, or make room.") from error


def read_run(path: Path, collection: Collection) -> EvaluationRun:
    """A saved run over the same questions as the collection's.

    Raises:
        RunError: the file can't be read, is no saved run, or its run has other questions.
    """
    try:
        run = _RUN.validate_json(path.read_bytes())
    except OSError as error:
        raise RunError(f"{path} can't be read ({error.strerror}).", _REMEDY) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the file"
        raise RunError(f"{path} is no saved run ({field}: {first['msg']}).", _REMEDY) from error
    if run.collection != collection.name:
        what = f"{path} is a run of the collection {run.collection}, not of {collection.name}."
        raise RunError(what, _REMEDY)
    if run.fingerprint != fingerprint_of(collection.questions):
        raise RunError(f"{path} is a run of other questions than {collection.name} holds now.", _REMEDY)
    return run
