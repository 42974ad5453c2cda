"""Where the feed of changes stands: what every answer over many items depends on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from django.http import HttpRequest

from publishing import asking
from publishing.models import Change, FeedCounter
from publishing.publish import PAYLOAD_VERSION

FEED = FeedCounter._meta.db_table
CHANGES = Change._meta.db_table
# Raise it when the same published state gives other answers: the ETags change.
_VERSION = 1

# `changed` as the database gives it; see `moment`.
COLUMNS = f"f.position, f.epoch, (SELECT created_at FROM {CHANGES} ORDER BY position DESC LIMIT 1)"  # noqa: S608


class State(NamedTuple):
    """`changed` is None as long as nothing was ever published."""

    position: int = 0
    epoch: str = ""
    changed: datetime | None = None

    def etag(self, request: HttpRequest, also: str = "") -> str:
        """A strong ETag of what this address gives in this state: it changes with any publication, and with nothing
        else. So whether an answer changed is known without making it. also: what more it depends on.
        """
        told = f"{_VERSION}.{PAYLOAD_VERSION}.{self.epoch}.{self.position} {request.build_absolute_uri()}{also}"
        return f'"{self.position}-{sha256(told.encode()).hexdigest()[:16]}"'


def read() -> State:
    """One query."""
    row = asking.row(f"SELECT {COLUMNS} FROM {FEED} f")  # noqa: S608
    return of(row) if row else State()


def of(row: Sequence[Any]) -> State:
    """From the values of `COLUMNS`."""
    return State(row[0], row[1], moment(row[2]))


def moment(value: Any) -> datetime | None:
    """What the database has as a time; SQLite has text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value is None:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)  # type: ignore[no-any-return]
