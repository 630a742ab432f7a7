"""A run as a file: written, and read again to compare another with it."""

import json
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from index.errors import StorageError
from rag.errors import RunError
from rag.evaluation.collection import Collection
from rag.evaluation.run import Report, fingerprint_of

_REPORT = TypeAdapter(Report)


def document(report: Report, *, results: bool) -> dict[str, object]:
    """The run as JSON, with or without what became of each question."""
    fields = asdict(report)
    return fields if results else {name: value for name, value in fields.items() if name != "results"}


def save(report: Report, path: Path, *, results: bool) -> None:
    """Write the run to a file.

    Raises:
        StorageError: the disk refused.
    """
    text = json.dumps(document(report, results=results), ensure_ascii=False, indent=2)
    write(path, text + "\n")


def make_folder(folder: Path) -> None:
    """Make a folder where there is none.

    Raises:
        StorageError: the disk refused.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder} can't be made ({error.strerror}).", "Name another place.") from error


def write(path: Path, text: str) -> None:
    """Write a text as UTF-8.

    Raises:
        StorageError: the disk refused.
    """
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise StorageError(f"{path} can't be written ({error}).", "Name another place, or make room.") from error


def read_run(path: Path, collection: Collection) -> Report:
    """A saved run of the same questions as the collection's.

    Raises:
        RunError: it can't be read, is no saved run, or is one of other questions.
    """
    report = _read(path)
    if report.collection != collection.name:
        what = f"{path} is a run of the collection {report.collection}, not of {collection.name}."
        raise RunError(what, _REMEDY)
    if report.fingerprint != fingerprint_of(collection.questions):
        raise RunError(f"{path} is a run of other questions than {collection.name} holds now.", _REMEDY)
    return report


_REMEDY = "Save one of these questions: rag eval DIR --save FILE"


def _read(path: Path) -> Report:
    try:
        return _REPORT.validate_json(path.read_bytes())
    except OSError as error:
        raise RunError(f"{path} can't be read ({error.strerror}).", _REMEDY) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise RunError(f"{path} is no saved run ({where}: {first['msg']}).", _REMEDY) from error
