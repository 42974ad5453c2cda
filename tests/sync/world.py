"""Editors, people with a file manager, and syncs, at work on one glossary; and what has to be true of it at any time.

Each act is a method that takes numbers, which choose among what is there, and gives a word for what came of it. It
tells the ledger which words the person saw and which they left.
"""

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

import documents
from documents import Document, DocumentError, Edited
from glossary.editing import (
    delete_entry,
    discard_entry_draft,
    merge_entries,
    publish_entry,
    rename_entry,
    restore_entry,
    save_entry,
    unpublish_entry,
)
from publishing import conflicts
from publishing.errors import (
    ConflictPending,
    EditConflict,
    NameTaken,
    NotAllowed,
    NotFiled,
    StaleRevision,
    TextRefused,
)
from publishing.models import Blob, Conflict, Item, Published, Revision
from publishing.problems import InvalidDocument
from sync import engine
from sync.models import Base
from sync.places import Place, SyncError, places
from sync.plan import Half
from sync.reports import Exit, Report
from sync.resolving import resolve
from tests.sync import folders, sentences
from tests.sync.agreement import agreed, assert_in_step, assert_sound, wanted
from tests.sync.ledger import Ledger
from tests.sync.sentences import BROKEN, EDITS, SLUGS, TOUCHES, words, words_in

# What a person decides about one field.
CHOICES = ("ours", "theirs", "base", "own words")
FOLDERS = ("", "deep/", "deep/er/")
# After so many syncs with somebody mending and deciding in between, folder and database have to agree.
_PATIENCE = 25


class World:
    """A glossary in an empty database and an empty folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.terms = root / "terms"
        self.terms.mkdir(parents=True)
        self.places: Sequence[Place] = places(root)
        self.ledger = Ledger()
        # Every text that somebody wrote into a file; no file may hold another, nor half of one.
        self.by_hand: set[str] = set()
        self.done: Counter[str] = Counter()
        self.editors = [User.objects.create(username=name) for name in ("anna", "ben")]
        self._words = 0
        for number, slug in enumerate(SLUGS[:3]):
            newline = "\r\n" if number == 1 else "\n"
            self._write(self.terms / f"{slug}.md", sentences.text(slug, self.word, newline=newline, named=number < 2))
        self.sync()

    def word(self) -> str:
        self._words += 1
        return f"word{self._words:05}"

    # --- editors ---

    def create(self, editor: int, slug: int, publish: bool) -> str:
        name = _of(SLUGS, slug)
        data = sentences.text(name, self.word)
        try:
            save_entry(documents.parse(data), author=_of(self.editors, editor), publish=publish)
        except NameTaken:
            return "name taken"
        self.ledger.change([], words(data), f"create {name}")
        return "published" if publish else "draft"

    def save(
        self, editor: int, which: int, lag: int, edits: Sequence[int], at: int, publish: bool, decision: int
    ) -> str:
        """An editor saves from a revision that may be old, and decides if somebody changed the same field since."""
        item = self._item(which)
        if item is None:
            return "nothing there"
        base = max(1, item.revision - lag)
        before = _revision(item, base)
        document = sentences.edited(before, [_of(EDITS, edit) for edit in edits], at, self.word)
        seen, left = words(before), words(bytes(document))
        author = _of(self.editors, editor)
        came = "saved" if item.revision == base else "merged"
        try:
            save_entry(document, item=item, base_revision=base, author=author, publish=publish)
        except EditConflict as conflict:
            return self._save_decided(conflict, seen, left, author, decision)
        except ConflictPending:
            return "conflict pending"
        except (NameTaken, InvalidDocument) as refused:
            return type(refused).__name__
        self.ledger.change(seen, left, f"save {item}")
        return f"{came}, published" if publish else came

    def _save_decided(
        self, conflict: EditConflict, seen: frozenset[str], left: frozenset[str], author: User, decision: int
    ) -> str:
        item, merge = conflict.item, conflict.merge
        chosen = self._decided(merge, decision)
        if chosen is None:
            return "conflict, given up"
        try:
            save_entry(chosen, item=item, base_revision=item.revision, author=author)
        except (NameTaken, InvalidDocument) as refused:
            return f"conflict, {type(refused).__name__}"
        shown, final = _shown(merge.conflicts), words(bytes(chosen))
        # What the editor wrote and then did not choose was never saved.
        self.ledger.change(seen, left - (shown - final), f"save {item}")
        self.ledger.decide(shown, final, self._own(merge, chosen), f"decide {item}")
        return "conflict, decided"

    def publish(self, which: int) -> str:
        return self._on(which, lambda item: publish_entry(item))

    def unpublish(self, which: int) -> str:
        return self._on(which, lambda item: unpublish_entry(item))

    def discard(self, which: int) -> str:
        def act(item: Item) -> None:
            seen, left = words(_data(item.working)), words(_data(item.filed))
            discard_entry_draft(item)
            self.ledger.change(seen, left, f"discard {item}")

        return self._on(which, act)

    def restore(self, which: int, number: int, publish: bool) -> str:
        """Of a deleted item too."""
        items = list(Item.objects.filter(kind="entry").order_by("pk"))
        if not items:
            return "nothing there"
        item = _of(items, which)
        chosen = number % item.revision + 1
        seen = frozenset() if item.deleted_at else words(_data(item.working))
        left = words(_revision(item, chosen))
        try:
            restore_entry(item, chosen, publish=publish)
        except (NameTaken, ConflictPending, InvalidDocument) as refused:
            return type(refused).__name__
        self.ledger.change(seen, left, f"restore {item} #{chosen}")
        return "revived" if item.deleted_at else "restored"

    def delete(self, which: int) -> str:
        def act(item: Item) -> None:
            seen = words(_data(item.working), _data(item.filed))
            delete_entry(item, base_revision=item.revision)
            self.ledger.change(seen, [], f"delete {item}")

        return self._on(which, act)

    def rename(self, which: int, slug: int) -> str:
        return self._on(which, lambda item: rename_entry(item, _of(SLUGS, slug)))

    def unite(self, which: int, into: int) -> str:
        def act(item: Item) -> None:
            target = self._item(into)
            assert target is not None
            seen = words(_data(item.working), _data(item.filed))
            merge_entries(item, target)
            self.ledger.change(seen, [], f"merge {item} into {target}")

        return self._on(which, act)

    def decide(self, which: int, decision: int) -> str:
        """Somebody settles an open conflict."""
        open_ = conflicts.waiting()
        return self._settle(_of(open_, which), decision) if open_ else "nothing there"

    # --- people with the folder ---

    def edit_file(self, which: int, edits: Sequence[int], touches: Sequence[int], at: int) -> str:
        path = self._file(which)
        if path is None:
            return "nothing there"
        data = path.read_bytes()
        if BROKEN.encode() in data:
            return "broken"
        text = bytes(sentences.edited(data, [_of(EDITS, edit) for edit in edits], at, self.word)).decode()
        for touch in touches:
            text = _of(TOUCHES, touch)(text, at, self.word())
        self._write(path, text.encode(), data)
        return "edited"

    def create_file(self, folder: int, name: int, slug: int, named: bool) -> str:
        path = self.terms / f"{_of(FOLDERS, folder)}{_of(SLUGS, name)}.md"
        if path.exists():
            return "file is there"
        self._write(path, sentences.text(_of(SLUGS, slug), self.word, named=named))
        return "created"

    def move_file(self, which: int, folder: int, name: int) -> str:
        path = self._file(which)
        if path is None:
            return "nothing there"
        target = self.terms / f"{_of(FOLDERS, folder)}{_of(SLUGS, name)}.md"
        if target.exists():
            return "file is there"
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
        return "moved"

    def delete_file(self, which: int) -> str:
        path = self._file(which)
        if path is None:
            return "nothing there"
        self.ledger.change_file(words(path.read_bytes()), [], f"delete {path.name}")
        path.unlink()
        return "deleted"

    def rename_in_file(self, which: int, slug: int) -> str:
        path = self._file(which)
        if path is None:
            return "nothing there"
        data = path.read_bytes()
        self._write(path, sentences.with_slug(data.decode(), _of(SLUGS, slug)).encode(), data)
        return "renamed"

    def break_file(self, which: int) -> str:
        path = self._file(which)
        if path is None:
            return "nothing there"
        data = path.read_bytes()
        if BROKEN.encode() in data:
            self._write(path, sentences.mended(data.decode()).encode(), data)
            return "mended"
        self._write(path, sentences.broken(data.decode()).encode(), data)
        return "broken"

    # --- syncs ---

    def sync(self, only: int | None = None) -> str:
        path = None if only is None else self._file(only)
        paths = frozenset([self._name(path)]) if path else frozenset()
        report = self._run(only=paths)
        if not report.errors and not paths:
            self._check_bases()
        if report.exit is Exit.IN_STEP and not paths:
            assert folders.read(self.root) == wanted(["entry"]) == agreed(self.root)
            assert not _open(Conflict.Origin.FILES)
        return str(report.exit.name).lower().replace("_", " ")

    def prefer(self, side: int) -> str:
        """Somebody decides all conflicts with files at once, after syncs have shown all there are.

        One sync may set free a path or a slug that the next needs, and only that one sees the conflict behind it.
        """
        for _ in range(_PATIENCE):
            if not self._run().written:
                break
        ours = bool(side % 2)
        for conflict in _open(Conflict.Origin.FILES):
            self._prefer(conflict, ours)
        report = self._run(prefer="database" if ours else "files")
        return f"{'database' if ours else 'files'}, {report.exit.name.lower().replace('_', ' ')}"

    def import_(self, prune: bool) -> str:
        try:
            report = self._run(half=Half.DATABASE, skip_invalid=True, prune=prune)
        except SyncError as refused:
            return f"refused: {refused}"
        return str(report.exit.name).lower().replace("_", " ")

    def export(self, prune: bool) -> str:
        return str(self._run(half=Half.FILES, prune=prune).exit.name).lower().replace("_", " ")

    # --- what has to be true ---

    def check(self) -> None:
        """At any time."""
        assert_sound()
        lost = self.lost()
        assert not lost, f"lost: {lost}"
        known = set(Revision.objects.values_list("document", flat=True)) | self.by_hand
        for path, data in folders.read(self.root).items():
            assert path.endswith(".md"), f"{path} was left behind"
            assert sha256(data).hexdigest() in known, f"{path} holds what nobody wrote"

    def lost(self) -> dict[str, str]:
        """Words that somebody is owed and that are in nothing anybody looks at, with who saved them."""
        return self.ledger.lost(self._found())

    def settle(self, seed: int) -> None:
        """Everybody mends what is wrong and decides what is open, until folder and database agree for good."""
        choose = random.Random(seed)
        for _ in range(_PATIENCE):
            report = self._run()
            open_ = conflicts.waiting()
            if report.exit is Exit.IN_STEP and not open_:
                break
            for problem in report.errors:
                self._mend(problem)
            for conflict in open_:
                # Deciding one may settle or replace another.
                if Conflict.objects.filter(pk=conflict.pk, resolved_at=None).exists():
                    self._settle(conflict, choose.randrange(1 << 16))
            self.check()
        else:
            raise AssertionError(f"{_PATIENCE} syncs, and still {report.errors} {report.conflicts} {open_}")
        self.check()
        assert_in_step(self.root)
        self._check_readers()

    def _check_bases(self) -> None:
        """After a sync: what is remembered of a file is what it holds, unless a person has to decide about it."""
        contested = {conflict.item_id for conflict in _open(Conflict.Origin.FILES)}
        files = folders.read(self.terms)
        for base in Base.objects.select_related("document").exclude(item__in=contested):
            assert files.get(base.path) == _data(base.document), base

    def _check_readers(self) -> None:
        """Over HTTP, readers get what is published (as `assert_sound` knows, the filed texts), and nothing else."""
        client = Client()
        published = list(Published.objects.filter(kind="entry").select_related("file"))
        for each in published:
            answer = client.get(f"/api/v1/entries/{each.slug}.md")
            assert (answer.status_code, answer.content) == (200, bytes(each.file.data)), each
        for item in Item.objects.live().filter(kind="entry", published=None):
            if item.slug_key not in {each.slug_key for each in published}:
                assert client.get(f"/api/v1/entries/{item.slug}/").status_code != 200, item
        listed = client.get("/api/v1/entries/").json()
        assert sorted(row["slug"] for row in listed["results"]) == sorted(each.slug for each in published)

    def _found(self) -> frozenset[str]:
        """The words in whatever somebody looks at: live texts, files, both sides of open conflicts."""
        pairs = [
            *Item.objects.live().values_list("working__data", "filed__data"),
            *Conflict.objects.filter(resolved_at=None).values_list("ours__data", "theirs__data"),
        ]
        texts = {bytes(data) for pair in pairs for data in pair if data is not None}
        return words(*texts, *folders.read(self.root).values())

    # --- inside ---

    def _item(self, which: int) -> Item | None:
        items = list(Item.objects.live().filter(kind="entry").select_related("working", "filed").order_by("pk"))
        return _of(items, which) if items else None

    def _on(self, which: int, act: Callable[[Item], object]) -> str:
        """An act that may be refused, and then changes nothing."""
        item = self._item(which)
        if item is None:
            return "nothing there"
        try:
            act(item)
        except (
            ConflictPending,
            NotFiled,
            NameTaken,
            NotAllowed,
            TextRefused,
            InvalidDocument,
            StaleRevision,
        ) as refused:
            return type(refused).__name__
        return "done"

    def _file(self, which: int) -> Path | None:
        files = sorted(self.terms.rglob("*.md"))
        return _of(files, which) if files else None

    def _name(self, path: Path) -> str:
        return path.relative_to(self.terms).as_posix()

    def _write(self, path: Path, data: bytes, before: bytes = b"") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.by_hand.add(sha256(data).hexdigest())
        self.ledger.change_file(words(before), words(data), f"write {path.name}")

    def _run(self, **options: Any) -> Report:
        # That a mass of deletions has to be asked for is a promise of its own.
        report = engine.run(self.places, engine.Options(allow_mass_delete=True, **options))
        if report.exit is Exit.IN_STEP and not options.keys() & {"half", "only"}:
            self.ledger.going.clear()
        return report

    # --- deciding ---

    def _settle(self, conflict: Conflict, decision: int) -> str:
        item = Item.objects.select_related("working", "filed").get(pk=conflict.item_id)
        merge = conflicts.as_merge(conflict)
        if merge is None:
            return self._settle_deletion(conflict, item, decision)
        chosen = self._decided(merge, decision) or self._decided(merge, 0) or self._decided(merge, 1)
        if chosen is None:
            chosen = merge.ours
            shown = words(bytes(merge.ours), bytes(merge.theirs))
        else:
            shown = _shown(merge.conflicts)
        came = self._resolve(conflict, item, chosen)
        if came == "decided":
            self.ledger.decide(shown, words(bytes(chosen)), self._own(merge, chosen), f"decide {item}")
        return came

    def _settle_deletion(self, conflict: Conflict, item: Item, decision: int) -> str:
        """One side is gone: the text of the other, or none."""
        # As it is today, whatever the conflict remembers.
        texts = [None if item.deleted_at else _data(item.filed or item.working), _data(conflict.theirs)]
        kept = next((text for text in texts if text is not None), None)
        chosen = None if decision % 3 == 0 or kept is None else kept
        if chosen is not None and decision % 3 == 2:
            chosen = bytes(sentences.edited(chosen, [sentences.add_paragraph], decision, self.word))
        seen = words(*texts)
        if chosen is None:
            seen |= words(_data(item.working), _data(item.filed))
        came = self._resolve(conflict, item, None if chosen is None else documents.parse(chosen))
        if came == "decided":
            self.ledger.decide(seen, words(chosen), words(chosen), f"decide {item}")
        return f"{came}, one side gone"

    def _resolve(self, conflict: Conflict, item: Item, chosen: Document | None) -> str:
        try:
            resolve(conflict, chosen, base_revision=item.revision, author=self.editors[0])
        except (StaleRevision, EditConflict, NameTaken, InvalidDocument, NotAllowed) as refused:
            return type(refused).__name__
        return "decided"

    def _decided(self, merge: documents.Merge, decision: int) -> Document | None:
        """What somebody makes of a merge, each field in its own way; None where that cannot be written."""
        choices: dict[str, documents.Choice] = {}
        for number, conflict in enumerate(merge.conflicts):
            choice = CHOICES[(decision >> (2 * (number % 8))) % len(CHOICES)]
            is_text = isinstance(conflict.ours, str) and isinstance(conflict.theirs, str) and conflict.field != "text"
            if choice == "own words" and not is_text:
                choice = "theirs"
            choices[conflict.field] = Edited(f"Own words, {self.word()}.") if choice == "own words" else choice
        try:
            return merge.resolved(choices)
        except DocumentError:
            return None

    def _own(self, merge: documents.Merge, chosen: Document) -> frozenset[str]:
        """Words that are in the choice and on none of the sides."""
        sides = (bytes(side) for side in (merge.base, merge.ours, merge.theirs) if side is not None)
        return words(bytes(chosen)) - words(*sides)

    def _prefer(self, conflict: Conflict, ours: bool) -> None:
        item = Item.objects.select_related("working", "filed").get(pk=conflict.item_id)
        here, there = _data(conflict.ours), _data(conflict.theirs)
        by = f"prefer {item}"
        if here is None or there is None or not conflict.fields:
            kept, gone = (here, there) if ours else (there, here)
            seen = words(gone)
            if kept is None and not ours:
                seen |= words(_data(item.working), _data(item.filed))
            self.ledger.change(seen, words(kept), by)
            return
        side, other = ("ours", "theirs") if ours else ("theirs", "ours")
        for field in conflict.fields:
            kept_words = words_in(field[side])
            self.ledger.decide(words_in(field["base"], field[other]) | kept_words, kept_words, [], by)

    # --- mending ---

    def _mend(self, problem: Any) -> None:
        """What the message says has to be done."""
        path = self.root / problem.path
        match problem.code:
            case "slug.duplicate" | "slug.taken":
                if path.exists():
                    data = path.read_bytes()
                    self._write(path, sentences.with_slug(data.decode(), f"mended-{self._words}").encode(), data)
                    self._words += 1
            case "path.conflict":
                self._move_away(target := self.terms / problem.hint.removeprefix("Move the file to ").rstrip("."))
                path.rename(_made(target))
            case "path.taken":
                self._move_away(path)
            case "file.left":
                pass
            case _:
                data = path.read_bytes()
                assert BROKEN.encode() in data, f"nobody knows how to mend {problem}"
                self._write(path, sentences.mended(data.decode()).encode(), data)

    def _move_away(self, path: Path) -> None:
        if path.exists():
            self._words += 1
            path.rename(_made(self.terms / f"aside/{self._words}.md"))

    def remove(self) -> None:
        shutil.rmtree(self.root)


def _of(several: Sequence[Any], which: int) -> Any:
    return several[which % len(several)]


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _data(blob: Blob | None) -> bytes | None:
    return None if blob is None else bytes(blob.data)


def _revision(item: Item, number: int) -> bytes:
    return bytes(Revision.objects.select_related("document").get(item=item, number=number).document.data)


def _open(origin: Conflict.Origin) -> Iterable[Conflict]:
    found = Conflict.objects.filter(resolved_at=None, origin=origin)
    return list(found.select_related("item", "base", "ours", "theirs").order_by("pk"))


def _shown(found: Iterable[documents.Conflict]) -> frozenset[str]:
    """The words in the fields that a person has to decide."""
    return frozenset().union(*(words_in(one.base, one.ours, one.theirs) for one in found))
