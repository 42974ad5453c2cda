"""Files into the database: read, plan, apply, record."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from documents import DocumentError, parse
from publishing import kinds, names, writer
from publishing.authors import Author
from publishing.errors import NameTaken, StaleRevision
from publishing.models import Item, Revision
from publishing.problems import Problem, Severity
from sync import folder
from sync.library import Library
from sync.places import Place, SyncError
from sync.plan import Step, plan_import
from sync.reports import Report
from sync.state import Known, known_items, record_bases

COLUMNS = ("new", "changed", "unchanged", "removed", "bad", "skipped")
# Of the items of a folder, this share or this number may go without being asked for by name.
MASS_SHARE, MASS_NUMBER = 0.2, 10
_BATCH = 500

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Options:
    prune: bool = False
    allow_mass_delete: bool = False
    skip_invalid: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class _File:
    path: str
    text: str
    data: bytes = b""
    record: Any = None
    item: Known | None = None
    # False for a book of a JSON library, whose file is still to be exported.
    in_folder: bool = True


@dataclass(slots=True)
class _Plan:
    """What is to be done in one folder."""

    place: Place
    writes: list[_File] = field(default_factory=list)
    # (item, path, text) of files that are in the database already, but not known to be.
    agreed: list[tuple[Any, str, str]] = field(default_factory=list)
    removals: list[Known] = field(default_factory=list)


def check(places: Sequence[Place]) -> None:
    """Raises SyncError when there is no folder of entries. One without books is a glossary without books."""
    for place in places:
        if place.kind == "entry" and not place.folder.is_dir():
            raise SyncError(f"There is no folder {place.folder}. Name the folder of the entries with --entries.")


def size(places: Sequence[Place]) -> int:
    """How many files there are to read."""
    return sum(len(folder.listing(place).paths) for place in places)


def run(
    places: Sequence[Place],
    options: Options,
    *,
    books: Library | None = None,
    announce: Callable[[Report], None] = lambda report: None,
    progress: Progress = lambda number: None,
) -> Report:
    """Imports the folders, all or nothing.

    Args:
        books: a JSON library whose books are added; those that are there already stay as they are.
        announce: called with the finished plan before anything is written.
        progress: called with the number of files just read.

    Raises:
        SyncError: the folders cannot be imported at all, or more would be removed than was asked for.
    """
    report = Report(COLUMNS)
    plans = [_plan(place, options, report, progress) for place in places]
    if books:
        _plan_library(books, next(plan for plan in plans if plan.place.kind == "book"), report)
    announce(report)
    if options.dry_run or (report.errors and not options.skip_invalid):
        return report
    if any(plan.removals for plan in plans) and not options.allow_mass_delete:
        _refuse_mass_delete(plans)
    _apply(plans)
    report.written = any(plan.writes or plan.removals for plan in plans)
    return report


# --- read and plan ---


def _plan(place: Place, options: Options, report: Report, progress: Progress) -> _Plan:
    found = folder.listing(place)
    report.skipped += [(place.name(path), reason) for path, reason in found.skipped]
    report.count(place.kind, "skipped", len(found.skipped))
    report.problems += [problem.at(place.name(problem.path)) for problem in found.problems]
    report.count(place.kind, "bad", len(found.problems))
    known = known_items(place)
    plan = _Plan(place)
    reader = _Reader(place, known, report)
    files = reader.read(found.paths, progress)
    for file in files:
        step = _step(file)
        if step is Step.UNCHANGED or step is Step.NEWER_HERE:
            report.count(place.kind, "unchanged")
            if file.item and step is Step.UNCHANGED and (file.item.base, file.item.base_path) != (file.text, file.path):
                plan.agreed.append((file.item.pk, file.path, file.text))
        elif step in (Step.NEW, Step.CHANGED):
            plan.writes.append(file)
            report.count(place.kind, step.value)
            report.steps.append((place.name(file.path), step.value))
        else:
            report.count(place.kind, "bad")
            report.problems.append(_refusal(step, file).at(place.name(file.path)))
    if options.prune:
        _plan_removals(plan, reader, report)
    return plan


def _step(file: _File) -> Step:
    item = file.item
    if item is None:
        return Step.NEW
    step = plan_import(item.base, file.text, item.filed, item.working)
    # The text is the same, but its file has moved.
    return Step.CHANGED if step is Step.UNCHANGED and item.path != file.path else step


def _refusal(step: Step, file: _File) -> Problem:
    title = file.item.title if file.item else ""
    if step is Step.CONFLICT:
        message = f'The file and "{title}" in the database were both changed since they last agreed.'
        return Problem(
            "sync.conflict", message, "Bring one change over to the other by hand, then import or export again."
        )
    message = f'The file was changed, and "{title}" has edits in the admin that are not published.'
    return Problem("sync.unpublished", message, "Publish or undo them in the admin, then import again.")


class _Reader:
    """Reads files and finds the item of each: by path, else by slug, else by the same text."""

    def __init__(self, place: Place, known: list[Known], report: Report):
        self.place = place
        self.report = report
        self.known = known
        self.kind = kinds.get(place.kind)
        self.by_path = {item.path: item for item in known}
        # Whose file is there, whether it can be read or not.
        self.present: set[Any] = set()
        self.bad: set[str] = set()

    def read(self, paths: list[str], progress: Progress) -> list[_File]:
        # Files that are no longer where they were can only be claimed once all others are known.
        for path in paths:
            if item := self.by_path.get(path):
                self.present.add(item.pk)
        lost = [item for item in self.known if item.pk not in self.present]
        lost_by_slug = {item.slug_key: item for item in lost}
        lost_by_text = {item.filed: item for item in lost if item.filed}
        files = []
        for path in paths:
            file = self._read(path)
            progress(1)
            if file is None:
                continue
            if file.item is None:
                item = lost_by_slug.get(names.key(file.record.slug)) or lost_by_text.get(file.text)
                if item and item.pk not in self.present:
                    self.present.add(item.pk)
                    file.item = item
            files.append(file)
        self._refuse_same_names(files)
        return [file for file in files if file.path not in self.bad]

    def _read(self, path: str) -> _File | None:
        try:
            data = folder.read(self.place, path)
        except OSError as error:
            self._refuse(path, Problem("file.unreadable", f"The file cannot be read: {error.strerror}."))
            return None
        file = _File(path, folder.digest(data), item=self.by_path.get(path))
        # Known by its hash, so there is nothing to parse.
        if file.item and file.text == file.item.filed:
            return file
        try:
            reading = self.kind.read(parse(data, path), path)
        except DocumentError as error:
            self._refuse(path, Problem(error.code, error.message, error.hint, line=error.line, column=error.column))
            return None
        name = self.place.name(path)
        self.report.problems += [problem.at(name) for problem in reading.problems]
        if reading.record is None:
            self._refuse(path)
            return None
        file.data, file.record = data, reading.record
        return file

    def _refuse(self, path: str, problem: Problem | None = None) -> None:
        if problem:
            self.report.problems.append(problem.at(self.place.name(path)))
        if path not in self.bad:
            self.bad.add(path)
            self.report.count(self.place.kind, "bad")

    def _refuse_same_names(self, files: list[_File]) -> None:
        for path, other in folder.twins(file.path for file in files).items():
            message = f"{path} and {other} are one file on disks that ignore letter case."
            self._refuse(path, Problem("path.twin", message, "Rename one of them."))
        by_slug: dict[str, list[_File]] = {}
        for file in files:
            by_slug.setdefault(_slug_key(file), []).append(file)
        for same in by_slug.values():
            for file in same if len(same) > 1 else ():
                other = same[0] if file is not same[0] else same[1]
                more = f" and {len(same) - 2} more" if len(same) > 2 else ""
                message = f'The slug "{_slug(file)}" is also that of {self.place.name(other.path)}{more}.'
                self._refuse(file.path, Problem("slug.duplicate", message, "Give each file a slug of its own."))
        # Items of which no file is here keep their slug.
        taken = {item.slug_key: item for item in self.known if item.pk not in self.present}
        for file in files:
            item = taken.get(_slug_key(file))
            if item and file.record:
                message = f'The slug "{file.record.slug}" belongs to "{item.title}" already, which has another file.'
                self._refuse(file.path, Problem("slug.taken", message, "Choose another slug."))


def _slug(file: _File) -> str:
    return file.record.slug if file.record else file.item.slug if file.item else ""


def _slug_key(file: _File) -> str:
    return names.key(file.record.slug) if file.record else file.item.slug_key if file.item else ""


def _plan_removals(plan: _Plan, reader: _Reader, report: Report) -> None:
    for item in reader.known:
        # Only what once was in this folder can be gone from it.
        if item.pk in reader.present or item.base is None:
            continue
        name = plan.place.name(item.path)
        if item.base == item.filed == item.working:
            plan.removals.append(item)
            report.count(plan.place.kind, "removed")
            report.steps.append((name, "removed"))
        else:
            message = f'The file is gone, but "{item.title}" was edited since.'
            hint = "Export it again to keep it, or delete it in the admin."
            report.problems.append(Problem("sync.edited", message, hint, Severity.WARNING, path=name))


def _refuse_mass_delete(plans: list[_Plan]) -> None:
    for plan in plans:
        here = Item.objects.of_kind(plan.place.kind).count()
        if len(plan.removals) > max(MASS_NUMBER, here * MASS_SHARE) or len(plan.removals) == here:
            raise SyncError(
                f"{len(plan.removals)} of {here} would be removed, because their files are gone from "
                f"{plan.place.shown}. Nothing was done. Add --allow-mass-delete if that is what you want."
            )


def _plan_library(library: Library, plan: _Plan, report: Report) -> None:
    report.problems += library.problems
    report.count("book", "bad", len({problem.field for problem in library.errors}))
    there = {item.slug_key for item in known_items(plan.place)} | {_slug_key(file) for file in plan.writes}
    for book in library.books:
        if names.key(book.record.slug) in there:
            report.skipped.append((f"{library.name}: {book.record.slug}", "there is a book of that slug"))
            report.count("book", "skipped")
            continue
        there.add(names.key(book.record.slug))
        plan.writes.append(_File(book.path, folder.digest(book.data), book.data, book.record, in_folder=False))
        report.count("book", Step.NEW.value)
        report.steps.append((f"{library.name}: {book.record.slug}", Step.NEW.value))


# --- apply and record ---


def _apply(plans: list[_Plan]) -> None:
    author = Author()
    with transaction.atomic():
        for plan in plans:
            _remove(plan, author)
        for plan in plans:
            for some in _batches(plan.writes):
                _write(plan.place, some, author)
        for plan in plans:
            record_bases(plan.place, plan.agreed, [item.pk for item in plan.removals])


def _remove(plan: _Plan, author: Author) -> None:
    batch = [writer.Delete(_item(known), known.revision) for known in plan.removals]
    _through(batch, author, f"The file is gone from {plan.place.shown}")


def _write(place: Place, files: list[_File], author: Author) -> None:
    batch = [
        writer.Write(
            place.kind,
            file.data,
            file.record,
            item=_item(file.item) if file.item else None,
            base_revision=file.item.revision if file.item else None,
            path=file.path,
            publish=True,
        )
        for file in files
    ]
    results = _through(batch, author, f"Imported from {place.shown}")
    record_bases(
        place,
        ((result.item.pk, file.path, file.text) for result, file in zip(results, files, strict=True) if file.in_folder),
    )


def _through(batch: Sequence[writer.Write | writer.Delete], author: Author, message: str) -> list[writer.Result]:
    try:
        return writer.write(batch, author=author, origin=Revision.Origin.FILES, message=message)
    except (StaleRevision, NameTaken) as error:
        raise SyncError(f"{error} Nothing was imported. Run the import again.") from error


def _item(known: Known) -> Item:
    # The writer reads the item itself, under its lock; all it needs is which one.
    return Item(pk=known.pk, title=known.title)


def _batches(files: list[_File]) -> Iterator[list[_File]]:
    for start in range(0, len(files), _BATCH):
        yield files[start : start + _BATCH]
