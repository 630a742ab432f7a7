"""Log lines for programs and for people, each with the id of its request.

The line of a request says who asked which route, but not what: the text of questions is logged only if the setting
log_questions is on, and no address is logged with its query.
"""

import json
import logging
import math
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# The loggers that clients can make write lines without a request.
_REPEATING = {"asyncio", "uvicorn.error", "web.middleware.connections"}
_REPEAT_SECONDS = 60.0
_MOST_TROUBLES = 100  # that are remembered

# The id of the request that is being answered, also in the threads that answer it.
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")


class _JsonFormatter(logging.Formatter):
    """A line as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": REQUEST_ID.get(),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


class _PlainFormatter(logging.Formatter):
    """A line for a person at a terminal, without control characters, which could drive the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items() if value not in ("", None))
        parts = (time, record.levelname.lower(), record.getMessage(), fields, REQUEST_ID.get())
        line = " ".join(part for part in parts if part).encode("unicode_escape").decode()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class _RepeatFilter(logging.Filter):
    """Passes one line a minute about the same trouble with connections, with the number of lines held back since.

    A client that makes connections could fill the disk with such lines. All other lines pass.
    """

    def __init__(self) -> None:
        super().__init__()
        self._passed: dict[str, tuple[float, int]] = {}  # when a line passed, and how many have come since

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line passes."""
        if record.name not in _REPEATING:
            return True
        # asyncio's further lines name objects; of uvicorn's lines about defects the exception tells one from another.
        trouble = record.getMessage().partition("\n")[0]
        if record.exc_info:
            trouble += repr(record.exc_info[1])
        time, held_back = self._passed.get(trouble, (-math.inf, 0))
        if record.created < time + _REPEAT_SECONDS:
            self._passed[trouble] = time, held_back + 1
            return False
        if len(self._passed) >= _MOST_TROUBLES:
            self._passed.clear()
        self._passed[trouble] = record.created, 0
        if held_back:
            record.fields = {**_fields(record), "more_since_last": held_back}
        return True


def configure(log_format: str) -> None:
    """Write log lines to stderr in a format, "json" or "plain"; "auto" is plain on a terminal and json elsewhere."""
    handler = logging.StreamHandler(sys.stderr)
    plain = log_format == "plain" or (log_format == "auto" and sys.stderr.isatty())
    handler.setFormatter(_PlainFormatter() if plain else _JsonFormatter())
    handler.addFilter(_RepeatFilter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("web").setLevel(logging.INFO)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(record, "fields", {})
    return fields
