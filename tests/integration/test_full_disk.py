"""Disks that are really full or read-only: small ones that are mounted for the test, where the machine allows it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

MAY_MOUNT = ["unshare", "--user", "--map-root-user", "--mount"]

# It runs in a mount namespace of its own, and prints a line for each try: the error, if any, and the generations.
FULL = """
import json, os, subprocess, sys
from pathlib import Path
from index.engine.local import dense
from index.build.build import build_index
from index.errors import RagError
from index.build.verify import verify_index
from tests.conftest import WordEmbedder, write_corpus

disk, corpus = Path(sys.argv[1], "disk"), write_corpus(Path(sys.argv[1], "corpus"))
disk.mkdir()
index = disk / "index"
dense.EXACT, dense.LISTS = 2, 1  # so that lists are written too

def used():
    blocks = os.statvfs(disk)
    return (blocks.f_blocks - blocks.f_bfree) * blocks.f_frsize

subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=True)
build_index(corpus, index, WordEmbedder())
passages = [f"Passage {number}. " + f"Word{number} is said. " * 50 for number in range(60)]
(corpus / "many.txt").write_text("\\n\\n".join(passages))
room, generation = 0, 1
while generation == 1:
    before = used()
    subprocess.run(["mount", "-o", f"remount,size={before + room}", disk], check=True)
    error = None
    try:
        generation = build_index(corpus, index, WordEmbedder()).generation
    except RagError as refused:
        error = {"type": type(refused).__name__, "what": refused.what}
    report = verify_index(index)
    assert (report.generation, report.problems) == (generation, []), report
    generations = sorted(path.name for path in (index / "generations").iterdir())
    print(json.dumps({"error": error, "generations": generations}), flush=True)
    room += 4096
"""

READ_ONLY = """
import subprocess, sys
from pathlib import Path
from index.build.build import build_index
from index.types import Filters
from index.errors import StorageError
from index.engine.local.local_index import LocalIndex
from index.build.verify import verify_index
from tests.conftest import WordEmbedder, write_corpus

disk, corpus = Path(sys.argv[1], "disk"), write_corpus(Path(sys.argv[1], "corpus"))
disk.mkdir()
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], check=True)
build_index(corpus, disk / "index", WordEmbedder())
subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
index = LocalIndex.open(disk / "index", lambda record: WordEmbedder())
assert index.matching("harbour", 3, 1.0, Filters())
assert verify_index(disk / "index").problems == []
try:
    build_index(corpus, disk / "index", WordEmbedder())
except StorageError as error:
    print(error)
"""


@pytest.fixture
def mounting(tmp_path):
    """Run a script where it may mount disks of its own."""
    if subprocess.run([*MAY_MOUNT, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not allow mounting disks")

    def run(script: str) -> list[str]:
        command = [*MAY_MOUNT, sys.executable, "-c", script, str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=REPOSITORY, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.splitlines()

    return run


@pytest.mark.slow
def test_a_disk_that_fills_anywhere_in_a_build_leaves_the_live_index(mounting, tmp_path: Path):
    """With 4 KiB more room at each try: one line says why it failed, the live index is whole, nothing is left over."""
    *failed, done = [json.loads(line) for line in mounting(FULL)]
    assert done["error"] is None
    assert len(failed) > 50
    for trial in failed:
        assert trial["generations"] == ["000001"]
        assert trial["error"]["type"] == "StorageError"
        assert "\n" not in trial["error"]["what"]
        assert str(tmp_path / "disk" / "index") in trial["error"]["what"]
        assert any(why in trial["error"]["what"] for why in ("No space left on device", "disk is full"))


@pytest.mark.slow
def test_an_index_on_a_read_only_disk_serves(mounting):
    """It opens, answers and can be verified; a build says that the disk is read-only."""
    (line,) = mounting(READ_ONLY)
    assert "can't be written (Read-only file system); what was there still serves" in line
