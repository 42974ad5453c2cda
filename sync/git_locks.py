"""One Lemma at a time in a git repository, and nothing left locked in it by one that was killed.

git locks with files, which stay when it is killed. Lemma holds a lock of the operating system besides, and so do the
git commands that it starts: whoever has that one knows that no sync and none of its commands is at work any more, and
that what they have locked may go. A person's locks are left alone.

The index is never locked for longer than a moment, for until the next sync it would stay so: git works on a copy.
"""

import errno
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

# Seconds that another command may hold the index: an editor looks at the status, a person commits.
_PATIENCE = 5.0
# Seconds that another lock has to stand still before it is taken for one that was left: git holds it for a moment, and
# for as long as a hook of a person runs that looks at what changes.
_STILL = 30.0
# How the index is locked by us: git begins its own lock with other bytes.
_OURS = b"A sync of Lemma is at work in this repository.\n"
_SCRATCH = "lemma"
# How often somebody else may be faster with the index.
_TRIES = 20
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# What our commands lock besides the index and the names below refs; the last one where git keeps all of them.
_LOCKED = ("HEAD", "packed-refs", "reftable/tables.list")
# What a file system without links says to one, or where the index is in another one.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


@contextmanager
def at_work(repository: Repository) -> Iterator[Repository]:
    """The repository for one sync. What a sync that was killed has left locked is free again.

    Raises:
        Busy: another sync, or a git command of one that was killed, does not come to its end.
        SyncError: another git command holds the index, or the git folder cannot be written.
    """
    with named(repository.folder):
        descriptor = os.open(repository.folder, _FOLDER)
    try:
        with named(repository.folder):
            _take(descriptor, repository)
            ours = replace(repository, descriptor=descriptor)
            _clear(ours)
            _begin(scratch_of(ours))
        try:
            await_index(ours)
            yield ours
        finally:
            _end(ours)
            # Said outright, for what git has started may have it, too, and live on, as what keeps passwords does.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        disk.let_go(descriptor)


def _end(repository: Repository) -> None:
    # Where a git of ours was killed, its locks are there, and the next sync has to know; it can look itself.
    with suppress(SyncError, OSError):
        if not any(map(disk.exists, _locks_of(repository))):
            shutil.rmtree(scratch_of(repository), ignore_errors=True)


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
    copy = _copy(repository)
    with named(repository.folder):
        disk.remove(copy)
        with suppress(FileNotFoundError):
            # With its time, by which git tells files that were changed while it wrote the index.
            shutil.copy2(_index(repository), copy)
    yield {"GIT_INDEX_FILE": str(copy)}
    disk.remove(copy)


def update_index(
    repository: Repository,
    work: Callable[[dict[str, str]], None],
    *,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> None:
    """Changes the index of the work tree, all or nothing.

    Args:
        work: git commands on a copy, whose name it gets as `copied_index` gives it. Called again when somebody else
            has changed the index meanwhile.
        before: done once, when nobody else can change the index any more, and just before it is the new one.
        after: the same, just after.

    Raises:
        SyncError: others hold the index, or change it again and again. What `work` and `before` raise, and then the
            index is as it was; what `after` raises.
    """
    for _ in range(_TRIES):
        known = _stamp(_index(repository))
        with copied_index(repository) as index:
            copy = Path(index["GIT_INDEX_FILE"])
            copied = _stamp(copy)
            work(index)
            with _held(repository):
                if _stamp(_index(repository)) == known:
                    before()
                    if _stamp(copy) != copied:
                        with named(repository.folder):
                            os.replace(copy, _index(repository))
                    after()
                    return
    raise SyncError(_others_are_at_work(repository))


@contextmanager
def _held(repository: Repository) -> Iterator[None]:
    """The index, locked as git locks it, for a moment."""
    with named(repository.folder):
        _within_patience(repository, lambda: _hold(repository))
    try:
        yield
    finally:
        # Somebody may have done what git tells people, and removed it.
        if _holds_ours(_index_lock(repository)):
            disk.remove(_index_lock(repository))


def _take(descriptor: int, repository: Repository) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise Busy(
                    f"Another sync, or what git has started for one that was killed, is at work in {repository.top}. "
                    "Try again when it is done."
                ) from None
            time.sleep(0.05)
        else:
            return


def _clear(repository: Repository) -> None:
    """Removes what a sync has left locked. None is at work any more, nor a command that it started."""
    if _holds_ours(_index_lock(repository)):
        disk.remove(_index_lock(repository))
    copy = _copy(repository)
    for left in (copy, copy.with_name(f"{copy.name}.lock")):
        disk.remove(left)
    scratch = scratch_of(repository)
    if disk.exists(scratch / "at-work"):
        for lock in _left_in(scratch, _locks_of(repository)):
            disk.remove(lock)
    shutil.rmtree(scratch, ignore_errors=True)


def _begin(scratch: Path) -> None:
    """Says that a sync is at work, so that the next one knows if it does not come to its end."""
    disk.make_folder(scratch)
    disk.write(scratch / "at-work", _OURS)
    disk.settle([scratch])


def _locks_of(repository: Repository) -> list[Path]:
    """Where git may have locked what our commands change; of the names below refs those that are locked."""
    common = repository.top / repository.line("rev-parse", "--git-common-dir")
    folders = dict.fromkeys([repository.folder, common])
    named = [folder / f"{name}.lock" for folder in folders for name in _LOCKED]
    return named + [lock for folder in folders for lock in (folder / "refs").rglob("*.lock")]


def _left_in(scratch: Path, locks: list[Path]) -> list[Path]:
    """Those that were made after the sync of this folder began, and have not changed for long enough."""
    since = os.lstat(scratch / "at-work").st_mtime_ns
    found = {lock: seen for lock in locks if (seen := _stamp(lock)) and seen[1] >= since}
    # The clock may have been set back; then we wait by ours.
    end = time.monotonic() + _STILL
    while found and time.monotonic() < end:
        if _now(scratch) > max(changed for _, changed, _ in found.values()) + _STILL * 10**9:
            break
        time.sleep(0.05)
        found = {lock: seen for lock, seen in found.items() if _stamp(lock) == seen}
    return list(found)


def _now(scratch: Path) -> int:
    """By the clock of the file system, in nanoseconds."""
    (scratch / "now").touch()
    return os.lstat(scratch / "now").st_mtime_ns


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
    # git follows a link, too.
    return Path(os.path.realpath(repository.folder / "index"))


def _copy(repository: Repository) -> Path:
    # Beside the index, which may be elsewhere, for it is to come in its place.
    return _index(repository).with_name("lemma-index")


def _index_lock(repository: Repository) -> Path:
    index = _index(repository)
    return index.with_name(f"{index.name}.lock")


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
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _hold_by_writing(lock)
    return True


def _hold_by_writing(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, _NEW, 0o666)
    except FileExistsError:
        return False
    try:
        os.write(descriptor, _OURS)
    except BaseException:
        disk.remove(lock)
        raise
    finally:
        os.close(descriptor)
    return True


def _holds_ours(lock: Path) -> bool:
    try:
        return disk.read(lock, len(_OURS)) == _OURS
    except OSError:
        return False


def _stamp(file: Path) -> tuple[int, ...]:
    """What tells a file from the one that comes in its place: number, time of change, size; nothing if it is gone."""
    try:
        found = os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return found.st_ino, found.st_ctime_ns, found.st_size


@contextmanager
def named(folder: Path) -> Iterator[None]:
    """An error of the operating system inside becomes a SyncError that says which file it is about, or the folder."""
    try:
        yield
    except OSError as error:
        raise SyncError(f"{error.filename or folder} cannot be used: {error.strerror}.") from error
