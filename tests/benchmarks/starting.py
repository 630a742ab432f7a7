"""Commands as whole processes over a small index, from their start to their end or until they can be used."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

from tests.benchmarks.machine import peak_of
from tests.benchmarks.results import Start
from tests.conftest import REPOSITORY

QUESTION = "When did Heydar Aliyev visit Pakistan?"
RAG = [sys.executable, "-m", "web.cli"]
# Runs a command, and prints its seconds and its most resident bytes. It is a small process of its own, since the peak
# that the system reports is at least that of the process that started the command.
_TIMED = """
import os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(time.perf_counter() - began, used.ru_maxrss * 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""
_INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}},
}

Taken = tuple[float, int]  # seconds, and the most resident bytes


def measure(rounds: int, folder: Path) -> list[Start]:
    """The medians of so many rounds, in which all take turns. Where there are several, one before does not count."""
    corpus, index = folder / "corpus", folder / "index"
    shutil.copytree(REPOSITORY / "corpus", corpus)
    _ended("index", "--corpus", corpus, "--index", index)
    commands: dict[str, Callable[[], Taken]] = {
        "rag --help": partial(_ended, "--help"),
        "rag search": partial(_ended, "search", QUESTION, "--index", index),
        "rag ask": partial(_ended, "ask", QUESTION, "--index", index),
        "rag index, nothing changed": partial(_ended, "index", "--index", index),
        "rag index, one file changed": partial(_after_an_edit, corpus, index),
        "rag serve, until /readyz": partial(_served, index),
        "rag mcp, until initialized": partial(_initialized, index),
    }
    taken: dict[str, list[Taken]] = {name: [] for name in commands}
    for _ in range(rounds + (rounds > 1)):
        for name, run in commands.items():
            taken[name].append(run())
    return [_start(name, runs[-rounds:]) for name, runs in taken.items()]


def _start(command: str, runs: list[Taken]) -> Start:
    seconds, memory = zip(*runs, strict=True)
    return Start(command=command, seconds=round(median(seconds), 3), memory=max(memory), runs=len(runs))


def _environment() -> dict[str, str]:
    """This process's, without settings of the project."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}


def _ended(*arguments: object) -> Taken:
    """A command that ends by itself.

    Raises:
        SystemExit: it failed; with what it wrote last.
    """
    line = [sys.executable, "-c", _TIMED, *RAG, *map(str, arguments)]
    done = subprocess.run(line, cwd=REPOSITORY, env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"Measuring failed: rag {arguments[0]}, code {done.returncode}.\n{done.stderr[-2000:]}")
    seconds, memory = done.stdout.split()
    return float(seconds), int(memory)


def _after_an_edit(corpus: Path, index: Path) -> Taken:
    with min(corpus.glob("*-*.md")).open("a", encoding="utf-8") as file:
        file.write(f"\nA sentence was added here, at {time.time_ns()}.\n")
    return _ended("index", "--index", index)


def _served(index: Path) -> Taken:
    """A server on a free port of this machine, until it says that it is ready."""
    began = time.perf_counter()
    with _running("serve", "--index", index, "--port", 0, "--json") as process:
        document = ""
        while not document.endswith("}\n"):
            document += _line_of(process)
        address = json.loads(document)["address"]
        with urlopen(f"{address}/readyz", timeout=30):  # which raises unless the status is 200
            return time.perf_counter() - began, peak_of(process.pid)


def _initialized(index: Path) -> Taken:
    """A server of tools over stdin and stdout, until it has answered a client's first message."""
    began = time.perf_counter()
    with _running("mcp", "--index", index) as process:
        process.stdin.write(json.dumps(_INITIALIZE) + "\n")
        process.stdin.flush()
        json.loads(_line_of(process))["result"]
        return time.perf_counter() - began, peak_of(process.pid)


@contextmanager
def _running(*arguments: object) -> Iterator[Any]:
    """A command that is ended when it has been measured."""
    pipe = subprocess.PIPE
    line = [*RAG, *map(str, arguments)]
    with subprocess.Popen(line, cwd=REPOSITORY, env=_environment(), stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _line_of(process: Any) -> str:
    """The next line that a command prints.

    Raises:
        SystemExit: it ended before.
    """
    line: str = process.stdout.readline()
    if not line:
        raise SystemExit(f"Measuring failed: {' '.join(process.args)} ended, code {process.wait()}.")
    return line
