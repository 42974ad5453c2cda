"""Syncs that are killed, and disks that refuse: no torn file, no lost edit, and the next run ends as an undisturbed."""

import errno
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from sync.plan import ASIDE
from tests.sync import disorder, faults, folders
from tests.sync.cast import BLACK_BOX, CAST, item, slugs
from tests.sync.commands import Outcome, run
from tests.sync.faults import Moments, World, counted, failing_at, full_at, killed_at, killed_with_git_at, ticking
from tests.sync.permissions import unprivileged
from tests.sync.repositories import Clone, alone

SCENES = ("sync", "export", "commit", "pull")
DISK_ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EMFILE, errno.EACCES, errno.EROFS)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In place of that of the folder: here each run has its minute, and a test has many."""
    monkeypatch.setattr("sync.git_locks._STILL", 0.3)
    yield
    signal.alarm(0)


def content_of(world: World) -> folders.Files:
    return {path: data for path, data in folders.read(world.content).items() if not path.startswith(".git/")}


@dataclass(frozen=True)
class Scene:
    """Folder and database out of step, and how they stand after one undisturbed run.

    look: gives all that has to be the same after a run that was disturbed and one that was not. texts: what files held
    before, after and in between.
    """

    world: World
    arguments: tuple[str, ...]
    look: Callable[[World], dict[str, Any]]
    before: folders.Files
    after: folders.Files
    texts: set[bytes]
    state: dict[str, Any]
    code: int
    # What came to pass in that run, moment by moment, to which file, and how long it took.
    moments: list[str]
    paths: list[str]
    seconds: float
    # How disturbed runs left all, of those after which the next one was seen to finish.
    finished: set[str] = field(default_factory=set)

    def run(self) -> Outcome:
        return run(self.arguments[0], self.world.content, *self.arguments[1:])

    def run_and_look(self) -> tuple[Outcome, folders.Files, dict[str, Any]]:
        with counted(ticking()):
            outcome = self.run()
        return outcome, content_of(self.world), self.look(self.world)

    @property
    def calls(self) -> list[tuple[str, str]]:
        """The moments that are calls to the file system, with what they are about, as messages call it."""
        pairs = zip(self.moments, self.paths, strict=True)
        return [(name, self.said(path)) for name, path in pairs if name.islower() and name != "started"]

    def said(self, path: str) -> str:
        """Below the content root, which the folder of uploads is like."""
        for top in (self.world.content, self.world.uploads):
            if Path(path).is_relative_to(top):
                return Path(path).relative_to(top).as_posix()
        return path

    def assert_whole(self) -> None:
        faults.whole(self.world.content, self.texts)

    def assert_next_run_finishes(self, where: str) -> None:
        """The next run ends where the undisturbed one did, and leaves nothing of a disturbed one."""
        faults.some_time_later(self.world)
        outcome, files, state = self.world.fork(self.run_and_look).value
        assert outcome.code == self.code, f"{where}: {outcome.everything}"
        self.assert_same(where, files, state)
        assert faults.leftovers(self.world) == [], where

    def assert_same(self, where: str, files: folders.Files, state: dict[str, Any]) -> None:
        """As the undisturbed run ended."""
        assert files == self.after, where
        for table, rows in state.items():
            assert rows == self.state[table], f"{where}: {table}"


def stage(
    top: Path,
    migrated: Path,
    prepare: Callable[[World], None],
    *arguments: str,
    look: Callable[[World], dict[str, Any]] = lambda world: disorder.state(),
) -> Scene:
    top.mkdir()
    world = World(top)
    shutil.copy(migrated, world.database)
    folders.write(world.content, disorder.files())

    def begin() -> None:
        assert run("import_content", world.content).code == 0
        prepare(world)

    world.fork(begin)
    world.save()
    before = content_of(world)

    def undisturbed() -> tuple[Outcome, list[str], list[str], float]:
        moments, start = ticking(), time.perf_counter()
        with counted(moments, database=True, commands=True):
            outcome = run(arguments[0], world.content, *arguments[1:])
        return outcome, moments.names, moments.meant(), time.perf_counter() - start

    outcome, names, paths, seconds = world.fork(undisturbed).value
    assert "Traceback" not in outcome.err
    after, state = world.fork(lambda: (content_of(world), look(world))).value
    texts = {*before.values(), *after.values()}
    if (world.content / ".git").exists():
        texts |= Clone(world.content).blobs()
    scene = Scene(world, arguments, look, before, after, texts, state, outcome.code, names, paths, seconds)
    scene.assert_next_run_finishes("a second run")
    return scene


@pytest.fixture(scope="module")
def migrated(django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty database. It is none that pytest-django knows of, which therefore has to let it be used."""
    world = World(tmp_path_factory.mktemp("migrated"))
    with django_db_blocker.unblock():
        world.fork(disorder.migrate)
        yield world.database


def _sync_scene(world: World) -> None:
    disorder.in_the_database()
    disorder.on_both_sides(world.content)


@pytest.fixture(scope="module")
def sync(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return stage(tmp_path_factory.mktemp("sync") / "world", migrated, _sync_scene, "sync_content")


@pytest.fixture(scope="module")
def export(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    top = tmp_path_factory.mktemp("export") / "world"
    return stage(top, migrated, lambda world: disorder.in_the_database(), "export_content", "--prune")


@pytest.fixture(scope="module")
def git_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        alone(tmp_path_factory.mktemp("git") / "home", patched)
        yield


def _commit_scene(world: World) -> None:
    """As a sync without git, in a repository in which people have work of their own under way."""
    Clone(world.content).git("init", "--quiet")
    Clone(world.content).commit("Begin", {"README.md": "# Ours\n"})
    _sync_scene(world)
    Clone(world.content).write({"README.md": "# Staged\n", "notes.txt": "Not added\n"})
    Clone(world.content).git("add", "README.md")


def _pull_scene(world: World) -> None:
    """The same edits by hand, but made in another clone and pushed."""
    ours, theirs, bare = Clone(world.content), Clone(world.top / "theirs"), world.top / "origin.git"
    ours.git("init", "--quiet")
    ours.commit("Begin", {"README.md": "# Ours\n\none\ntwo\n"})
    ours.git("clone", "--quiet", "--bare", world.content, bare)
    ours.git("remote", "add", "origin", bare)
    ours.git("fetch", "--quiet", "origin")
    ours.git("branch", "--quiet", "--set-upstream-to", "origin/main")
    ours.git("clone", "--quiet", bare, theirs.top)
    disorder.in_the_database()
    disorder.on_both_sides(theirs.top)
    theirs.commit("By hand", {"README.md": "# Ours\n\none\ntwo\nthree\n"}, "Hand <hand@example.org>")
    theirs.git("push", "--quiet")
    ours.commit("Here", {"README.md": "# All of ours\n\none\ntwo\n"})
    ours.write({"notes.txt": "Not added\n"})


def _with_git(world: World) -> dict[str, Any]:
    """What a commit says about its time and number is another each time; who changed which files is not."""
    clone = Clone(world.content)
    paths: dict[str, set[str]] = {}
    for commit in clone.git("rev-list", "--no-merges", "HEAD").split():
        paths.setdefault(clone.field("%an <%ae>", commit), set()).update(clone.changes(commit))
    found = disorder.state() | {
        "authors": paths,
        "tree": clone.git("ls-tree", "-r", "HEAD"),
        "index": clone.index(),
        "status": clone.status(),
        "left behind": [path.name for path in clone.folder.iterdir() if path.name.startswith("lemma")],
    }
    if (world.top / "origin.git").exists():
        bare = Clone(world.top / "origin.git")
        found["upstream"] = bare.git("ls-tree", "-r", "HEAD"), bare.head == clone.head
    return found


@pytest.fixture(scope="module")
def commit(migrated: Path, git_alone: None, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    top = tmp_path_factory.mktemp("commit") / "world"
    return stage(top, migrated, _commit_scene, "sync_content", "--commit", look=_with_git)


@pytest.fixture(scope="module")
def pull(migrated: Path, git_alone: None, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    top = tmp_path_factory.mktemp("pull") / "world"
    return stage(top, migrated, _pull_scene, "sync_content", "--pull", "--commit", "--push", look=_with_git)


@pytest.fixture(params=["commit", "pull"])
def git_scene(request: pytest.FixtureRequest) -> Scene:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Scene)
    return found


@pytest.fixture(params=["sync", "export"])
def scene(request: pytest.FixtureRequest) -> Scene:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Scene)
    return found


# --- killed ---


def kill(scene: Scene, numbers: Iterable[int], killed: Callable[[int], Moments] = killed_at) -> int:
    """Kills a run at each of these moments, and lets the next one finish. Gives how many."""
    done = 0
    for number in numbers:
        signal.alarm(60)
        scene.world.restore()
        ended = scene.world.fork(partial(_counted_run, scene, killed(number)))
        assert not ended.alive, f"moment {number} never came"
        scene.assert_whole()
        scene.assert_next_run_finishes(f"killed at {number}, {scene.moments[number - 1]}")
        done += 1
    return done


def _counted_run(scene: Scene, moments: Moments, *, database: bool = True) -> Outcome:
    with counted(moments, database=database, commands=database):
        return scene.run()


def telling(scene: Scene) -> list[int]:
    """Moments of which each stands for its like: some of those that change something, and of those that only look."""
    looks = ("open", "close", "fstat", "read", "pread", "lstat", "stat", "SELECT", "scandir", "fchmod")
    changing = [n for n, name in enumerate(scene.moments, 1) if name not in looks]
    return sorted({*changing[::6], *range(1, len(scene.moments) + 1, 80)})


def test_killed_at_telling_moments_the_next_run_finishes(scene: Scene) -> None:
    assert kill(scene, telling(scene)) > 12


def test_killed_at_some_commands_to_git_the_next_run_commits_what_was_written(git_scene: Scene) -> None:
    commands = _commands(git_scene)
    assert kill(git_scene, commands[1 :: len(commands) // 4]) > 3


def test_killed_together_with_its_git_the_next_run_finishes(git_scene: Scene) -> None:
    """What git has locked or half done by then stays so. A command takes some thousandths of a second."""
    started = _started(git_scene)
    for number, after in enumerate((0, 0.002, 0.005)):
        assert kill(git_scene, started[number :: len(started) // 4], partial(killed_with_git_at, after=after)) > 3


def _started(scene: Scene) -> list[int]:
    return [number for number, name in enumerate(scene.moments, 1) if name == "started"]


def _commands(scene: Scene) -> list[int]:
    return [number for number, name in enumerate(scene.moments, 1) if name in ("Popen", "started")]


@pytest.mark.deep
def test_killed_at_every_moment_the_next_run_finishes(scene: Scene) -> None:
    assert kill(scene, range(1, len(scene.moments) + 1)) > 250


@pytest.mark.deep
def test_killed_at_every_command_to_git_the_next_run_commits_what_was_written(git_scene: Scene) -> None:
    """And at some of the other moments, which are those of a sync without git."""
    every = range(1, len(git_scene.moments) + 1)
    assert kill(git_scene, sorted({*_commands(git_scene), *every[::5]})) > 150


@pytest.mark.deep
def test_killed_together_with_whatever_git_at_any_time_the_next_run_finishes(git_scene: Scene) -> None:
    for after in (0, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.006):
        assert kill(git_scene, _started(git_scene), partial(killed_with_git_at, after=after)) > 30


# --- killed at no chosen moment ---


def kill_at_random(scene: Scene, times: int, seed: int) -> int:
    """Kills so many runs after a random time each. Gives how many had not ended by then."""
    dice, killed, longest = random.Random(seed), 0, scene.seconds
    for number in range(times):
        signal.alarm(60)
        scene.world.restore()
        ended = scene.world.fork(scene.run, kill_after=dice.uniform(0, longest))
        killed += not ended.alive
        if ended.alive:
            # The undisturbed run may have been a slow one: most are to be killed before their end.
            longest *= 0.97
        scene.assert_whole()
        scene.assert_next_run_finishes(f"{number}, seed {seed}")
    return killed


@pytest.mark.parametrize("name", SCENES)
def test_killed_at_random_the_next_run_finishes(name: str, request: pytest.FixtureRequest) -> None:
    assert kill_at_random(request.getfixturevalue(name), 3, seed=1) > 0


@pytest.mark.deep
@pytest.mark.parametrize("name", SCENES)
def test_killed_two_hundred_times_at_random_the_next_run_finishes(name: str, request: pytest.FixtureRequest) -> None:
    assert kill_at_random(request.getfixturevalue(name), 200, seed=2) > 100


# --- disks that refuse ---


def refuse(scene: Scene, numbers: Iterable[int], code: int, *, for_good: bool = False) -> int:
    """Lets each of these calls to the file system fail, and all after it if `for_good`. Gives how many."""
    done = 0
    for number in numbers:
        signal.alarm(60)
        scene.world.restore()
        found = scene.world.fork(partial(_refused_run, scene, number, code, for_good=for_good)).value
        outcome, failed, files, state = found
        call, path = scene.calls[number - 1]
        where = f"{errno.errorcode[code]} at {number}, {call} of {path}: {outcome.everything}"
        if outcome.code == scene.code:
            # Nothing hung on the answer, so there is nothing to be said.
            scene.assert_same(where, files, state)
        else:
            assert outcome.code == 1, where
            complaints = [line for line in outcome.err.splitlines() if os.strerror(code) in line]
            about = {path, *map(scene.said, failed)} if for_good else {path}
            # One that was to step aside and could not is where it was.
            about |= {each.replace(ASIDE, ".md") for each in about}
            assert any(each in line for line in complaints for each in about), where
            assert "Traceback" not in outcome.err, where
        scene.assert_whole()
        # Of ten calls for one file, and of six reasons, most leave the same behind.
        left = repr((sorted(files.items()), state, sorted(folders.read(scene.world.uploads))))
        if left not in scene.finished:
            scene.assert_next_run_finishes(where)
            scene.finished.add(left)
        done += 1
    return done


def _refused_run(scene: Scene, number: int, code: int, *, for_good: bool) -> tuple[Any, ...]:
    moments = failing_at(number, code, for_good=for_good)
    outcome = _counted_run(scene, moments, database=False)
    return outcome, moments.failed, content_of(scene.world), scene.look(scene.world)


def test_when_the_disk_refuses_that_is_said_and_the_next_run_finishes(scene: Scene) -> None:
    calls = range(1, len(scene.calls) + 1)
    for start, code in enumerate(DISK_ERRORS):
        assert refuse(scene, calls[start * 19 + 5 :: 150], code, for_good=bool(start % 2)) > 1


def test_a_file_that_cannot_make_room_is_named_and_so_is_what_waits_for_its_place(sync: Scene) -> None:
    signal.alarm(60)
    sync.world.restore()
    number = sync.calls.index(("rename", "terms/e07.md")) + 1
    outcome, *_ = sync.world.fork(partial(_refused_run, sync, number, errno.EIO, for_good=False)).value
    assert [line for line in outcome.err.splitlines() if line.startswith("terms/")] == [
        "terms/e07.md: file.unwritable: The file cannot be written and moved to terms/moved-on.md: Input/output error.",
        "terms/e07.md: file.left: terms/e07.md is still that of another item, so nothing was put there.",
    ]


@pytest.mark.deep
@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("code", DISK_ERRORS, ids=errno.errorcode.get)
def test_whatever_call_the_disk_refuses_the_next_run_finishes(scene: Scene, code: int, for_good: bool) -> None:
    assert refuse(scene, range(1, len(scene.calls) + 1), code, for_good=for_good) > 200


# --- databases that refuse ---


def refuse_statements(scene: Scene, numbers: Iterable[int]) -> int:
    """Lets each of these statements and commits fail. Gives how many."""
    done = 0
    for number in numbers:
        signal.alarm(60)
        scene.world.restore()
        outcome = scene.world.fork(partial(_counted_run, scene, full_at(number))).value
        where = f"{number}, {scene.moments[number - 1]}: {outcome.everything}"
        assert outcome.code == 1, where
        assert "database or disk is full" in outcome.err, where
        scene.assert_whole()
        scene.assert_next_run_finishes(where)
        done += 1
    return done


def _statements(scene: Scene) -> list[int]:
    return [number for number, name in enumerate(scene.moments, 1) if name.isupper()]


def test_when_the_database_refuses_that_is_said_and_the_next_run_finishes(scene: Scene) -> None:
    assert refuse_statements(scene, _statements(scene)[::9]) > 5


@pytest.mark.deep
def test_whatever_statement_the_database_refuses_the_next_run_finishes(scene: Scene) -> None:
    assert refuse_statements(scene, _statements(scene)) > 50


# --- files of which nobody can tell whose they are ---


@pytest.mark.django_db
def test_a_file_that_was_moved_and_broken_is_not_taken_for_deleted(known: Path) -> None:
    was = item("black-box")
    moved = known / "terms/sub/elsewhere.md"
    (known / "terms/black-box.md").rename(moved)
    moved.write_bytes(BLACK_BOX.replace(b"category:", b"category: ["))
    outcome = run("sync_content", "--json")
    assert outcome.code == 1
    assert [problem["code"] for problem in outcome.problems("warning")] == ["file.doubtful"]
    moved.write_bytes(BLACK_BOX.replace(b"seen from", b"known from"))
    assert run("sync_content").code == 0
    assert (item("black-box").pk, item("black-box").path) == (was.pk, "sub/elsewhere.md")


@pytest.mark.django_db
def test_a_file_that_was_moved_where_nobody_may_look_is_not_taken_for_deleted(db: None) -> None:
    with unprivileged() as root:
        folders.write(root, CAST)
        assert run("import_content", root).code == 0
        was = item("black-box")
        (root / "terms/black-box.md").rename(root / "terms/sub/black-box.md")
        (root / "terms/sub").chmod(0)
        assert run("sync_content", root).code == 1
        (root / "terms/sub").chmod(0o755)
        assert run("sync_content", root).code == 0
    assert (item("black-box").pk, item("black-box").path) == (was.pk, "sub/black-box.md")


@pytest.mark.django_db
def test_without_such_a_file_what_is_gone_is_deleted(known: Path) -> None:
    (known / "terms/black-box.md").unlink()
    (known / "terms/white-box.md").write_bytes(b"---\ntitle: [\n---\n")
    assert run("sync_content").code == 1
    assert slugs() == ["grey-box", "white-box"]
