"""Items as the files of a content folder, in a zip, with the uploaded images that they link."""

import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

from django.conf import settings

from publishing import assets, kinds
from publishing.models import Blob, Item

_LOOKUP = 500
# As early as a zip can say, so that the same texts make the same bytes.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_IN_MEMORY = 8_000_000


def of_all() -> IO[bytes]:
    """Every file that an export would write, byte by byte."""
    rows = Item.objects.live().filter(locale=settings.LEMMA_LOCALE).exclude(filed=None)
    return _zipped(rows.order_by("kind", "path", "pk").values_list("kind", "path", "slug", "filed"))


def of_items(keys: Sequence[Any]) -> IO[bytes]:
    """The files of these items; of what was never published, the draft."""
    rows = []
    for start in range(0, len(keys), _LOOKUP):
        found = Item.objects.live().filter(pk__in=keys[start : start + _LOOKUP])
        rows += [
            (kind, path, slug, filed or working)
            for kind, path, slug, filed, working in found.values_list("kind", "path", "slug", "filed", "working")
        ]
    return _zipped(sorted(rows))


def _zipped(rows: Iterable[tuple[str, str, str, str]]) -> IO[bytes]:
    """rows: kind, path, slug and hash of the text."""
    named = [(f"{kinds.get(kind).folder}/{path or f'{slug}.md'}", text) for kind, path, slug, text in rows]
    # Closed by whoever sends it.
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    pictures: set[str] = set()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for start in range(0, len(named), _LOOKUP):
            some = named[start : start + _LOOKUP]
            texts = dict(Blob.objects.filter(pk__in={text for _, text in some}).values_list("pk", "data"))
            for name, text in some:
                data = bytes(texts[text])
                pictures |= assets.named_in(data)
                archive.writestr(_member(name), data, zipfile.ZIP_DEFLATED)
        for name in sorted(pictures):
            if (picture := assets.read(name)) is not None:
                archive.writestr(_member(f"{assets.FOLDER}/{name}"), picture, zipfile.ZIP_STORED)
    file.seek(0)
    return file


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.external_attr = 0o644 << 16
    return info
