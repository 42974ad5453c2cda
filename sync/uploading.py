"""Importing what somebody uploads: the same plan and the same writing as `import_content`, from a folder that lasts
as long as the request.

A folder that was synced knows what it and the database last agreed on. An upload does not, so its base is found in the
history of the item: the revision that is nearest to the file. Whoever downloaded a text, changed it and brings it back
started from that one, and what others did since stays.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from documents import DocumentError, parse
from publishing import kinds, names
from publishing.authors import Author
from publishing.models import Item, Revision
from publishing.problems import Problem
from publishing.steps import Signature
from sync import engine, folder, unpacking
from sync.models import Base, Upload
from sync.nearness import distance
from sync.places import Place, places
from sync.plan import Half
from sync.reports import Report
from sync.state import Agreed, record_bases, texts
from sync.steps import Step
from sync.unpacking import Unpacked

# So many of the newest revisions of an item are looked at.
_REVISIONS = 30
_KEPT = timedelta(days=1)


@dataclass(slots=True)
class Change:
    """What would happen to one item. before: what its file holds now; None for a new one. problems: of this file."""

    path: str
    kind: str
    before: bytes | None
    after: bytes | None
    fields: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Preview:
    """conflicts: both sides changed the same fields; they wait for a person once the rest is imported.

    pictures: how many new ones the files link.
    """

    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    conflicts: list[Change] = field(default_factory=list)
    unchanged: int = 0
    pictures: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.changed or self.conflicts or self.pictures)


def keep(name: str, found: Unpacked, *, owner: Any) -> Upload:
    """Until it is decided; it takes the place of what that person left undecided."""
    Upload.objects.filter(owner=owner).delete()
    Upload.objects.filter(created_at__lt=timezone.now() - _KEPT).delete()
    return Upload.objects.create(
        owner=owner,
        name=name[:200],
        files=unpacking.pack(found.files),
        problems=found.problems,
        skipped=found.skipped,
        created_at=timezone.now(),
    )


def preview(upload: Upload) -> Preview:
    """What an import would do. Nothing is written."""
    with transaction.atomic(), _laid_out(upload) as (folders, problems):
        report, plans, shown = engine.planned(folders, _options())
        steps = [step for plan in plans for step in plan.steps]
        problems += report.problems
        found = Preview(unchanged=report.total("unchanged"), pictures=len(shown.incoming), problems=problems)
        for step in steps:
            _sort(step, found)
        known = texts(step.item.filed for step in steps if step.item and step.item.filed)
        for change, step in _with_steps(found, steps):
            change.before = known.get(step.item.filed) if step.item and step.item.filed else None
        # What was laid out for the plan was never there.
        transaction.set_rollback(True)
    return found


def apply(upload: Upload, *, author: Any) -> Report:
    """Imports what can be, files with errors left out, under the name of a person.

    Raises:
        SyncError: somebody was faster; nothing was imported.
    """
    signature = Signature(Author.of(author), Revision.Origin.FILES, f"Imported from {upload.name}")
    with transaction.atomic(), _laid_out(upload) as (folders, _):
        report = engine.run(folders, _options(signature), lock=False)
        Base.objects.filter(root__in=[place.root for place in folders]).delete()
        upload.delete()
    return report


def _options(signature: Signature | None = None) -> engine.Options:
    return engine.Options(half=Half.DATABASE, skip_invalid=True, signature=signature)


def _with_steps(found: Preview, steps: list[Step]) -> Iterator[tuple[Change, Step]]:
    by_path = {(step.place.kind, step.path): step for step in steps}
    for change in (*found.new, *found.changed, *found.conflicts):
        yield change, by_path[change.kind, change.path]


def _sort(step: Step, found: Preview) -> None:
    change = Change(step.path, step.place.kind, None, step.text.data if step.text else None)
    if step.clash is not None:
        change.after = step.clash.theirs
        change.fields = [each.field for each in step.clash.fields]
        found.conflicts.append(change)
    elif step.changes_database:
        (found.new if step.item is None else found.changed).append(change)


# --- a folder of its own ---


@contextmanager
def _laid_out(upload: Upload) -> Iterator[tuple[list[Place], list[Problem]]]:
    """The files in a folder, each at the path of its item, with what it and the item have in common; and what is wrong
    with those that cannot lie there.
    """
    root = Path(tempfile.mkdtemp(prefix="lemma-upload-")).resolve()
    try:
        folders = places(root)
        packed = unpacking.packed(bytes(upload.files))
        pictures = {picture: data for path, data in packed.items() if (picture := unpacking.picture_in(path))}
        _lay_out_pictures(folders[0].pictures, pictures)
        files = _at_their_items({path: data for path, data in packed.items() if not unpacking.picture_in(path)})
        problems: list[Problem] = []
        for kind, by_path in files.items():
            place = next(each for each in folders if each.kind == kind)
            problems += _without_twins(place, by_path)
            for path, data in by_path.items():
                target = folder.locate(place, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            _seed(place, by_path)
        for place in folders:
            place.folder.mkdir(parents=True, exist_ok=True)
        yield folders, problems
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _lay_out_pictures(shelf: Path, pictures: Mapping[str, bytes]) -> None:
    for name, data in pictures.items():
        shelf.mkdir(parents=True, exist_ok=True)
        (shelf / name).write_bytes(data)


def _at_their_items(files: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """By kind and path below its folder. A file whose slug is an item's goes where that one's file is."""
    found: dict[str, dict[str, bytes]] = {kind: {} for kind in kinds.names()}
    for name, data in files.items():
        kind, _, path = unpacking.split(name)
        found[kind][path] = data
    for kind, by_path in found.items():
        there = set(_items(kind).filter(path__in=list(by_path)).values_list("path", flat=True))
        slugs = {path: slug for path, data in by_path.items() if path not in there and (slug := _slug(data, path))}
        owners = dict(_items(kind).filter(slug_key__in=set(slugs.values())).values_list("slug_key", "path"))
        for path, slug in slugs.items():
            if (owner := owners.get(slug)) and owner not in by_path:
                by_path[owner] = by_path.pop(path)
    return found


def _without_twins(place: Place, files: dict[str, bytes]) -> list[Problem]:
    """Takes out new files beside which an item has one that differs in letter case alone; the engine sees no others."""
    there = set(_items(place.kind).exclude(path="").values_list("path", flat=True))
    problems = []
    new = [path for path in files if path not in there]
    for path, other in folder.twins([*there, *new]).items():
        if path in new and other in there:
            del files[path]
            message = f"{path} and {other} are one file on disks that ignore letter case."
            problems.append(Problem("path.twin", message, "Rename one of them.").at(place.name(path)))
    return problems


def _items(kind: str) -> Any:
    return Item.objects.of_kind(kind).filter(locale=settings.LEMMA_LOCALE)


def _slug(data: bytes, path: str) -> str:
    with suppress(DocumentError):
        slug = parse(data, path).get("slug")
        if isinstance(slug, str):
            return names.key(slug)
    return names.key(names.slug_from_path(path))


def _seed(place: Place, files: Mapping[str, bytes]) -> None:
    """The nearest revision of each item that has a file, as the text that both agreed on."""
    items = dict(_items(place.kind).filter(path__in=list(files)).exclude(filed=None).values_list("pk", "path"))
    history: dict[Any, list[str]] = {}
    rows = Revision.objects.filter(item__in=list(items)).order_by("item", "-number").values_list("item", "document")
    for item, document in rows:
        mine = history.setdefault(item, [])
        if len(mine) < _REVISIONS and document not in mine:
            mine.append(document)
    known = texts({document for documents in history.values() for document in documents})
    nearest = ((item, path, _nearest(files[path], history.get(item, []), known)) for item, path in items.items())
    record_bases(place.root, [Agreed(item, path, document) for item, path, document in nearest if document])


def _nearest(data: bytes, documents: list[str], known: Mapping[str, bytes]) -> str:
    """The oldest of those that differ in the fewest lines, since from that one nothing can be overwritten unseen.

    documents: the newest first.
    """
    return min(reversed(documents), key=lambda document: distance(data, known[document]), default="")
