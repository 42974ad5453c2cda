"""What a sync that is killed leaves locked in a git repository is free for the next; what a person locked is not."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from sync import git, git_locks
from sync.git import open_repository
from sync.places import SyncError
from tests.sync import folders
from tests.sync.agreement import assert_in_step, synced
from tests.sync.cast import CAST, entry
from tests.sync.commands import imported, run
from tests.sync.repositories import Clone, alone, change, init, person

pytestmark = pytest.mark.django_db

BLACK = "content/terms/black-box.md"
# A sync that comes as far as the lines say, tells so, and waits until it is killed.
_SYNC = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
from pathlib import Path
from tempfile import TemporaryDirectory
from sync import git_locks
from sync.git import open_repository
from sync.places import SyncError
def tell():
    print("there", flush=True)
    sys.stdin.read()
with git_locks.at_work(open_repository(Path.cwd())) as repository:
"""
_WITH_THE_INDEX = "git_locks.update_index(repository, lambda index: None, after=tell)"


@pytest.fixture
def repository(db: None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Clone:
    alone(tmp_path / "home", monkeypatch)
    bare = init(tmp_path / "first", {f"content/{path}": data for path, data in CAST.items()})
    bare.git("clone", "--quiet", "--bare", bare.top, tmp_path / "origin.git")
    bare.git("clone", "--quiet", tmp_path / "origin.git", tmp_path / "glossary")
    made = Clone(tmp_path / "glossary")
    settings.CONTENT_ROOT = made.top / "content"
    imported()
    change("black-box", {"difficulty": "expert"}, person("ada"))
    return made


@contextmanager
def at_work(repository: Clone, does: str = "tell()") -> Iterator["subprocess.Popen[bytes]"]:
    """A sync that has done so much; killed at the end of the block."""
    code = _SYNC + "".join(f"    {line}\n" for line in does.splitlines())
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=repository.top, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdout
        try:
            assert child.stdout.readline() == b"there\n"
            yield child
        finally:
            child.kill()


def killed(repository: Clone, does: str) -> None:
    with at_work(repository, does):
        pass


def patience(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_locks, "_PATIENCE", seconds)
    monkeypatch.setattr(git_locks, "_STILL", seconds)


def refused() -> str:
    outcome = run("sync_content", "--commit")
    assert outcome.code == 1
    return outcome.err.strip().removeprefix("CommandError: ")


def goes_through(repository: Clone) -> bool:
    """A whole sync: commits, takes and pushes, and leaves nothing behind."""
    synced("--pull", "--commit", "--push")
    assert_in_step(repository.top / "content")
    left = [*repository.folder.glob("lemma*"), *repository.folder.rglob("*.lock")]
    return (left, repository.status(), repository.count()) == ([], "", 2)


# --- ours ---


def test_an_index_that_a_killed_sync_held_is_free_again(repository: Clone) -> None:
    killed(repository, _WITH_THE_INDEX)
    assert (repository.folder / "index.lock").exists()
    assert goes_through(repository)


def test_on_a_file_system_without_links_too(repository: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    killed(repository, f"def refuse(*_):\n raise OSError({errno.EPERM}, '')\nos.link = refuse\n{_WITH_THE_INDEX}")
    assert (repository.folder / "index.lock").stat().st_nlink == 1
    monkeypatch.setattr(os, "link", refuse)
    assert goes_through(repository)


@pytest.mark.parametrize(
    "name",
    ["HEAD", "packed-refs", "refs/heads/main", "refs/remotes/origin/main", "refs/lemma/pulling", "refs/mirror/x"],
)
def test_whatever_a_killed_sync_had_locked_is_free_again(
    repository: Clone, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Made while it was at work, as its git makes it, and never removed."""
    patience(0.3, monkeypatch)
    lock = repository.folder / f"{name}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with at_work(repository):
        lock.touch()
    assert goes_through(repository)


def test_in_a_work_tree_beside_the_first_one_too(
    repository: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    patience(0.3, monkeypatch)
    repository.git("worktree", "add", "--quiet", "-b", "other", tmp_path / "other")
    other = Clone(tmp_path / "other")
    settings.CONTENT_ROOT = other.top / "content"
    imported()
    change("black-box", {"difficulty": "advanced"}, person("ada"))
    with at_work(other, _WITH_THE_INDEX):
        (repository.folder / "refs/heads/other.lock").touch()
    assert (other.folder / "index.lock").exists()
    synced("--commit")
    assert not list(repository.folder.rglob("*.lock"))
    assert (other.status(), other.count()) == ("", 2)


def test_a_command_of_a_killed_sync_that_still_runs_is_waited_for(repository: Clone) -> None:
    (repository.folder / "slow").write_text("touch .git/started\nsleep 1\n")
    does = "import threading\n"
    does += "words = '-c', 'alias.slow=!sh .git/slow', 'slow'\n"
    does += "threading.Thread(target=repository.run, args=words, daemon=True).start()\n"
    does += "while not os.path.exists('.git/started'): pass\ntell()"
    killed(repository, does)
    start = time.monotonic()
    assert goes_through(repository)
    assert time.monotonic() - start > 0.3


def test_one_that_does_not_end_is_named(repository: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    patience(0.2, monkeypatch)
    with at_work(repository):
        assert refused() == (
            f"Another sync, or what git has started for one that was killed, is at work in {repository.top}. "
            "Try again when it is done."
        )
    assert goes_through(repository)


def test_two_roots_in_one_repository_take_turns(
    repository: Clone, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("Another glossary", {"second/terms/red-box.md": entry("Red box", "red-box")})
    patience(0.2, monkeypatch)
    with at_work(repository):
        settings.CONTENT_ROOT = repository.top / "second"
        assert "is at work in" in refused()
        assert run("sync_content").code == 0, "without git there is nothing to wait for"


def test_a_command_that_takes_too_long_takes_its_locks_away(repository: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.git("config", "filter.slow.clean", "sleep 30")
    (repository.folder / "info/attributes").write_text("*.slow filter=slow\n")
    repository.write({"a.slow": "x\n"})
    started = threading.Event()

    def look() -> None:
        while not started.is_set():
            if (repository.folder / "index.lock").exists():
                started.set()

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    monkeypatch.setattr(git._call, "__defaults__", (None, None, 1.0, None))
    with pytest.raises(git.GitError, match="git add did not answer within 1 seconds"):
        open_repository(repository.top).run("add", "a.slow")
    assert started.is_set()
    assert not (repository.folder / "index.lock").exists()


def test_after_a_person_has_switched_the_branch_too(repository: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    patience(0.3, monkeypatch)
    with at_work(repository):
        (repository.folder / "refs/heads/main.lock").touch()
    repository.git("switch", "--quiet", "--create", "other")
    synced("--commit")
    repository.git("switch", "--quiet", "main")
    repository.git("merge", "--quiet", "other")
    assert not list(repository.folder.rglob("*.lock"))


def test_when_git_alone_is_killed_the_next_sync_gives_back_what_it_had_locked(
    repository: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where memory is short: the sync goes on to its end, and says so."""
    patience(0.3, monkeypatch)
    killed_git = tmp_path / "bin/git"
    killed_git.parent.mkdir()
    killed_git.write_text(
        '#!/bin/sh\ncase " $* " in *" update-ref "*)\n'
        " touch .git/HEAD.lock .git/refs/heads/main.lock\n kill -9 $$ ;;\nesac\n"
        f'exec {shutil.which("git")} "$@"\n'
    )
    killed_git.chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setenv("PATH", f"{killed_git.parent}:{os.environ['PATH']}")
        assert "git update-ref failed" in refused()
    assert (repository.folder / "HEAD.lock").exists()
    assert goes_through(repository)


def test_what_a_command_of_git_leaves_running_keeps_nobody_out(
    repository: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as the program that keeps passwords, which a filter for large files asks for one."""
    patience(0.3, monkeypatch)
    repository.git("config", "filter.large.clean", "(setsid sleep 20 >/dev/null 2>&1 </dev/null &); cat")
    (repository.folder / "info/attributes").write_text("*.md filter=large\n")
    assert goes_through(repository)
    change("black-box", {"difficulty": "advanced"}, person("ada"))
    synced("--commit")
    assert repository.count() == 3


def test_a_disk_that_is_full_when_the_index_is_locked_leaves_no_lock(
    repository: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(code: int) -> Any:
        def fail(*_: Any) -> None:
            raise OSError(code, os.strerror(code))

        return fail

    class Full:
        link = staticmethod(refuse(errno.EPERM))
        write = staticmethod(refuse(errno.ENOSPC))

        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

    with monkeypatch.context() as patched:
        patched.setattr(git_locks, "os", Full())
        assert refused().endswith("cannot be used: No space left on device.")
    assert goes_through(repository)


def test_a_disk_that_is_full_when_the_index_is_copied_is_in_the_report(
    repository: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: Any, target: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copy2", fail)
        outcome = run("sync_content", "--commit", "--json")
    assert outcome.code == 1
    assert outcome.report["failure"] == f"{repository.folder}/lemma-index cannot be used: No space left on device."
    assert outcome.report["counts"]["entries"]["exported"] == 1
    assert goes_through(repository)


def test_an_index_that_is_a_link_stays_one(repository: Clone, tmp_path: Path) -> None:
    (repository.folder / "index").rename(tmp_path / "index")
    (repository.folder / "index").symlink_to(tmp_path / "index")
    assert goes_through(repository)
    assert (repository.folder / "index").is_symlink()


# --- a person's ---


def test_what_a_person_locks_longer_than_any_command_of_ours_waits_stays_locked(
    repository: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook of theirs looks at what changes; and a sync before it was only refused, not killed."""
    patience(0.3, monkeypatch)
    lock = repository.folder / "index.lock"
    lock.touch()
    assert "Another git command is at work" in refused()
    lock.unlink()
    hook = repository.folder / "hooks/reference-transaction"
    hook.write_text("#!/bin/sh\n[ $1 = prepared ] && sleep 2\nexit 0\n")
    hook.chmod(0o755)
    with subprocess.Popen(["git", "commit", "--quiet", "--allow-empty", "-m", "mine"], cwd=repository.top) as theirs:
        while not (repository.folder / "refs/heads/main.lock").exists():
            time.sleep(0.01)
        run("sync_content", "--commit")
    assert theirs.returncode == 0
    assert repository.field("%s", "HEAD~1" if repository.count() == 3 else "HEAD") == "mine"


def test_an_index_that_a_person_took_from_us_stays_theirs(repository: Clone) -> None:
    """git tells people to remove the file, and they do."""
    lock = repository.folder / "index.lock"

    def take() -> None:
        lock.unlink()
        lock.touch()

    with git_locks.at_work(open_repository(repository.top)) as ours:
        git_locks.update_index(ours, lambda index: None, after=take)
    assert lock.exists()


@pytest.mark.parametrize("text", ["", "DIRC"])
def test_the_index_of_a_person_stays_locked_whoever_was_killed(
    repository: Clone, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """As that of a commit whose message is being written."""
    patience(0.2, monkeypatch)
    lock = repository.folder / "index.lock"
    with at_work(repository):
        lock.write_text(text)
    assert refused() == f"Another git command is at work in {repository.top}. If it was killed, remove {lock}."
    assert lock.read_text() == text
    lock.unlink()
    assert goes_through(repository)


def test_a_branch_that_was_locked_before_stays_so(repository: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    patience(0.2, monkeypatch)
    lock = repository.folder / "refs/heads/main.lock"
    lock.touch()
    time.sleep(0.02)
    killed(repository, "tell()")
    assert "refs/heads/main.lock" in refused()
    assert lock.exists()


def test_a_branch_that_somebody_locks_again_and_again_stays_so(
    repository: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience(0.5, monkeypatch)
    lock = repository.folder / "refs/heads/main.lock"
    with at_work(repository):
        lock.touch()
    is_over = threading.Event()

    def lock_again() -> None:
        while not is_over.wait(0.1):
            fresh = lock.with_suffix(".fresh")
            fresh.touch()
            fresh.replace(lock)

    somebody = threading.Thread(target=lock_again)
    somebody.start()
    try:
        assert "refs/heads/main.lock" in refused()
    finally:
        is_over.set()
        somebody.join()
    assert lock.exists()


def test_git_tells_a_person_to_wait_while_the_index_is_ours(repository: Clone) -> None:
    repository.write({"notes.txt": "mine\n"})
    with at_work(repository, _WITH_THE_INDEX):
        assert "index.lock" in repository.git("add", "notes.txt", accepted=(128,), also_complaints=True)
    repository.git("add", "notes.txt", accepted=(128,))
    synced("--commit")
    repository.git("add", "notes.txt")
    assert "notes.txt" in repository.index()


# --- the index ---


def test_what_is_done_to_the_index_counts_at_the_end_and_not_after_an_error(repository: Clone) -> None:
    repository.write({"notes.txt": "mine\n", "README.md": "# Ours\n"})
    repository.git("add", "notes.txt")
    before = repository.index()
    with git_locks.at_work(open_repository(repository.top)) as ours:

        def work(index: dict[str, str]) -> None:
            ours.run("add", "README.md", env=index)
            assert repository.index() == before

        def fail() -> None:
            raise KeyError

        with pytest.raises(KeyError):
            git_locks.update_index(ours, work, before=fail)
        assert repository.index() == before
        git_locks.update_index(ours, work)
        assert {"README.md", "notes.txt"} < set(repository.git("ls-files").split())
    assert [path.name for path in repository.folder.iterdir() if path.name.startswith(("lemma", "index."))] == []


def test_what_a_person_stages_meanwhile_stays_staged(repository: Clone) -> None:
    repository.write({"notes.txt": "mine\n", "README.md": "# Ours\n"})
    tries = []
    with git_locks.at_work(open_repository(repository.top)) as ours:

        def work(index: dict[str, str]) -> None:
            ours.run("add", "README.md", env=index)
            tries.append(1)
            if len(tries) == 1:
                repository.git("add", "notes.txt")

        git_locks.update_index(ours, work)
    assert {"README.md", "notes.txt"} < set(repository.git("ls-files").split())
    assert len(tries) == 2


def test_a_person_who_never_lets_go_is_named_in_the_end(repository: Clone) -> None:
    with git_locks.at_work(open_repository(repository.top)) as ours:

        def work(index: dict[str, str]) -> None:
            repository.write({"notes.txt": f"{time.monotonic_ns()}\n"})
            repository.git("add", "notes.txt")

        with pytest.raises(SyncError, match="Another git command is at work in"):
            git_locks.update_index(ours, work)
    assert "notes.txt" in repository.git("ls-files")


def test_a_repository_without_an_index_gets_one(tmp_path: Path, repository: Clone) -> None:
    fresh = init(tmp_path / "fresh")
    folders.write(fresh.top, {"README.md": b"# Ours\n"})
    with git_locks.at_work(open_repository(fresh.top)) as ours:
        git_locks.update_index(ours, lambda index: print(ours.run("add", "README.md", env=index)))
    assert fresh.git("ls-files") == "README.md\n"


def test_a_git_folder_that_may_not_be_written_is_named(repository: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(repository.folder / "lemma"))

    monkeypatch.setattr("sync.git_locks.disk.make_folder", refuse)
    assert refused() == f"{repository.folder / 'lemma'} cannot be used: Read-only file system."


@pytest.mark.parametrize("signal_", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_however_a_sync_is_ended_the_next_one_begins(repository: Clone, signal_: signal.Signals) -> None:
    with at_work(repository, _WITH_THE_INDEX) as child:
        child.send_signal(signal_)
        child.wait()
    assert goes_through(repository)


def test_a_clock_that_was_set_back_makes_nobody_wait_for_ever(
    repository: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience(0.3, monkeypatch)
    with at_work(repository):
        (repository.folder / "HEAD.lock").touch()
    usual = git_locks._now
    monkeypatch.setattr(git_locks, "_now", lambda scratch: usual(scratch) - 3600 * 10**9)
    start = time.monotonic()
    assert goes_through(repository)
    assert time.monotonic() - start < 60


def test_what_goes_wrong_at_the_very_end_hides_nothing_that_was_done(
    repository: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(repository: Any) -> None:
        raise git.GitError("git cannot be started: Cannot allocate memory.")

    with monkeypatch.context() as patched:
        patched.setattr(git_locks, "_locks_of", fail)
        synced("--commit")
    assert repository.count() == 2
    synced("--commit")
    assert not list(repository.folder.glob("lemma*"))


def test_an_index_on_another_disk_is_changed_all_the_same(repository: Clone) -> None:
    if os.stat("/dev/shm").st_dev == repository.folder.stat().st_dev:
        pytest.skip("There is no other disk here.")
    with TemporaryDirectory(dir="/dev/shm") as elsewhere:
        shutil.move(repository.folder / "index", f"{elsewhere}/index")
        (repository.folder / "index").symlink_to(f"{elsewhere}/index")
        synced("--commit")
        assert (repository.status(), os.listdir(elsewhere)) == ("", ["index"])
