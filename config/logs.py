"""What is written to standard error: lines for people, or JSON for programs, each with the request it belongs to."""

import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

# That of the request at work; empty in commands.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# What every record has. Whatever else it has was said for this one.
_USUAL = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "request_id", "taskName"}
_PLAIN = (str, int, float, bool)


def forget(**kwargs: Any) -> None:
    """Called by Django when a request is over."""
    request_id.set("")


class RequestFilter(logging.Filter):
    """Gives each record the request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__["request_id"] = request_id.get()
        return True


class LineFormatter(logging.Formatter):
    """For people. A message is one line, whatever somebody smuggled into it; only a traceback has more."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        line = super().formatMessage(record)
        name = record.__dict__.get("request_id")
        return f"{line} [{name}]" if name else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if name := record.__dict__.get("request_id"):
            said["request_id"] = name
        # Plain values alone: Django adds the request itself, with its cookies.
        said |= {
            name: value for name, value in record.__dict__.items() if name not in _USUAL and isinstance(value, _PLAIN)
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(said, default=str).decode()
