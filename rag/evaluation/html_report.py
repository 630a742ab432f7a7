"""The report of a run as a folder: a page of HTML, its pictures, and the run itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rag.errors import RunError
from rag.evaluation.collection import Collection
from rag.evaluation.comparison import Comparison, compare
from rag.evaluation.figures import GROUP_MEANINGS, KIND_FIGURES, figures_by_group, format_figure
from rag.evaluation.formatting import describe_contents, describe_models, format_minute
from rag.evaluation.plots import draw_pictures
from rag.evaluation.results import Result, scored_answers, scored_headlines
from rag.evaluation.run import EvaluationRun
from rag.evaluation.saved_runs import read_run, save_run, write_text
from rag.settings import LEAST_HEADLINE

RUN = "run.json"
LISTED = 10  # questions of a sample that the page lists, at most


@dataclass(frozen=True, slots=True)
class Sample:
    """Questions worth reading: those that are listed, and how many there are in all."""

    title: str
    meaning: str
    results: list[Result]
    count: int

    @classmethod
    def of(cls, title: str, meaning: str, results: list[Result]) -> "Sample":
        """The first LISTED of these results, and their number."""
        return cls(title, meaning, results[:LISTED], len(results))


def write_report(run: EvaluationRun, collection: Collection, folder: Path, margin: float) -> None:
    """Write index.html, its pictures and run.json into a folder, with a comparison with the run.json already there.

    Raises:
        StorageError: the disk refused.
    """
    earlier = folder / RUN
    comparison, problem = None, None
    if earlier.exists():
        try:
            comparison = compare(read_run(earlier, collection), run, margin)
        except RunError as error:
            problem = error.what
    pictures = []
    scored = (
        ("", scored_answers(run.results), run.threshold),
        ("headline-", scored_headlines(run.results), LEAST_HEADLINE),
    )
    for prefix, answers, bound in scored:
        if answers:
            draw_pictures(answers, bound, folder, prefix)
            pictures.append(prefix)
    write_text(folder / "index.html", _page(run, comparison, problem, pictures))
    save_run(run, earlier, results=True)  # last, so that the earlier run stays until the page is written


def _page(run: EvaluationRun, comparison: Comparison | None, problem: str | None, pictures: Sequence[str]) -> str:
    """The page; `problem` says why the earlier run can't be compared with, `pictures` how names of pictures begin."""
    turned: dict[str, list[Result]] = {}
    if comparison and comparison.turned:
        by_id = {result.id: result for result in run.results}
        turned["From right to wrong"] = [by_id[name] for name in comparison.turned.wrong]
        turned["From wrong to right"] = [by_id[name] for name in comparison.turned.right]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        run=run,
        contents=describe_contents(run),
        models=describe_models(run),
        groups=figures_by_group(run.figures),
        group_meanings=GROUP_MEANINGS,
        kind_figures=KIND_FIGURES,
        format_figure=format_figure,
        format_minute=format_minute,
        comparison=comparison,
        problem=problem,
        turned=turned,
        samples=worst_questions(run.results),
        pictures=pictures,
    )


def worst_questions(results: Sequence[Result]) -> list[Sample]:
    """The questions that went worst: wrong with high confidence, and those whose gold was never found."""
    by_confidence = sorted(results, key=lambda result: -result.confidence)
    return [
        Sample.of(
            "Wrong, and most confident",
            "Answerable, and none of the quotes holds what was wanted.",
            [result for result in by_confidence if result.answerable and result.right is False],
        ),
        Sample.of(
            "Answered with most confidence, and unanswerable",
            "The documents hold no answer to these.",
            [result for result in by_confidence if not result.answerable],
        ),
        Sample.of(
            "What was wanted was never found",
            "Answerable, and none of the passages found holds it.",
            [
                result
                for result in by_confidence
                if result.answerable and result.right is not None and result.rank is None
            ],
        ),
    ]
