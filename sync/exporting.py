"""The database into files: read, plan, apply, record."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from publishing.models import Blob, Item
from publishing.problems import Problem
from sync import folder
from sync.models import Base
from sync.places import Place, SyncError
from sync.plan import Step, plan_export
from sync.reports import Report
from sync.state import Known, known_items, record_bases

COLUMNS = ("new", "changed", "unchanged", "removed", "bad", "left")
_BATCH = 500

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Options:
    prune: bool = False
    check: bool = False
    diff: bool = False

    @property
    def dry_run(self) -> bool:
        return self.check or self.diff


class _Target(NamedTuple):
    item: Known
    path: Path
    # sha256 of the file that is there.
    file: str | None


@dataclass(slots=True)
class _Plan:
    place: Place
    writes: list[_Target] = field(default_factory=list)
    agreed: list[tuple[Any, str, str]] = field(default_factory=list)
    # Files we wrote or read once, unchanged since, of items that are deleted or have another path now.
    removals: list[tuple[Any, str, Path, str]] = field(default_factory=list)


def size(places: Sequence[Place]) -> int:
    """How many items there are to compare."""
    return Item.objects.live().filter(kind__in=[place.kind for place in places], filed__isnull=False).count()


def run(places: Sequence[Place], options: Options, *, progress: Progress = lambda number: None) -> Report:
    """Writes what the files should hold, and only files whose bytes change.

    Args:
        progress: called with the number of items just compared.

    Raises:
        SyncError: a file changed while it was about to be written, or the disk refused.
    """
    report = Report(COLUMNS)
    for place in places:
        plan = _plan(place, options, report, progress)
        if options.diff:
            report.diffs += _diffs(plan)
        if not options.dry_run:
            _apply(plan)
            report.written = report.written or bool(plan.writes or plan.removals)
    return report


# --- read and plan ---


def _plan(place: Place, options: Options, report: Report, progress: Progress) -> _Plan:
    plan = _Plan(place)
    items = [item for item in known_items(place) if item.filed]
    report.count(place.kind, "unchanged", 0)
    twins = folder.twins(item.path for item in items)
    for item in items:
        progress(1)
        name = place.name(item.path)
        if item.path in twins:
            message = f"{item.path} and {twins[item.path]} are one file on disks that ignore letter case."
            _refuse(report, place, Problem("path.twin", message, "Delete one of the two items.", path=name))
            continue
        try:
            path = folder.locate(place, item.path)
            file = _digest(path)
        except (SyncError, OSError) as error:
            _refuse(report, place, Problem("path.unsafe", str(error), path=name))
            continue
        step = plan_export(item.base, file, str(item.filed))
        if step is Step.CONFLICT:
            _refuse(report, place, _conflict(item, name))
            continue
        report.count(place.kind, step.value)
        if step is not Step.UNCHANGED:
            plan.writes.append(_Target(item, path, file))
            report.steps.append((name, step.value))
        elif (item.base, item.base_path) != (item.filed, item.path):
            plan.agreed.append((item.pk, item.path, str(item.filed)))
    _plan_removals(plan, items, options, report)
    return plan


def _conflict(item: Known, name: str) -> Problem:
    if item.base is None:
        message = f'There is a file that was never imported, and "{item.title}" would replace it.'
        hint = "Import the folder first, or move the file away."
    else:
        message = f'The file was changed since it was imported, and "{item.title}" has changed here too.'
        hint = "Import the folder first."
    return Problem("file.changed", message, hint, path=name)


def _refuse(report: Report, place: Place, problem: Problem) -> None:
    report.problems.append(problem)
    report.count(place.kind, "bad")


def _digest(path: Path) -> str | None:
    try:
        with open(path, "rb", buffering=0) as file:
            return folder.digest(file.readall())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _plan_removals(plan: _Plan, items: list[Known], options: Options, report: Report) -> None:
    place = plan.place
    used = {item.path for item in items}
    current = {item.pk: item.path for item in items}
    bases = Base.objects.filter(root=place.root, item__kind=place.kind).order_by("path")
    for item, path, text in bases.values_list("item", "path", "document"):
        if current.get(item) == path or path in used:
            continue
        try:
            file = folder.locate(place, path)
            found = _digest(file)
        except (SyncError, OSError):
            continue
        if found is None:
            continue
        if options.prune and found == text:
            plan.removals.append((item, path, file, text))
            report.count(place.kind, "removed")
            report.steps.append((place.name(path), "removed"))
        else:
            report.count(place.kind, "left")
            report.steps.append((place.name(path), "left" if found == text else "left, it was changed"))


def _diffs(plan: _Plan) -> list[str]:
    found = []
    for target, data in _texts(plan.writes):
        name = plan.place.name(target.item.path)
        old = target.path.read_bytes() if target.file else b""
        found.append(_diff(old, data, f"a/{name}" if target.file else "/dev/null", f"b/{name}"))
    for _, path, file, _ in plan.removals:
        found.append(_diff(file.read_bytes(), b"", f"a/{plan.place.name(path)}", "/dev/null"))
    return found


def _diff(old: bytes, new: bytes, old_name: str, new_name: str) -> str:
    lines = difflib.unified_diff(_lines(old), _lines(new), old_name, new_name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(data: bytes) -> list[str]:
    # Not splitlines(), which also cuts at U+2028 and its like.
    lines = data.decode("utf-8", "replace").split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


# --- apply and record ---


def _apply(plan: _Plan) -> None:
    place = plan.place
    if not (plan.writes or plan.removals or plan.agreed):
        return
    place.folder.mkdir(parents=True, exist_ok=True)
    touched: set[Path] = set()
    with folder.locked(place):
        try:
            for target, data in _texts(plan.writes):
                _refuse_if_changed(place.name(target.item.path), target.path, target.file)
                folder.write(target.path, data)
                touched.add(target.path.parent)
                plan.agreed.append((target.item.pk, target.item.path, str(target.item.filed)))
            for _, path, file, text in plan.removals:
                _refuse_if_changed(place.name(path), file, text)
                file.unlink()
                touched.add(file.parent)
        finally:
            folder.settle(touched)
            # Last: whatever is not recorded is compared again next time.
            record_bases(place, plan.agreed, _gone(plan))


def _gone(plan: _Plan) -> list[Any]:
    """Items that have no file here any more."""
    return [
        item
        for item, _, file, _ in plan.removals
        if not file.exists() and Item.objects.live().filter(pk=item).count() == 0
    ]


def _refuse_if_changed(name: str, path: Path, planned: str | None) -> None:
    if _digest(path) != planned:
        raise SyncError(f"{name} was changed a moment ago. It was left alone; run the export again.")


def _texts(targets: list[_Target]) -> Iterator[tuple[_Target, bytes]]:
    """The targets with what their files should hold, a few at a time in memory."""
    for start in range(0, len(targets), _BATCH):
        some = targets[start : start + _BATCH]
        texts = Blob.objects.in_bulk({str(target.item.filed) for target in some})
        for target in some:
            yield target, bytes(texts[str(target.item.filed)].data)
