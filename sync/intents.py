"""What a sync is about to do with files, written down before: of one that was killed the next knows what was its doing.

Without that, a file that was written and not recorded looks as if somebody had edited it by hand.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, NamedTuple

from django.db import transaction

from publishing import bulk
from publishing.models import Item
from sync import disk
from sync.models import Base, Intent
from sync.nearness import is_nearer
from sync.places import Place
from sync.state import Agreed, record_bases, texts


class Intended(NamedTuple):
    """`text` is what the file of the item is to hold at `path`, by sha256; None where it is to be removed. `source` is
    where it lies before; "" where there is none.
    """

    item: Any
    path: str
    text: str | None
    source: str


class Lying(NamedTuple):
    """What lies at a path. text: its sha256; None where there is nothing of the item that was asked for."""

    path: str
    text: str | None
    data: bytes = b""


class Unknown(Exception):
    """Something may lie there that cannot be looked at."""


class Special(Enum):
    """In place of a base: that which is recorded, or none."""

    RECORDED = auto()
    NONE = auto()


class Verdict(NamedTuple):
    """is_sure: False where it is only planned with, because what nobody can see now may show itself later."""

    base: Agreed | Special
    is_sure: bool = True


@dataclass(slots=True)
class CarriedOut:
    """What came of intents. bases: by item, what counts in place of its recorded base; None for none.

    open: items of which nothing is to be recorded yet. void: those of which the recorded base is the right one.
    touched: paths in folders of which the disk has to know the names before anything is recorded.
    """

    bases: dict[Any, Agreed | None] = field(default_factory=dict)
    open: set[Any] = field(default_factory=set)
    void: list[Any] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)


def note(place: Place, intended: Sequence[Intended]) -> None:
    """Call it right before the files are touched. To record the base of an item ends it."""
    with transaction.atomic():
        # Left from before are at most a few, and to look for 500 items takes ten times as long as this question.
        if Intent.objects.filter(root=place.root).exists():
            forget(place, [each.item for each in intended])
        bulk.insert(Intent, ["root", "item", "path", "document", "source"], ((place.root, *each) for each in intended))


def forget(place: Place, items: Sequence[Any]) -> None:
    """Of what was not done after all."""
    if items:
        Intent.objects.filter(root=place.root, item__in=items).delete()


def noted(place: Place) -> list[Intended]:
    """Empty where the last sync came to its end."""
    rows = Intent.objects.filter(root=place.root).order_by("pk")
    return [Intended(*row) for row in rows.values_list("item", "path", "document", "source")]


def are_all(place: Place, intended: Sequence[Intended]) -> bool:
    """Whether no other item has a file here."""
    return not Base.objects.filter(root=place.root).exclude(item__in=[each.item for each in intended]).exists()


def carried_out(
    place: Place, intended: Sequence[Intended], look: Callable[[str, Any], Lying], found: Collection[str]
) -> CarriedOut:
    """As the folder is now. Nothing is recorded.

    Args:
        look: gives what of an item lies at a path, or raises Unknown.
        found: texts of the files of which nobody knows yet whose they are.
    """
    items = [each.item for each in intended]
    bases = dict(Base.objects.filter(root=place.root, item__in=items).values_list("item", "document"))
    filed = dict(Item.objects.live().filter(pk__in=items).values_list("pk", "filed"))
    out = CarriedOut()
    for each in intended:
        try:
            verdict = _judged(each, bases.get(each.item), filed.get(each.item), look, found)
        except Unknown:
            continue
        if verdict.base is not Special.RECORDED:
            out.bases[each.item] = None if verdict.base is Special.NONE else verdict.base
        elif verdict.is_sure:
            out.void.append(each.item)
            continue
        out.touched |= {each.path, each.source or each.path}
        if not verdict.is_sure:
            out.open.add(each.item)
    return out


def record(place: Place, done: CarriedOut) -> None:
    """Needs the lock of the folder."""
    if not (done.bases or done.void or done.touched):
        return
    with transaction.atomic():
        # Two imports share the lock: the second waits here, and then nothing is left for it.
        waiting = Intent.objects.filter(root=place.root).select_for_update().values_list("item", flat=True)
        bases = {item: done.bases[item] for item in waiting if item in done.bases and item not in done.open}
        disk.settle(sorted({(place.folder / path).parent for path in done.touched}))
        record_bases(place.root, filter(None, bases.values()), [item for item, base in bases.items() if base is None])
        forget(place, done.void)


def _judged(
    intended: Intended, base: str | None, filed: str | None, look: Callable[[str, Any], Lying], found: Collection[str]
) -> Verdict:
    """base, filed: as in `sync.plan.plan`. Raises Unknown."""
    item, path, text, source = intended
    lying = look(source or path, item)
    if text is None:
        return _judged_removal(lying, base, filed, found)
    if lying.text not in (text, base) and path != lying.path:
        # It was written and moved, or somebody was faster.
        moved = look(path, item)
        lying = moved if lying.text is None or moved.text == text else lying
    if lying.text == text:
        return Verdict(Agreed(item, lying.path, text))
    if lying.text == base:
        return Verdict(Special.RECORDED)
    if lying.text is not None:
        return _judged_stranger(intended, text, lying, base, filed)
    if text in found or base in found:
        # Somebody put it elsewhere. Whether it had been moved by us nobody knows, so where it lay before counts.
        return Verdict(Agreed(item, source or path, text) if text in found else Special.RECORDED)
    # Gone, for good or for a moment, and the item may have changed since: a person decides.
    is_other = filed not in (None, text)
    return Verdict(Agreed(item, source or path, text) if is_other else Special.RECORDED, is_sure=False)


def _judged_stranger(intended: Intended, text: str, lying: Lying, base: str | None, filed: str | None) -> Verdict:
    """Somebody else was at the file: with which text they went on is the base."""
    known = texts([text, *([base] if base else [])])
    ours, before = known[text], known[base] if base else b""
    if is_nearer(lying.data, ours, before):
        return Verdict(Agreed(intended.item, lying.path, text))
    if is_nearer(lying.data, before, ours) or filed in (None, text):
        return Verdict(Special.RECORDED)
    # A person decides: to merge from either could take something back.
    return Verdict(Special.NONE, is_sure=False)


def _judged_removal(lying: Lying, base: str | None, filed: str | None, found: Collection[str]) -> Verdict:
    if lying.text is not None or (filed and base in found):
        return Verdict(Special.RECORDED)
    if filed is None:
        # What is gone on both sides is forgotten by itself, and until then known by its text, wherever it is.
        return Verdict(Special.RECORDED, is_sure=False)
    return Verdict(Special.NONE)
