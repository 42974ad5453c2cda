"""Pictures that texts link: taken in from the folder, and written into it before the texts that show them.

Each is named after its content, so none is ever changed or in conflict. None is removed: an older text may show it.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from publishing import assets, images
from publishing.problems import Problem, Severity
from sync import disk, folder
from sync.places import Place, SyncError
from sync.plan import Half
from sync.state import texts
from sync.steps import Steps

KIND = "picture"
_BATCH = 500
_AGAIN = "Mend that and run it again."


@dataclass(slots=True)
class Pictures:
    """What has to happen to the pictures of a content root. incoming, outgoing: names.

    linked_by: paths of files whose text stays as it is, and that link one of the outgoing. leftovers: as in `Listing`.
    """

    folder: Path
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)
    linked_by: dict[Place, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    leftovers: list[Path] = field(default_factory=list)


def name_of(picture: str) -> str:
    """How messages call it."""
    return f"{assets.FOLDER}/{picture}"


def planned(plans: Sequence[Steps], half: Half) -> Pictures:
    """Nothing is written. What comes in is looked at, since only here can it be refused before anything is done."""
    out = Pictures(plans[0].place.pictures)
    linked = {name for plan in plans for names in plan.pictures.values() for name in names}
    try:
        stored = assets.names()
    except OSError as error:
        message = f"The folder of uploads cannot be read, so no picture is written or taken in: {error.strerror}."
        missed = linked or any(assets.named_in(data) for plan in plans for data in _written(plan))
        # Where no text shows a picture, nothing is missing.
        severity = Severity.ERROR if missed else Severity.WARNING
        out.problems.append(_problem("picture.store", "", message, disk.hint(error), severity))
        return out
    if not stored and not linked:
        return out
    try:
        entries = disk.scan(folder.without_links(out.folder, assets.FOLDER)) if disk.exists(out.folder) else []
    except SyncError as error:
        out.problems.append(_problem("picture.folder", "", str(error), "", Severity.WARNING))
        return out
    except OSError as error:
        out.problems.append(_unreadable("", error))
        return out
    out.leftovers = [Path(entry.path) for entry in entries if disk.is_temporary(entry.name)]
    if half is not Half.FILES:
        files = {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
        out.incoming = [name for name in sorted((linked & files) - stored) if _is_good(out, name)]
    if half is not Half.DATABASE and (missing := stored - {entry.name for entry in entries}):
        out.outgoing = sorted(_outgoing(plans, missing, out))
    return out


def _outgoing(plans: Sequence[Steps], missing: set[str], out: Pictures) -> set[str]:
    wanted: set[str] = set()
    for plan in plans:
        going = {step.file.path for step in plan.steps if step.file and step.changes_files}
        for path, names in plan.pictures.items():
            if path not in going and (found := names & missing):
                out.linked_by.setdefault(plan.place, []).append(path)
                wanted |= found
        for data in _written(plan):
            wanted |= assets.named_in(data) & missing
    return wanted


def _written(plan: Steps) -> Iterator[bytes]:
    """The texts that the folder is going to hold and does not hold now."""
    steps = [step for step in plan.steps if step.changes_files and step.wanted]
    for start in range(0, len(steps), _BATCH):
        some = steps[start : start + _BATCH]
        known = texts(str(step.wanted) for step in some if step.text is None)
        yield from (step.text.data if step.text else known[str(step.wanted)] for step in some)


def _is_good(out: Pictures, name: str) -> bool:
    try:
        _read(out.folder, name)
    except (disk.TooLarge, images.BadImage) as error:
        message = str(error) if isinstance(error, images.BadImage) else "The picture is too large."
        hint = "Upload it in the admin and link what you get there; readers of Lemma's pages do not see this one."
        out.problems.append(_problem("picture.invalid", name, message, hint, Severity.WARNING))
    except OSError as error:
        out.problems.append(_unreadable(name, error))
    else:
        return True
    return False


def _read(shelf: Path, name: str) -> bytes:
    data = disk.read(shelf / name, images.KEPT_BYTES)
    assets.check(name, data)
    return data


def take_in(pictures: Pictures) -> list[Problem]:
    """Stores what comes with the files. To be done before their texts are: these are shown at once."""
    problems = []
    with suppress(OSError):
        # What is still in use or cannot be removed now is so next time.
        assets.remove_unfinished()
    for name in pictures.incoming:
        try:
            data = _read(pictures.folder, name)
        except images.BadImage as error:
            problems.append(_problem("picture.left", name, str(error), "Run it again."))
            continue
        except OSError as error:
            problems.append(_unreadable(name, error))
            continue
        try:
            assets.keep(name, data)
        except OSError as error:
            message = f"The picture cannot be stored in the folder of uploads: {error.strerror or error}."
            problems.append(_problem("picture.store", name, message, _AGAIN))
    return problems


def write_out(pictures: Pictures) -> list[Problem]:
    """Puts into the folder what is not there. To be done before the texts that link it are written."""
    problems = []
    for name in pictures.outgoing:
        try:
            data = assets.read(name)
        except OSError as error:
            message = f"The picture cannot be read from the folder of uploads: {error.strerror or error}."
            problems.append(_problem("picture.store", name, message, disk.hint(error)))
            continue
        if data is None or not assets.is_named_after(name, data):
            message = "The picture in Lemma's own folder is damaged, so it was not written."
            problems.append(_problem("picture.damaged", name, message, "Upload it anew, or restore it from a backup."))
            continue
        try:
            target = folder.without_links(pictures.folder / name, name_of(name))
            if not disk.exists(target):
                disk.write(target, data)
        except SyncError as error:
            problems.append(_problem("file.left", name, str(error), "Run it again."))
        except OSError as error:
            message = f"The picture cannot be written: {error.strerror or error}."
            problems.append(_problem("file.unwritable", name, message, _AGAIN))
    if pictures.outgoing:
        disk.settle([pictures.folder])
    return problems


def whole(place: Place, names: Iterable[str]) -> list[str]:
    """Those of the names that the folder has, with the content that they are named after."""
    found = []
    for name in sorted(names):
        try:
            target = folder.without_links(place.pictures / name, name_of(name))
            if assets.is_named_after(name, disk.read(target, images.KEPT_BYTES)):
                found.append(name)
        except (OSError, SyncError):
            # Not there, or not ours any more.
            continue
    return found


def _unreadable(name: str, error: OSError) -> Problem:
    message = f"It cannot be read: {error.strerror or error}."
    return _problem("file.unreadable", name, message, disk.hint(error))


def _problem(code: str, name: str, message: str, hint: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(code, message, hint, severity, path=name_of(name) if name else assets.FOLDER)
