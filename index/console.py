"""What every command shares: its options, how it prints, and how an error becomes an exit code.

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
from typing import Annotated, Literal, Protocol

import typer

from index import commands
from index.errors import RagError
from index.types import Progress

DEFAULT_INDEX = commands.DEFAULT_INDEX

NAMED = 3  # files that are listed of those with one fault


class Fault(Protocol):
    """What is wrong with a file; as text it is where, a colon, and the reason."""

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
    str, typer.Option(envvar="RAG_QUERY_PROMPT", help="Put before a question when it is embedded.")
]
PassagePromptOption = Annotated[
    str, typer.Option(envvar="RAG_PASSAGE_PROMPT", help="Put before a passage when it is embedded.")
]
PrecisionOption = Annotated[
    Literal["auto", "float32", "bfloat16", "int8"],
    typer.Option(
        envvar="RAG_PRECISION",
        help="What the model computes in. auto: as the index was made, else the fastest here of those that agree.",
    ),
]


def say(text: str = "") -> None:
    """A line of the result, on stdout."""
    typer.echo(_harmless(text))


def note(text: str) -> None:
    """A line about the work, on stderr."""
    typer.echo(_harmless(text), err=True)


def _harmless(text: str) -> str:
    """The text with control characters escaped: those of a corpus could drive a terminal."""
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) == "Cc" and char not in "\n\t" else char
        for char in text
    )


def in_groups(faults: Iterable[Fault]) -> Iterator[str]:
    """A line for each of a few files, and one for all those of one reason that are more than NAMED."""
    alike: dict[str, list[Fault]] = {}
    for fault in faults:
        alike.setdefault(fault.reason, []).append(fault)
    for reason, some in alike.items():
        if len(some) <= NAMED:
            yield from map(str, some)
        else:
            first = ", ".join(str(fault).removesuffix(f": {reason}") for fault in some[:NAMED])
            yield f"{first} and {len(some) - NAMED} more: {reason}"


def show_json(document: object) -> None:
    """The command's one JSON document, on stdout."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


@contextmanager
def failures(as_json: bool, usage: tuple[type[RagError], ...] = ()) -> Iterator[None]:
    """Turn an error of this project into its sentence and an exit code: 2 for `usage` errors, else 1."""
    try:
        yield
    except RagError as error:
        if as_json:
            show_json({"error": {"type": error.code, "what": error.what, "remedy": error.remedy}})
        note(f"rag: {error}")
        raise typer.Exit(2 if isinstance(error, usage) else 1) from error


@contextmanager
def progress_of(task: str) -> Iterator[Progress]:
    """A progress bar on a terminal, plain lines elsewhere, both on stderr, with the rate and the time left."""
    began = time.monotonic()
    if not sys.stderr.isatty():
        yield lambda done, total: note(f"{task}: {done} of {total}{_pace(done, total, time.monotonic() - began)}")
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn(task), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task(task, total=None, pace="")
        yield lambda done, total: bar.update(
            shown, completed=done, total=total, pace=_pace(done, total, time.monotonic() - began)
        )


def _pace(done: int, total: int, seconds: float) -> str:
    """How many a second, and how long the rest takes at that; nothing where it can't be told or all is done."""
    if not 0 < done < total or seconds <= 0:
        return ""
    rate = done / seconds
    left = timedelta(seconds=round((total - done) / rate))
    return f", {rate:.3g} a second, {left} left"
