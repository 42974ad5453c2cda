"""Carries out steps: first what concerns the database, then what concerns files. The base is recorded last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from django.db import IntegrityError, transaction

from documents import limits
from publishing import bulk, filing, standing, writer
from publishing.authors import Author
from publishing.errors import NameTaken, StaleRevision
from publishing.models import Conflict, Item, Revision
from publishing.problems import InvalidDocument, Problem
from publishing.standing import Standing
from publishing.steps import Signature
from sync import disk, folder, intents
from sync.intents import Intended
from sync.models import Base, Uncommitted
from sync.places import Place, SyncError
from sync.plan import ASIDE, Action
from sync.state import Agreed, Known, record_bases, store_texts, texts
from sync.steps import Clash, Step

_BATCH = 500
T = TypeVar("T")


@dataclass(slots=True)
class Outcome:
    """problems: what went wrong on the way. stale: steps that somebody was faster than; they have to be planned again.
    changed: whether anything is different now."""

    problems: list[Problem] = field(default_factory=list)
    stale: list[Step] = field(default_factory=list)
    changed: bool = False


# --- the database ---


class Waiting(NamedTuple):
    """Items with an open conflict: about their file in this root, and about edits that are not published.

    clashes: (item, root, path, base, ours, theirs) of the former, texts by hash.
    """

    files: frozenset[Any] = frozenset()
    drafts: frozenset[Any] = frozenset()
    clashes: frozenset[tuple[Any, ...]] = frozenset()


def waiting_in(places: Sequence[Place]) -> Waiting:
    found = Conflict.objects.filter(resolved_at=None)
    rows = list(found.values_list("origin", "item", "root", "path", "base", "ours", "theirs"))
    roots = {place.root for place in places}
    about_files = [row[1:] for row in rows if row[0] == Conflict.Origin.FILES and row[2] in roots]
    return Waiting(
        frozenset(item for item, *_ in about_files),
        frozenset(row[1] for row in rows if row[0] == Conflict.Origin.DRAFT),
        frozenset(about_files),
    )


def write_all(steps: Sequence[Step], waiting: Waiting, signature: Signature | None = None) -> None:
    """The database's part of the steps, all or nothing, and what both sides now agree on.

    Raises:
        SyncError: somebody was faster, or a name is taken; nothing was written.
    """
    try:
        with transaction.atomic():
            for some in _database_batches(steps, waiting):
                _write(some, waiting, signature)
    except (StaleRevision, NameTaken, InvalidDocument) as error:
        raise SyncError(f"{error} Nothing was imported. Run the import again.") from error
    except IntegrityError as error:
        raise SyncError("Another import was faster. Nothing was imported. Run it again.") from error


def write_each(steps: Sequence[Step], waiting: Waiting, outcome: Outcome) -> None:
    """As `write_all`, a batch at a time; a step that fails is left out by itself."""
    for some in _database_batches(steps, waiting):
        try:
            with transaction.atomic():
                _write(some, waiting)
            outcome.changed = outcome.changed or any(step.changes_database for step in some)
        except (StaleRevision, NameTaken, InvalidDocument):
            for step in some:
                _write_one(step, waiting, outcome)


def _write_one(step: Step, waiting: Waiting, outcome: Outcome) -> None:
    try:
        with transaction.atomic():
            _write([step], waiting)
        outcome.changed = outcome.changed or step.changes_database
    except StaleRevision:
        outcome.stale.append(step)
    except NameTaken as error:
        hint = "Give one of them another slug or file."
        outcome.problems.append(Problem("slug.taken", str(error), hint, path=step.name))
        outcome.stale.append(step)
    except InvalidDocument as error:
        outcome.problems += [problem.at(step.name) for problem in error.problems]
        outcome.stale.append(step)


def _database_batches(steps: Sequence[Step], waiting: Waiting) -> Iterator[list[Step]]:
    """One folder after the other, since a revision says from where it came."""
    wanted = _database_first(steps, waiting)
    for place in dict.fromkeys(step.place for step in wanted):
        yield from _batches([step for step in wanted if step.place == place])


def _database_first(steps: Sequence[Step], waiting: Waiting) -> list[Step]:
    """The steps that concern the database; what is deleted first, since it sets names free.

    Then what is left to others, since they may have something newer.
    """
    wanted = [
        step
        for step in steps
        if step.changes_database
        # One that waits already stays the same, since a person may be looking at it.
        or (step.clash and _clash_key(step, step.clash) not in waiting.clashes)
        or _settles(step, waiting)
        or (step.action in (Action.REMEMBER, Action.FORGET, Action.UNCHANGED) and _base_is_old(step))
    ]
    return sorted(wanted, key=lambda step: (step.action is not Action.DELETE_ITEM, _bequest(step) is None))


def _settles(step: Step, waiting: Waiting) -> bool:
    """Whether a conflict about the file waits, and the step leaves nothing of it to be decided."""
    item, file = step.item, step.file
    if item is None or item.pk not in waiting.files or step.clash is not None:
        return False
    acts = step.changes_database or (step.changes_files and step.action is not Action.UNCHANGED)
    return acts or (file.text if file else None) == item.filed


def _bequest(step: Step) -> Agreed | None:
    return step.item.bequest if step.item else None


def _base_is_old(step: Step) -> bool:
    item, file = step.item, step.file
    if item is None:
        return False
    if step.action is Action.FORGET:
        return True
    return file is not None and file.text == item.filed and (item.base, item.base_path) != (file.text, file.path)


def _write(steps: Sequence[Step], waiting: Waiting, signature: Signature | None = None) -> None:
    """One batch. After it the base is the file as it was read: what the file is still to become comes later."""
    edited = standing.of_all(
        step.item.pk
        for step in steps
        if step.text and step.item and not step.item.deleted and _has_edits(step.item, waiting)
    )
    batch: list[writer.Step] = []
    owners: list[Step] = []
    for step in steps:
        for one in _writes(step, edited, waiting):
            batch.append(one)
            owners.append(step)
    by = signature or Signature(Author(), Revision.Origin.FILES, _message(steps))
    results = writer.write(batch, author=by.author, origin=by.origin, message=by.message)
    store_texts(_unstored(steps))
    agreed: dict[Place, dict[Any, Agreed]] = {step.place: {} for step in steps}
    forgotten: dict[Place, list[Any]] = {step.place: [] for step in steps}
    made = {id(step): result.item.pk for step, result in zip(owners, results, strict=True)}
    for step in steps:
        pk = made.get(id(step)) or (step.item.pk if step.item else None)
        if step.clash is not None or pk is None:
            continue
        if step.file is not None and step.action is not Action.DELETE_FILE:
            agreed[step.place][pk] = Agreed(pk, step.file.path, step.file.text)
        elif step.action in (Action.DELETE_ITEM, Action.FORGET):
            forgotten[step.place].append(pk)
            if bequest := _bequest(step):
                agreed[step.place][bequest.item] = bequest
    for place in agreed:
        record_bases(place.root, agreed[place].values(), forgotten[place])


def _unstored(steps: Iterable[Step]) -> dict[str, bytes]:
    """Texts of files that no item has as its own: what was merged with them takes their place, but not yet."""
    return {
        step.file.text: step.file.data
        for step in steps
        if step.file is not None
        and step.file.data is not None
        and step.changes_files
        and step.action is not Action.DELETE_FILE
    }


def _message(steps: Sequence[Step]) -> str:
    return f"From {steps[0].place.shown}" if steps else ""


def _has_edits(item: Known, waiting: Waiting) -> bool:
    return item.has_edits or item.pk in waiting.drafts


def _writes(step: Step, edited: dict[Any, Standing], waiting: Waiting) -> Iterator[writer.Step]:
    item = step.item
    if step.clash is not None:
        assert item is not None
        yield writer.Note(_item(item), _conflict(step, step.clash), base_revision=item.revision)
        return
    if step.action is Action.DELETE_ITEM:
        assert item is not None
        yield writer.Delete(_item(item), item.revision)
    elif step.text is not None:
        yield _filing(step, edited, waiting)
    if item is not None and _settles(step, waiting):
        yield writer.Settle(_item(item), Conflict.Origin.FILES, step.place.root)


def _filing(step: Step, edited: dict[Any, Standing], waiting: Waiting) -> writer.Write:
    item, text, kind = step.item, step.text, step.place.kind
    assert text is not None
    if item is None:
        return writer.Write(kind, text.data, text.record, path=step.path, publish=True)
    if item.deleted or not _has_edits(item, waiting):
        return writer.Write(
            kind,
            text.data,
            text.record,
            item=_item(item),
            base_revision=item.revision,
            path=step.path,
            publish=True,
            revive=item.deleted,
        )
    now = edited.get(item.pk)
    if now is None or now.filed_hash != item.filed:
        # Edits in between are merged; another filed text has to be planned again.
        raise StaleRevision(now.item if now else _item(item), item.revision)
    return filing.file(now, text, path=step.path)


def _clash_key(step: Step, clash: Clash) -> tuple[Any, ...]:
    assert step.item is not None
    digests = (None if data is None else folder.digest(data) for data in (clash.base, clash.ours, clash.theirs))
    return (step.item.pk, step.place.root, _conflict_path(step), *digests)


def _conflict_path(step: Step) -> str:
    return step.file.path if step.file else step.path


def _conflict(step: Step, clash: Clash) -> writer.NewConflict:
    return writer.NewConflict(
        Conflict.Origin.FILES,
        clash.base,
        clash.ours,
        clash.theirs,
        filing.fields(clash.fields),
        root=step.place.root,
        path=_conflict_path(step),
    )


def _item(known: Known) -> Item:
    # The writer reads the item itself, under its lock; all it needs is which one.
    return Item(pk=known.pk, title=known.title)


# --- files ---


def write_files(place: Place, steps: Sequence[Step], outcome: Outcome) -> None:
    """The folder's part of the steps, for what `write_each` did not refuse."""
    todo = [step for step in steps if step.changes_files]
    todo, aside = _in_order(todo)
    # Paths at which a file still lies that should have gone from there.
    stuck: set[str] = set()
    for step in aside:
        try:
            _step_aside(place, step)
        except (OSError, SyncError) as error:
            outcome.problems.append(_unwritable(step, error))
            stuck.add(_lies_at(step))
            todo.remove(step)
        else:
            outcome.changed = True
    for some in _batches(todo):
        data = texts(step.wanted for step in some if step.wanted)
        done = _Done(place)
        intents.note(place, [_intended(step) for step in some if step.item])
        for step in some:
            if step.path in done.freed:
                # Recorded first: a sync that is killed now must not take the new file there for the one that went.
                done.record()
            try:
                if step.path in stuck:
                    raise SyncError(f"{step.name} is still that of another item, so nothing was put there.")
                _carry_out(place, step, data, done.folders)
            except (OSError, SyncError) as error:
                outcome.problems.append(_unwritable(step, error))
                if step.file:
                    stuck.add(step.file.path)
                done.add_failed(step)
            else:
                done.add(step)
                outcome.changed = True
        done.record()


def _intended(step: Step) -> Intended:
    assert step.item is not None
    return Intended(step.item.pk, step.path, step.wanted, step.file.path if step.file else "")


@dataclass(slots=True)
class _Done:
    """What was carried out and is not recorded yet: bases; items without a file; items with whose files nothing was
    done; paths at which a file lay; folders with other names now.
    """

    place: Place
    agreed: list[Agreed] = field(default_factory=list)
    forgotten: list[Any] = field(default_factory=list)
    left: list[Any] = field(default_factory=list)
    freed: set[str] = field(default_factory=set)
    folders: set[Path] = field(default_factory=set)

    def add(self, step: Step) -> None:
        if step.item and step.wanted:
            self.agreed.append(Agreed(step.item.pk, step.path, step.wanted))
        elif step.item:
            self.forgotten.append(step.item.pk)
        if step.file and (step.file.path != step.path or not step.wanted):
            self.freed.add(step.file.path)

    def add_failed(self, step: Step) -> None:
        if step.item is None:
            return
        if step.file and step.wanted == step.file.text:
            # Written, and not moved.
            self.agreed.append(Agreed(step.item.pk, step.file.path, step.wanted))
        else:
            self.left.append(step.item.pk)

    def record(self) -> None:
        """The base, once the names outlast a power cut."""
        disk.settle(sorted(self.folders))
        with transaction.atomic():
            record_bases(self.place.root, self.agreed, self.forgotten)
            intents.forget(self.place, self.left)
        for each in (self.agreed, self.forgotten, self.left, self.freed, self.folders):
            each.clear()


def note_uncommitted(place: Place, steps: Iterable[Step]) -> None:
    """What the steps are going to write and remove, before they do: it has to be committed, whoever ends the sync."""
    wanted: dict[str, Known] = {}
    for step in steps:
        if step.changes_files and step.item is not None:
            if step.file is not None:
                wanted.setdefault(step.file.path, step.item)
            # Of two that have to do with one path, the one whose file lies there afterwards.
            wanted[step.path] = step.item
    _note(place, {path: (item.pk, item.base) for path, item in wanted.items()})


def note_with_pictures(place: Place, paths: Sequence[str]) -> None:
    """Files that stay as they are, and have to be committed with a picture that they link."""
    wanted: dict[str, tuple[Any, str | None]] = {}
    for some in _batches(list(paths)):
        rows = Base.objects.filter(root=place.root, path__in=some).values_list("path", "item", "document")
        wanted |= {path: (item, text) for path, item, text in rows}
    _note(place, wanted)


def _note(place: Place, wanted: Mapping[str, tuple[Any, str | None]]) -> None:
    """wanted: item and base, by path."""
    with transaction.atomic():
        for some in _batches(list(wanted)):
            waiting = Uncommitted.objects.filter(root=place.root, path__in=some)
            owners = dict(waiting.values_list("path", "item"))
            # Where the same item waits already, the oldest base counts: all since then goes into one commit.
            new = [path for path in some if owners.get(path) != wanted[path][0]]
            Uncommitted.objects.filter(root=place.root, path__in=new).delete()
            bulk.insert(
                Uncommitted, ["root", "path", "item", "before"], ((place.root, path, *wanted[path]) for path in new)
            )


def _in_order(steps: list[Step]) -> tuple[list[Step], list[Step]]:
    """Removals first, then moves whose target another move sets free after that one; and those whose file has to step
    aside before, because they change places in a ring.
    """
    removals = [step for step in steps if step.action is Action.DELETE_FILE]
    rest = [step for step in steps if step.action is not Action.DELETE_FILE]
    occupied = {step.file.path: step for step in rest if step.file}
    ordered: list[Step] = []
    aside: list[Step] = []
    while rest:
        free = [step for step in rest if occupied.get(step.path, step) is step]
        if not free:
            aside.append(step := _in_a_ring(rest[0], occupied))
            del occupied[_lies_at(step)]
            continue
        for step in free:
            ordered.append(step)
            if step.file:
                occupied.pop(step.file.path, None)
        # By identity: to compare each with all others takes a minute for 10,000 files.
        ready = set(map(id, free))
        rest = [step for step in rest if id(step) not in ready]
    return removals + ordered, aside


def _in_a_ring(step: Step, occupied: dict[str, Step]) -> Step:
    """Whoever is in the way of this one, and of that one, until one comes again."""
    seen: set[int] = set()
    while id(step) not in seen:
        seen.add(id(step))
        step = occupied[step.path]
    return step


def _lies_at(step: Step) -> str:
    assert step.file is not None
    return step.file.path


def _step_aside(place: Place, step: Step) -> None:
    """Puts a file where nothing is, so that others can take its place. Raises OSError or SyncError."""
    assert step.file is not None
    assert step.item is not None
    file, stem = step.file, step.file.path.removesuffix(".md")
    paths = (f"{stem}{number or ''}{ASIDE}" for number in count())
    path, target = next((path, target) for path in paths if not disk.exists(target := folder.locate(place, path)))
    source = folder.locate(place, file.path)
    _expect(place, file.path, source, file.text)
    # Recorded first: the next sync has to know that it was us, should this one be killed.
    with transaction.atomic():
        record_bases(place.root, [Agreed(step.item.pk, path, file.text)], [])
    disk.move(source, target)
    disk.settle([source.parent])
    file.path = path


def _carry_out(place: Place, step: Step, data: dict[str, bytes], folders: set[Path]) -> None:
    """Raises OSError or SyncError, and then the folder is as it was, or the file is complete where it lay."""
    file = step.file
    source = folder.locate(place, file.path) if file else None
    if step.action is Action.DELETE_FILE:
        assert file is not None
        assert source is not None
        _expect(place, file.path, source, file.text)
        disk.remove(source)
        folders.add(source.parent)
        return
    target = folder.locate(place, step.path)
    wanted = str(step.wanted)
    if file is None or source is None:
        disk.write(target, data[wanted], expect=partial(_expect, place, step.path, target, None))
        folders.add(target.parent)
        return
    if file.text != wanted:
        disk.write(source, data[wanted], expect=partial(_expect, place, file.path, source, file.text))
        file.text = wanted
        folders.add(source.parent)
    else:
        _expect(place, file.path, source, file.text)
    if source != target:
        # Renamed only when complete, so there never are two files of one item.
        disk.move(source, target)
        folders |= {source.parent, target.parent}


def _expect(place: Place, path: str, file: Path, text: str | None) -> None:
    try:
        found = folder.digest(disk.read(file, limits.FILE_BYTES))
    except (FileNotFoundError, NotADirectoryError):
        found = None
    if found != text:
        raise SyncError(f"{place.name(path)} was changed a moment ago, so it was left alone.")


def _unwritable(step: Step, error: Exception) -> Problem:
    if isinstance(error, FileExistsError):
        message = f"{step.name} is there already, so nothing was moved there."
        return Problem("path.taken", message, "Move that file away, then sync again.", path=step.name)
    if isinstance(error, SyncError):
        return Problem("file.left", str(error), "Run it again.", path=step.name)
    reason = getattr(error, "strerror", None) or str(error)
    hint = "The file is as it was. Mend that and run it again."
    if step.action is Action.DELETE_FILE:
        return Problem("file.unwritable", f"The file cannot be removed: {reason}.", hint, path=step.name)
    if step.file and step.file.path != step.path:
        message = f"The file cannot be written and moved to {step.name}: {reason}."
        return Problem("file.unwritable", message, hint, path=step.place.name(step.file.path))
    return Problem("file.unwritable", f"The file cannot be written: {reason}.", hint, path=step.name)


def _batches(several: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(several), _BATCH):
        yield several[start : start + _BATCH]
