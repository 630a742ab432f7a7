"""Re-indexing the corpus of the index that serves, while it serves.

A build runs in a process of its own with a low priority: in the serving process it would share Python's lock and the
threads of PyTorch with the questions that are being answered, and running out of memory would end the server.
"""

import logging
import multiprocessing
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal

from index.build.build import build_index
from index.engine.local import generations
from index.engine.local.retention import KEPT
from index.engine.manifest import Manifest
from index.engine.protocol import EmbedderOf
from index.errors import RagError, ReindexEndedError, WriterBusyError
from index.models.embedder import embedder_of_record

_log = logging.getLogger(__name__)
_SPAWN = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
_BULK_EMBEDDER_OF = partial(embedder_of_record, in_bulk=True)
_NICENESS = 10  # how far a build yields the processor to questions, as in nice(1)


class UnexpectedBuildError(Exception):
    """A build failed by a defect, which its own process has logged."""


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What a re-index did: how many articles it added, changed and so on, and how many passages it embedded."""

    generation: int
    added: int
    changed: int
    deleted: int
    unchanged: int
    kept: int
    moved: int
    refused: int
    doubted: int
    passages: int
    embedded: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ReindexStatus:
    """How the last re-index stands: `done` of `total` new passages are embedded, and `total` is 0 until it is known.

    `report` is None until it is done, and `failure` unless it failed. `started` and `ended` are ISO 8601 in UTC.
    """

    state: Literal["idle", "running", "done", "failed"] = "idle"
    done: int = 0
    total: int = 0
    started: str | None = None
    ended: str | None = None
    report: ReindexReport | None = None
    failure: RagError | UnexpectedBuildError | None = None


class Reindexer:
    """Re-indexes a directory on request, one build at a time; a failed or killed build ends nothing here."""

    def __init__(self, directory: Path, keep: int = KEPT, embedder_of: EmbedderOf = _BULK_EMBEDDER_OF) -> None:
        self._directory = directory
        self._keep = keep
        self._embedder_of = embedder_of
        self._lock = Lock()
        self._process: SpawnProcess | None = None
        self._follower: Thread | None = None
        self.status = ReindexStatus()

    def start(self) -> ReindexStatus:
        """Begin to bring the index up to date with the corpus it was made from, with the model that made it.

        Raises:
            WriterBusyError: a build runs already, here or elsewhere.
            GenerationError: the index can't say what it was made from.
        """
        with self._lock:
            if self.status.state == "running":
                raise WriterBusyError("A re-index is running already.", "See how far it is: GET /api/reindex")
            manifest = generations.read_manifest(self._directory, generations.live_number(self._directory))
            with generations.writer_lock(self._directory):
                pass  # no other process holds it; one that takes it before the build does is reported by the build
            receiver, sender = _SPAWN.Pipe(duplex=False)
            arguments = (sender, manifest, self._directory, self._keep, self._embedder_of)
            self._process = _SPAWN.Process(target=_build, args=arguments, daemon=True, name="re-index")
            self._process.start()
            sender.close()  # so that the pipe ends when the process does
            self.status = ReindexStatus("running", started=_now())
            self._follower = Thread(target=self._follow, args=(self._process, receiver), daemon=True)
            self._follower.start()
        return self.status

    def close(self) -> None:
        """Stop a running build; the live generation stays live."""
        if self._process is not None:
            self._process.terminate()
        if self._follower is not None:
            self._follower.join()

    def _follow(self, process: SpawnProcess, receiver: Connection) -> None:
        last: Mapping[str, Any] = {}
        with suppress(EOFError), receiver:
            while True:
                last = receiver.recv()
                if "state" not in last:
                    self._update(last)
        process.join()  # before the status says that it is done: the next build may begin then
        if "state" in last:
            self._update(last)
        else:
            ended = ReindexEndedError(
                f"The process of the re-index ended with code {process.exitcode} before it was done.",
                "What was live is live; run rag index to see why.",
            )
            _log.error("%s", ended)
            self._update({"state": "failed", "failure": ended})

    def _update(self, changes: Mapping[str, Any]) -> None:
        ended = _now() if "state" in changes else None
        self.status = replace(self.status, **changes, ended=ended)


def _build(sender: Connection, manifest: Manifest, directory: Path, keep: int, embedder_of: EmbedderOf) -> None:
    """The build, in its own process; sends each change of the status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C on a terminal goes to the server, which ends this process
    os.nice(_NICENESS)

    def send_progress(done: int, total: int) -> None:
        sender.send({"done": done, "total": total})

    try:
        embedder = embedder_of(manifest.model)
        report = build_index(Path(manifest.corpus), directory, embedder, keep=keep, progress=send_progress).as_dict()
        values: dict[str, Any] = {field.name: report[field.name] for field in fields(ReindexReport)}
        sender.send({"state": "done", "report": ReindexReport(**values)})
    except Exception as error:  # noqa: BLE001 (whatever it is, the server reports it)
        _log.error("the re-index failed", exc_info=error)
        failure = error if isinstance(error, RagError) else UnexpectedBuildError()
        sender.send({"state": "failed", "failure": failure})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
