"""How folder and database stand to each other, asked of the tables and of the disk, never of the code that syncs."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

import documents
from publishing import kinds
from publishing.models import Blob, Change, Conflict, FeedCounter, Item, Published, Revision
from sync.models import Base
from tests.sync import folders
from tests.sync.commands import Outcome, run

FOLDERS = {"entry": "terms", "book": "books"}


def sync(*arguments: Any) -> Outcome:
    """A sync whose report the test wants to read."""
    return run("sync_content", *arguments, "--json")


def synced(*arguments: Any) -> Outcome:
    """A sync after which all is in step."""
    outcome = sync(*arguments)
    assert outcome.code == 0, outcome.everything
    return outcome


def counts(outcome: Outcome, kind: str = "entries") -> dict[str, int]:
    """What is not zero, except what stays as it is."""
    row = outcome.report["counts"].get(kind, {})
    return {name: number for name, number in row.items() if number and name != "unchanged"}


def steps(outcome: Outcome) -> dict[str, str]:
    return {step["path"]: step["step"] for step in outcome.report["steps"]}


def conflicts(outcome: Outcome) -> dict[str, list[str]]:
    """Path and fields of every conflict in a report."""
    return {conflict["path"]: conflict["fields"] for conflict in outcome.report["conflicts"]}


def open_conflicts(origin: str = "files") -> list[Conflict]:
    found = Conflict.objects.filter(resolved_at=None, origin=origin).select_related("item", "base", "ours", "theirs")
    return list(found.order_by("item__slug", "root"))


def sides(conflict: Conflict) -> tuple[bytes | None, bytes | None, bytes | None]:
    """The texts base, ours and theirs."""
    base, ours, theirs = (
        bytes(blob.data) if blob else None for blob in (conflict.base, conflict.ours, conflict.theirs)
    )
    return base, ours, theirs


def state() -> list[Any]:
    """Everything that a sync could change in the database."""
    tables = (Item, Revision, Published, Change, Conflict, FeedCounter, Base, Blob)
    return [list(model.objects.order_by("pk").values()) for model in tables]


def wanted(only: Iterable[str] = FOLDERS) -> folders.Files:
    """What the folder should hold, as the items have it."""
    rows = Item.objects.live().filter(filed__isnull=False, kind__in=only).values_list("kind", "path", "filed__data")
    return {f"{FOLDERS[kind]}/{path}": bytes(data) for kind, path, data in rows}


def agreed(root: Path) -> folders.Files:
    """What the database remembers of the folder."""
    found: folders.Files = {}
    for kind, folder in FOLDERS.items():
        rows = Base.objects.filter(root=str((root / folder).resolve()), item__kind=kind)
        found |= {f"{folder}/{path}": bytes(data) for path, data in rows.values_list("path", "document__data")}
    return found


def assert_in_step(root: Path) -> None:
    """Folder, filed texts and what is remembered of them are one and the same, and a sync has nothing to do."""
    assert folders.read(root) == wanted() == agreed(root)
    assert_sound()
    before, stamps = state(), folders.stamps(root)
    outcome = synced(root)
    assert (outcome.report["steps"], outcome.report["written"]) == ([], False)
    assert (state(), folders.stamps(root)) == (before, stamps)


def assert_sound() -> None:
    """Editors see the newest revision, readers the filed text and no draft, and no row points to one that is not."""
    connection.check_constraints()
    newest: dict[Any, Any] = {}
    texts: dict[Any, set[str]] = {}
    for pk, digest in Revision.objects.order_by("item", "number").values_list("item", "document"):
        newest[pk] = digest
        texts.setdefault(pk, set()).add(digest)
    shown = dict(Published.objects.values_list("item", "file"))
    due = {}
    rows = Item.objects.live().values_list("pk", "kind", "slug", "working", "filed", "filed__data")
    for pk, kind, slug, working, filed, data in rows:
        assert working == newest[pk], f"{slug}: the working text is not the newest revision"
        if filed is not None:
            assert filed in texts[pk], f"{slug}: the filed text is in no revision"
            if not _is_draft(kind, bytes(data)):
                due[pk] = filed
    assert shown == due


@cache
def _is_draft(kind: str, data: bytes) -> bool:
    record = kinds.get(kind).read(documents.parse(data), "any.md").record
    return bool(record.status == "draft")
