"""What all commands share: their options, printing, and turning an error into an exit code.

Exit codes: 0 done, 1 failed, 2 wrong usage. With --json, stdout holds one JSON document and
everything else goes to stderr.
"""

import json
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

import typer

from index.errors import RagError

if TYPE_CHECKING:
    from index.types import Progress  # which imports numpy

LISTED_FILES = 3  # of those with the same fault; the others are only counted


class Fault(Protocol):
    """Something wrong with a file; `str` gives the place, a colon and the reason."""

    @property
    def reason(self) -> str:
        """What is wrong."""


IndexOption = Annotated[
    Path, typer.Option("--index", envvar="RAG_INDEX", help="The index directory.", show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", envvar="RAG_MODEL", help="A sentence-transformers model, by name or path."),
]
QueryPromptOption = Annotated[
    str, typer.Option(envvar="RAG_QUERY_PROMPT", help="Text put before a question when it is embedded.")
]
PassagePromptOption = Annotated[
    str, typer.Option(envvar="RAG_PASSAGE_PROMPT", help="Text put before a passage when it is embedded.")
]
PrecisionOption = Annotated[
    Literal["auto", "float32", "bfloat16", "int8"],
    typer.Option(
        envvar="RAG_PRECISION",
        help="What the model computes in. auto: as the index was made, else the fastest here that agrees with float32.",
    ),
]


def say(text: str = "") -> None:
    """Print a line of the result, on stdout."""
    typer.echo(_escape_controls(text))


def note(text: str) -> None:
    """Print a line about the work, on stderr."""
    typer.echo(_escape_controls(text), err=True)


def _escape_controls(text: str) -> str:
    """The text with control characters escaped, since those of a corpus could control the terminal."""
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) == "Cc" and char not in "\n\t" else char
        for char in text
    )


def fault_lines(faults: Iterable[Fault]) -> Iterator[str]:
    """One line a fault, or a single line for all faults with the same reason where they are more than LISTED_FILES."""
    by_reason: dict[str, list[Fault]] = {}
    for fault in faults:
        by_reason.setdefault(fault.reason, []).append(fault)
    for reason, same in by_reason.items():
        if len(same) <= LISTED_FILES:
            yield from map(str, same)
        else:
            first = ", ".join(str(fault).removesuffix(f": {reason}") for fault in same[:LISTED_FILES])
            yield f"{first} and {len(same) - LISTED_FILES} more: {reason}"


def show_json(document: object) -> None:
    """Print the command's one JSON document, on stdout."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


@contextmanager
def failures(as_json: bool, usage: tuple[type[RagError], ...] = ()) -> Iterator[None]:
    """Print an error of this project as its sentence, and exit with 2 for the errors in `usage`, else with 1."""
    try:
        yield
    except RagError as error:
        if as_json:
            show_json({"error": {"type": error.code, "what": error.what, "remedy": error.remedy}})
        note(f"rag: {error}")
        raise typer.Exit(2 if isinstance(error, usage) else 1) from error


@contextmanager
def progress_of(task: str) -> "Iterator[Progress]":
    """A progress bar on a terminal, plain lines elsewhere; both on stderr, with the rate and the time left."""
    started = time.monotonic()
    if not sys.stderr.isatty():
        yield lambda done, total: note(f"{task}: {done} of {total}{_pace(done, total, time.monotonic() - started)}")
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn(task), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task_id = bar.add_task(task, total=None, pace="")
        yield lambda done, total: bar.update(
            task_id, completed=done, total=total, pace=_pace(done, total, time.monotonic() - started)
        )


def _pace(done: int, total: int, seconds: float) -> str:
    """How many are done a second, and how long the rest takes at that rate; empty at the beginning and the end."""
    if not 0 < done < total or seconds <= 0:
        return ""
    rate = done / seconds
    left = timedelta(seconds=round((total - done) / rate))
    return f", {rate:.3g} a second, {left} left"
