"""The web addresses that the texts link to."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from documents import Document, DocumentError, parse
from glossary.health import body
from glossary.linkcheck.results import page
from publishing.models import Blob, Item, Published
from publishing.validators import validate_http_url

_SOME = 500
# Keys of the front matter that hold an address.
_KEYS = ("url", "coverImage")


def in_use() -> set[str]:
    """Pages that working texts link to, or those that readers see: external links, links in bodies, books."""
    locale = settings.LEMMA_LOCALE
    working = Item.objects.live().filter(locale=locale).values_list("working", flat=True)
    seen_by_readers = Published.objects.filter(locale=locale).values_list("file", flat=True)
    # Most texts are both.
    keys = sorted({*working, *seen_by_readers})
    found: set[str] = set()
    for start in range(0, len(keys), _SOME):
        for data in Blob.objects.filter(pk__in=keys[start : start + _SOME]).values_list("data", flat=True):
            found.update(map(page, filter(is_checkable, _of(bytes(data)))))
    return found


def is_checkable(address: str) -> bool:
    """What is no proper web address, or has a password in it, is a finding already and is sent to nobody."""
    try:
        validate_http_url(address)
    except ValidationError:
        return False
    return True


def _of(data: bytes) -> Iterator[str]:
    if b"http" not in data.lower():
        return
    try:
        document = parse(data)
    except DocumentError:
        # No text that was saved, unless by an older version; the health report names it.
        return
    yield from _in_front(document)
    if "http" in document.body.lower():
        yield from (address for address, _ in body.read(document.body).links)


def _in_front(document: Document) -> Iterator[str]:
    listed: Any = document.get("externalLinks")
    maps = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    values = [value for each in maps for key, value in each.items() if str(key).casefold() == "url"]
    yield from (value for value in [*values, *map(document.get, _KEYS)] if isinstance(value, str))
