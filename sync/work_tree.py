"""The work tree brought from one commit to another, each file all or nothing.

git writes the files of a work tree in place, so that one who is killed leaves half a file, which would be taken for an
edit by hand. Here git writes them aside, and each comes complete in its place.
"""

import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from sync import disk, git
from sync.git import GitError, Repository
from sync.git_locks import own_index, scratch_of

# Mode and name of a blob; None for a file that is not there.
Entry = tuple[str, str] | None
# A file that is neither a link nor a program.
_PLAIN = "100644"
# Bytes: what is larger is no content, and is left to git.
_LARGEST = 64 << 20


class Change(NamedTuple):
    before: Entry
    after: Entry


def changes(repository: Repository, old: str, new: str) -> dict[str, Change]:
    """By path, what is another in `new`."""
    fields = git.split(repository.run("diff-tree", "-r", "-z", "--no-renames", old, new))
    found = {}
    for head, path in zip(fields[::2], fields[1::2], strict=True):
        old_mode, new_mode, old_blob, new_blob, status = head.lstrip(":").split(" ")
        before = None if status == "A" else (old_mode, old_blob)
        found[path] = Change(before, None if status == "D" else (new_mode, new_blob))
    return found


class Passage:
    """From the commit that is checked out to another one, as git sees it with an index that is held."""

    def __init__(self, repository: Repository, old: str, new: str, index: Mapping[str, str]):
        self._repository, self._old, self._new, self._index = repository, old, new, index
        self._changes = changes(repository, old, new)
        self._seen: dict[str, tuple[int, ...]] = {}

    def refuse_overwriting(self) -> None:
        """Raises GitError where a file that was changed by hand would be overwritten."""
        self._seen = {path: _stamp(self._repository.top / path) for path in self._changes}
        self._run("update-index", "-q", "--refresh", accepted=(0, 1))
        tried = ("read-tree", "--dry-run", "-m", "-u", self._old, self._new)
        try:
            self._run(*tried)
        except GitError:
            self._take_as_checked_out()
            self._run(*tried)

    def go(self) -> None:
        """Work tree and index are those of the new commit.

        Raises:
            GitError: a file was changed by hand since `refuse_overwriting`; it is as it was.
        """
        blobs = self._plain()
        if written := self._write(blobs):
            lines = [f"{_PLAIN} {blobs[path]}\t{path}" for path in written]
            self._run("update-index", "-z", "--index-info", data=git.nul_joined(lines))
            self._run("update-index", "-q", "--refresh", accepted=(0, 1))
            # Those whose line ends git would write otherwise than it reads them: it has to note them itself.
            odd = set(git.split(self._run("diff-files", "-z", "--name-only"))) & set(written)
            self._run("checkout-index", "--force", "--index", "-z", "--stdin", data=git.nul_joined(sorted(odd)))
        self._run("read-tree", "-m", "-u", self._old, self._new)

    def _run(self, *words: str, data: bytes | None = None, accepted: Iterable[int] = (0,)) -> bytes:
        return self._repository.run(*words, data=data, env=self._index, accepted=tuple(accepted))

    def _take_as_checked_out(self) -> None:
        """Files that are as in the new commit already are so in the index, too: a sync that was killed wrote them, or
        a person did.
        """
        top = self._repository.top
        gone = [path for path, change in self._changes.items() if not change.after and not os.path.lexists(top / path)]
        # git reads names of files a line each there, so one with a line end has to wait for a person.
        wanted = {
            path: change.after[1]
            for path, change in self._changes.items()
            if change.after and "\n" not in path and (top / path).is_file() and not (top / path).is_symlink()
        }
        names = "".join(f"{path}\n" for path in wanted).encode("utf-8", "surrogateescape")
        found = self._run("hash-object", "--stdin-paths", data=names).decode().split()
        same = [path for path, blob in zip(wanted, found, strict=True) if wanted[path] == blob]
        self._run("update-index", "--add", "--remove", "-z", "--stdin", data=git.nul_joined([*same, *gone]))

    def _plain(self) -> dict[str, str]:
        """Path and blob of the files that we write; links, programs and what takes the place of a folder git does."""
        if self._run("config", "--type=bool", "--default=false", "core.sparseCheckout").strip() == b"true":
            return {}
        return {
            path: change.after[1]
            for path, change in self._changes.items()
            if change.after
            and change.after[0] == _PLAIN
            and (change.before is None or change.before[0] == _PLAIN)
            and _is_plain(self._repository.top, path)
        }

    def _write(self, blobs: Mapping[str, str]) -> list[str]:
        aside = scratch_of(self._repository) / "files"
        with own_index(self._repository) as index:
            lines = [f"{_PLAIN} {blob}\t{path}" for path, blob in blobs.items()]
            self._repository.run("update-index", "-z", "--index-info", data=git.nul_joined(lines), env=index)
            words = ("checkout-index", f"--prefix={aside}/", "-z", "--stdin")
            self._repository.run(*words, data=git.nul_joined(blobs), env=index)
        written = [path for path in blobs if self._put(path, aside / path)]
        disk.settle(sorted({(self._repository.top / path).parent for path in written}))
        shutil.rmtree(aside, ignore_errors=True)
        return written

    def _put(self, path: str, source: Path) -> bool:
        """Whether we put it there; not one that is as it will be, nor one that is too large."""
        target = self._repository.top / path
        try:
            data = disk.read(source, _LARGEST)
            if _stamp(target) != self._seen[path]:
                raise GitError(f"{path} was changed a moment ago, so it was left alone.")
            disk.write(target, data)
        except disk.TooLarge:
            return False
        except OSError as error:
            raise GitError(f"{path} cannot be written: {error.strerror}.") from error
        return True


def _is_plain(top: Path, path: str) -> bool:
    """Whether a file can be put there: no link leads elsewhere, and no file is in place of a folder."""
    *folders, name = path.split("/")
    place = top
    for each in folders:
        place /= each
        if (mode := _mode(place)) is not None and not stat.S_ISDIR(mode):
            return False
    mode = _mode(place / name)
    return mode is None or stat.S_ISREG(mode)


def _mode(file: Path) -> int | None:
    try:
        return os.lstat(file).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _stamp(file: Path) -> tuple[int, ...]:
    """What is another when somebody has written the file meanwhile."""
    try:
        found = os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_size
