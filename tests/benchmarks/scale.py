"""Every size, one after the other: written, built, edited and served, in processes of their own."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from tests.benchmarks.results import Built, Result, Scale, Served
from tests.benchmarks.texts import Real, write_corpus
from tests.conftest import REPOSITORY

ResultType = TypeVar("ResultType", bound=Result)


def measure(real: Real, size: int, questions: Sequence[str], vectors: Path, folder: Path) -> Scale:
    """Write a corpus of so many passages, and measure its index, which is left in `folder`/index."""
    corpus, questions_file = folder / "corpus", folder / "questions.txt"
    began = time.perf_counter()
    write_corpus(real, size, corpus)
    wrote = time.perf_counter() - began
    questions_file.write_text("".join(f"{' '.join(question.split())}\n" for question in questions), encoding="utf-8")
    built = _in_process(Built, "build", vectors, corpus, folder / "index")
    served = _in_process(Served, "serve", vectors, folder / "index", questions_file)
    return Scale(size=size, built=built.model_copy(update={"write_seconds": round(wrote, 2)}), served=served)


def _in_process(result_type: type[ResultType], step: str, *paths: Path) -> ResultType:
    """What a step prints, in a fresh process.

    Raises:
        SystemExit: it failed; with what it wrote last.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.process", step, *map(str, paths)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"Measuring failed: {step} of {paths[1]}, code {done.returncode}.\n{done.stderr[-2000:]}")
    return result_type.model_validate_json(done.stdout.splitlines()[-1])
