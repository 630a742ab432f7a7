"""Printing a report for a person."""

from rag.evaluation.run import Report


def print_report(report: Report) -> None:
    """The figures as a table on stdout."""
    from rich.console import Console
    from rich.table import Table

    held = f"{report.questions} questions ({report.answerable} answerable), {report.articles} articles"
    table = Table(title=f"{report.collection}: {held}, {report.passages} passages", title_justify="left")
    table.add_column("")
    table.add_column("figure", justify="right")
    for name in report.retrieval_alone:
        table.add_column(name, justify="right")
    for name, value in report.figures.items():
        alone = (figures.get(name) for figures in report.retrieval_alone.values())
        table.add_row(name, _shown(name, value), *("" if value is None else _shown(name, value) for value in alone))
    Console().print(table)
    Console().print(f"Answered from a confidence of {report.threshold:g}.")


def _shown(name: str, value: float) -> str:
    return f"{value:.0f}" if name.endswith(" ms") else f"{value:.3f}"
