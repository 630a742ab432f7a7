"""A re-index killed at any instant leaves a whole index serving, and the next run completes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from index.build.build import build_index
from index.build.verify import verify_index
from index.engine.local.generations import live_number
from index.engine.local.local_index import LocalIndex
from index.errors import GenerationMissingError, StorageError
from index.models.hub import DEFAULT_MODEL
from index.types import Filters
from tests.conftest import REPOSITORY, WordEmbedder

pytestmark = pytest.mark.slow

# Re-indexes with an embedder that needs no model. It prints each instant it reaches, and waits at the given one to be
# killed.
SCRIPT = """
import os, signal, sys
from pathlib import Path

corpus, directory, last_instant = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def reached(instant):
    print(instant, flush=True)
    if instant == last_instant:
        signal.pause()

def before_and_after(owner, name, label):
    original = getattr(owner, name)
    def wrapped(*arguments, **options):
        reached("before " + label(*arguments))
        result = original(*arguments, **options)
        reached("after " + label(*arguments))
        return result
    setattr(owner, name, wrapped)

from index.build import build
from index.engine.local.lexical import LexicalIndex
from index.engine.local.dense import DenseIndex
from tests.conftest import WordEmbedder

before_and_after(WordEmbedder, "embed_passages", lambda *_: "embedding")
before_and_after(build, "_write_catalog", lambda *_: "catalog")
for owner, label in ((DenseIndex, "dense"), (LexicalIndex, "lexical")):
    original = owner.write
    def write(*arguments, original=original, label=label):
        reached("before " + label)
        original(*arguments)
        reached("after " + label)
    owner.write = staticmethod(write)
before_and_after(Path, "rename", lambda *_: "folder")
before_and_after(Path, "replace", lambda *_: "CURRENT")
build.build_index(corpus, directory, WordEmbedder())
reached("done")
"""

INSTANTS = [
    f"{side} {step}"
    for step in ("catalog", "embedding", "dense", "lexical", "folder", "CURRENT")
    for side in ("before", "after")
]
NEW_FROM = "after CURRENT"
NEW = "zebras"


def run_until(corpus: Path, directory: Path, instant: str) -> None:
    """Start a re-index, and kill it as soon as it prints that it has reached `instant`."""
    command = [sys.executable, "-c", SCRIPT, str(corpus), str(directory), instant]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        for line in process.stdout:
            if line.strip() == instant:
                process.kill()
        process.wait(timeout=60)
    assert process.returncode == -signal.SIGKILL


def opened(directory: Path) -> LocalIndex:
    return LocalIndex.open(directory, lambda record: WordEmbedder())


def finds(index: LocalIndex, query: str) -> bool:
    return bool(index.matching(query, 5, 1.0, Filters()))


@pytest.mark.parametrize("instant", INSTANTS)
def test_a_kill_leaves_the_old_or_the_new_index_whole(corpus, built, instant):
    """Before CURRENT is replaced the old index serves, afterwards the new one; the next run completes."""
    (corpus / "bridge.md").unlink()
    (corpus / "zebra.txt").write_text("Zebras cross the river.")
    run_until(corpus, built, instant)
    index = opened(built)
    is_new = instant == NEW_FROM
    assert (finds(index, NEW), finds(index, "engineers")) == (is_new, not is_new)
    assert verify_index(built).problems == []
    build_index(corpus, built, WordEmbedder())
    after = opened(built)
    assert (finds(after, NEW), finds(after, "engineers"), after.manifest.articles) == (True, False, 3)
    assert verify_index(built).problems == []
    assert not list((built / "generations").glob("*.partial"))


@pytest.mark.parametrize(
    "instant",
    [
        "before embedding",
        "before folder",
        "before CURRENT",
    ],
)
def test_a_kill_of_the_first_build_leaves_nothing_that_opens(corpus, directory, instant):
    """Without an earlier index there is none after the kill, and the next run makes one."""
    run_until(corpus, directory, instant)
    with pytest.raises(GenerationMissingError):
        live_number(directory)
    assert build_index(corpus, directory, WordEmbedder()).generation == live_number(directory)
    assert verify_index(directory).problems == []


def test_a_second_indexer_fails_at_once(corpus, built, rag):
    """While one process writes, a second ends with an error that says so; a killed process leaves no lock."""
    (corpus / "zebra.txt").write_text("Zebras cross the river.")
    command = [sys.executable, "-c", SCRIPT, str(corpus), str(built), "before embedding"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        assert any(line.strip() == "before embedding" for line in process.stdout)
        # The index was made with a model that is on no machine.
        model = ("--model", DEFAULT_MODEL, "--precision", "float32")
        second = rag("index", "--index", built, "--corpus", corpus, *model, "--json")
        process.kill()
    error = json.loads(second.stdout)["error"]
    assert (second.returncode, error["type"]) == (1, "WriterBusy")
    assert error["what"] == f"Another rag index is writing {built}."
    assert not finds(opened(built), NEW)
    assert build_index(corpus, built, WordEmbedder()).diff.added == ["zebra"]


FULL_DISK = """
import json, resource, sys
from pathlib import Path
from index.build.build import build_index
from index.errors import RagError
from index.models.hub import DEFAULT_MODEL
from tests.conftest import WordEmbedder

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    build_index(Path(sys.argv[1]), Path(sys.argv[2]), WordEmbedder())
except RagError as error:
    print(json.dumps({"type": type(error).__name__, "what": error.what}))
"""


@pytest.mark.parametrize("limit", [0, 200_000])
def test_a_disk_that_is_full_is_an_error_that_leaves_the_live_index(corpus, built, limit):
    """When nothing more can be written the error says so with the path, and the old index still serves."""
    (corpus / "many.txt").write_text("\n\n".join(f"Passage {n}. " + f"Word{n} is said. " * 50 for n in range(900)))
    process = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(corpus), str(built), str(limit)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=REPOSITORY,
        check=False,
        env=os.environ | {"RUST_BACKTRACE": "0"},
    )
    assert verify_index(built).problems == []
    assert finds(opened(built), "engineers")
    assert process.returncode == 0, process.stderr[-1000:]
    error = json.loads(process.stdout)
    assert error["type"] == StorageError.__name__
    assert str(built) in error["what"]
