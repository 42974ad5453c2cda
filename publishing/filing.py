"""What becomes of the edits that wait to be published when the filed text changes beneath them. Pure.

    filed     A ──────────► B        from a file, a conflict that was resolved, a schedule
    working   A ──► C               edits that are not published yet
                    └─────► merge(base=A, ours=C, theirs=B)

Where the merge has conflicts, B is filed all the same, C stays the working text, and a conflict of origin draft waits.
Until it is resolved C knows nothing of B; so A stays the base when the filed text changes once more.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from documents import Document, merge, parse
from publishing import standing
from publishing.models import Conflict
from publishing.problems import InvalidDocument, Problem
from publishing.standing import Standing
from publishing.steps import NewConflict, Text, Write
from publishing.values import json_safe


def file(now: Standing, new: Text, *, path: str = "", base: bytes | None = None) -> Write:
    """The write that files `new` and brings it into the working text.

    Args:
        path: where the item's file is from now on; empty keeps the one there is.
        base: the text that `new` and the working text have in common, where that is not the filed one.

    Raises:
        InvalidDocument: the working text cannot be read any more, which only another path can do to it.
    """
    common = base if base is not None else now.contested if now.has_conflict else now.filed
    write = Write(
        now.kind,
        new.data,
        new.record,
        item=now.item,
        base_revision=now.revision,
        base_filed=now.filed_hash,
        path=path,
        publish=True,
    )
    if now.working == new.data or (now.working == now.filed and not now.has_conflict):
        return write
    text, fields = _merged(now, common, new, path or now.path)
    conflict = None
    if fields:
        conflict = NewConflict(Conflict.Origin.DRAFT, common, now.working, new.data, fields)
    return replace(write, data=text.data, record=text.record, filed=new, publish=False, conflict=conflict)


def edit(now: Standing, change: Callable[[Document], Document], *, path: str = "") -> Write:
    """The write that makes the same change in filed and working text. An open conflict stays open, with both changed.

    Raises:
        DocumentError: a text cannot be changed.
        InvalidDocument: the change makes it a text that no door accepts.
    """
    at = path or now.path
    working = standing.read(now.kind, change(parse(now.working, at)), at)
    write = Write(
        now.kind,
        working.data,
        working.record,
        item=now.item,
        base_revision=now.revision,
        base_filed=now.filed_hash,
        path=path,
    )
    if now.filed is None:
        return write
    if now.filed == now.working:
        return replace(write, publish=True)
    filed = standing.read(now.kind, change(parse(now.filed, at)), at)
    if not now.has_conflict:
        return replace(write, filed=filed)
    base = None if now.contested is None else bytes(change(parse(now.contested, at)))
    changed = replace(now, working=working.data, filed=filed.data, contested=base)
    return file(changed, filed, path=path)


def fields(conflicts: Iterable[Any]) -> list[dict[str, Any]]:
    """The conflicts of a merge as `Conflict.fields` keeps them."""
    return [
        {
            "field": one.field,
            "base": json_safe(one.base),
            "ours": json_safe(one.ours),
            "theirs": json_safe(one.theirs),
        }
        for one in conflicts
    ]


def _merged(now: Standing, base: bytes | None, new: Text, path: str) -> tuple[Text, list[dict[str, Any]]]:
    """The working text after the merge, and what stands against it."""
    ours = parse(now.working, path)
    result = merge(standing.parsed(base, path), ours, parse(new.data, path))
    if not result.conflicts:
        try:
            return standing.read(now.kind, result.document, path), []
        except InvalidDocument as error:
            # Each side is right by itself, but not both together.
            return standing.read(now.kind, ours, path), [_contradiction(problem) for problem in error.problems]
    return standing.read(now.kind, ours, path), fields(result.conflicts)


def _contradiction(problem: Problem) -> dict[str, Any]:
    return {"field": problem.field, "base": None, "ours": None, "theirs": None, "problem": str(problem)}
