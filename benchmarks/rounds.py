"""What is measured, in which order. One round measures everything once. Needs Django set up and a migrated database."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import content, database, floors, ours
from benchmarks.measuring import Times

SMALL = 100
CHANGED = 10
PUBLICATIONS = 50
EDITED = 200
TRIES = 5


@dataclass(slots=True)
class Bench:
    """folder: where all files go. count: files of the large glossary; the small one has `SMALL`."""

    folder: Path
    count: int
    times: Times = field(default_factory=Times)
    # By size of the glossary.
    queries: dict[str, int] = field(default_factory=dict)
    database_bytes: int = 0
    _edition: int = 0

    @property
    def large(self) -> Path:
        return self.folder / "large"

    @property
    def small(self) -> Path:
        return self.folder / "small"

    @property
    def drafts(self) -> Path:
        return self.folder / "drafts"

    def prepare(self) -> None:
        content.write(self.large, self.count)
        content.write(self.small, SMALL)
        content.write_drafts(self.drafts, self.large)
        # So that no measurement pays for the first reading of a file, or for what Python loads at the first use.
        floors.read_and_parse(self.large)
        database.empty()
        ours.import_content(self.small)
        ours.export_content(self.small)
        ours.edit(self._sample()[0], "A title")
        floors.edit_with_ruamel(self._sample()[0], "A title")

    def round(self) -> None:
        self._edit()
        database.empty()
        self._import()
        self._export()
        self._sync()
        # Right after each other, since they are compared.
        self._publish("large", self.count)
        database.empty()
        ours.import_content(self.small)
        self._publish("small", SMALL)
        self.times.work_out(
            "sync: few allowed", lambda nothing, one: 1.3 * nothing + CHANGED * one, "sync: nothing", "publish: large"
        )
        self.times.work_out("sync: commit alone", lambda whole, rest: whole - rest, "sync: commit", "sync: edits")

    def _import(self) -> None:
        self.times.take("floor: parse drafts", lambda: floors.read_and_parse(self.drafts))
        self.times.take("import: drafts", lambda: ours.import_content(self.drafts))
        database.empty()
        self.times.take("floor: parse", lambda: floors.read_and_parse(self.large))
        self.times.take("import: everything", lambda: ours.import_content(self.large))
        self.database_bytes = database.size()
        self.times.take_in_turn(
            {
                "floor: hash": lambda: floors.read_and_hash(self.large),
                "import: nothing": lambda: ours.import_content(self.large),
                "export: nothing": lambda: ours.export_content(self.large),
            },
            tries=TRIES,
        )
        with self._changed_files(self.large):
            self.times.take("import: few", lambda: ours.import_content(self.large))
        ours.import_content(self.large)

    def _export(self) -> None:
        self._publish_some()
        with self._copy() as copy:
            self.times.take("export: few", lambda: ours.export_content(self.large))
            shutil.rmtree(self.large)
            copy.rename(self.large)
        with self._new_folder() as target:
            self.times.take("floor: write", lambda: floors.write(self.large, target, safely=False))
        with self._new_folder() as target:
            self.times.take("floor: write safely", lambda: floors.write(self.large, target, safely=True))
        with self._new_folder() as target:
            self.times.take("export: everything", lambda: ours.export_content(target))

    def _sync(self) -> None:
        """In a git repository of its own, which holds what the database does."""
        with self._new_folder() as root:
            ours.export_content(root)
            floors.make_repository(root)
            self.times.take("sync: nothing", lambda: ours.sync_content(root), tries=TRIES)
            with self._changed_files(root):
                self.times.take("sync: few", lambda: ours.sync_content(root))
            ours.sync_content(root)
            self._publish_some()
            self.times.take("sync: edits", lambda: ours.sync_content(root))
            paths = [f"terms/{slug}.md" for slug in self._slugs(CHANGED)]
            self.times.take("floor: commit", lambda: floors.commit(root, paths))
            self._publish_some()
            self.times.take("sync: commit", lambda: ours.sync_content(root, "--commit"))

    def _publish_some(self) -> None:
        for slug in self._slugs(CHANGED):
            ours.publish(slug, self._title())

    def _publish(self, size: str, count: int) -> None:
        slugs = self._slugs(min(PUBLICATIONS, count // 5), count)
        titles = [self._title() for _ in slugs]

        def publish() -> None:
            for slug, title in zip(slugs, titles, strict=True):
                ours.publish(slug, title)

        self.times.take(f"publish: {size}", publish, per=len(slugs))
        self.queries[size] = ours.queries(slugs[0], self._title())

    def _edit(self) -> None:
        texts = self._sample()
        title = self._title()
        self.times.take("edit: ours", lambda: [ours.edit(text, title) for text in texts], per=len(texts))
        self.times.take(
            "edit: ruamel", lambda: [floors.edit_with_ruamel(text, title) for text in texts], per=len(texts)
        )

    # --- inside ---

    def _sample(self) -> list[bytes]:
        """Texts that ruamel can edit too: it does not keep Windows' line ends."""
        texts = []
        for number in range(self.count - int(self.count * content.BOOKS)):
            text = (self.large / f"terms/{content.entry_slug(number)}.md").read_bytes()
            if b"\r" not in text:
                texts.append(text)
            if len(texts) == min(EDITED, self.count // 5):
                break
        return texts

    def _slugs(self, wanted: int, count: int = 0) -> list[str]:
        entries = (count or self.count) - int((count or self.count) * content.BOOKS)
        step = max(1, entries // wanted)
        return [content.entry_slug(number) for number in range(0, entries, step)][:wanted]

    def _title(self) -> str:
        """One that no entry had before, so that no save is spared."""
        self._edition += 1
        return f"Edition {self._edition}"

    @contextmanager
    def _changed_files(self, root: Path) -> Iterator[None]:
        paths = [root / f"terms/{slug}.md" for slug in self._slugs(CHANGED)]
        before = [path.read_bytes() for path in paths]
        for path, text in zip(paths, before, strict=True):
            path.write_bytes(ours.edit(text, self._title()))
        yield
        for path, text in zip(paths, before, strict=True):
            path.write_bytes(text)

    @contextmanager
    def _copy(self) -> Iterator[Path]:
        yield Path(shutil.copytree(self.large, self.folder / "copy"))

    @contextmanager
    def _new_folder(self) -> Iterator[Path]:
        target = self.folder / "target"
        yield target
        shutil.rmtree(target)
