"""The texts of the database as the checks take them, in few queries."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from documents import parse
from glossary.health import facts
from glossary.health.checks.links import web_addresses
from glossary.health.facts import Facts
from glossary.health.models import Edition
from glossary.health.snapshot import Rules, Snapshot
from glossary.linkcheck import results
from publishing import names
from publishing.models import Blob, Item, Published, Revision

_SOME = 500


def snapshot(*, published: bool = False) -> Snapshot:
    """The working texts of all live items; `published`: what readers see instead, of which no draft is known."""
    everything = list(_published(_readable()) if published else _working(_live()))
    addresses = {address for each in everything for address in web_addresses(each)}
    return Snapshot(everything, rules(), {} if published else edited(everything), results.read(addresses))


def texts(edition: Edition, items: Iterable[int]) -> list[Facts]:
    """Those of these items that are in the edition."""
    wanted = list(items)
    found: list[Facts] = []
    for start in range(0, len(wanted), _SOME):
        some = wanted[start : start + _SOME]
        if edition == Edition.PUBLISHED:
            found += _published(_readable().filter(item__in=some))
        else:
            found += _working(_live().filter(pk__in=some))
    return found


def rules() -> Rules:
    months = settings.LEMMA_STALE_MONTHS
    return Rules(
        timezone.localdate(), int(months.get("", 36)), {names.key(key): int(count) for key, count in months.items()}
    )


def edited(known: Collection[Facts]) -> dict[int, date]:
    """On which day the body of an item was changed after the day it says it was last updated; the other items are
    left out. What came from a file as it is was changed before, nobody knows when.
    """
    said = {each.item: date.fromisoformat(each.last_updated) for each in known if each.last_updated}
    found: dict[int, date] = {}
    late = Item.objects.live().filter(revision__gt=1)
    if len(known) <= _SOME:
        late = late.filter(pk__in=list(said))
    rows = late.values_list("pk", "updated_at", "working")
    candidates = {pk: working for pk, moment, working in rows if pk in said and _day(moment) > said[pk]}
    keys = list(candidates)
    for start in range(0, len(keys), _SOME):
        before: dict[int, tuple[str, date | None]] = {}
        saved = Revision.objects.filter(item__in=keys[start : start + _SOME]).order_by("item", "number")
        for item, digest, moment in saved.values_list("item", "document", "created_at"):
            if item not in before or _day(moment) <= said[item]:
                before[item] = (digest, None)
            elif before[item][1] is None and digest != before[item][0]:
                before[item] = (before[item][0], _day(moment))
        changed = {item: (digest, day) for item, (digest, day) in before.items() if day and digest != candidates[item]}
        texts = _texts({digest for digest, _ in changed.values()} | {candidates[item] for item in changed})
        for item, (digest, day) in changed.items():
            if day and _body(texts[digest]) != _body(texts[candidates[item]]):
                found[item] = day
    return found


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _texts(digests: Iterable[str]) -> dict[str, bytes]:
    return {pk: bytes(data) for pk, data in Blob.objects.filter(pk__in=list(digests)).values_list("pk", "data")}


def _body(data: bytes) -> str:
    return parse(data).body.strip()


def _live() -> QuerySet[Item]:
    return Item.objects.live().filter(locale=settings.LEMMA_LOCALE)


def _working(items: QuerySet[Item]) -> Iterator[Facts]:
    rows = items.order_by("kind", "slug_key").values_list("kind", "pk", "path", "slug", "working__data")
    for kind, pk, path, slug, data in rows.iterator(chunk_size=_SOME):
        # An item that never had a file is named by the one it would get.
        yield facts.of(kind, pk, path or f"{slug}.md", bytes(data))


def _readable() -> QuerySet[Published]:
    return Published.objects.filter(locale=settings.LEMMA_LOCALE)


def _published(those: QuerySet[Published]) -> Iterator[Facts]:
    rows = those.order_by("kind", "slug_key").values_list("kind", "item", "item__path", "slug", "file__data")
    for kind, pk, path, slug, data in rows.iterator(chunk_size=_SOME):
        # An item that never had a file is named by the one it would get.
        yield facts.of(kind, pk, path or f"{slug}.md", bytes(data))
