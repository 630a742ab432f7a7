"""Nothing leaves the machine."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ARTICLES, REPOSITORY

pytestmark = pytest.mark.slow

# Every connection and every look-up of a name that Python makes passes these audit events.
WATCH = """
import sys

def watch(event, arguments):
    if event == "socket.connect" and arguments[0].family.name != "AF_UNIX":
        host = arguments[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host not in ("127.0.0.1", "::1", "localhost"):
        print("REACHED OUT", event, host, flush=True)

sys.addaudithook(watch)
"""
INDEX_AND_ASK = """
import os
from pathlib import Path

os.environ.pop("HF_HUB_OFFLINE", None)  # even where nobody set it
from index.build.build import build_index
from index.models.embedder import SentenceTransformerEmbedder
from index.engine.local.local_index import LiveIndex
from rag.assistant import Assistant

build_index(Path(sys.argv[1]), Path(sys.argv[2]), SentenceTransformerEmbedder())
answer = Assistant(LiveIndex(Path(sys.argv[2]))).ask("When was the harbour of Lenkoran opened?")
print(answer.citations[0].quote)
"""
REACH_OUT = """
import socket

try:
    socket.create_connection(("192.0.2.1", 9), timeout=0.01)
except OSError:
    pass
"""


def run(code: str, *arguments: object) -> str:
    """What a script prints, run in a process of its own under the watch."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH + code, *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_indexing_and_asking_reach_nothing_beyond_loopback(corpus: Path, directory: Path) -> None:
    """A first build and a first question look up no name and connect to no other machine."""
    assert len(ARTICLES) == 3
    printed = run(INDEX_AND_ASK, corpus, directory)
    assert "REACHED OUT" not in printed
    assert "12 March 2021" in printed


@pytest.mark.skipif(
    subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode != 0
    if shutil.which("unshare")
    else True,
    reason="this machine does not let a process have a network of its own",
)
def test_indexing_and_asking_need_no_network_at_all(corpus: Path, directory: Path) -> None:
    """In a network namespace without any interface, where nothing can be reached, both work the same."""
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-c", "import sys\n" + INDEX_AND_ASK, str(corpus), str(directory)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert "12 March 2021" in done.stdout, done.stderr


def test_the_watch_sees_a_connection() -> None:
    """The watch these tests rely on does notice a process that reaches out."""
    assert "REACHED OUT socket.connect 192.0.2.1" in run(REACH_OUT)
