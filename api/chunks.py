"""Entries cut into sections for retrieval: what each section says, and which changed since."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import orjson
from django.conf import settings

import documents
from api import feed, resources
from api.feed import ITEMS, Since
from api.listing import PUBLISHED
from api.resources import ENTRIES
from api.state import CHANGES
from glossary.search.plain import plain
from publishing import asking, kinds
from publishing.models import Blob, Change, Revision

_REVISIONS = Revision._meta.db_table
_BLOBS = Blob._meta.db_table
_SOME = 200
_SHOWN = (Change.Action.PUBLISHED.value, Change.Action.RENAMED.value)


def of(uuid: str, payload: dict[str, Any], root: str) -> dict[str, dict[str, Any]]:
    """The chunks of an entry by their ids. A section keeps its id as long as its heading keeps its words."""
    sections = [{"heading": "", "key": "preamble", "markdown": payload["preamble"]}, *payload["sections"]]
    address = resources.detail(root, payload["slug"])
    found = {}
    for section in sections:
        if not (text := plain(section["markdown"])):
            continue
        name = f"{uuid}#{section['key']}"
        found[name] = {
            "id": name,
            "entry": payload["slug"],
            "title": payload["title"],
            "heading": section["heading"],
            "key": section["key"],
            "text": text,
            "sha256": sha256(text.encode()).hexdigest(),
            "url": f"{address}#{quote(section['key'], safe='')}",
        }
    return found


def everything(root: str) -> Iterator[bytes]:
    """One line for each chunk of what is published."""
    statement = (
        f"SELECT i.uuid, p.payload FROM {PUBLISHED} p JOIN {ITEMS} i ON i.id = p.item_id "  # noqa: S608
        "WHERE p.kind = %s AND p.locale = %s ORDER BY p.id"
    )
    for rows in asking.stream(statement, [ENTRIES.kind, settings.LEMMA_LOCALE]):
        chunks = (
            chunk
            for uuid, payload in rows
            for chunk in of(feed.dashed(uuid), orjson.loads(bytes(payload)), root).values()
        )
        yield b"".join(orjson.dumps(chunk, option=orjson.OPT_APPEND_NEWLINE) for chunk in chunks)


def changed(since: Since, target: int, root: str) -> Iterator[bytes]:
    """Lines for the chunks that are not as they were at `since`, and tombstones for those that are gone."""
    after = 0
    while items := _changed_items(since.position, target, after):
        after = items[-1]
        before, now = _before(since.position, items), _now(items)
        lines = []
        for item in items:
            uuid, payload = now.get(item, ("", None))
            old_uuid, old_payload = before.get(item, ("", None))
            new = of(uuid, payload, root) if payload else {}
            old = of(old_uuid, old_payload, root) if old_payload else {}
            lines += [chunk for name, chunk in new.items() if old.get(name) != chunk]
            lines += [{"id": name, "entry": old[name]["entry"], "deleted": True} for name in old if name not in new]
        yield b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)


def _changed_items(position: int, target: int, after: int) -> list[int]:
    found = asking.rows(
        f"SELECT DISTINCT item_id FROM {CHANGES} WHERE position > %s AND position <= %s AND item_id > %s "  # noqa: S608
        "AND kind = %s AND locale = %s ORDER BY item_id LIMIT %s",
        [position, target, after, ENTRIES.kind, settings.LEMMA_LOCALE, _SOME],
    )
    return [item for (item,) in found]


def _now(items: Sequence[int]) -> dict[int, tuple[str, dict[str, Any]]]:
    marks = ", ".join(["%s"] * len(items))
    found = asking.rows(
        f"SELECT i.id, i.uuid, p.payload FROM {PUBLISHED} p JOIN {ITEMS} i ON i.id = p.item_id "  # noqa: S608
        f"WHERE p.item_id IN ({marks})",
        items,
    )
    return {item: (feed.dashed(uuid), orjson.loads(bytes(payload))) for item, uuid, payload in found}


def _before(position: int, items: Sequence[int]) -> dict[int, tuple[str, dict[str, Any]]]:
    """What readers got of the items then, read again from the revisions that were published: history is kept."""
    marks = ", ".join(["%s"] * len(items))
    found = asking.rows(
        f"SELECT i.id, i.uuid, i.path, c.slug, b.data FROM {CHANGES} c JOIN {ITEMS} i ON i.id = c.item_id "  # noqa: S608
        f"JOIN {_REVISIONS} r ON r.item_id = c.item_id AND r.number = c.revision "
        f"JOIN {_BLOBS} b ON b.sha256 = r.document_id "
        f"WHERE c.action IN (%s, %s) AND c.position IN (SELECT MAX(position) FROM {CHANGES} "
        f"WHERE position <= %s AND item_id IN ({marks}) GROUP BY item_id)",
        [*_SHOWN, position, *items],
    )
    return {row[0]: _as_it_was(*row[1:]) for row in found}


def _as_it_was(uuid: Any, path: str, slug: str, data: bytes) -> tuple[str, dict[str, Any]]:
    kind = kinds.get(ENTRIES.kind)
    record = kind.read(documents.parse(bytes(data)), path or f"{slug}.md").record
    payload = kind.payload(record)
    # A document that names no slug has that of its file, which may be another one by now.
    return feed.dashed(uuid), {**payload, "slug": slug}
