"""Log lines for programs and for people, each with the id of its request.

The line of a request says who asked which route, but not what: the text of questions is logged only if the setting
log_questions is on, and no address is logged with its query.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

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


def configure(log_format: str) -> None:
    """Write log lines to stderr in a format, "json" or "plain"; "auto" is plain on a terminal and json elsewhere."""
    handler = logging.StreamHandler(sys.stderr)
    plain = log_format == "plain" or (log_format == "auto" and sys.stderr.isatty())
    handler.setFormatter(_PlainFormatter() if plain else _JsonFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("web").setLevel(logging.INFO)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(record, "fields", {})
    return fields
