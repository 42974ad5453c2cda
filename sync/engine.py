"""Folder and database brought into step: read, plan, apply, record. Import and export are halves of it."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from publishing import bulk, names
from publishing.collecting import rare_collections
from publishing.models import Item
from publishing.problems import Problem, Severity
from publishing.steps import Signature
from publishing.writer import Text
from sync import applying, disk, folder, intents, matching, pictures
from sync.library import Library
from sync.locks import locked
from sync.pictures import Pictures
from sync.places import Place, SyncError
from sync.plan import Action, Half
from sync.reports import Report
from sync.state import Known, texts
from sync.steps import Step, Steps, steps_of

COLUMNS = {
    Half.BOTH: ("imported", "exported", "merged", "removed", "unchanged", "conflicts", "bad", "skipped"),
    Half.DATABASE: ("new", "changed", "unchanged", "removed", "conflicts", "bad", "skipped"),
    Half.FILES: ("new", "changed", "unchanged", "removed", "bad", "left"),
}
# Of the items of a folder, this share or this number may go without being asked for by name.
MASS_SHARE, MASS_NUMBER = 0.2, 10
# Somebody may save in between again and again; after so many rounds the rest is left to the next sync.
_ROUNDS = 5

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Options:
    """prefer: "files" or "database" decides conflicts. only: paths below the folders; empty for all.

    prune: an import removes items whose file is gone, an export the files of items that are gone; a sync always does.
    skip_invalid: an import leaves bad files out in place of importing nothing; a sync always does.
    committing: what is written will be committed to git.
    signature: of an import; None says from which folder it comes.
    """

    half: Half = Half.BOTH
    dry_run: bool = False
    diff: bool = False
    prune: bool = False
    allow_mass_delete: bool = False
    skip_invalid: bool = False
    prefer: str = ""
    only: frozenset[str] = frozenset()
    committing: bool = False
    signature: Signature | None = None


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
    lock: bool = True,
) -> Report:
    """Brings folders and database into step, as far as the options let it.

    Args:
        books: a JSON library whose books are imported; those that are there already stay as they are.
        announce: called with the finished plan before anything is written.
        progress: called with the number of files just read.
        lock: False where the caller holds the lock of the folders.

    Raises:
        SyncError: another sync is at work, more would be deleted than was asked for, or an import was overtaken.
    """
    with rare_collections(), _locked(places, options) if lock and not options.dry_run else nullcontext():
        report, plans, shown = planned(places, options, progress)
        if books:
            _plan_library(books, next(plan for plan in plans if plan.place.kind == "book"), report)
        announce(report)
        if options.diff:
            report.diffs = [text for plan in plans for text in _diffs(plan)]
            report.diffs += [_picture_diff(name) for name in shown.outgoing]
        if options.dry_run:
            return report
        if not options.allow_mass_delete:
            _refuse_mass_delete(plans, options.half)
        if options.half is Half.DATABASE:
            if report.errors and not options.skip_invalid:
                return report
            if broken := pictures.take_in(shown):
                report.problems += broken
                return report
            _record_carried_out(plans)
            with bulk.large_cache():
                applying.write_all(_steps(plans), applying.waiting_in(places), options.signature)
            report.written = bool(shown.incoming) or any(step.changes_database for step in _steps(plans))
        else:
            with bulk.large_cache():
                _apply(places, plans, shown, options, report)
        return report


@contextmanager
def _locked(places: Sequence[Place], options: Options) -> Iterator[None]:
    if options.half is Half.FILES:
        for place in places:
            if _has_files(place):
                disk.make_folder(place.folder)
    with locked(places, reading=options.half is Half.DATABASE):
        yield


def _has_files(place: Place) -> bool:
    return bool(Item.objects.of_kind(place.kind).filter(filed__isnull=False).exists())


# --- plan ---


def planned(
    places: Sequence[Place], options: Options, progress: Progress = lambda number: None
) -> tuple[Report, list[Steps], Pictures]:
    """What would be done, as a report and step by step. Nothing is written."""
    report = Report(COLUMNS[options.half])
    plans = [_plan(place, options, report, progress) for place in places]
    return report, plans, _plan_pictures(plans, options, report)


def _plan(place: Place, options: Options, report: Report, progress: Progress) -> Steps:
    matched = matching.match(
        place,
        only=options.only,
        parsing=options.half is not Half.FILES,
        progress=progress,
    )
    if not options.dry_run and options.half is not Half.DATABASE:
        for leftover in matched.leftovers:
            disk.remove(leftover)
    plan = steps_of(place, matched, options.half, prune=options.prune, prefer=options.prefer)
    report.count(place.kind, "unchanged", plan.settled)
    if "skipped" in report.columns:
        report.skipped += [(place.name(path), reason) for path, reason in matched.skipped]
        report.count(place.kind, "skipped", len(matched.skipped))
    if options.half is not Half.DATABASE:
        plan.problems += [_hidden(place, item) for item in matched.hidden]
    if options.half is Half.BOTH or options.prune:
        plan.problems += [_doubtful(place, item) for item in matched.doubtful if not item.deleted]
    report.problems += matched.problems + plan.problems
    report.count(place.kind, "bad", len(matched.bad) + _number_of_errors(plan))
    for step in plan.steps:
        _count(report, step, options)
    return plan


def _plan_pictures(plans: Sequence[Steps], options: Options, report: Report) -> Pictures:
    found = pictures.planned(plans, options.half)
    if not options.dry_run and options.half is not Half.DATABASE:
        for leftover in found.leftovers:
            disk.remove(leftover)
    report.problems += found.problems
    if number := sum(problem.severity is Severity.ERROR for problem in found.problems):
        report.count(pictures.KIND, "bad", number)
    both = options.half is Half.BOTH
    for names_, column in ((found.incoming, "imported"), (found.outgoing, "exported")):
        for name in names_:
            report.count(pictures.KIND, column if both else "new")
            report.steps.append((pictures.name_of(name), f"{column} (new)" if both else "new"))
    return found


def _hidden(place: Place, item: Known) -> Problem:
    message = f'"{item.title}" should have a file here, but there is something that is no file or cannot be read.'
    return Problem("path.occupied", message, "Move it away.", path=place.name(item.base_path or item.path))


def _doubtful(place: Place, item: Known) -> Problem:
    message = f'The file of "{item.title}" is gone, but it may be one that cannot be read. The item stays until it can.'
    hint = "Mend or remove the files that cannot be read, then run it again."
    return Problem("file.doubtful", message, hint, Severity.WARNING, path=place.name(str(item.base_path)))


def _number_of_errors(plan: Steps) -> int:
    return len({problem.path for problem in plan.problems if problem.severity is Severity.ERROR})


def _count(report: Report, step: Step, options: Options) -> None:
    here = step.changes_files and options.half is not Half.DATABASE
    if step.file is None and not (step.clash or step.changes_database or here):
        # Nothing was here, nothing comes here.
        return
    column, label = _said(step, options.half)
    report.count(step.place.kind, column)
    if step.clash is not None:
        report.conflicts.append((step.name, [each.field for each in step.clash.fields]))
    if label:
        report.steps.append((step.name, label))


def _said(step: Step, half: Half) -> tuple[str, str]:
    """The column in which a step counts, and what the report says about it; "" where nothing happens."""
    if step.clash is not None:
        return "conflicts", "conflict"
    if half is Half.DATABASE:
        if step.action is Action.DELETE_ITEM:
            return "removed", "removed"
        if step.text is None:
            return "unchanged", ""
        column = "new" if step.item is None else "changed"
        return column, column
    if half is Half.FILES:
        if step.left:
            return "left", "left"
        if not step.changes_files:
            return "unchanged", ""
        if step.action is Action.DELETE_FILE:
            return "removed", "removed"
        column = "changed" if step.file else "new"
        return column, column
    if step.action is Action.DELETE_ITEM:
        return "removed", "item removed"
    if step.action is Action.DELETE_FILE:
        return "removed", "file removed"
    if step.changes_database and step.changes_files:
        return "merged", "merged"
    if step.changes_database:
        return "imported", "imported" if step.item else "imported (new)"
    if step.changes_files:
        return "exported", "exported" if step.file else "exported (new)"
    return "unchanged", ""


def _steps(plans: list[Steps]) -> list[Step]:
    return [step for plan in plans for step in plan.steps]


def _refuse_mass_delete(plans: list[Steps], half: Half) -> None:
    for plan in plans:
        going = sum(step.action is Action.DELETE_ITEM and step.clash is None for step in plan.steps)
        here = Item.objects.of_kind(plan.place.kind).count() if going else 0
        if going and (_is_a_mass(going, here) or going == here):
            raise SyncError(
                f"{going} of {here} would be removed, because their files are gone from {plan.place.shown}. "
                "Nothing was done. Add --allow-mass-delete if that is what you want."
            )
        files = plan.settled + sum(step.file is not None for step in plan.steps)
        going = sum(step.action is Action.DELETE_FILE and step.clash is None for step in plan.steps)
        # Who prunes has asked for it.
        if half is Half.BOTH and _is_a_mass(going, files):
            raise SyncError(
                f"{going} of {files} files would be removed from {plan.place.shown}, because their items were deleted. "
                "Nothing was done. Add --allow-mass-delete if that is what you want."
            )


def _is_a_mass(going: int, here: int) -> bool:
    return going > max(MASS_NUMBER, here * MASS_SHARE)


def _plan_library(library: Library, plan: Steps, report: Report) -> None:
    report.problems += library.problems
    report.count("book", "bad", len({problem.field for problem in library.errors}))
    there = set(Item.objects.of_kind("book").values_list("slug_key", flat=True))
    there |= {names.key(step.text.record.slug) for step in plan.steps if step.text}
    for book in library.books:
        if names.key(book.record.slug) in there:
            report.skipped.append((f"{library.name}: {book.record.slug}", "there is a book of that slug"))
            report.count("book", "skipped")
            continue
        there.add(names.key(book.record.slug))
        plan.steps.append(Step(plan.place, Action.IMPORT, None, None, book.path, Text(book.data, book.record)))
        report.count("book", "new")
        report.steps.append((f"{library.name}: {book.record.slug}", "new"))


def _diffs(plan: Steps) -> Iterator[str]:
    for step in plan.steps:
        if not step.changes_files:
            continue
        old = disk.read(folder.locate(plan.place, step.file.path), 1 << 30) if step.file else b""
        new = step.text.data if step.text else texts([step.wanted])[step.wanted] if step.wanted else b""
        old_name = f"a/{plan.place.name(step.file.path)}" if step.file else "/dev/null"
        yield _diff(old, new, old_name, f"b/{step.name}" if step.wanted else "/dev/null")


def _picture_diff(name: str) -> str:
    return f"Binary files /dev/null and b/{pictures.name_of(name)} differ\n"


def _diff(old: bytes, new: bytes, old_name: str, new_name: str) -> str:
    lines = list(difflib.unified_diff(_lines(old), _lines(new), old_name, new_name))
    if not lines and old_name[2:] != new_name[2:]:
        return f"rename from {old_name[2:]}\nrename to {new_name[2:]}\n"
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(data: bytes) -> list[str]:
    # Not splitlines(), which also cuts at U+2028 and its like.
    lines = data.decode("utf-8", "replace").split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


# --- apply ---


def _apply(places: Sequence[Place], plans: list[Steps], shown: Pictures, options: Options, report: Report) -> None:
    """One round after the other, until nobody was faster."""
    for number in range(_ROUNDS):
        outcome = applying.Outcome()
        _record_carried_out(plans)
        waiting = applying.waiting_in(places)
        if options.committing:
            for plan in plans:
                applying.note_uncommitted(plan.place, plan.steps)
            for place, paths in shown.linked_by.items():
                applying.note_with_pictures(place, paths)
        broken = pictures.take_in(shown)
        applying.write_each(_steps(plans), waiting, outcome)
        broken += pictures.write_out(shown)
        overtaken = {id(step) for step in outcome.stale}
        for plan in plans:
            steps = [step for step in plan.steps if id(step) not in overtaken]
            applying.write_files(plan.place, steps, outcome)
        report.written = report.written or outcome.changed or len(broken) < len(shown.incoming) + len(shown.outgoing)
        report.problems += broken + outcome.problems
        if broken:
            report.count(pictures.KIND, "bad", len(broken))
        for problem in outcome.problems:
            kind = next(plan.place.kind for plan in plans if problem.path.startswith(plan.place.name("")))
            report.count(kind, "bad")
        overtaken_for_good = number == _ROUNDS - 1 or outcome.problems
        if not outcome.stale:
            return
        if overtaken_for_good:
            report.problems += [_overtaken(step) for step in outcome.stale if not _named(step, outcome.problems)]
            return
        # Only what was overtaken is planned again, so nothing is counted twice.
        names_ = frozenset(
            path
            for step in outcome.stale
            for path in (step.path, step.file.path if step.file else "", step.item.path if step.item else "")
            if path
        )
        again = Options(half=options.half, prefer=options.prefer, only=names_, committing=options.committing)
        _, plans, shown = planned(places, again)


def _record_carried_out(plans: Sequence[Steps]) -> None:
    for plan in plans:
        intents.record(plan.place, plan.carried_out)


def _named(step: Step, problems: list[Problem]) -> bool:
    return any(problem.path == step.name for problem in problems)


def _overtaken(step: Step) -> Problem:
    message = "It was saved by somebody else while it was synced, several times."
    return Problem("sync.overtaken", message, "Run it again.", path=step.name)
