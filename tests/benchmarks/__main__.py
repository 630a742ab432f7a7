"""`python -m tests.benchmarks`: one run of the suite, its results, its report and its pictures."""

import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from index.engine.local.local_index import LocalIndex
from index.models.embedder import SentenceTransformerEmbedder
from index.models.hub import ENGLISH_MODEL
from tests.benchmarks import report, txtai_database
from tests.benchmarks.machine import commit, machine
from tests.benchmarks.perturbed import NOISE, PerturbedEmbedder, write_vectors
from tests.benchmarks.results import Run
from tests.benchmarks.sizes import FULL, QUICK, Sizes
from tests.benchmarks.texts import Real, read_real

HERE = Path(__file__).parent


def main(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, whose times mean nothing.")] = False,
    largest: Annotated[int, typer.Option(min=1000, help="Passages of the largest size; not with --quick.")] = 100_000,
    collections: Annotated[
        Path | None,
        typer.Option(envvar="RAG_COLLECTIONS", help="A directory of collections; without it, this project's corpus."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where results go; without it, here.")] = None,
    work: Annotated[Path | None, typer.Option(help="Where indexes are made, which need some 12 KB a passage.")] = None,
    kept_run: Annotated[
        Path | None, typer.Option("--report", help="Measure nothing; write the report of these results of a run.")
    ] = None,
    larger: Annotated[
        Path | None, typer.Option("--larger-from", help="A run whose sizes beyond the largest here are reported too.")
    ] = None,
) -> None:
    """Measure what the project costs, beside the libraries it is made of and beside txtai."""
    kept = out or (HERE / "results" / "quick" if quick else HERE)
    if kept_run:
        report.publish(report.read(kept_run), kept)
        return
    sizes = QUICK if quick else FULL.up_to(largest)
    before = report.read(larger) if larger else None  # which may not be readable, so not after an hour
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=work))
    try:
        run = measured(read_real(collections), sizes, folder, kept, quick=quick)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.publish(_with_larger(run, before) if before else run, kept)
    _say(f"The report is {kept / 'README.md'}.")


def measured(real: Real, sizes: Sizes, folder: Path, kept: Path, *, quick: bool) -> Run:
    """Every part after the other; what is known is written after each, so that a long run that fails is not lost."""
    run, began = _begun(real, quick=quick), time.monotonic()
    from tests.benchmarks import asking, embedding, quality, scale, searching, starting

    def note(**parts: object) -> None:
        nonlocal run
        run = run.model_copy(update={**parts, "minutes": round((time.monotonic() - began) / 60, 2)})
        report.keep(run, kept)
        _say(f"{', '.join(parts)} measured after {run.minutes:.1f} minutes")

    if not txtai_database.is_installed():
        _say(txtai_database.MISSING)
    note(starts=starting.measure(sizes.rounds, folder / "start"))
    note(embedding=embedding.measure(real, sizes, folder))
    note(quality=quality.measure(None if run.quick else real.collections))
    vectors = folder / "vectors.npz"
    write_vectors(real.passages, SentenceTransformerEmbedder(ENGLISH_MODEL, precision=run.embedding.precision), vectors)
    for size in sizes.scales:
        place = folder / str(size)
        place.mkdir()
        note(scales=[*run.scales, scale.measure(real, size, real.questions[: 3 * sizes.questions], vectors, place)])
        if size in sizes.searched:
            embedder = PerturbedEmbedder(vectors)
            index = LocalIndex.open(place / "index", lambda record: embedder)  # noqa: B023 (called at once)
            some = len(real.questions) // 2  # none is asked in both
            note(searches=[*run.searches, searching.measure(index, real.questions[:some], sizes.questions)])
        if size == sizes.searched[0]:
            note(ask=asking.measure(index, real.questions[some:], sizes.questions))
        shutil.rmtree(place)
    return run


def _with_larger(run: Run, known: Run) -> Run:
    """The run with the sizes of another that are larger than its own, and at which commit these were measured."""
    scales = [one for one in known.scales if one.size > run.scales[-1].size]
    largest = run.scales[-1].built.passages
    return run.model_copy(
        update={
            "scales": [*run.scales, *scales],
            "searches": [*run.searches, *(one for one in known.searches if one.passages > largest)],
            "larger_commit": known.commit if scales else None,
        }
    )


def _begun(real: Real, *, quick: bool) -> Run:
    """A run of which nothing is measured yet."""
    name, dirty = commit()
    return Run(
        commit=name,
        dirty=dirty,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        quick=quick,
        minutes=0.0,
        machine=machine(),
        texts=real.summary(),
        noise=NOISE,
    )


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # all that is compared runs on the processor
    typer.run(main)
