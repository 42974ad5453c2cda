"""One Lemma at a time in a git repository, and nothing left locked in it by one that was killed.

git locks with files, which stay when it is killed. Lemma holds a lock of the operating system besides, and so do the
git commands that it starts: whoever has that one knows that no sync and none of its commands is at work any more, and
that what they have locked may go. A person's locks are left alone.

The index is never locked for longer than a moment, for until the next sync it would stay so: git works on a copy.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from sync import disk
from sync.git import Repository
from sync.locks import Busy
from sync.places import SyncError

# Seconds that another command may hold the index: an editor looks at the status, a person commits. And so long a lock
# of a branch has to stand still before it is taken for one that was left: git holds those for a moment.
_PATIENCE = 5.0
# How the index is locked by us: git begins its own lock with other bytes.
_OURS = b"A sync of Lemma is at work in this repository.\n"
_SCRATCH = "lemma"
# How often somebody else may be faster with the index.
_TRIES = 20
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# What our commands lock besides the index, the branch and the one that it follows.
_LOCKED = ("HEAD", "packed-refs", "shallow", "refs/lemma/pulling")


@contextmanager
def at_work(repository: Repository) -> Iterator[Repository]:
    """The repository for one sync. What a sync that was killed has left locked is free again.

    Raises:
        Busy: another sync, or a git command of one that was killed, does not come to its end.
        SyncError: another git command holds the index, or the git folder cannot be written.
    """
    with _named(repository):
        descriptor = os.open(repository.folder, _FOLDER)
    try:
        _take(descriptor, repository)
        ours = replace(repository, descriptor=descriptor)
        with _named(repository):
            _clear(ours)
            _begin(scratch_of(ours))
        await_index(ours)
        yield ours
        # Where the sync was interrupted it stays, for its locks may have stayed, too.
        shutil.rmtree(scratch_of(ours), ignore_errors=True)
    finally:
        disk.let_go(descriptor)


def scratch_of(repository: Repository) -> Path:
    """The folder for what is needed while a sync is at work; the next one empties it."""
    return repository.folder / _SCRATCH


def await_index(repository: Repository) -> None:
    """Raises SyncError when somebody else's command holds the index for longer than a moment."""
    _within_patience(repository, lambda: not _is_locked(repository))


@contextmanager
def own_index(repository: Repository) -> Iterator[dict[str, str]]:
    """An empty index of our own, so that what somebody has staged plays no part. Gives what names it to git."""
    index = scratch_of(repository) / "own-index"
    disk.remove(index)
    yield {"GIT_INDEX_FILE": str(index)}
    disk.remove(index)


@contextmanager
def copied_index(repository: Repository) -> Iterator[dict[str, str]]:
    """A copy of the index of the work tree, which is thrown away. Gives what names it to git."""
    copy = scratch_of(repository) / "index"
    disk.remove(copy)
    with suppress(FileNotFoundError):
        # With its time, by which git tells files that were changed while it wrote the index.
        shutil.copy2(_index(repository), copy)
    yield {"GIT_INDEX_FILE": str(copy)}
    disk.remove(copy)


def update_index(
    repository: Repository, work: Callable[[dict[str, str]], None], then: Callable[[], None] = lambda: None
) -> None:
    """Changes the index of the work tree, all or nothing.

    Args:
        work: git commands on a copy, whose name it gets as `copied_index` gives it. Called again when somebody else
            has changed the index meanwhile.
        then: done once, while nobody can change the index and just before it becomes the new one.

    Raises:
        SyncError: others hold the index, or change it again and again. Whatever `work` and `then` raise.
    """
    for _ in range(_TRIES):
        before = _stamp(_index(repository))
        with copied_index(repository) as index:
            copied = _stamp(Path(index["GIT_INDEX_FILE"]))
            work(index)
            if _come_in_place(repository, Path(index["GIT_INDEX_FILE"]), copied, before, then):
                return
    raise SyncError(_others_are_at_work(repository))


def _come_in_place(
    repository: Repository, copy: Path, copied: tuple[int, ...], before: tuple[int, ...], then: Callable[[], None]
) -> bool:
    """Whether the copy is the index now; not if the index is another one than it was before."""
    _within_patience(repository, lambda: _hold(repository))
    try:
        if _stamp(_index(repository)) != before:
            return False
        then()
        if _stamp(copy) != copied:
            os.replace(copy, _index(repository))
        return True
    finally:
        disk.remove(_index_lock(repository))


def _take(descriptor: int, repository: Repository) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise Busy(
                    f"Another sync, or a git command of one that was killed, is at work in {repository.top}. "
                    "Try again when it is done."
                ) from None
            time.sleep(0.05)
        else:
            return


def _clear(repository: Repository) -> None:
    """Removes what a sync has left locked. None is at work any more, nor a command that it started."""
    if _holds_ours(_index_lock(repository)):
        disk.remove(_index_lock(repository))
    scratch = scratch_of(repository)
    if disk.exists(scratch / "at-work"):
        since = os.lstat(scratch / "at-work").st_mtime_ns
        for lock, seen in _standing_still(_locks_of(repository), since):
            if _stamp(lock) == seen:
                disk.remove(lock)
    shutil.rmtree(scratch, ignore_errors=True)


def _begin(scratch: Path) -> None:
    """Says that a sync is at work, so that the next one knows if it does not come to its end."""
    disk.make_folder(scratch)
    disk.write(scratch / "at-work", _OURS)
    disk.settle([scratch])


def _locks_of(repository: Repository) -> list[Path]:
    """Where git keeps the locks of what our commands change."""
    form = "%(refname)%00%(upstream)"
    branch = repository.line("symbolic-ref", "--quiet", "HEAD")
    found = repository.line("for-each-ref", f"--format={form}", branch).split("\0")
    names = dict.fromkeys([*_LOCKED, branch, *filter(None, found)])
    return [repository.top / repository.line("rev-parse", "--git-path", f"{name}.lock") for name in names]


def _standing_still(locks: list[Path], since: int) -> list[tuple[Path, tuple[int, ...]]]:
    """Those that were made after that moment, in nanoseconds, and do not change as long as patience lasts."""
    found = [(lock, seen) for lock in locks if (seen := _stamp(lock)) and seen[1] >= since]
    end = time.monotonic() + _PATIENCE
    while found and time.monotonic() < end:
        time.sleep(0.05)
        found = [(lock, seen) for lock, seen in found if _stamp(lock) == seen]
    return found


def _within_patience(repository: Repository, is_done: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not is_done():
        if time.monotonic() > end:
            raise SyncError(_others_are_at_work(repository))
        time.sleep(0.05)


def _others_are_at_work(repository: Repository) -> str:
    lock = _index_lock(repository)
    return f"Another git command is at work in {repository.top}. If it was killed, remove {lock}."


def _index(repository: Repository) -> Path:
    return repository.folder / "index"


def _index_lock(repository: Repository) -> Path:
    return repository.folder / "index.lock"


def _is_locked(repository: Repository) -> bool:
    lock = _index_lock(repository)
    return disk.exists(lock) and not _holds_ours(lock)


def _hold(repository: Repository) -> bool:
    """Locks the index as git does; False where somebody else has."""
    lock = _index_lock(repository)
    try:
        # With all its bytes at once, so that it can be told from one of git however we end.
        os.link(scratch_of(repository) / "at-work", lock)
    except FileExistsError:
        return False
    except OSError:
        # A file system without links.
        return _hold_by_writing(lock)
    return True


def _hold_by_writing(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, _NEW, 0o666)
    except FileExistsError:
        return False
    try:
        os.write(descriptor, _OURS)
    finally:
        os.close(descriptor)
    return True


def _holds_ours(lock: Path) -> bool:
    try:
        return disk.read(lock, len(_OURS)) == _OURS
    except OSError:
        return False


def _stamp(file: Path) -> tuple[int, ...]:
    """What tells a file from the one that comes in its place: number, and when it was changed; none if it is gone."""
    try:
        found = os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return found.st_ino, found.st_ctime_ns, found.st_size


@contextmanager
def _named(repository: Repository) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SyncError(f"{error.filename or repository.folder} cannot be used: {error.strerror}.") from error
