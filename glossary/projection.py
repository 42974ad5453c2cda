"""The rows that show what an entry's document says. Written anew whenever it changes, in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from typing import Any

from glossary.links import Link
from glossary.mapping import EntryRecord
from glossary.models import Alias, Category, Entry, EntryTag, ExternalLink, Tag
from publishing import bulk, names
from publishing.models import Item

_ENTRY = [
    "item",
    "category",
    "difficulty",
    "status",
    "status_label",
    "last_updated",
    "brief_definition",
    "detailed_explanation",
    "key_concepts",
    "common_applications",
    "prerequisites",
    "preamble",
    "extra_sections",
    "extra",
]
_LOOKUP = 500
_LINK = ["entry", "position", "title", "url", "description", "type", "difficulty", "extra"]


def project(triples: Sequence[tuple[Item, EntryRecord, bool]]) -> None:
    categories = _categories({record.category for _, record, _ in triples if record.category})
    tags = _tags({tag for _, record, _ in triples for tag in record.tags})
    known = [item.pk for item, _, is_new in triples if not is_new]
    bulk.update(Entry, _ENTRY, (_entry(item, record, categories) for item, record, is_new in triples if not is_new))
    bulk.insert(Entry, _ENTRY, (_entry(item, record, categories) for item, record, is_new in triples if is_new))
    bulk.replace(
        EntryTag,
        known,
        ["entry", "tag", "position"],
        ((item.pk, tags[tag], position) for item, record, _ in triples for position, tag in enumerate(record.tags)),
    )
    bulk.replace(
        Alias,
        known,
        ["entry", "position", "name", "key"],
        (
            (item.pk, position, alias, names.key(alias))
            for item, record, _ in triples
            for position, alias in enumerate(record.aliases)
        ),
    )
    bulk.replace(
        ExternalLink,
        known,
        _LINK,
        (_link(item, position, link) for item, record, _ in triples for position, link in enumerate(record.links)),
    )


def erase(items: Sequence[Item]) -> None:
    keys = [item.pk for item in items]
    for model in (EntryTag, Alias, ExternalLink):
        bulk.delete(model, "entry", keys)
    bulk.delete(Entry, "item", keys)


def _entry(item: Item, record: EntryRecord, categories: dict[str, int]) -> tuple[Any, ...]:
    return (
        item.pk,
        categories[names.key(record.category)] if record.category else None,
        record.difficulty,
        record.status.value,
        record.status_label,
        record.last_updated,
        record.brief_definition,
        record.detailed_explanation,
        record.key_concepts,
        record.common_applications,
        record.prerequisites,
        record.preamble,
        record.extra_sections,
        record.extra,
    )


def _link(item: Item, position: int, link: Link) -> tuple[Any, ...]:
    return (
        item.pk,
        position,
        link.title,
        link.url,
        link.description,
        link.type,
        link.difficulty,
        link.extra,
    )


def _categories(wanted: Iterable[str]) -> dict[str, int]:
    """Keys of the categories by compared name; those that are missing are made."""
    # Sorted, so that of several spellings always the same one names a new category.
    by_key = {names.key(name): name for name in sorted(wanted, reverse=True)}
    return _found_or_made(Category, "key", {key: Category(name=name, key=key) for key, name in by_key.items()})


def _tags(wanted: Iterable[str]) -> dict[str, int]:
    """Keys of the tags by name as written."""
    return _found_or_made(Tag, "name", {name: Tag(name=name, key=names.key(name)) for name in wanted})


def _found_or_made(model: Any, field: str, wanted: dict[str, Any]) -> dict[str, int]:
    if not wanted:
        return {}
    # One query, however many are asked for; for the few of one entry it need not read those of all.
    known = model.objects.filter(**{f"{field}__in": list(wanted)}) if len(wanted) <= _LOOKUP else model.objects.all()
    known = known.order_by().values_list(field, "pk")
    found = dict(known)
    missing = [new for name, new in wanted.items() if name not in found]
    if missing:
        # Another writer may be making the same ones.
        model.objects.bulk_create(missing, ignore_conflicts=True)
        found = dict(known.all())
    return found
