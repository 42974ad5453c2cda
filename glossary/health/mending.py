"""Fixes carried out: as a preview, and as one batch that can be undone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from documents import Document, DocumentError
from glossary.health import fixing
from glossary.health.models import Finding
from glossary.health.problem import Fix
from publishing import batches, kinds, previews, redirecting, standing
from publishing.errors import WriteRefused
from publishing.models import Item, Revision
from publishing.problems import InvalidDocument
from publishing.redirecting import TextChange
from publishing.standing import Standing
from publishing.steps import Step, Write

# What to do, by the item in whose text it is done.
Fixes = Mapping[int, Sequence[Fix]]


@dataclass(slots=True)
class Planned:
    """What fixes would do to one item; `reason` says why they cannot."""

    item: Item
    changes: list[TextChange] = field(default_factory=list)
    reason: str = ""

    @property
    def diff(self) -> str:
        return "".join(previews.diff(change) for change in self.changes)


def of(fixes: Iterable[Fix]) -> dict[int, list[Fix]]:
    found: dict[int, list[Fix]] = {}
    for fix in fixes:
        if fix not in (known := found.setdefault(fix.item, [])):
            known.append(fix)
    return found


def of_findings(findings: Iterable[Finding]) -> dict[int, list[Fix]]:
    """Of those that have a fix."""
    return of(Fix(row.fix["action"], row.fix["item"], row.fix["values"]) for row in findings if row.fix)


def plan(fixes: Fixes, *, only_drafts: bool = False) -> list[Planned]:
    """By title. Nothing is written."""
    act = _act(fixes, only_drafts)
    found = []
    for now in standing.of_all(fixes).values():
        planned = Planned(now.item)
        try:
            step = act(now)
        except (WriteRefused, DocumentError, InvalidDocument) as error:
            planned.reason = str(error)
        else:
            planned.changes = redirecting.changes(now, step) if isinstance(step, Write) else []
        found.append(planned)
    return sorted(found, key=lambda one: (one.item.sort_key, one.item.pk))


def carry_out(
    fixes: Fixes,
    *,
    label: str,
    author: Any,
    only_drafts: bool = False,
    origin: Revision.Origin = Revision.Origin.ADMIN,
) -> batches.Outcome:
    """In one transaction; see `batches.carry_out`. only_drafts: readers get nothing of it before it is published."""
    return batches.carry_out(
        list(fixes), _act(fixes, only_drafts), label=label, author=author, only_drafts=only_drafts, origin=origin
    )


def _act(fixes: Fixes, only_drafts: bool) -> Callable[[Standing], Step | None]:
    def act(now: Standing) -> Step | None:
        item = now.item
        holder = f"{kinds.get(item.kind).folder}/{item.path or f'{item.slug}.md'}"

        def change(document: Document) -> Document:
            for fix in fixes[item.pk]:
                document = fixing.fixed(document, fix, holder)
            return document

        return batches.editing(change, only_drafts=only_drafts)(now)

    return act


def diffs(rows: Sequence[Finding]) -> dict[int, str]:
    """What the fix of each finding alone would change, by the key of the finding. A fix that cannot be made is left
    out. Three queries.
    """
    fixes = {row.pk: of_findings([row]) for row in rows if row.fix}
    there = standing.of_all({key for each in fixes.values() for key in each})
    found = {}
    for pk, each in fixes.items():
        act = _act(each, only_drafts=False)
        for key in each:
            try:
                step = act(there[key]) if key in there else None
            except (WriteRefused, DocumentError, InvalidDocument):
                continue
            if isinstance(step, Write):
                found[pk] = "".join(previews.diff(change) for change in redirecting.changes(there[key], step))
    return found
