"""What a sync is about to do, one step for each item and file."""

from dataclasses import dataclass, field

from documents import Conflict as FieldConflict
from documents import Document, DocumentError, merge, parse
from publishing import kinds
from publishing.problems import Problem, Severity
from publishing.writer import Text
from sync import folder
from sync.intents import CarriedOut
from sync.matching import File, Matched, Pair
from sync.places import Place
from sync.plan import Action, Half, halved, plan, plan_path
from sync.state import Known, texts

FILES, DATABASE = "files", "database"


@dataclass(slots=True)
class Clash:
    """What both sides say where they cannot be brought together; None for a side that is gone."""

    base: bytes | None
    ours: bytes | None
    theirs: bytes | None
    fields: list[FieldConflict] = field(default_factory=list)


@dataclass(slots=True)
class Step:
    """One item and its file: what happens to them.

    path: where the file lies afterwards. text: what the item is filed with, where the database changes. clash: stored
    for a person to decide; nothing else happens then. restore: the item was deleted and comes back.
    """

    place: Place
    action: Action
    item: Known | None
    file: File | None
    path: str
    text: Text | None = None
    clash: Clash | None = None
    # An export leaves the file of a deleted item where it is.
    left: bool = False

    @property
    def name(self) -> str:
        return self.place.name(self.path)

    @property
    def changes_database(self) -> bool:
        return self.clash is None and (self.text is not None or self.action is Action.DELETE_ITEM)

    @property
    def changes_files(self) -> bool:
        """Whether the file is another than it is now, in bytes or in place."""
        if self.clash is not None:
            return False
        if self.action is Action.DELETE_FILE:
            return True
        wanted = self.wanted
        return (
            not self.left
            and wanted is not None
            and (self.file is None or (self.file.path, self.file.text) != (self.path, wanted))
        )

    @property
    def wanted(self) -> str | None:
        """sha256 of what the file holds afterwards."""
        if self.action in (Action.DELETE_FILE, Action.DELETE_ITEM, Action.FORGET):
            return None
        if self.text is not None:
            file = self.file
            return file.text if file and file.data is self.text.data else folder.digest(self.text.data)
        return self.item.filed if self.item else None

    @property
    def restores(self) -> bool:
        return self.text is not None and self.item is not None and self.item.deleted


@dataclass(slots=True)
class Steps:
    """settled: how many files there are besides of which nothing has to be done. The rest is as in `Matched`."""

    place: Place
    settled: int = 0
    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # Paths, as messages name them, of what was left alone because something is wrong with it.
    refused: set[str] = field(default_factory=set)
    pictures: dict[str, set[str]] = field(default_factory=dict)
    carried_out: CarriedOut = field(default_factory=CarriedOut)


def steps_of(place: Place, matched: Matched, half: Half, *, prune: bool = False, prefer: str = "") -> Steps:
    """The steps for all pairs. Reads from the database only the texts that have to be merged.

    Args:
        prefer: "files" or "database" decides every conflict for that side; "" leaves them to a person.
    """
    out = Steps(place, len(matched.settled), pictures=matched.pictures, carried_out=matched.carried_out)
    planner = _Planner(place, half, prune, prefer, matched.met, out)
    for pair in matched.pairs:
        planner.add(pair)
    planner.merge_all()
    _refuse_occupied(planner.out, matched)
    return planner.out


@dataclass(slots=True)
class _Planner:
    place: Place
    half: Half
    prune: bool
    prefer: str
    met: bool
    out: Steps
    waiting: list[Step] = field(default_factory=list)

    def add(self, pair: Pair) -> None:
        item, file = pair.item, pair.file
        base = item.base if item else None
        filed = item.filed if item else None
        whole = plan(base, file.text if file else None, filed)
        action = halved(whole, self.half, prune=self.prune)
        if action is Action.DELETE_ITEM and item and item.has_edits:
            # Its file is gone, but an editor has written something that no file ever held.
            action = Action.COLLISION
        path = self._path(item, file)
        if path is None:
            return
        step = Step(self.place, action, item, file, path)
        step.left = whole is Action.DELETE_FILE and action is Action.UNCHANGED and self.half is Half.FILES
        if action in (Action.MERGE, Action.COLLISION):
            self._add_both_changed(step)
            return
        if self.half is Half.FILES:
            if action is Action.IMPORT:
                # What no item has published is a file of somebody else's, and left alone.
                if item is not None and item.filed is not None:
                    self._refuse(step, _changed_file(item))
                return
            if item and file and not item.deleted and path != item.path:
                self._refuse(step, _moved_file(item))
                return
        elif action is Action.IMPORT:
            step.text = self._text(file)
        elif file and item and item.filed and path != item.path:
            # The same text at another place counts as well: a slug may come from the path.
            step.text = self._reading(texts([item.filed])[item.filed], path)
            if step.text is None:
                self._refuse(step, _moved_file(item))
                return
            if action is not Action.EXPORT:
                step.action = Action.IMPORT
        self.out.steps.append(step)

    def _path(self, item: Known | None, file: File | None) -> str | None:
        if item is None or file is None or item.deleted:
            return file.path if file else item.path if item else None
        path = plan_path(item.base_path, file.path, item.path)
        if path is None:
            message = f'The file was moved to {file.path}, and "{item.title}" belongs at {item.path} by now.'
            name = self.place.name(file.path)
            hint = f"Move the file to {item.path}."
            self.out.problems.append(Problem("path.conflict", message, hint, path=name))
            self.out.refused.add(name)
        return path

    def _add_both_changed(self, step: Step) -> None:
        item, file = step.item, step.file
        assert item is not None
        if self.half is Half.FILES:
            if file is None:
                step.action = Action.EXPORT
                self.out.steps.append(step)
            elif item.filed is not None:
                self._refuse(step, _changed_file(item))
            else:
                step.action, step.left = Action.UNCHANGED, True
                self.out.steps.append(step)
                if self.prune:
                    message = f'"{item.title}" is deleted, but its file was changed since, and stays.'
                    problem = Problem("file.left", message, "Remove the file by hand.", Severity.WARNING)
                    self.out.problems.append(problem.at(step.name))
        elif self.half is Half.DATABASE and file is None:
            message = f'The file is gone, but "{item.title}" was edited since.'
            hint = "Export it again to keep it, or delete it in the admin."
            self.out.problems.append(Problem("sync.edited", message, hint, Severity.WARNING, path=step.name))
            step.action = Action.UNCHANGED
            self.out.steps.append(step)
        elif self.half is Half.DATABASE and item.base is None and not self.met:
            # The first import of this folder: the file is the newer text.
            step.action, step.text = Action.IMPORT, self._text(file)
            self.out.steps.append(step)
        else:
            self.waiting.append(step)

    def merge_all(self) -> None:
        wanted = [
            digest
            for step in self.waiting
            if step.item
            for digest in (step.item.base, step.item.filed or step.item.working)
            if digest
        ]
        known = texts(wanted)
        for step in self.waiting:
            self._merge(step, known)
            self.out.steps.append(step)

    def _merge(self, step: Step, known: dict[str, bytes]) -> None:
        item, file = step.item, step.file
        assert item is not None
        base = known[item.base] if item.base else None
        if file is None or item.filed is None:
            self._decide_deletion(step, base, known)
            return
        assert file.data is not None
        ours, theirs = known[item.filed], file.data
        try:
            merged = merge(parse(base) if base else None, parse(ours), parse(theirs))
            document: Document | None = merged.document
            if merged.conflicts and self.prefer:
                side = "theirs" if self.prefer == FILES else "ours"
                document = merged.resolved({conflict.field: side for conflict in merged.conflicts})
            elif merged.conflicts:
                document = None
                step.clash = Clash(base, ours, theirs, list(merged.conflicts))
            if document is not None and bytes(document) == ours and step.path == item.path:
                step.action = Action.EXPORT
            elif document is not None:
                step.action, step.text = Action.MERGE, self._reading(bytes(document), step.path)
                if step.text is None:
                    step.clash = Clash(base, ours, theirs)
        except DocumentError:
            # The two texts fit together line by line, but not into one file that can be read.
            step.clash = Clash(base, ours, theirs)
        if step.clash:
            step.action = Action.COLLISION

    def _decide_deletion(self, step: Step, base: bytes | None, known: dict[str, bytes]) -> None:
        """One side is gone and the other was changed."""
        item, file = step.item, step.file
        assert item is not None
        ours = known[item.filed or item.working] if not item.deleted else None
        if not self.prefer:
            step.clash = Clash(base, ours, file.data if file else None)
        elif self.prefer == FILES:
            step.action = Action.IMPORT if file else Action.DELETE_ITEM
            step.text = self._text(file) if file else None
        else:
            step.action = Action.EXPORT if item.filed else Action.DELETE_FILE

    def _reading(self, data: bytes, path: str) -> Text | None:
        reading = kinds.get(self.place.kind).read(parse(data, path), path)
        return None if reading.record is None else Text(data, reading.record)

    def _text(self, file: File | None) -> Text:
        assert file is not None
        if file.data is None or file.record is None:
            # Its text is known, so it was not parsed; it has to be now, because the path counts too.
            data = texts([file.text])[file.text]
            text = self._reading(data, file.path)
            assert text is not None
            return text
        return Text(file.data, file.record)

    def _refuse(self, step: Step, problem: Problem) -> None:
        name = self.place.name(step.file.path if step.file else step.path)
        self.out.problems.append(problem.at(name))
        self.out.refused.add(name)


def _changed_file(item: Known) -> Problem:
    if item.base is None:
        message = f'There is a file that was never imported, and "{item.title}" would replace it.'
    else:
        message = f'The file was changed since it was last imported, and "{item.title}" would replace it.'
    return Problem("file.changed", message, "Import the folder first, or run sync_content.")


def _moved_file(item: Known) -> Problem:
    message = f'The file was moved here; "{item.title}" has it at {item.path}.'
    return Problem("file.moved", message, "Import the folder first, or run sync_content.")


def _refuse_occupied(out: Steps, matched: Matched) -> None:
    """No file is written over one that belongs to somebody else, nor beside its twin in another letter case."""
    owners = {step.file.path: step for step in out.steps if step.file}
    aims = {step.path: step for step in out.steps if step.changes_files and step.action is not Action.DELETE_FILE}
    if not aims:
        return
    for path, step in aims.items():
        owner = owners.get(path, step)
        stays = owner is not step and owner.path == path and owner.action is not Action.DELETE_FILE
        if stays or path in matched.settled or path in matched.bad:
            message = f"{step.name} is the file of something else, so nothing was written there."
            _withdraw(out, step, Problem("path.taken", message, "Move that file, or give one of them another slug."))
    for path, other in folder.twins([*matched.settled, *(step.path for step in out.steps if step.wanted)]).items():
        if path in aims and aims[path] in out.steps:
            message = f"{path} and {other} are one file on disks that ignore letter case."
            _withdraw(out, aims[path], Problem("path.twin", message, "Delete or rename one of the two items."))


def _withdraw(out: Steps, step: Step, problem: Problem) -> None:
    out.steps.remove(step)
    out.problems.append(problem.at(step.name))
    out.refused.add(step.name)
