"""References as objects in place of slugs, looked up at the time of reading: one query for each kind of target."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from django.conf import settings

from api import resources
from api.filters import FACETS
from api.listing import PUBLISHED
from api.resources import Roots
from publishing import asking, names

_TARGETS = {
    "entry": {
        "related": "entry",
        "recommendedBooks": "book",
        "requires": "entry",
        "broader": "entry",
        "replacedBy": "entry",
    },
    "book": {"topics": "entry"},
}
# The field with those that refer here, and by which facets they do: kind of the referrer, name.
_REFERRERS = {
    "entry": (
        "referredBy",
        [("entry", "related"), ("entry", "requires"), ("entry", "broader"), ("entry", "replacedBy"), ("book", "topic")],
    ),
    "book": ("citedBy", [("entry", "book")]),
}


def allowed(kind: str) -> tuple[str, ...]:
    return (*_TARGETS[kind], _REFERRERS[kind][0])


def expand(items: Sequence[dict[str, Any]], kind: str, wanted: Iterable[str], roots: Roots) -> None:
    """Replaces slugs by objects in the fields that are wanted, and adds the field with the referrers."""
    wanted = list(wanted)
    fields = {name: target for name, target in _TARGETS[kind].items() if name in wanted}
    for target in dict.fromkeys(fields.values()):
        own = [name for name, each in fields.items() if each == target]
        slugs = {slug for item in items for name in own for slug in _slugs(item[name])}
        found = _by_slug(target, slugs, roots)
        for item in items:
            for name in own:
                objects = [found[slug] for slug in _slugs(item[name])]
                item[name] = objects if isinstance(item[name], list) else next(iter(objects), None)
    field, facets = _REFERRERS[kind]
    if field in wanted:
        by_key = _referrers(facets, {names.key(item["slug"]) for item in items}, roots)
        for item in items:
            item[field] = by_key.get(names.key(item["slug"]), [])


def _slugs(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def reference(kind: str, slug: str, title: str | None, summary: bytes | None, roots: Roots) -> dict[str, Any]:
    """One end of a reference. What is not published does not exist to readers."""
    said = orjson.loads(summary) if summary else {}
    return {
        "kind": kind,
        "slug": slug,
        "title": title,
        "exists": summary is not None,
        "briefDefinition": said.get("briefDefinition") or said.get("description") or "",
        "url": resources.detail(roots[kind], slug) if summary is not None else None,
    }


def _by_slug(kind: str, slugs: set[str], roots: Roots) -> dict[str, dict[str, Any]]:
    keys = {slug: names.key(slug) for slug in slugs}
    rows: dict[str, Any] = {}
    if keys:
        marks = ", ".join(["%s"] * len(set(keys.values())))
        statement = (
            f"SELECT slug_key, slug, title, summary FROM {PUBLISHED} "  # noqa: S608
            f"WHERE kind = %s AND locale = %s AND slug_key IN ({marks})"
        )
        values = [kind, settings.LEMMA_LOCALE, *set(keys.values())]
        rows = {key: rest for key, *rest in asking.rows(statement, values)}
    found = {}
    for slug, key in keys.items():
        current, title, summary = rows.get(key, (slug, None, None))
        found[slug] = reference(kind, current, title, None if summary is None else bytes(summary), roots)
    return found


def _referrers(facets: Sequence[tuple[str, str]], keys: set[str], roots: Roots) -> dict[str, list[dict[str, Any]]]:
    if not keys:
        return {}
    marks = ", ".join(["%s"] * len(keys))
    ways = " OR ".join([f"(f.kind = %s AND f.name = %s AND f.value IN ({marks}))"] * len(facets))
    values = [value for kind, name in facets for value in (kind, name, *keys)]
    found: dict[str, dict[int, dict[str, Any]]] = {}
    statement = (
        f"SELECT f.value, p.item_id, p.kind, p.slug, p.title, p.summary FROM {FACETS} f "  # noqa: S608
        f"JOIN {PUBLISHED} p ON p.item_id = f.item_id WHERE p.locale = %s AND ({ways}) "
        "ORDER BY p.sort_key, p.item_id"
    )
    for key, item, kind, slug, title, summary in asking.rows(statement, [settings.LEMMA_LOCALE, *values]):
        # One that refers here in two ways is one.
        group = found.setdefault(key, {})
        if item not in group:
            group[item] = reference(kind, slug, title, bytes(summary), roots)
    return {key: list(group.values()) for key, group in found.items()}
