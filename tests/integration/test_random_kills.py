"""A re-index killed at fifty random instants: every time the old index or the new one serves whole."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.build.build import build_index
from index.build.verify import verify_index
from index.engine.local.local_index import LocalIndex
from index.types import Filters
from tests.conftest import REPOSITORY, WordEmbedder

pytestmark = pytest.mark.slow

KILLS = 50
SEED = 7

# Re-indexes in a child process for each instant. The child kills itself at a numbered call of a function, Python's or
# C's, so that an instant is the same on every machine, however busy it is.
SCRIPT = """
import os, signal, sys
from pathlib import Path

import datasketch, faiss, numpy, tantivy  # once, and not in every child
from index.build.build import build_index
from tests.conftest import WordEmbedder

def reindexed(folder, last):
    calls = 0
    def count(frame, event, argument):
        nonlocal calls
        if event in ("call", "c_call"):
            calls += 1
            if calls == last:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(count)
    build_index(folder / "corpus", folder / "index", WordEmbedder())
    sys.setprofile(None)
    return calls

for line in sys.stdin:
    folder, last = line.split()
    child = os.fork()
    if child == 0:
        Path(folder, "calls").write_text(str(reindexed(Path(folder), int(last))))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index, and its corpus after an edit, an addition and a deletion."""
    folder = tmp_path_factory.mktemp("changed")
    corpus = folder / "corpus"
    corpus.mkdir()
    for number in range(30):
        (corpus / f"a{number}.txt").write_text(f"Article {number}.\n\n" + f"Word{number} is said here. " * 60)
    build_index(corpus, folder / "index", WordEmbedder())
    (corpus / "a0.txt").write_text("Lions sleep.")
    (corpus / "zebra.txt").write_text("Zebras cross the river.")
    (corpus / "a1.txt").unlink()
    return folder


def run(folders: list[tuple[Path, int]]) -> list[int]:
    """The exit code of a re-index in each folder, which is killed at its call of that number."""
    lines = "".join(f"{folder} {last}\n" for folder, last in folders)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
        timeout=600,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    return [int(line) for line in done.stdout.split()]


def copy_of(changed: Path, folder: Path) -> Path:
    """A copy of the changed corpus and its index, in another folder."""
    shutil.copytree(changed, folder)
    return folder


def state_of(directory: Path) -> str:
    """Which index serves, "old" or "new"; KeyError where its words are of neither."""
    index = LocalIndex.open(directory, lambda record: WordEmbedder())
    matches = tuple(bool(index.matching(word, 3, 1.0, Filters())) for word in ("zebras", "lions", "word1", "word0"))
    return {(True, True, False, False): "new", (False, False, True, True): "old"}[matches]


def test_a_kill_at_any_of_fifty_instants_leaves_one_index_whole(changed, tmp_path):
    """Every time the old or the new generation serves and is whole, and the next run completes."""
    whole = copy_of(changed, tmp_path / "whole")
    assert run([(whole, 0)]) == [0]
    calls = int((whole / "calls").read_text())
    rng = random.Random(SEED)
    instants = [rng.randrange(1, calls) for _ in range(KILLS // 2)]
    # The last calls, one of which publishes the generation, are as likely as the long work before them.
    instants += [rng.randrange(calls - 400, calls) for _ in range(KILLS - len(instants))]
    folders = [copy_of(changed, tmp_path / f"killed{number}") for number in range(KILLS)]
    assert run(list(zip(folders, instants, strict=True))) == [-9] * KILLS
    states = []
    for folder in folders:
        assert verify_index(folder / "index").problems == []
        states.append(state_of(folder / "index"))
        build_index(folder / "corpus", folder / "index", WordEmbedder())
        assert verify_index(folder / "index").problems == []
        assert state_of(folder / "index") == "new"
        assert not list((folder / "index" / "generations").glob("*.partial"))
    assert set(states) == {"old", "new"}, json.dumps(states)
