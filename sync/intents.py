"""What a sync is about to do with files, written down before: of one that was killed the next knows what was its doing.

Without that, a file that was written and not recorded looks as if somebody had edited it by hand.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction

from documents import limits
from publishing import bulk
from publishing.models import Item
from sync import disk, folder
from sync.models import Base, Intent
from sync.nearness import is_nearer
from sync.places import Place, SyncError
from sync.state import Agreed, CarriedOut, record_bases, texts


class Aim(NamedTuple):
    """`text` is what the file of the item is to hold at `path`, by sha256; None where it is to be removed. `source` is
    where it lies before; "" where there is none.
    """

    item: Any
    path: str
    text: str | None
    source: str


def note(place: Place, aims: Sequence[Aim]) -> None:
    """Call it right before the files are touched, and `forget` once the bases are recorded."""
    with transaction.atomic():
        forget(place, [aim.item for aim in aims])
        bulk.insert(Intent, ["root", "item", "path", "document", "source"], ((place.root, *aim) for aim in aims))


def forget(place: Place, items: Sequence[Any]) -> None:
    Intent.objects.filter(root=place.root, item__in=items).delete()


def carried_out(place: Place) -> CarriedOut:
    """As the folder is now. One query, where the last sync came to its end."""
    found, _ = _looked_up(place, _noted(place))
    return found


def settle(place: Place) -> None:
    """Records what was `carried_out`, and forgets the aims of which nothing came. Needs the lock of the folder."""
    if not _noted(place):
        return
    with transaction.atomic():
        # Two imports share the lock: the second waits here, and then nothing is left for it.
        aims = _noted(place, for_update=True)
        found, unknown = _looked_up(place, aims)
        # As where a sync records its own: a name that a power cut takes back must not be what both agreed on.
        disk.settle(sorted({(place.folder / each.path).parent for each in found.agreed}))
        record_bases(place, found.agreed, found.forgotten)
        forget(place, [aim.item for aim in aims if aim.item not in unknown])


def _noted(place: Place, *, for_update: bool = False) -> list[Aim]:
    rows = Intent.objects.filter(root=place.root).order_by("pk")
    if for_update:
        rows = rows.select_for_update()
    return [Aim(*row) for row in rows.values_list("item", "path", "document", "source")]


class _File(NamedTuple):
    """text: sha256; None where there is nothing, "" for what nobody here wrote."""

    path: str
    text: str | None
    data: bytes = b""


def _looked_up(place: Place, aims: Sequence[Aim]) -> tuple[CarriedOut, set[Any]]:
    """And the items whose files cannot be read."""
    found, unknown = CarriedOut([], []), set[Any]()
    if not aims:
        return found, unknown
    items = [aim.item for aim in aims]
    bases = dict(Base.objects.filter(root=place.root, item__in=items).values_list("item", "document"))
    filed = dict(Item.objects.live().filter(pk__in=items).values_list("pk", "filed"))
    for aim in aims:
        try:
            files = [_read(place, path) for path in dict.fromkeys((aim.source, aim.path)) if path]
        except OSError:
            unknown.add(aim.item)
        else:
            _judge(aim, files, bases.get(aim.item), filed.get(aim.item), found)
    return found, unknown


def _judge(aim: Aim, files: Sequence[_File], base: str | None, filed: str | None, found: CarriedOut) -> None:
    """Adds to `found`. files: at the source first. base, filed: as in `sync.plan.plan`."""
    if done := next((file for file in files if file.text == aim.text), None):
        if aim.text is None:
            found.forgotten.append(aim.item)
        else:
            # At the source it was written, and not moved yet.
            found.agreed.append(Agreed(aim.item, done.path, aim.text))
    elif aim.text is not None and files[0].text != base:
        _judge_stranger(aim, next((file for file in files if file.text), None), base, filed, found)


def _judge_stranger(aim: Aim, file: _File | None, base: str | None, filed: str | None, found: CarriedOut) -> None:
    """Somebody else was at the file since."""
    assert aim.text is not None
    if file:
        known = texts([aim.text, *([base] if base else [])])
        ours, before = known[aim.text], known[base] if base else b""
        if is_nearer(file.data, ours, before):
            found.agreed.append(Agreed(aim.item, file.path, aim.text))
            return
        if is_nearer(file.data, before, ours):
            return
    # Nobody can tell. Where the item has changed as well, a person decides: to merge from either could take something
    # back that an editor did.
    if filed not in (None, aim.text):
        found.forgotten.append(aim.item)


def _read(place: Place, path: str) -> _File:
    """Raises OSError."""
    try:
        data = disk.read(folder.locate(place, path), limits.FILE_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return _File(path, None)
    except (disk.TooLarge, SyncError):
        return _File(path, "")
    return _File(path, folder.digest(data), data)
