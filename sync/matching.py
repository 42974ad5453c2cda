"""Which file belongs to which item: by path, else by slug, else by equal text."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from documents import DocumentError, limits, parse
from publishing import assets, kinds, names
from publishing.kinds import Reading
from publishing.problems import Problem
from sync import disk, folder, intents, state
from sync.intents import CarriedOut, Lying, Unknown
from sync.places import Place
from sync.state import Agreed, Known, Settled, texts

Progress = Callable[[int], None]


@dataclass(slots=True)
class File:
    """A file as it was read. `text` is its sha256; `data` and `record` are None where it had not to be parsed."""

    path: str
    text: str
    data: bytes | None = None
    record: Any = None


@dataclass(slots=True)
class Pair:
    """An item, its file, or both."""

    item: Known | None
    file: File | None


@dataclass(slots=True)
class Matched:
    """pairs: all that can be planned. leftovers: temporary files of a sync that was killed.

    settled: paths, without those of folders, of the files of which there is nothing to be planned, because file, item
    and base are the same; they are in no pair. pictures: by path, the names of those that the file links.
    """

    pairs: list[Pair] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    # Paths, without those of folders, that have an error; whatever hangs on them stays as it is.
    bad: set[str] = field(default_factory=set)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    leftovers: list[Any] = field(default_factory=list)
    # Items of whose file nothing is known, because something else is there or it cannot be read.
    hidden: list[Known] = field(default_factory=list)
    pictures: dict[str, set[str]] = field(default_factory=dict)
    # Whether this folder and the database ever agreed on anything.
    met: bool = False
    # Items without a file, which may be one of those that were put elsewhere and cannot be read.
    doubtful: list[Known] = field(default_factory=list)
    # What a sync that was killed did here; the items are planned with it.
    carried_out: CarriedOut = field(default_factory=CarriedOut)


def match(
    place: Place,
    *,
    only: frozenset[str] = frozenset(),
    parsing: bool = True,
    progress: Progress = lambda number: None,
) -> Matched:
    """Reads the folder and finds the item of each file. Files whose text is known are not parsed; of items whose file
    is as it should be, nothing else is read.

    A file that cannot be read, its item, and an item whose file is passed over or cannot be looked at are left out:
    they are never taken for deleted. Nor is an item without a file while there is a file of which nobody knows whose it
    is. What is wrong with them is in `problems`, with paths as messages name them.

    Args:
        only: paths, as in the folder, of the files that count; empty for all.
        parsing: False where it does not matter what new files say; files without an item are left out then.
        progress: called with the number of files just read.
    """
    found = folder.listing(place)
    agreed = state.settled(place)
    pictures: dict[str, set[str]] = {}
    files, settled = _read(place, found.paths, agreed, pictures, progress)
    carried_out = _carried_out(place, found, agreed, settled, files)
    known = state.known_items(place, agreed, settled, carried_out.bases)
    matching = _Matching(place, found, settled, known, parsing)
    matching.out.carried_out = carried_out
    matching.out.met = matching.out.met or bool(agreed or carried_out.bases)
    matching.out.pictures = {path: linked for path, linked in pictures.items() if not only or path in only}
    matching.take(files)
    return matching.result(only)


def _read(
    place: Place,
    paths: Sequence[str],
    agreed: Mapping[str, Settled],
    pictures: dict[str, set[str]],
    progress: Progress,
) -> tuple[list[tuple[str, bytes | OSError]], dict[str, Any]]:
    """The files of which something may have to be done, by path, and those that are as they should be, by path the key
    of the item. Fills in `pictures`.
    """
    files: list[tuple[str, bytes | OSError]] = []
    settled: dict[str, Any] = {}
    if not paths:
        return files, settled
    read, limit, find, named_in = disk.read, limits.FILE_BYTES, agreed.get, assets.named_in
    with disk.opened(place.folder) as below:
        for path in paths:
            try:
                data = read(path, limit, below=below)
            except OSError as error:
                files.append((path, error))
            else:
                if linked := named_in(data):
                    pictures[path] = linked
                one = find(path)
                if one is not None and one.text == sha256(data).hexdigest():
                    settled[path] = one.pk
                else:
                    files.append((path, data))
            progress(1)
    return files, settled


def _carried_out(
    place: Place,
    found: folder.Listing,
    agreed: Mapping[str, Settled],
    settled: Mapping[str, Any],
    files: Sequence[tuple[str, bytes | OSError]],
) -> CarriedOut:
    intended = intents.noted(place)
    # A folder in which nothing is left may be one that is not mounted.
    if not intended or not (found.paths or intents.are_all(place, intended)):
        return CarriedOut()
    contents = dict(files)
    unseen = {path for path, _ in found.skipped} | {problem.path for problem in found.problems}
    shut = tuple(found.closed)

    def look(path: str, item: Any) -> Lying:
        if path in settled:
            return Lying(path, agreed[path].text if settled[path] == item else None)
        data = contents.get(path)
        if isinstance(data, OSError) or path in unseen or (shut and path.startswith(shut)):
            raise Unknown
        return Lying(path, None) if data is None else Lying(path, folder.digest(data), data)

    texts_found = {folder.digest(data) for data in contents.values() if isinstance(data, bytes)}
    return intents.carried_out(place, intended, look, texts_found)


class _Matching:
    def __init__(self, place: Place, found: folder.Listing, settled: dict[str, Any], known: list[Known], parsing: bool):
        self.place = place
        self.parsing = parsing
        self.kind = kinds.get(place.kind)
        self.paths = found.paths
        self.settled = settled
        self.out = Matched(problems=list(found.problems), skipped=found.skipped, leftovers=found.leftovers)
        self.out.bad = {problem.path for problem in found.problems}
        self.out.met = any(item.base for item in known)
        self.out.problems = [problem.at(place.name(problem.path)) for problem in found.problems]
        self.shut = tuple(found.closed)
        self.passed_over = {path for path, _ in found.skipped} | self.out.bad
        # Whether there is a file, or a folder of files, of which we cannot tell whose it is.
        self.has_strangers = bool(found.problems)
        # What a settled item has, nobody else can claim: neither its file nor, somebody having been faster, its path.
        free = set(found.paths) - settled.keys()
        self.known = _heirs([item for item in known if item.deleted or item.path not in settled], free, settled)
        self.item_at = _claims(self.known, free)
        # Whose file is there, whether it can be read or not.
        self.present: set[Any] = {item.pk for item in self.item_at.values()}
        self.files: list[tuple[File, Known | None]] = []

    def take(self, files: Sequence[tuple[str, bytes | OSError]]) -> None:
        """files: those that are not settled, as they were read."""
        by_slug, by_text = self._lost()
        for path, data in files:
            item = self.item_at.get(path)
            file = self._file(path, data, item)
            if file is None:
                self.has_strangers |= item is None and self.parsing
                continue
            if item is None:
                item = (by_slug.get(names.key(file.record.slug)) if file.record else None) or by_text.get(file.text)
                if item is not None and item.pk in self.present:
                    item = None
                if item is not None:
                    self.present.add(item.pk)
            if item is not None or self.parsing:
                self.files.append((file, item))
        if self.parsing:
            self._refuse_same_names()

    def result(self, only: frozenset[str]) -> Matched:
        pairs = [Pair(item, file) for file, item in self.files if file.path not in self.out.bad]
        lost = [item for item in self.known if item.pk not in self.present]
        self.out.hidden = [item for item in lost if item.filed and self._hidden(item)]
        lost = [item for item in lost if not self._hidden(item)]
        if self.has_strangers:
            self.out.doubtful = [item for item in lost if item.base_path]
        pairs += [Pair(item, None) for item in lost if item not in self.out.doubtful]
        self.out.pairs = [pair for pair in pairs if not only or only & _paths(pair)]
        self.out.settled = (self.settled.keys() & only if only else set(self.settled)) - self.out.bad
        return self.out

    def _lost(self) -> tuple[dict[str, Known], dict[str, Known]]:
        """Items of which no file lies where it should, by slug and by text."""
        lost = [item for item in self.known if item.pk not in self.present and item.base_path != ""]
        by_slug = self._by_old_slug(lost) | {item.slug_key: item for item in lost if not item.deleted}
        by_text: dict[str, Known] = {}
        for item in lost:
            for text in (item.filed, item.base):
                if text:
                    by_text.setdefault(text, item)
        return by_slug, by_text

    def _by_old_slug(self, lost: list[Known]) -> dict[str, Known]:
        """Lost items by the slug that their file has, where they were given another one since."""
        changed = [item for item in lost if item.base and not item.deleted and item.base != item.filed]
        known = texts(item.base for item in changed if item.base)
        found = {}
        for item in changed:
            record = self.kind.read(parse(known[str(item.base)]), str(item.base_path)).record
            if record is not None:
                found[names.key(record.slug)] = item
        return found

    def _hidden(self, item: Known) -> bool:
        """Whether the item's file may be there, only that we cannot or do not look at it."""
        path = item.base_path or item.path
        return path in self.passed_over or (bool(self.shut) and path.startswith(self.shut))

    def _file(self, path: str, data: bytes | OSError, item: Known | None) -> File | None:
        if isinstance(data, disk.TooLarge):
            message = f"The file has more than the {limits.FILE_BYTES:,} bytes that are allowed."
            self._refuse(path, Problem("limit.file", message, "Split it into several entries."))
            return None
        if isinstance(data, OSError):
            message = f"The file cannot be read: {data.strerror or data}."
            self._refuse(path, Problem("file.unreadable", message, disk.hint(data)))
            return None
        file = File(path, folder.digest(data))
        # Known by its hash, so there is nothing to parse.
        if not self.parsing or (item and path == item.path and file.text in (item.filed, item.base)):
            return file
        try:
            reading: Reading = self.kind.read(parse(data, path), path)
        except DocumentError as error:
            problem = Problem(error.code, error.message, error.hint, line=error.line, column=error.column)
            self._refuse(path, problem)
            return None
        name = self.place.name(path)
        self.out.problems += [problem.at(name) for problem in reading.problems]
        if reading.record is None:
            self.out.bad.add(path)
            return None
        file.data, file.record = data, reading.record
        return file

    def _with_settled(self) -> list[tuple[File, Known | None]]:
        """The files and, among them, settled ones whose slug is also that of another file."""
        wanted = {names.key(file.record.slug) for file, _ in self.files if file.record}
        if not (wanted and self.settled):
            return self.files
        paths = {pk: path for path, pk in self.settled.items()}
        more: list[tuple[File, Known | None]] = [
            (File(paths[item.pk], str(item.filed)), item)
            for item in state.known_by_slug(self.place, wanted)
            if item.pk in paths
        ]
        return sorted([*self.files, *more], key=lambda pair: pair[0].path)

    def _refuse(self, path: str, problem: Problem) -> None:
        if not self.parsing and path not in self.item_at:
            return
        self.out.problems.append(problem.at(self.place.name(path)))
        self.out.bad.add(path)

    def _refuse_same_names(self) -> None:
        for path, other in folder.twins(self.paths).items():
            message = f"{path} and {other} are one file on disks that ignore letter case."
            self._refuse(path, Problem("path.twin", message, "Rename one of them."))
        by_slug: dict[str, list[tuple[File, Known | None]]] = {}
        for file, item in self._with_settled():
            if slug := _slug_key(file, item):
                by_slug.setdefault(slug, []).append((file, item))
        for same in by_slug.values():
            for file, item in same if len(same) > 1 else ():
                twin = same[0][0] if file is not same[0][0] else same[1][0]
                more = f" and {len(same) - 2} more" if len(same) > 2 else ""
                message = f'The slug "{_slug(file, item)}" is also that of {self.place.name(twin.path)}{more}.'
                self._refuse(file.path, Problem("slug.duplicate", message, "Give each file a slug of its own."))
        # Items of which no file is here keep their slug.
        taken = {item.slug_key: item for item in self.known if item.pk not in self.present and not item.deleted}
        for file, item in self.files:
            owner = taken.get(_slug_key(file, item))
            if owner:
                message = f'The slug "{_slug(file, item)}" belongs to "{owner.title}" already, which has another file.'
                self._refuse(file.path, Problem("slug.taken", message, "Choose another slug."))


def _heirs(known: list[Known], free: set[str], settled: Collection[str]) -> list[Known]:
    """Live items that took the place of a deleted one: they are the ones to compare with the file that lies there.

    free: paths of the files that are not settled.
    """
    left = {item.base_path: item for item in known if item.deleted and item.base_path in free}
    if not left and not any(item.deleted and item.base_path in settled for item in known):
        return known
    heirs = []
    bequests = {}
    for item in known:
        dead = left.get(item.path) if not item.deleted and item.base is None else None
        if dead:
            bequests[dead.pk] = Agreed(item.pk, str(dead.base_path), str(dead.base))
        heirs.append(item._replace(base=dead.base, base_path=dead.base_path) if dead else item)
    inherited = {item.base_path for item in heirs if not item.deleted}
    # The tombstone itself has no file any more, and nothing in the folder is its text.
    return [
        item._replace(base_path="", bequest=bequests.get(item.pk))
        if item.deleted and (item.base_path in inherited or item.base_path in settled)
        else item
        for item in heirs
    ]


def _claims(known: Iterable[Known], paths: set[str]) -> dict[str, Known]:
    """The item of each path: where it last lay, else where the item says."""
    claims = {item.base_path: item for item in known if item.base_path in paths}
    placed = {item.pk for item in claims.values()}
    for item in known:
        if item.pk not in placed and not item.deleted and item.path in paths:
            claims.setdefault(item.path, item)
    return {str(path): item for path, item in claims.items()}


def _paths(pair: Pair) -> set[str]:
    found = {pair.file.path} if pair.file else set()
    if pair.item:
        found |= {pair.item.path, pair.item.base_path or pair.item.path}
    return found


def _slug(file: File, item: Known | None) -> str:
    return str(file.record.slug) if file.record else item.slug if item else ""


def _slug_key(file: File, item: Known | None) -> str:
    # What nobody changed by hand gets the slug of the item, should that have another one by now.
    if file.record and (item is None or item.deleted or file.text != item.base):
        return names.key(file.record.slug)
    return item.slug_key if item and not item.deleted else ""
