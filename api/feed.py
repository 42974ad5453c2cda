"""The feed of changes, page by page, for readers who keep a copy."""

from typing import Any, NamedTuple

from django.conf import settings

from api import cursors
from api.listing import PUBLISHED
from api.problems import ApiError
from api.state import CHANGES, State, moment
from publishing import asking
from publishing.models import Item

ITEMS = Item._meta.db_table


class Since(NamedTuple):
    """Where a reader is. First all that is published up to `target`, in the order of positions; then, with target 0,
    what changed after `position`.
    """

    epoch: str
    position: int
    target: int

    def __str__(self) -> str:
        return cursors.encode(*self)


class Line(NamedTuple):
    """`payload` is None for what is gone, and for a change that a later one of the same item follows."""

    position: int
    uuid: str
    kind: str
    action: str
    slug: str
    previous_slug: str
    at: Any
    payload: bytes | None


class Page(NamedTuple):
    lines: list[Line]
    following: Since
    more: bool


def since_of(text: str | None, now: State) -> Since:
    """Without a text it is the beginning.

    Raises:
        ApiError: 400 for what is no cursor; 410 for one from before a restore: the reader has to begin again.
    """
    if not text:
        return Since(now.epoch, 0, now.position)
    since = Since(*cursors.decode("since", text, str, int, int))
    if not since.epoch:
        # Given before anything was published.
        return Since(now.epoch, 0, now.position)
    if since.epoch != now.epoch or max(since.position, since.target) > now.position:
        raise ApiError(
            410, "cursor.outdated", "The glossary was restored from a backup since. Start again without since."
        )
    return since


def read(since: Since, size: int) -> Page:
    """One query."""
    columns = "p.id, i.uuid, p.kind, 'published', p.slug, '', p.published_at, p.payload"
    if since.target:
        # Rows above the target were published since: they are changes, and come as such afterwards.
        statement = (
            f"SELECT {columns} FROM {PUBLISHED} p JOIN {ITEMS} i ON i.id = p.item_id "  # noqa: S608
            "WHERE p.locale = %s AND p.id > %s AND p.id <= %s ORDER BY p.id LIMIT %s"
        )
        values: list[Any] = [settings.LEMMA_LOCALE, since.position, since.target, size + 1]
    else:
        statement = (
            "SELECT c.position, i.uuid, c.kind, c.action, c.slug, c.previous_slug, c.created_at, p.payload "  # noqa: S608
            f"FROM {CHANGES} c JOIN {ITEMS} i ON i.id = c.item_id LEFT JOIN {PUBLISHED} p ON p.id = c.position "
            "WHERE c.locale = %s AND c.position > %s ORDER BY c.position LIMIT %s"
        )
        values = [settings.LEMMA_LOCALE, since.position, size + 1]
    found = [_line(row) for row in asking.rows(statement, values)]
    lines, more = found[:size], len(found) > size
    last = lines[-1].position if lines else since.position
    if not since.target:
        return Page(lines, since._replace(position=last), more)
    if more:
        return Page(lines, since._replace(position=last), True)
    # Everything of the beginning is told. Whether something changed since shows when the reader asks for it.
    return Page(lines, Since(since.epoch, since.target, 0), False)


def dashed(uuid: Any) -> str:
    """A UUID as text; SQLite keeps its 32 digits alone."""
    text = str(uuid)
    return text if "-" in text else "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])


def _line(row: Any) -> Line:
    position, uuid, kind, action, slug, previous, at, payload = row
    return Line(
        position, dashed(uuid), kind, action, slug, previous, moment(at), None if payload is None else bytes(payload)
    )
