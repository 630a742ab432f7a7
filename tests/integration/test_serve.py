"""`rag serve` as a process: it starts, tells its address, answers, swaps and stops."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from index.build.build import build_index
from index.models.embedder import SentenceTransformerEmbedder
from tests.conftest import REPOSITORY
from tests.integration.conftest import Rag

pytestmark = pytest.mark.slow


@pytest.fixture
def index(corpus: Path, directory: Path, real_embedder: SentenceTransformerEmbedder) -> Path:
    """An index of the small corpus made with the real model."""
    build_index(corpus, directory, real_embedder)
    return directory


@pytest.fixture
def server(index: Path) -> Iterator[subprocess.Popen[str]]:
    """`rag serve` on a free port, ended with the test."""
    command = [sys.executable, "-m", "web.cli", "serve", "--port", "0", "--index", str(index)]
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def address_of(server: subprocess.Popen[str]) -> str:
    """The address it prints when it can answer."""
    assert server.stdout is not None
    return server.stdout.readline().split()[2]


def test_it_answers_at_the_address_it_prints_and_stops_when_told(server: subprocess.Popen[str]) -> None:
    """The printed address answers a question, and an interrupt ends the process in order."""
    address = address_of(server)
    reply = httpx.post(f"{address}/api/ask", json={"question": "When was the harbour of Lenkoran opened?"}, timeout=60)
    assert "12 March 2021" in reply.json()["answer"]
    server.send_signal(signal.SIGINT)
    assert server.wait(30) in (0, -signal.SIGINT, 130)


def test_it_serves_a_new_generation_without_a_restart(
    server: subprocess.Popen[str], corpus: Path, index: Path, real_embedder: SentenceTransformerEmbedder
) -> None:
    """After a re-index the running server finds what was added and no more what was deleted."""
    address = address_of(server)
    (corpus / "bridge.md").unlink()
    (corpus / "tower.txt").write_text("The tower of Gabala is 80 metres tall.\n", encoding="utf-8")
    build_index(corpus, index, real_embedder)
    hits = httpx.post(f"{address}/api/search", json={"query": "bridge tower metres"}, timeout=60).json()["hits"]
    articles = {hit["article_id"] for hit in hits}
    assert "tower" in articles
    assert "bridge" not in articles


def test_a_port_in_use_is_said_in_one_sentence(rag: Rag, index: Path) -> None:
    """Where the port is taken, `rag serve` says so, names another, and exits with 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = rag("serve", "--port", port, "--index", index)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "--port 0 takes a free port" in done.stderr


def test_serving_without_an_index_names_the_command(rag: Rag, directory: Path) -> None:
    """Without an index `rag serve` exits with 1 and the command that makes one."""
    done = rag("serve", "--port", "0", "--index", directory)
    assert done.returncode == 1
    assert f"rag index --index {directory}" in done.stderr
