"""What a sync is about to do with files, written down before: of one that was killed the next knows what was its doing.

Without that, a file that was written and not recorded looks as if somebody had edited it by hand.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction

from documents import limits
from publishing import bulk
from sync import disk, folder
from sync.models import Intent
from sync.places import Place, SyncError
from sync.state import Agreed, CarriedOut, record_bases


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


def _looked_up(place: Place, aims: Sequence[Aim]) -> tuple[CarriedOut, set[Any]]:
    """And the items whose files cannot be read."""
    agreed: list[Agreed] = []
    forgotten: list[Any] = []
    unknown: set[Any] = set()
    for aim in aims:
        try:
            source = _text(place, aim.source) if aim.source else None
            target = _text(place, aim.path) if aim.path != aim.source else source
        except OSError:
            unknown.add(aim.item)
            continue
        if aim.text is None:
            if target is None:
                forgotten.append(aim.item)
        # Written, and not moved yet.
        elif source == aim.text:
            agreed.append(Agreed(aim.item, aim.source, aim.text))
        elif target == aim.text:
            agreed.append(Agreed(aim.item, aim.path, aim.text))
    return CarriedOut(agreed, forgotten), unknown


def _text(place: Place, path: str) -> str | None:
    """None where there is nothing, "" for what nobody here wrote. Raises OSError."""
    try:
        return folder.digest(disk.read(folder.locate(place, path), limits.FILE_BYTES))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (disk.TooLarge, SyncError):
        return ""
