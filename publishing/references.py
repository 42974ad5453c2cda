"""Who refers to an item: in lists of slugs, and by links in running text."""

import html
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from django.db.models import F, QuerySet

from publishing import kinds, names
from publishing.models import Item, Reference

_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+|&#?\w+;")
_NO_SLUG = re.compile(r"[^\w-]")


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
    """Keys of the live items whose working or filed text may refer to an item; those that do are all among them.

    Args:
        kind: that of the item.
        words: its slugs and the name of its file without `.md`, in their compared form.
    """
    live = Item.objects.live().filter(locale=locale)
    listed = Reference.objects.filter(target_kind=kind, slug_key__in=words, source__in=live)
    found = dict.fromkeys(listed.values_list("source", flat=True))
    # Read as a whole: what a text links to stands in no index, and 10,000 texts take a fraction of a second.
    for pk, data in live.order_by().values_list("pk", "working__data").iterator(chunk_size=500):
        if pk not in found and may_link(bytes(data), words):
            found[pk] = None
    # Of filed texts that are not the working ones, the lists of slugs stand in no index either.
    filed = live.exclude(filed=None).exclude(filed=F("working"))
    for pk, data in filed.order_by().values_list("pk", "filed__data").iterator(chunk_size=500):
        if pk not in found and _holds(_compared(bytes(data)), words):
            found[pk] = None
    return sorted(found)


def may_link(data: bytes, words: Collection[str]) -> bool:
    """Whether a text may have a link with one of the words in its address. `False` is certain, `True` is not.

    A slug such as `ai` stands in every other text, but hardly ever behind what begins an address.
    """
    text = _compared(data)
    return _holds(text, words) and bool(_in_address(frozenset(words)).search(text))


def _holds(text: str, words: Collection[str]) -> bool:
    return any(word in text for word in words)


def _compared(data: bytes) -> str:
    """The text in the form in which slugs are compared, with letters in place of what stands for letters."""
    text = data.decode()
    if "%" in text or "&" in text:
        text = _ENCODED.sub(_decoded, text)
    return names.key(text).replace("\\", "")


def _decoded(found: re.Match[str]) -> str:
    # What is no part of a slug must not end the address either, as a blank would.
    return _NO_SLUG.sub("/", html.unescape(unquote(found[0])))


@lru_cache(maxsize=16)
def _in_address(words: frozenset[str]) -> re.Pattern[str]:
    """One of the words in what follows `](`, `[[`, `]:` or `href=`."""
    word = "|".join(re.escape(word) for word in sorted(words))
    return re.compile(
        rf"""(?:\]\(|\[\[|\]:|href\s*=)[\s>]*
            (?:[<"'][^<>\n]*?|\S*?)
            (?<![\w-])(?:{word})(?![\w-])""",
        re.VERBOSE,
    )
