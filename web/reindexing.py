"""Re-indexing the corpus of the index that serves, while it serves.

A build runs in a process of its own, and a patient one: in this process it would share Python's lock and the
threads of PyTorch with the questions that are being answered, and its memory running out would end the server.
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
from index.engine.local import generations as snapshot
from index.engine.local.local_index import EmbedderOf
from index.engine.local.retention import KEPT
from index.engine.manifest import Manifest
from index.errors import WriterBusy
from index.models.embedder import embedder_of_record
from web.errors import ReindexEnded, problem_of

_log = logging.getLogger(__name__)
_SPAWN = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
_IN_BULK = partial(embedder_of_record, in_bulk=True)
_PATIENCE = 10  # how far behind the questions a build stands for the processor, as nice(1) has it


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What a re-index did: how many articles it added, changed and so on, and the passages it embedded."""

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
class Reindexing:
    """How the last re-index of this server stands; `done` of `total` passages that are new have been embedded.

    `report` is there when it is done and `problem`, a problem document, when it failed. `started` and `ended` are
    ISO 8601 in UTC.
    """

    state: Literal["idle", "running", "done", "failed"] = "idle"
    done: int = 0
    total: int = 0
    started: str | None = None
    ended: str | None = None
    report: ReindexReport | None = None
    problem: Mapping[str, Any] | None = None


class Reindexer:
    """Re-indexes a directory when told, one build at a time; its failure or death ends nothing here."""

    def __init__(self, directory: Path, keep: int = KEPT, embedder_of: EmbedderOf = _IN_BULK) -> None:
        self._directory = directory
        self._keep = keep
        self._embedder_of = embedder_of
        self._lock = Lock()
        self._process: SpawnProcess | None = None
        self._follower: Thread | None = None
        self.state = Reindexing()

    def start(self) -> Reindexing:
        """Begin to bring the index up to date with the corpus it was made from, with the model that made it.

        Raises:
            WriterBusy: a build runs already, here or elsewhere.
            SnapshotError: the index can't say what it was made from.
        """
        with self._lock:
            if self.state.state == "running":
                raise WriterBusy("A re-index is running already.", "See how far it is: GET /api/reindex")
            manifest = snapshot.read_manifest(self._directory, snapshot.live_number(self._directory))
            with snapshot.writer_lock(self._directory):
                pass  # nobody else holds it; who takes it before the build does is told of by the build
            begun = self._begun(manifest)
            self.state = Reindexing("running", started=_now())
            self._follower = Thread(target=self._follow, args=begun, daemon=True)
            self._follower.start()
        return self.state

    def close(self) -> None:
        """End a running build; what was live stays live."""
        if self._process is not None:
            self._process.terminate()
        if self._follower is not None:
            self._follower.join()

    def _begun(self, manifest: Manifest) -> tuple[SpawnProcess, Connection]:
        told, telling = _SPAWN.Pipe(duplex=False)
        work = (telling, manifest, self._directory, self._keep, self._embedder_of)
        self._process = _SPAWN.Process(target=_build, args=work, daemon=True, name="re-index")
        self._process.start()
        telling.close()  # so that the end of the process is the end of what is told
        return self._process, told

    def _follow(self, process: SpawnProcess, told: Connection) -> None:
        with suppress(EOFError), told:
            while True:
                self._change(told.recv())
        process.join()
        if self.state.state == "running":
            ended = ReindexEnded(
                f"The process of the re-index ended with code {process.exitcode} before it was done.",
                "What was live is live; run rag index to see why.",
            )
            _log.error("%s", ended)
            self._change({"state": "failed", "problem": problem_of(ended).as_document()})

    def _change(self, changes: Mapping[str, Any]) -> None:
        ended = _now() if "state" in changes else None
        self.state = replace(self.state, **changes, ended=ended)


def _build(telling: Connection, manifest: Manifest, directory: Path, keep: int, embedder_of: EmbedderOf) -> None:
    """The build itself, in its process: changes of the state are sent as they come."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C on a terminal is the server's, which ends this one
    os.nice(_PATIENCE)
    tell = partial(_tell, telling)
    try:
        embedder = embedder_of(manifest.model)
        corpus = Path(manifest.corpus)
        report = build_index(corpus, directory, embedder, keep=keep, progress=tell).as_dict()
        chosen = {field.name: report[field.name] for field in fields(ReindexReport)}
        telling.send({"state": "done", "report": ReindexReport(**chosen)})  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001 (whatever it was, the server tells of it)
        _log.error("the re-index failed", exc_info=error)
        telling.send({"state": "failed", "problem": problem_of(error).as_document()})


def _tell(telling: Connection, done: int, total: int) -> None:
    telling.send({"done": done, "total": total})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
