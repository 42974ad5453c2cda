"""Who refers to an item: in lists of slugs, and by links in running text."""

from collections.abc import Collection
from typing import Any, NamedTuple
from urllib.parse import unquote

from django.db.models import F, QuerySet

from publishing import kinds, names
from publishing.models import Item, Reference


def backlinks(item: Item) -> QuerySet[Reference]:
    """The references of live working texts that name the item today, with their sources, by title: one query."""
    return (
        Reference.objects.filter(
            target_kind=item.kind, slug_key=item.slug_key, source__deleted_at=None, source__locale=item.locale
        )
        .select_related("source")
        .order_by("source__sort_key", "source", "field", "position")
    )


class Site(NamedTuple):
    """Which file and which slug belongs to whom, among the live items of one locale."""

    # From the content root, such as terms/black-box.md.
    files: dict[str, Any]
    slugs: dict[tuple[str, str], Any]


def site(locale: str) -> Site:
    """One query."""
    result = Site({}, {})
    rows = Item.objects.live().filter(locale=locale).values_list("pk", "kind", "slug_key", "path")
    folders = {kind: kinds.get(kind).folder for kind in kinds.names()}
    for pk, kind, slug_key, path in rows:
        result.slugs[kind, slug_key] = pk
        if path:
            result.files[f"{folders[kind]}/{path}"] = pk
    return result


def file_of(item: Item, path: str = "") -> str:
    """The item's file from the content root; with `path`, if it had that path. "" where it has none."""
    path = path or item.path
    return f"{kinds.get(item.kind).folder}/{path}" if path else ""


def mentioning(locale: str, kind: str, words: Collection[str]) -> list[Any]:
    """Keys of the live items whose working or filed text has one of the words in it, be it as part of another.

    Args:
        kind: that of the items which the words are slugs of.
        words: in their compared form.
    """
    live = Item.objects.live().filter(locale=locale)
    listed = Reference.objects.filter(target_kind=kind, slug_key__in=words, source__in=live)
    found = dict.fromkeys(listed.values_list("source", flat=True))
    # Read as a whole: what a text links to stands in no index, and 10,000 texts take a fraction of a second.
    filed = live.exclude(filed=None).exclude(filed=F("working"))
    for texts in (live.values_list("pk", "working__data"), filed.values_list("pk", "filed__data")):
        for pk, data in texts.order_by().iterator(chunk_size=500):
            if pk not in found and _mentions(bytes(data), words):
                found[pk] = None
    return sorted(found)


def _mentions(data: bytes, words: Collection[str]) -> bool:
    is_plain = data.isascii() and b"%" not in data
    text = data.decode().lower() if is_plain else names.key(unquote(data.decode()))
    return any(word in text for word in words)
