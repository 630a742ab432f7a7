"""Printing a run, and what changed since another, for a person."""

from typing import TYPE_CHECKING

from rag.evaluation.compare import BETTER, WITHIN, WORSE, Comparison
from rag.evaluation.figures import Figure, grouped, shown
from rag.evaluation.run import Report
from rag.settings import NONE

if TYPE_CHECKING:
    from rich.table import Table

_STYLE = {BETTER: "green", WORSE: "bold red", WITHIN: "yellow"}


def print_report(report: Report) -> None:
    """The figures as a table on stdout, by what they measure, each with what it says."""
    from rich.console import Console

    out = Console(highlight=False, markup=False)
    out.print(f"{report.collection}: {held(report)}\nWith {models(report)}.\n")
    out.print(_figures(report))
    out.print(f"↓ less is better. Answered from a confidence of {report.threshold:g}.")


def held(report: Report) -> str:
    """What the collection holds, in words."""
    asked = f"{report.questions} questions ({report.answerable} answerable)"
    return f"{asked}, {report.articles} articles, {report.passages} passages"


def models(report: Report) -> str:
    """What it was answered with, in words."""
    others = {"reader": report.reader, "reranker": report.reranker}
    named = (f"no {role}" if name == NONE else f"{role} {name}" for role, name in others.items())
    return f"the embedding model {report.model}, {' and '.join(named)}"


def minute(moment: str) -> str:
    """A moment in ISO 8601 in UTC, to the minute, for reading."""
    return f"{moment[:16].replace('T', ' ')} UTC"


def _figures(report: Report) -> "Table":
    table = _table("figure", *report.retrieval_alone)
    table.add_column("what it says")
    for group, figures in grouped(report.figures).items():
        table.add_row(group, style="bold")
        for figure in figures:
            table.add_row(f"  {figure.name}", *_values(report, figure), figure.says + " ↓" * (figure.better < 0))
        table.add_section()
    return table


def _values(report: Report, figure: Figure) -> list[str]:
    alone = [figures.get(figure.name) for figures in report.retrieval_alone.values()]
    values = ("" if value is None else shown(figure.name, value) for value in alone)
    return [shown(figure.name, report.figures[figure.name]), *values]


def print_comparison(comparison: Comparison) -> None:
    """What changed since another run, as a table on stdout; what is the same is counted."""
    from rich.console import Console

    out = Console(highlight=False, markup=False)
    out.print(f"\nSince the run of {minute(comparison.since)}:\n")
    table = _table("before", "now")
    table.add_column("")
    moved, turned = comparison.moved(), comparison.turned
    for one in moved:
        values = (shown(one.name, one.before), shown(one.name, one.now))
        table.add_row(f"  {one.name}", *values, one.verdict, style=_STYLE.get(one.verdict))
    out.print(table)
    out.print(f"The same: {len(comparison.changes) - len(moved)} of {len(comparison.changes)} figures.")
    for way, ids in (("right to wrong", turned.wrong), ("wrong to right", turned.right)) if turned else ():
        out.print(f"From {way}: {', '.join(ids) or 'none'}.")


def _table(*numbers: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column("", no_wrap=True)
    for name in numbers:
        table.add_column(name.replace(" ", "\n"), justify="right", no_wrap=True)
    return table
