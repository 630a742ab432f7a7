"""The report of a run as a folder: a page, its pictures, and the run itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from index.errors import StorageError
from rag.errors import RunError
from rag.evaluation import plots, saved
from rag.evaluation.calibration import ScoredAnswer
from rag.evaluation.collection import Collection
from rag.evaluation.compare import Comparison, compare
from rag.evaluation.figures import grouped, shown
from rag.evaluation.report import held, minute, models
from rag.evaluation.results import Result, scored_answers
from rag.evaluation.run import Report

RUN = "run.json"
SHOWN = 10  # questions of a list at most


@dataclass(frozen=True, slots=True)
class Sample:
    """Questions worth reading: those shown, and how many there are."""

    title: str
    says: str
    results: list[Result]
    count: int


def write_report(report: Report, collection: Collection, folder: Path, margin: float) -> None:
    """Write index.html, its pictures and run.json into a folder, comparing with the run.json that is there.

    Raises:
        StorageError: the disk refused.
    """
    since = _since(report, collection, folder / RUN, margin)
    sure = scored_answers(report.results)
    if sure:
        _draw(sure, report.threshold, folder)
    saved.write(folder / "index.html", _page(report, since, pictures=bool(sure)))
    saved.save(report, folder / RUN, results=True)  # last: until the page stands, the earlier run stays


def _draw(sure: list[ScoredAnswer], threshold: float, folder: Path) -> None:
    try:
        plots.draw(sure, threshold, folder)
    except OSError as error:
        raise StorageError(f"{folder} can't be written ({error}).", "Name another place, or make room.") from error


def _since(report: Report, collection: Collection, path: Path, margin: float) -> Comparison | RunError | None:
    """What changed since the run that lay in the folder, or why that can't be told, or that none lay there."""
    if not path.exists():
        return None
    try:
        return compare(saved.read_run(path, collection), report, margin)
    except RunError as error:
        return error


def _page(report: Report, since: Comparison | RunError | None, *, pictures: bool) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        report=report,
        held=held(report),
        models=models(report),
        groups=grouped(report.figures),
        shown=shown,
        minute=minute,
        comparison=since if isinstance(since, Comparison) else None,
        trouble=since.what if isinstance(since, RunError) else None,
        turned=_turned(since, report.results) if isinstance(since, Comparison) else {},
        samples=samples(report.results),
        pictures=pictures,
    )


def _turned(since: Comparison, results: Sequence[Result]) -> dict[str, list[Result]]:
    if since.turned is None:
        return {}
    by_id = {result.id: result for result in results}
    return {
        "From right to wrong": [by_id[name] for name in since.turned.wrong],
        "From wrong to right": [by_id[name] for name in since.turned.right],
    }


def samples(results: Sequence[Result]) -> list[Sample]:
    """The questions that went worst: wrong and sure of it, and gold that was never found."""
    sure = sorted(results, key=lambda result: -result.confidence)
    return [
        _sample(
            "Wrong, and most confident",
            "Answerable, and none of the quotes holds what was wanted.",
            [result for result in sure if result.answerable and result.right is False],
        ),
        _sample(
            "Answered with most confidence, and unanswerable",
            "The documents hold no answer to these.",
            [result for result in sure if not result.answerable],
        ),
        _sample(
            "What was wanted was never found",
            "Answerable, and none of the passages found holds it.",
            [result for result in sure if result.right is not None and result.answerable and result.rank is None],
        ),
    ]


def _sample(title: str, says: str, results: list[Result]) -> Sample:
    return Sample(title, says, results[:SHOWN], len(results))
