"""What readers thought of answers, kept in one SQLite file beside the generations of an index."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from index.errors import StorageError
from index.types import Filters
from rag.errors import FeedbackFullError

Verdict = Literal["up", "down"]

MAX_BYTES = 64 * 2**20  # of the file: nobody fills a disk by voting on and on

# The last verdict on an answer counts. An answer is one question, with its filters, asked of one generation;
# `answer_id`, which the reader's program makes up, tells apart the same question asked by several readers.
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
    """One reader's verdict on one answer; `given` is when, ISO 8601 in UTC."""

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
    """Where the votes on an index's answers are kept, unless told otherwise: outside its generations."""
    return index / "feedback.sqlite"


@dataclass(frozen=True, slots=True)
class FeedbackStore:
    """Votes in one file, made with the first; processes and threads may share it."""

    path: Path

    def add(self, vote: Vote) -> None:
        """Keep a vote, in the place of an earlier one on the same answer.

        Raises:
            FeedbackFullError: the file is as large as it may be.
            StorageError: the file can't be written, or is no file of votes.
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
        with _told(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._check_size()
            with closing(sqlite3.connect(self.path)) as connection, connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute(_SCHEMA)
                places = ", ".join("?" * len(row))
                connection.execute(f"INSERT OR REPLACE INTO votes ({_COLUMNS}) VALUES ({places})", row)

    def votes(self) -> list[Vote]:
        """Every vote, in the order of questions and generations; none where the file is not there yet.

        Raises:
            StorageError: the file can't be read, or is no file of votes.
        """
        if not self.path.exists():
            return []
        with _told(self.path), closing(sqlite3.connect(self.path)) as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM votes ORDER BY 1, 2, 3, 4, 5").fetchall()
        return [_vote(row) for row in rows]

    def _check_size(self) -> None:
        if self.path.exists() and self.path.stat().st_size >= MAX_BYTES:
            raise FeedbackFullError(
                f"The feedback in {self.path.name} is as large as it may be ({MAX_BYTES // 2**20} MiB).",
                "Whoever runs this can set it aside, or name another file in RAG_FEEDBACK.",
            )


def _vote(row: Sequence[object]) -> Vote:
    question, history, filters, generation, answer_id, verdict, answered, citations, comment, given = row
    return Vote(
        question=str(question),
        history=tuple(json.loads(str(history))),
        verdict="up" if verdict == "up" else "down",
        generation=int(str(generation)),
        answered=bool(answered),
        citations=tuple(CitedSpan(**span) for span in json.loads(str(citations))),
        comment=str(comment),
        answer_id=str(answer_id),
        given=str(given),
        filters=Filters(**json.loads(str(filters))),
    )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StorageError(
            f"The feedback in {path} can't be read or written ({error}).",
            "Mend its permissions, or name another file in RAG_FEEDBACK.",
        ) from error
