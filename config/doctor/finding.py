"""One thing that was looked at, as data with a stable code."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    status: Status
    message: str
    hint: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def ok(code: str, message: str) -> Finding:
    return Finding(code, Status.OK, message)


def warning(code: str, message: str, hint: str) -> Finding:
    return Finding(code, Status.WARNING, message, hint)


def error(code: str, message: str, hint: str) -> Finding:
    return Finding(code, Status.ERROR, message, hint)
