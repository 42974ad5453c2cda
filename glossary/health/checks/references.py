"""What entries and books say of each other."""

from collections.abc import Iterator

from glossary.health.checks.made import error, hint, warning
from glossary.health.facts import Facts
from glossary.health.problem import Fix, Problem
from glossary.health.snapshot import CIRCULAR, Snapshot
from publishing import names

DANGLING = {
    "related": "related.dangling",
    "requires": "requires.dangling",
    "broader": "broader.dangling",
    "replacedBy": "replaced-by.dangling",
    "topics": "topic.missing",
    "recommendedBooks": "book.missing",
}


def dangling(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A slug that no item has."""
    for field, kind, slug, line in facts.targets:
        if snapshot.find(kind, slug):
            continue
        noun = "book" if kind == "book" else "entry"
        message = f'"{field}" names the {noun} "{slug}", which does not exist.'
        wanted = snapshot.wanted(kind, slug)
        near = snapshot.nearest(kind, slug)
        advice = (
            f"Write it or take the slug out; {wanted} places name it." if wanted > 1 else "Write it or take it out."
        )
        fix = None
        if near and names.key(near) != facts.slug_key:
            advice = f'Perhaps "{near}" is meant.'
            if wanted > 1:
                advice += f" {wanted} places name it; mend them all to merge the two slugs."
            fix = Fix("replace", facts.item, {"key": field, "old": slug, "new": near})
        yield error(DANGLING[field], facts, line, message, advice, fix, field, slug)


def one_way(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A related entry that does not name this one."""
    for field, _, slug, line in facts.targets:
        other = snapshot.find("entry", slug) if field == "related" else None
        if other is None or other.item == facts.item:
            continue
        if facts.slug_key in snapshot.related(other):
            continue
        message = f'"{other.slug}" is related, but does not name "{facts.slug}" in turn.'
        # What readers should not be led to is not offered to them.
        can_fix = facts.status == "published" and other.is_readable
        fix = Fix("add", other.item, {"key": "related", "new": facts.slug}) if can_fix else None
        advice = f'Add "{facts.slug}" to its related entries.' if fix else ""
        yield hint("related.one-way", facts, line, message, advice, fix, "related", other.slug)


def to_itself(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """An item that names itself."""
    for field, kind, slug, line in facts.targets:
        if kind == facts.kind and names.key(slug) == facts.slug_key:
            fix = Fix("remove", facts.item, {"key": field, "old": slug})
            message = f'"{field}" names the {facts.kind} itself.'
            yield error("reference.self", facts, line, message, "Take it out.", fix, field, slug)


def to_hidden(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A published text that names a draft or a deprecated entry."""
    if facts.status != "published":
        return
    for field, kind, slug, line in facts.targets:
        other = snapshot.find(kind, slug)
        if other is None or other.status not in ("draft", "deprecated"):
            continue
        message = f'"{field}" names "{other.slug}", which is {"a draft" if other.status == "draft" else "deprecated"}.'
        if other.status == "draft":
            advice = "Publish it, or take the slug out until then."
            yield warning("reference.draft", facts, line, message, advice, None, field, other.slug)
            continue
        successor = next(iter(other.slugs("replacedBy")), "")
        fix = None
        if successor and snapshot.find("entry", successor) and names.key(successor) != facts.slug_key:
            fix = Fix("replace", facts.item, {"key": field, "old": slug, "new": successor})
        advice = f'Name its successor "{successor}".' if successor else "Name another entry."
        yield warning("reference.deprecated", facts, line, message, advice, fix, field, slug)


def without_successor(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A deprecated entry that does not say what to read instead."""
    if facts.kind == "entry" and facts.status == "deprecated" and not facts.slugs("replacedBy"):
        message = "The entry is deprecated, but names no successor."
        line = facts.line("status")
        yield hint("deprecated.no-successor", facts, line, message, 'Write replacedBy: "…".', None, "replacedBy")


def harder(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A prerequisite that is harder than what it leads to."""
    for field, kind, slug, line in facts.targets:
        other = snapshot.find(kind, slug) if field == "requires" else None
        if other is not None and 0 < facts.rank < other.rank:
            message = f'The prerequisite "{other.slug}" is {other.difficulty}, but the entry is {facts.difficulty}.'
            advice = "Correct one of the two difficulties, or take the prerequisite out."
            yield warning("requires.harder", facts, line, message, advice, None, field, other.slug)


def in_circles(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """Entries that are their own prerequisite, or more general than themselves, by way of others."""
    if facts.kind != "entry":
        return
    for field in CIRCULAR:
        if ring := snapshot.cycle(field, facts):
            way = " → ".join([*ring, ring[0]])
            message = f'"{field}" leads back to the entry: {way}.'
            yield error(f"{field}.cycle", facts, facts.line(field), message, "Break the circle.", None, field, way)


def unused(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A book that no entry recommends, an entry that nothing leads to."""
    if not facts.is_readable or facts.status != "published" or snapshot.is_named(facts):
        return
    if facts.kind == "book":
        yield hint("book.unused", facts, 0, "No entry recommends the book.", "Recommend it in an entry.")
    elif snapshot.size > 1:
        yield hint("entry.orphan", facts, 0, "No other entry leads here.", "Name it in the related entries of another.")
