"""People's votes on answers, kept in one SQLite file next to the generations of an index."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Literal

from index.errors import StorageError
from index.types import Filters
from rag.errors import FeedbackFullError

Verdict = Literal["up", "down"]

MAX_BYTES = 64 * 2**20  # of the file, so that nobody can fill a disk by voting
# How long a vote waits for others, of this process and of other programs. It waits in a thread that requests share.
LOCK_SECONDS = 0.1

# The last verdict on an answer counts. An answer is identified by its question, history, filters and generation, and by
# an `answer_id` that the client chooses, which tells apart the answers that several people got to the same question.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS votes (
    question TEXT NOT NULL, history TEXT NOT NULL, filters TEXT NOT NULL, generation INTEGER NOT NULL,
    answer_id TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('up', 'down')), answered INTEGER NOT NULL, citations TEXT NOT NULL,
    comment TEXT NOT NULL, given TEXT NOT NULL,
    PRIMARY KEY (question, history, filters, generation, answer_id)
) WITHOUT ROWID
"""
_COLUMNS = "question, history, filters, generation, answer_id, verdict, answered, citations, comment, given"


@dataclass(frozen=True, slots=True)
class CitedSpan:
    """Characters of one version of an article that an answer quoted."""

    article_id: str
    version: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's verdict on one answer; `given` is the time of the vote, ISO 8601 in UTC."""

    question: str
    history: tuple[str, ...]
    verdict: Verdict
    generation: int
    answered: bool
    citations: tuple[CitedSpan, ...]
    comment: str = ""
    answer_id: str = ""
    given: str = ""
    filters: Filters = field(default_factory=Filters)


def feedback_file(index: Path) -> Path:
    """The default file of the votes on an index's answers, outside its generations."""
    return index / "feedback.sqlite"


@dataclass(frozen=True, slots=True)
class FeedbackStore:
    """Votes in one file, which the first vote creates; processes and threads may share it."""

    path: Path
    # SQLite lets the writers of one process wait in no order, so that some would wait too long beside quick ones.
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def add(self, vote: Vote) -> None:
        """Store a vote; it replaces an earlier vote on the same answer.

        Raises:
            FeedbackFullError: the file has reached MAX_BYTES.
            StorageError: the file can't be written, is locked for more than LOCK_SECONDS, or is not a file of votes.
        """
        row = (
            vote.question,
            json.dumps(vote.history, ensure_ascii=False),
            json.dumps(asdict(vote.filters), ensure_ascii=False),
            vote.generation,
            vote.answer_id,
            vote.verdict,
            vote.answered,
            json.dumps([asdict(span) for span in vote.citations], ensure_ascii=False),
            vote.comment,
            datetime.now(UTC).isoformat(timespec="seconds"),
        )
        with _storage_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size >= MAX_BYTES:
                raise FeedbackFullError(
                    f"The feedback in {self.path.name} is as large as it may be ({MAX_BYTES // 2**20} MiB).",
                    "Whoever runs this can set it aside, or name another file in RAG_FEEDBACK.",
                )
            with self._writing() as connection:
                connection.execute(_SCHEMA)
                placeholders = ", ".join("?" * len(row))
                connection.execute(f"INSERT OR REPLACE INTO votes ({_COLUMNS}) VALUES ({placeholders})", row)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that writes the file, committed at the end of the block."""
        deadline = time.monotonic() + LOCK_SECONDS
        if not self._lock.acquire(timeout=LOCK_SECONDS):
            raise self._locked_error()
        try:
            with closing(sqlite3.connect(self.path)) as connection:
                for statement in ("PRAGMA journal_mode = WAL", "BEGIN IMMEDIATE"):
                    milliseconds = max(0, round(1000 * (deadline - time.monotonic())))
                    connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
                    connection.execute(statement)
                with connection:
                    yield connection
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise self._locked_error() from error
            raise
        finally:
            self._lock.release()

    def _locked_error(self) -> StorageError:
        return StorageError(
            f"The feedback in {self.path.name} is being written by others, so this vote was not stored.",
            "Vote again in a moment; if it stays so, see what holds the file, or name another in RAG_FEEDBACK.",
        )

    def votes(self) -> list[Vote]:
        """Every vote, in the order of questions and generations; none where the file does not exist yet.

        Raises:
            StorageError: the file can't be read, or is not a file of votes.
        """
        if not self.path.exists():
            return []
        with _storage_errors(self.path), closing(sqlite3.connect(self.path)) as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM votes ORDER BY 1, 2, 3, 4, 5").fetchall()
        return [
            Vote(
                question=question,
                history=tuple(json.loads(history)),
                verdict=verdict,
                generation=generation,
                answered=bool(answered),
                citations=tuple(CitedSpan(**span) for span in json.loads(citations)),
                comment=comment,
                answer_id=answer_id,
                given=given,
                filters=Filters(**json.loads(filters)),
            )
            for question, history, filters, generation, answer_id, verdict, answered, citations, comment, given in rows
        ]


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StorageError(
            f"The feedback in {path} can't be read or written ({error}).",
            "Mend its permissions, or name another file in RAG_FEEDBACK.",
        ) from error
