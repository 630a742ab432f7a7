"""Log lines for programs and for people, each with the id of the request it is about.

A line of a request says who asked which route, never what: the text of questions is logged only where the
setting says so, and no address is logged with its query.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# The id of the request that is being answered; threads that answer it have it too.
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")


class _Json(logging.Formatter):
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


class _Plain(logging.Formatter):
    """A line as a person reads it on a terminal, which no control character reaches."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items() if value not in ("", None))
        words = (moment, record.levelname.lower(), record.getMessage(), fields, REQUEST_ID.get())
        line = " ".join(word for word in words if word).encode("unicode_escape").decode()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure(form: str) -> None:
    """Write log lines to stderr, as "json" or "plain"; "auto" is plain on a terminal and json elsewhere."""
    handler = logging.StreamHandler(sys.stderr)
    plain = form == "plain" or (form == "auto" and sys.stderr.isatty())
    handler.setFormatter(_Plain() if plain else _Json())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("web").setLevel(logging.INFO)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(record, "fields", {})
    return fields
