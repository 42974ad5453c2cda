"""The JSON of an entry, and what readers filter by. Only what the entry's own document says, so it never goes stale."""

from collections.abc import Iterator
from typing import Any

from glossary.links import Link
from glossary.mapping import REFERENCES, EntryRecord
from publishing import values


def payload(record: EntryRecord) -> dict[str, Any]:
    """The detail answer. Absent values are null, absent prose is "", absent lists are [] (of a list section: null)."""
    return {
        **_head(record),
        "replacedBy": next(iter(record.slugs("replacedBy")), None),
        "previousSlugs": record.previous_slugs,
        "briefDefinition": record.brief_definition,
        "detailedExplanation": record.detailed_explanation,
        "keyConcepts": record.key_concepts,
        "commonApplications": record.common_applications,
        "prerequisites": record.prerequisites,
        "preamble": record.preamble,
        "sections": record.sections,
        "externalLinks": [_link(link) for link in record.links],
        **{name: record.slugs(name) for name in REFERENCES},
        "extra": record.extra,
    }


def summary(record: EntryRecord) -> dict[str, Any]:
    """The row in a list."""
    return {**_head(record), "briefDefinition": record.brief_definition}


def _head(record: EntryRecord) -> dict[str, Any]:
    return {
        "slug": record.slug,
        "title": record.title,
        "category": record.category or None,
        "difficulty": record.difficulty or None,
        "tags": record.tags,
        "aliases": record.aliases,
        "status": values.shown_status(record.status, record.status_label),
        "lastUpdated": record.last_updated_label or None,
    }


def _link(link: Link) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "title": link.title,
        "url": link.url,
        "description": link.description,
        "type": link.type or None,
        "difficulty": link.difficulty or None,
    }
    return {**fields, "extra": link.extra} if link.extra else fields


def facets(record: EntryRecord) -> list[tuple[str, str, str]]:
    return values.facets(_facets(record))


def _facets(record: EntryRecord) -> Iterator[tuple[str, str]]:
    yield "category", record.category
    yield "difficulty", record.difficulty
    # An unknown status counts as published, and can be asked for by its own name too.
    yield "status", record.status
    yield "status", values.shown_status(record.status, record.status_label)
    yield "initial", values.initial(record.title)
    for tag in record.tags:
        yield "tag", tag
    for target in record.targets:
        yield ("book" if target.field == "recommendedBooks" else target.field), target.slug


def present(record: EntryRecord) -> list[str]:
    """Sections and fields with something in them, by the names of the detail answer."""
    fields = {
        "category": record.category,
        "difficulty": record.difficulty,
        "tags": record.tags,
        "aliases": record.aliases,
        "lastUpdated": record.last_updated_label,
        "previousSlugs": record.previous_slugs,
        "preamble": record.preamble,
        "externalLinks": record.links,
        "extra": record.extra,
    }
    found = [name for name, value in fields.items() if value]
    found += dict.fromkeys(target.field for target in record.targets)
    # A key holds no "|", which keeps the names apart where they are stored.
    return found + [section["key"] for section in record.sections if section["markdown"]]
