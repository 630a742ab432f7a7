"""Printing a run on the console, and what changed since another run."""

from typing import TYPE_CHECKING

from rag.evaluation.comparison import BETTER, WITHIN, WORSE, Comparison
from rag.evaluation.figures import GROUP_MEANINGS, KIND_FIGURES, figures_by_group, format_figure
from rag.evaluation.formatting import describe_contents, describe_models, format_minute
from rag.evaluation.run import EvaluationRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

_STYLES = {BETTER: "green", WORSE: "bold red", WITHIN: "yellow"}


def print_run(run: EvaluationRun) -> None:
    """Print the figures as a table by groups, each with its meaning, on stdout."""
    from rich.console import Console

    table = _table("figure", *run.retrieval_alone)
    table.add_column("what it says")
    for group, figures in figures_by_group(run.figures).items():
        blanks = [""] * (1 + len(run.retrieval_alone))
        table.add_row(group, *blanks, GROUP_MEANINGS.get(group), style="bold")
        for figure in figures:
            values = [format_figure(figure.name, run.figures[figure.name])]
            for alone in run.retrieval_alone.values():
                values.append(format_figure(figure.name, alone[figure.name]) if figure.name in alone else "")
            table.add_row(f"  {figure.name}", *values, figure.meaning + " ↓" * (figure.direction < 0))
        table.add_section()
    console = Console(highlight=False, markup=False)
    console.print(f"{run.collection}: {describe_contents(run)}\nWith {describe_models(run)}.\n")
    console.print(table)
    if run.kinds:
        console.print(_table_of_kinds(run.kinds))
    console.print("↓ less is better. As answered, declining an answerable question is wrong.")
    console.print(f"Answered from a confidence of {run.threshold:g}.")


def print_comparison(comparison: Comparison) -> None:
    """Print what changed since another run as a table on stdout; figures that are the same are only counted."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    console.print(f"\nSince the run of {format_minute(comparison.since)}:\n")
    table = _table("before", "now")
    table.add_column("")
    differences, turned = comparison.differences(), comparison.turned
    for change in differences:
        values = (format_figure(change.name, change.before), format_figure(change.name, change.now))
        table.add_row(f"  {change.name}", *values, change.verdict, style=_STYLES.get(change.verdict))
    console.print(table)
    console.print(f"The same: {len(comparison.changes) - len(differences)} of {len(comparison.changes)} figures.")
    if turned:
        console.print(f"From right to wrong: {', '.join(turned.wrong) or 'none'}.")
        console.print(f"From wrong to right: {', '.join(turned.right) or 'none'}.")


def _table_of_kinds(kinds: "Mapping[str, Mapping[str, float]]") -> "Table":
    """A row for each kind of question; a figure that a kind lacks is left empty."""
    table = _table(*KIND_FIGURES.values())
    for kind, figures in kinds.items():
        table.add_row(kind, *(format_figure(name, figures[name]) if name in figures else "" for name in KIND_FIGURES))
    return table


def _table(*numbers: str) -> "Table":
    """A table with a column of names and these columns of numbers."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column("", no_wrap=True)
    for name in numbers:
        table.add_column(name.replace(" ", "\n"), justify="right", no_wrap=True)
    return table
