"""What is written to standard error: lines for people, or JSON for programs, each with the request it belongs to."""

import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

# That of the request at work; empty in commands.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# What every record has. Whatever else it has was said for this one.
_USUAL = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "request_id", "taskName"}
_PLAIN = (str, int, float, bool)
# Whoever has such an address may come in by it, or read what is not published.
_SECRET = re.compile(r"(/preview/|/new-password/)[^\s\"'?#]+")
# What ends a line for some reader, or tells a terminal to do something.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def without_secrets(text: str) -> str:
    """A text of the log without the secret part of addresses.

    >>> without_secrets("Not Found: /preview/MQ:1vWx:y/")
    'Not Found: /preview/…'
    """
    return _SECRET.sub(r"\1…", text)


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
        said = without_secrets(record.message)
        record.message = _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), said)
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
            "message": without_secrets(record.getMessage()),
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
