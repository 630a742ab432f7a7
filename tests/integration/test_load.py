"""Many clients at once while the index is replaced, and hostile connections: every reply is whole, or an honest 503.

It runs for RAG_LOAD_SECONDS (8) and prints what it measured; see CONTRIBUTING for running it longer.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx
import pytest

from index.build.build import build_index
from index.models.embedder import SentenceTransformerEmbedder
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("RAG_LOAD_SECONDS", "8"))
CLIENTS = 50
MOST_GROWTH = 60  # megabytes: an index is opened before the one it replaces is closed, and freed memory is kept
MOST_MORE_DESCRIPTORS = 200  # the connections of one hostile crowd more, and the files of a second index
QUESTIONS = (
    "Which edition has the ferry of Lenkoran?",
    "When was the harbour of Lenkoran opened?",
    "How long is the bridge over the Kura?",
    "Who invented the xylophone in Vienna?",
)


@dataclass
class Seen:
    """What the clients saw."""

    statuses: Counter[int] = field(default_factory=Counter)
    trouble: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    generations: set[int] = field(default_factory=set)
    healthz: list[float] = field(default_factory=list)  # milliseconds
    memory: list[int] = field(default_factory=list)  # megabytes, one a tenth of the time
    descriptors: list[int] = field(default_factory=list)


def write_edition(corpus: Path, number: int) -> None:
    (corpus / "ferry.txt").write_text(f"The ferry of Lenkoran has edition {number}. It sails on Sundays.\n")


@pytest.fixture
def server(
    corpus: Path, directory: Path, real_embedder: SentenceTransformerEmbedder
) -> Iterator[subprocess.Popen[str]]:
    """`rag serve` on a free port, with more clients than may wait."""
    write_edition(corpus, 1)
    build_index(corpus, directory, real_embedder)
    command = [sys.executable, "-m", "web.cli", "serve", "--port", "0", "--index", str(directory)]
    variables = {"PYTHONUNBUFFERED": "1", "RAG_WAITING": "40", "RAG_KEEP": "2"}
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield process
    process.terminate()
    process.communicate(timeout=60)


def resident(process: subprocess.Popen[str], name: str) -> int:
    """Megabytes of memory: VmRSS now, VmHWM at most."""
    (found,) = re.findall(rf"{name}:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    return int(found) // 1024


async def ask_on(client: httpx.AsyncClient, number: int, until: float, seen: Seen) -> None:
    """One client: it asks, waits as long as a 503 says, and asks again."""
    last = 0
    turn = number
    while time.monotonic() < until:
        turn += 1
        began = time.monotonic()
        # Every second client asks what was never asked, so that nothing is answered from memory.
        question = QUESTIONS[turn % len(QUESTIONS)] + (f" {number} {turn}" if number % 2 else "")
        response = await client.post("/api/ask", json={"question": question})
        seen.statuses[response.status_code] += 1
        if response.status_code == 503:
            await anyio.sleep(int(response.headers["retry-after"]))
            continue
        seen.milliseconds.append((time.monotonic() - began) * 1000)
        reply = response.json()
        generation = reply["index"]["generation"]
        seen.generations.add(generation)
        if generation < last:
            seen.trouble.append(f"generation {generation} after {last}")
        last = generation
        seen.trouble += wrong_in(reply)


def wrong_in(reply: dict) -> list[str]:
    """What a reply holds that its generation does not: the ferry's edition is the generation's number."""
    texts = " ".join([reply["answer"], *(found["text"] for found in reply["passages"])])
    editions = {int(number) for number in re.findall(r"edition (\d+)", texts)}
    return [] if editions <= {reply["index"]["generation"]} else [f"editions {editions} in {reply['index']}"]


async def load(address: str, until: float, seen: Seen) -> None:
    limits = httpx.Limits(max_connections=CLIENTS)
    async with (
        httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client,
        anyio.create_task_group() as tg,
    ):
        for number in range(CLIENTS):
            tg.start_soon(ask_on, client, number, until, seen)


def watch(address: str, until: float, seen: Seen) -> None:
    """A monitor: the process answers at all, however many questions it is asked."""
    with httpx.Client(base_url=address, timeout=60) as client:
        while time.monotonic() < until:
            began = time.perf_counter()
            assert client.get("/healthz").status_code == 200
            seen.healthz.append((time.perf_counter() - began) * 1000)
            time.sleep(0.02)


HOSTILE = (
    b"",
    b"POST /api/ask HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n{",
    b"GET / HTTP/1.1\r\nX: ",
    b"\x16\x03\x01" + b"\xff" * 500,
    b"GET /" + b"a" * 100_000,
    b"POST /api/ask HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
)


def disturb(address: str, until: float) -> None:
    """Connections that send half of something, or nothing, and stay; a hundred at a time."""
    port = int(address.rpartition(":")[2])
    while time.monotonic() < until:
        crowd = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(100)]
        for number, connection in enumerate(crowd):
            with suppress(OSError):  # the server has ended it already
                connection.sendall(HOSTILE[number % len(HOSTILE)])
        time.sleep(1)
        for connection in crowd:
            connection.close()


def take_stock(process: subprocess.Popen[str], until: float, seen: Seen) -> None:
    """What the server holds, ten times."""
    for count in range(10):
        time.sleep(max(0.0, until - SECONDS + SECONDS * (count + 1) / 10 - time.monotonic()))
        seen.memory.append(resident(process, "VmRSS"))
        seen.descriptors.append(len(list(Path(f"/proc/{process.pid}/fd").iterdir())))


def test_fifty_clients_are_answered_or_told_to_wait_while_the_index_is_replaced(
    server, corpus, directory, real_embedder, capsys
):
    """No error but 503 with Retry-After, no reply of two generations, none older; a monitor is answered at once.

    Memory and descriptors do not grow.
    """
    assert server.stdout is not None
    address = server.stdout.readline().split()[2]
    before = resident(server, "VmRSS")
    seen = Seen()
    until = time.monotonic() + SECONDS
    number = 1
    with ThreadPoolExecutor(4) as threads:  # a loop of its own: browser tests leave one running in this thread
        monitor = threads.submit(watch, address, until, seen)
        clients = threads.submit(anyio.run, load, address, until, seen)
        others = [threads.submit(disturb, address, until), threads.submit(take_stock, server, until, seen)]
        while time.monotonic() < until and not clients.done():  # a client that failed ends them all
            number += 1
            write_edition(corpus, number)
            assert build_index(corpus, directory, real_embedder, keep=2).generation == number
        clients.result(180)
        monitor.result(60)
        for other in others:
            other.result(60)
    latency = statistics.quantiles(seen.milliseconds, n=100)
    health = statistics.quantiles(seen.healthz, n=100)
    measured = (
        f"\n{CLIENTS} clients, {SECONDS:g} s, {number - 1} swaps: {dict(seen.statuses)},"
        f" p50 {latency[49]:.0f} ms, p95 {latency[94]:.0f} ms,"
        f" /healthz p50 {health[49]:.1f} ms, p99 {health[98]:.1f} ms,"
        f" memory {before} MB before, then {seen.memory}, {resident(server, 'VmHWM')} MB at most,"
        f" descriptors {seen.descriptors}"
    )
    with capsys.disabled():
        print(measured)
    assert seen.trouble == []
    assert health[98] < max(1000, latency[49])  # nothing that takes long is done in the event loop
    assert set(seen.statuses) <= {200, 503}
    assert len(seen.generations) > 1
    # The last tenth against the third: what the first questions load is loaded, and every hostile connection is new.
    assert seen.memory[-1] <= seen.memory[2] + MOST_GROWTH
    assert seen.descriptors[-1] <= seen.descriptors[2] + MOST_MORE_DESCRIPTORS
    assert httpx.get(f"{address}/readyz").json()["generation"] == number
