"""Working copies, for those who may see drafts: what is asked here never reaches a reader."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from django.conf import settings

import documents
from api import filters, listing, resources
from api.listing import Column
from api.paging import Window
from api.problems import ApiError
from api.resources import Resource
from api.state import moment
from books.models import Book
from glossary.models import Category, Entry, EntryTag, Tag
from publishing import asking, kinds, names
from publishing.models import Blob, Item, PreviousSlug, Published, Reference
from publishing.publish import PAYLOAD_VERSION

_ITEMS, _BLOBS, _PUBLISHED, _REFERENCES, _PREVIOUS = (
    model._meta.db_table for model in (Item, Blob, Published, Reference, PreviousSlug)
)
_OWN = {"entry": Entry._meta.db_table, "book": Book._meta.db_table}
_COLUMNS = "i.id, i.slug, i.path, i.revision, i.working_id, i.filed_id, b.data, p.published_at"
_FROM = (
    f"FROM {_ITEMS} i JOIN {_BLOBS} b ON b.sha256 = i.working_id "
    f"LEFT JOIN {_PUBLISHED} p ON p.item_id = i.id WHERE i.kind = %s AND i.locale = %s AND i.deleted_at IS NULL"
)
COLUMNS = {
    "title": Column("i.sort_key", str),
    "lastUpdated": Column("k.last_updated", listing.COLUMNS["lastUpdated"].type, nullable=True),
}
_ITEM = Column("i.id", int)


class Working(NamedTuple):
    """What editors see of an item. `published_at` is None for what readers do not see."""

    item: int
    slug: str
    path: str
    revision: int
    text: str
    filed: str | None
    data: bytes
    published_at: datetime | None
    kind: str

    @property
    def etag(self) -> str:
        """Of all that `answer` tells. Its revision is what an edit is made from."""
        told = f"{PAYLOAD_VERSION} {self.slug} {self.text} {self.filed} {self.published_at}"
        return f'"{self.revision}-{sha256(told.encode()).hexdigest()[:16]}"'

    @property
    def record(self) -> Any:
        document = documents.parse(self.data)
        return kinds.get(self.kind).read(document, self.path or f"{self.slug}.md").record


def find(kind: str, slug: str) -> Working | None:
    """By any spelling of its slug: one query."""
    key = names.key(slug)
    if "\0" in key:
        return None
    row = asking.row(f"SELECT {_COLUMNS} {_FROM} AND i.slug_key = %s", [kind, settings.LEMMA_LOCALE, key])
    return _working(kind, row) if row else None


def of(item: Item) -> Working:
    """One query."""
    row = asking.row(f"SELECT {_COLUMNS} {_FROM} AND i.id = %s", [item.kind, item.locale, item.pk])
    return _working(item.kind, row)


def successor(kind: str, slug: str) -> str | None:
    """The slug of the live item that had this one before."""
    key = names.key(slug)
    if "\0" in key:
        return None
    row = asking.row(
        f"SELECT i.slug FROM {_PREVIOUS} s JOIN {_ITEMS} i ON i.id = s.item_id "  # noqa: S608
        "WHERE s.slug_key = %s AND i.kind = %s AND i.locale = %s AND i.deleted_at IS NULL ORDER BY i.id",
        [key, kind, settings.LEMMA_LOCALE],
    )
    return str(row[0]) if row else None


def missing(resource: Resource, slug: str) -> ApiError:
    """410 for what was deleted, 404 for what nobody knows."""
    kind, key = resource.kind, names.key(slug)
    shown = slug if len(slug) <= 100 else slug[:99] + "…"
    gone = Item.objects.filter(kind=kind, locale=settings.LEMMA_LOCALE, slug_key=key, deleted_at__isnull=False)
    if "\0" not in key and gone.exists():
        return ApiError(410, f"{kind}.gone", f'The {kind} "{shown}" was deleted. Restore brings it back.')
    return ApiError(404, f"{kind}.not_found", f'No {kind} has the slug "{shown}", published or not.')


def _working(kind: str, row: Sequence[Any]) -> Working:
    item, found, path, revision, text, filed, data, published_at = row[:8]
    return Working(item, found, path, revision, text, filed, bytes(data), moment(published_at), kind)


def payload(one: Working, *, is_summary: bool = False) -> bytes:
    """As readers get it, with what only editors know: whether they do, and whether it is what they get."""
    kind = kinds.get(one.kind)
    record = one.record
    found = kind.summary(record) if is_summary else kind.payload(record)
    when = one.published_at
    shown = when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if when else None
    return orjson.dumps(
        {
            **found,
            "version": one.revision,
            "publishedAt": shown,
            "hasUnpublishedChanges": when is None or one.text != one.filed,
        }
    )


def answer(one: Working, resource: Resource, root: str) -> bytes:
    """The detail answer of a working copy."""
    addresses = {
        resource.url_field: resources.detail(root, one.slug),
        "markdownUrl": resources.markdown(root, one.slug),
    }
    return orjson.dumps({**orjson.loads(payload(one)), **addresses})


# --- lists ---


class Page(NamedTuple):
    total: int
    rows: list[tuple[Working, tuple[Any, ...]]]
    before: bool
    after: bool


def read(kind: str, chosen: filters.Filter, order: listing.Order, window: Window) -> Page:
    """Two queries, and one more for a filter that asks what is in a text.

    Raises:
        ApiError: 404 for a page past the end.
    """
    conditions, own = _where(chosen, kind)
    if in_texts := _asked_of_texts(chosen, kind):
        condition, values = _said(kind, in_texts)
        conditions.append(condition)
        own += values
    source = _FROM.replace(" WHERE ", f" JOIN {_OWN[kind]} k ON k.item_id = i.id WHERE ")
    where = "".join(f" AND {condition}" for condition in conditions)
    base = [kind, settings.LEMMA_LOCALE, *own]
    total = asking.row(f"SELECT COUNT(*) {source}{where}", base)[0]
    window.check(total)
    if window.place:
        beyond, more = listing.beyond(order.columns, window.place)
        where += f" AND {beyond}"
        base += more
    backward = bool(window.place and window.place.backward)
    ordering = ", ".join(listing.ordered(column, down != backward) for column, down in order.columns)
    found = asking.rows(
        f"SELECT {_COLUMNS}, {', '.join(column.sql for column, _ in order.columns)} {source}{where} "
        f"ORDER BY {ordering} LIMIT {window.size + 1} OFFSET {window.start}",
        base,
    )
    more_there = len(found) > window.size
    rows = [
        (_working(kind, row), tuple(None if value is None else _plain(value) for value in row[8:]))
        for row in found[: window.size]
    ]
    if backward:
        return Page(total, rows[::-1], before=more_there, after=True)
    return Page(total, rows, before=bool(window.place) or window.start > 0, after=more_there)


def order_of(values: dict[str, str]) -> listing.Order:
    """Raises ApiError, 400."""
    return listing.order_of(values, COLUMNS, _ITEM)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str) else str(value)


# Facet to the condition that an item has one of some values, which come in their compared form.
_Condition = Callable[[Sequence[Any]], tuple[str, list[Any]]]


def _refers(field: str) -> _Condition:
    return lambda values: (
        f"EXISTS (SELECT 1 FROM {_REFERENCES} r WHERE r.source_id = i.id AND r.field = %s "  # noqa: S608
        f"AND r.slug_key IN ({_marks(values)}))",
        [field, *values],
    )


def _tagged(values: Sequence[Any]) -> tuple[str, list[Any]]:
    return (
        f"EXISTS (SELECT 1 FROM {EntryTag._meta.db_table} x JOIN {Tag._meta.db_table} t ON t.id = x.tag_id "  # noqa: S608
        f"WHERE x.entry_id = i.id AND t.key IN ({_marks(values)}))",
        [*values],
    )


def _categorised(values: Sequence[Any]) -> tuple[str, list[Any]]:
    return (
        f"EXISTS (SELECT 1 FROM {Category._meta.db_table} c "  # noqa: S608
        f"WHERE c.id = k.category_id AND c.key IN ({_marks(values)}))",
        [*values],
    )


def _difficult(values: Sequence[Any]) -> tuple[str, list[Any]]:
    return f"LOWER(k.difficulty) IN ({_marks(values)})", [*values]


def _standing(values: Sequence[Any]) -> tuple[str, list[Any]]:
    marks = _marks(values)
    return f"(k.status IN ({marks}) OR LOWER(k.status_label) IN ({marks}))", [*values, *values]


_COMMON = {"difficulty": _difficult, "status": _standing}
_CONDITIONS: dict[str, dict[str, _Condition]] = {
    "entry": {
        **_COMMON,
        "category": _categorised,
        "tag": _tagged,
        "related": _refers("related"),
        "requires": _refers("requires"),
        "broader": _refers("broader"),
        "book": _refers("recommendedBooks"),
    },
    "book": {**_COMMON, "topic": _refers("topics")},
}


def _where(chosen: filters.Filter, kind: str) -> tuple[list[str], list[Any]]:
    known = _CONDITIONS[kind]
    pairs = [known[choice.name](choice.values) for choice in chosen.choices if choice.name in known]
    if chosen.slugs:
        pairs.append((f"i.slug_key IN ({_marks(chosen.slugs)})", [*chosen.slugs]))
    if chosen.since:
        pairs.append(("k.last_updated >= %s", [chosen.since.isoformat()]))
    if chosen.before:
        pairs.append(("k.last_updated < %s", [chosen.before.isoformat()]))
    return [condition for condition, _ in pairs], [value for _, values in pairs for value in values]


def _asked_of_texts(chosen: filters.Filter, kind: str) -> filters.Filter:
    """The part of a filter for which working copies have no column."""
    choices = [choice for choice in chosen.choices if choice.name not in _CONDITIONS[kind]]
    return filters.Filter(choices=choices, has=chosen.has, lacks=chosen.lacks)


def _said(kind: str, chosen: filters.Filter) -> tuple[str, list[Any]]:
    """What readers are found by counts for texts that they have; the others, which are few, are read."""
    conditions, values = chosen.conditions(kind)
    published = f"SELECT 1 FROM {_PUBLISHED} p WHERE p.item_id = i.id AND p.file_id = i.working_id"  # noqa: S608
    rows = asking.rows(
        f"SELECT {_COLUMNS} {_FROM} AND (p.file_id IS NULL OR p.file_id <> i.working_id)",
        [kind, settings.LEMMA_LOCALE],
    )
    # Numbers in the statement itself, since there may be more of them than it may have parameters.
    found = ", ".join(str(one.item) for row in rows if _says(one := _working(kind, row), chosen))
    shown = f"EXISTS ({published} AND {' AND '.join(conditions)})"
    return (f"({shown} OR i.id IN ({found}))" if found else shown), values


def _says(one: Working, chosen: filters.Filter) -> bool:
    kind, record = kinds.get(one.kind), one.record
    facets = {(name, value) for name, value, _ in kind.facets(record)}
    present = f"|{'|'.join(kind.present(record))}|"
    return (
        all(any((choice.name, value) in facets for value in choice.values) for choice in chosen.choices)
        and all(f"|{name}|" in present for name in chosen.has)
        and not any(f"|{name}|" in present for name in chosen.lacks)
    )


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))
