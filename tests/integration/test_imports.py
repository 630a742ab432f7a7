"""What commands import: PyTorch for nobody who uses the models that come with the package."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.slow

PYTORCH = {"torch", "transformers", "sentence_transformers"}
QUESTION = "When was the harbour of Lenkoran opened?"
RAG = """
import atexit, sys

atexit.register(lambda: print("IMPORTED", *{name.split(".")[0] for name in sys.modules}, file=sys.stderr))
from web.cli import main

main()
"""


def imported(*arguments: object) -> tuple[set[str], str]:
    """The top-level packages that a command of `rag` imports in a process of its own, and what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", RAG, *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("IMPORTED ")]
    return set(line.split()[1:]), done.stdout


@pytest.mark.parametrize("precision", ["float32", "int8", "auto"])
def test_indexing_and_asking_import_no_pytorch(corpus: Path, directory: Path, precision: str) -> None:
    """A first index, a search and a question are computed by OpenVINO alone, in any precision."""
    index = "--index", directory
    packages, _ = imported("index", "--corpus", corpus, "--precision", precision, *index)
    assert packages & (PYTORCH | {"openvino"}) == {"openvino"}
    packages, printed = imported("search", "harbour of Lenkoran", *index)
    assert packages & (PYTORCH | {"openvino"}) == {"openvino"}
    assert "12 March 2021" in printed
    packages, printed = imported("ask", QUESTION, *index)
    assert packages & (PYTORCH | {"openvino"}) == {"openvino"}
    assert "12 March 2021" in printed


@pytest.mark.parametrize("precision", ["float32", "auto"])
def test_a_reindex_of_what_did_not_change_loads_no_model(corpus: Path, directory: Path, precision: str) -> None:
    """Where nothing is embedded nothing is loaded to embed it; one changed article is embedded by OpenVINO alone."""
    command = "index", "--corpus", corpus, "--index", directory, "--precision", precision, "--json"
    imported(*command)
    packages, printed = imported(*command)
    assert packages & (PYTORCH | {"openvino", "faiss"}) == set()
    assert '"unchanged": 3' in printed
    (corpus / "notes" / "kites.txt").write_text("Kites fly over Lahore in spring, and over Baku in autumn.\n")
    packages, printed = imported(*command)
    assert packages & (PYTORCH | {"openvino"}) == {"openvino"}
    assert '"changed": 1' in printed
