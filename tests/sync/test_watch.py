"""`sync_content --watch` as a person leaves it running: a process, a folder, and editors of both kinds."""

import fcntl
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.sync import folders
from tests.sync.cast import BLACK_BOX, CAST, entry
from tests.sync.installation import PROJECT, Installation
from tests.sync.repositories import Clone, alone, init

# Seconds that a start or a change may take on a machine that is busy with other tests; alone it is a half.
PATIENCE = 30.0


@dataclass
class Watcher:
    """A running command, and what it has said so far."""

    lemma: Installation
    process: "subprocess.Popen[bytes]"
    said: str = ""
    started: float = field(default_factory=time.monotonic)

    @property
    def content(self) -> Path:
        return self.lemma.content

    def hears(self, words: str) -> None:
        """Waits until it says so."""
        mark = len(self.said)
        self.eventually(lambda: words in self.listen()[mark:], f"{words!r} was never said")

    def listen(self) -> str:
        assert self.process.stdout is not None
        while select.select([self.process.stdout], [], [], 0)[0]:
            part = os.read(self.process.stdout.fileno(), 65_536)
            if not part:
                break
            self.said += part.decode()
        return self.said

    def eventually(self, holds: Callable[[], object], otherwise: str) -> float:
        """Seconds until something held."""
        start = time.monotonic()
        while not holds():
            assert self.process.poll() is None, f"it ended: {self.listen()}"
            assert time.monotonic() < start + PATIENCE, f"{otherwise}; it said: {self.listen()}"
            time.sleep(0.02)
        return time.monotonic() - start

    def titles(self) -> dict[str, str]:
        """Slug and title of every live entry."""
        with sqlite3.connect(self.lemma.var / "lemma.sqlite3") as database:
            rows = database.execute(
                "SELECT slug, title FROM publishing_item WHERE kind = 'entry' AND deleted_at IS NULL"
            ).fetchall()
        return dict(rows)

    def gets(self, slug: str, title: str | None) -> float:
        """Seconds until the database has an entry with this title, or none."""
        return self.eventually(lambda: self.titles().get(slug) == title, f"{slug} is {self.titles().get(slug)!r}")

    def has_heard_all(self) -> None:
        """Waits until a file that is saved now is in the database: then everything before is, too."""
        name = f"mark-{time.monotonic_ns()}"
        folders.write(self.content, {f"terms/{name}.md": entry(name, name)})
        self.gets(name, name)
        (self.content / f"terms/{name}.md").unlink()
        self.gets(name, None)


@contextmanager
def watching(lemma: Installation, *arguments: str) -> Iterator[Watcher]:
    with subprocess.Popen(
        [sys.executable, "manage.py", "sync_content", "--watch", *arguments],
        cwd=PROJECT,
        env=lemma.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        watcher = Watcher(lemma, process)
        try:
            watcher.hears("Watching")
            yield watcher
        finally:
            if process.poll() is None:
                process.kill()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Migrated, with the cast imported."""
    folder = tmp_path_factory.mktemp("installation")
    made = Installation(folder / "var", folders.write(folder / "content", CAST))
    assert made.manage("migrate", "--verbosity", "0").returncode == 0
    assert made.manage("import_content").returncode == 0
    return made


@pytest.fixture(scope="module")
def running(template: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watcher]:
    with watching(template.copy(tmp_path_factory.mktemp("running"))) as watcher:
        # Folder and database have to meet first: the copy is another folder than the one that was imported.
        watcher.has_heard_all()
        yield watcher


@pytest.fixture
def watcher(running: Watcher) -> Watcher:
    """One process for all tests of this file that do not end it; each begins with the cast."""
    for path in folders.read(running.content).keys() - CAST.keys():
        (running.content / path).unlink()
    folders.write(running.content, CAST)
    running.eventually(
        lambda: running.titles() == {"black-box": "Black box", "white-box": "White box", "grey-box": "Grey box"},
        "it is not as at first",
    )
    running.listen()
    return running


def titled(title: str) -> bytes:
    return BLACK_BOX.replace(b'"Black box"', f'"{title}"'.encode())


def test_a_saved_file_is_in_the_database_within_about_a_second(watcher: Watcher) -> None:
    seconds = []
    for number in range(5):
        (watcher.content / "terms/black-box.md").write_bytes(titled(f"Box {number}"))
        seconds.append(watcher.gets("black-box", f"Box {number}"))
    # Waiting for the quiet after a save and the sync itself; the machine may be busy.
    assert min(seconds) < 1.2, seconds


def test_a_new_file_becomes_an_entry_and_a_removed_one_goes(watcher: Watcher) -> None:
    folders.write(watcher.content, {"terms/red-box.md": entry("Red box", "red-box")})
    watcher.gets("red-box", "Red box")
    (watcher.content / "terms/red-box.md").unlink()
    watcher.gets("red-box", None)


def test_a_published_edit_reaches_the_file(watcher: Watcher) -> None:
    done = watcher.lemma.manage("rename_item", "entry", "grey-box", "gray-box")
    assert done.returncode == 0, done.stderr
    file = watcher.content / "terms/sub/gray-box.md"
    watcher.eventually(file.exists, "no file came")
    assert b"slug: gray-box" in file.read_bytes()
    assert not (watcher.content / "terms/sub/grey-box.md").exists()
    file.rename(watcher.content / "terms/sub/grey-box.md")


def in_place(file: Path, data: bytes) -> None:
    file.write_bytes(data)


def in_pieces(file: Path, data: bytes) -> None:
    with file.open("wb") as stream:
        for start in range(0, len(data), 60):
            stream.write(data[start : start + 60])
            stream.flush()
            time.sleep(0.01)


def by_renaming(file: Path, data: bytes) -> None:
    """gedit, VS Code's atomic save, rsync, sed -i."""
    other = file.with_name(f".{file.name}.Xq81zT")
    other.write_bytes(data)
    other.replace(file)


def with_backup(file: Path, data: bytes) -> None:
    """vim: tries whether it may write, puts the old one aside, writes, removes the backup and the swap file."""
    swap, probe, backup = file.with_name(f".{file.name}.swp"), file.with_name("4913"), file.with_name(f"{file.name}~")
    swap.write_bytes(b"b0VIM")
    probe.write_bytes(b"")
    probe.unlink()
    file.rename(backup)
    file.write_bytes(data)
    backup.unlink()
    swap.unlink()


def with_lock(file: Path, data: bytes) -> None:
    """Emacs: a link that leads nowhere while the file is edited, autosaves, and a backup that stays."""
    lock, autosave = file.with_name(f".#{file.name}"), file.with_name(f"#{file.name}#")
    lock.symlink_to("ada@desk.1234:567")
    autosave.write_bytes(data)
    shutil.copy(file, f"{file}~")
    file.write_bytes(data)
    autosave.unlink()
    lock.unlink()


def by_removing(file: Path, data: bytes) -> None:
    """Gone for a moment, as some tools of synchronized folders do it."""
    file.unlink()
    file.write_bytes(data)


@pytest.mark.parametrize("save", [in_place, in_pieces, by_renaming, with_backup, with_lock, by_removing])
def test_editors_save_in_many_ways(watcher: Watcher, save: Callable[[Path, bytes], None]) -> None:
    save(watcher.content / "terms/black-box.md", titled("Saved"))
    watcher.gets("black-box", "Saved")
    assert sorted(watcher.titles()) == ["black-box", "grey-box", "white-box"]


def test_a_bad_file_is_reported_and_watching_goes_on(watcher: Watcher) -> None:
    file = watcher.content / "terms/black-box.md"
    file.write_bytes(b"---\ntitle: [\n---\n")
    watcher.hears("terms/black-box.md:")
    folders.write(watcher.content, {"terms/red-box.md": entry("Red box", "red-box")})
    watcher.gets("red-box", "Red box")
    assert watcher.titles()["black-box"] == "Black box"
    file.write_bytes(titled("Mended"))
    watcher.gets("black-box", "Mended")


def test_what_is_wrong_is_said_once(watcher: Watcher) -> None:
    (watcher.content / "terms/bad.md").write_bytes(b"---\ntitle: [\n---\n")
    watcher.hears("terms/bad.md:")
    mark = len(watcher.said)
    (watcher.content / "terms/.hidden.md").write_bytes(b"")
    (watcher.content / "terms/README.md").write_bytes(b"x")
    time.sleep(1.5)
    assert "terms/bad.md:" not in watcher.listen()[mark:]


def test_a_folder_of_files_that_comes_and_goes_in_one_piece_is_noticed(watcher: Watcher) -> None:
    aside = watcher.content.parent / "aside"
    folders.write(aside, {f"new-{n}.md": entry(f"New {n}", f"new-{n}") for n in range(3)})
    aside.rename(watcher.content / "terms/aside")
    watcher.gets("new-2", "New 2")
    (watcher.content / "terms/aside").rename(aside)
    watcher.gets("new-2", None)
    shutil.rmtree(aside)


def test_a_sync_elsewhere_at_the_same_time_is_waited_for(watcher: Watcher) -> None:
    folder = os.open(watcher.content / "terms", os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    (watcher.content / "terms/black-box.md").write_bytes(titled("Late"))
    watcher.hears("Another import, export or sync is working on terms.")
    assert watcher.titles()["black-box"] == "Black box"
    os.close(folder)
    watcher.gets("black-box", "Late")


def test_a_folder_that_is_away_for_a_while_deletes_nothing(watcher: Watcher) -> None:
    terms, away = watcher.content / "terms", watcher.content.parent / "away"
    terms.rename(away)
    watcher.hears("There is no folder")
    assert len(watcher.titles()) == 3
    shutil.copytree(away, terms)
    shutil.rmtree(away)
    (terms / "black-box.md").write_bytes(titled("Back again"))
    watcher.gets("black-box", "Back again")
    # It is listened to, and not only looked at because it came back.
    watcher.has_heard_all()
    (terms / "black-box.md").write_bytes(titled("And again"))
    watcher.gets("black-box", "And again")


def test_a_folder_of_books_that_was_not_there_is_watched_when_it_comes(watcher: Watcher) -> None:
    shutil.rmtree(watcher.content / "books")
    watcher.hears("--allow-mass-delete")
    folders.write(watcher.content, {"books/big-book.md": CAST["books/big-book.md"]})
    watcher.has_heard_all()


@pytest.mark.parametrize("moment", ["at once", "while it waits", "in the middle"])
def test_ctrl_c_ends_it_with_0(template: Installation, tmp_path: Path, moment: str) -> None:
    lemma = template.copy(tmp_path)
    with watching(lemma) as watcher:
        if moment == "while it waits":
            watcher.has_heard_all()
        if moment == "in the middle":
            folders.write(lemma.content, {f"terms/new-{n}.md": entry(f"New {n}", f"new-{n}") for n in range(300)})
            time.sleep(0.5)
        watcher.process.send_signal(signal.SIGINT)
        out, _ = watcher.process.communicate(timeout=PATIENCE)
        assert watcher.process.returncode == 0, out.decode()
        assert b"Traceback" not in out
    assert lemma.manage("sync_content").returncode == 0
    assert folders.read(lemma.content).keys() >= CAST.keys()


def test_what_is_published_meanwhile_is_committed(
    template: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone(tmp_path / "home", monkeypatch)
    lemma = template.copy(tmp_path)
    repository = init(lemma.content)
    repository.commit("Begin")
    lock = repository.folder / "refs/heads/main.lock"
    lock.touch()
    with watching(lemma, "--commit") as watcher:
        assert lemma.manage("rename_item", "entry", "grey-box", "gray-box").returncode == 0
        watcher.hears("git update-ref failed")
        # Nobody publishes or saves anything, and yet it is tried again.
        lock.unlink()
        watcher.eventually(lambda: repository.count() == 2, "nothing was committed")
        # The index follows the branch, and the watching must not end in between.
        watcher.eventually(lambda: repository.status() == "", "the index was left behind")
    assert "terms/sub/gray-box.md" in Clone(lemma.content).changes()


def test_watching_does_not_go_with_a_dry_run(template: Installation) -> None:
    done = template.manage("sync_content", "--watch", "--dry-run")
    assert (done.returncode, done.stderr) == (
        1,
        "CommandError: --watch writes; leave out --dry-run and --check.\n",
    )
