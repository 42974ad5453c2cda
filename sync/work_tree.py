"""The work tree brought from one commit to another, each file all or nothing.

git writes the files of a work tree in place, so that one who is killed leaves half a file, which would be taken for an
edit by hand. Here git writes them aside, and each comes complete in its place.
"""

import errno
import os
import shutil
import stat
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sync import disk, git
from sync.git import GitError, Repository
from sync.git_locks import copied_index, named, own_index, scratch_of, update_index

# Mode and name of a blob; None for a file that is not there.
Entry = tuple[str, str] | None
# A file that is neither a link nor a program.
_PLAIN = "100644"


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
    """From the commit that is checked out to another one. What somebody has done in work tree and index stays."""

    def __init__(self, repository: Repository, old: str, new: str):
        self._repository, self._old, self._new = repository, old, new
        self._changes = changes(repository, old, new)
        # What we put there ourselves, with the stamp of what lies there.
        self._ours: dict[str, tuple[int, ...]] = {}

    def refuse_overwriting(self) -> None:
        """Raises GitError where a file that was changed by hand would be overwritten."""
        laid_out = self._lay_out()
        seen = {path: _stamp(self._repository.top / path) for path in laid_out}
        with copied_index(self._repository) as index:
            self._admit(index)
            # In an index that has the new one already, git leaves the file as it is, whatever was done to it.
            waiting = self._as_before(index)
        top = self._repository.top
        self._ours = {path: stamp for path, stamp in seen.items() if path in waiting and _is_plain(top, path)}

    def go(self, reason: str) -> None:
        """Work tree, index and branch are those of the new commit.

        Args:
            reason: what the log of the branch says.

        Raises:
            GitError: a file was changed by hand since `refuse_overwriting`, or somebody has committed. What was
                changed is as it was; other files may have come already, which is no obstacle to the next try.
        """
        for path in self._ours:
            self._expect(path)
        with named(self._repository.top):
            for path in self._ours:
                self._put(path)
            disk.settle(sorted({(self._repository.top / path).parent for path in self._ours}))
        update_index(
            self._repository, self._check_out, before=self._refuse_overtaking, after=partial(self._arrive, reason)
        )
        shutil.rmtree(self._aside, ignore_errors=True)

    def _refuse_overtaking(self) -> None:
        if self._repository.find_commit("HEAD") != self._old:
            raise GitError(f"Somebody has committed in {self._repository.top} meanwhile.")

    def _arrive(self, reason: str) -> None:
        self._run("update-ref", "-m", f"lemma: {reason}", "HEAD", self._new, self._old)

    @property
    def _aside(self) -> Path:
        return scratch_of(self._repository) / "files"

    def _lay_out(self) -> list[str]:
        """Lets git write aside what has changed, and gives the names of the files that we can put in their places.

        Links, programs, and what git would take for changed as soon as it is there are left to git.
        """
        plain = [
            path
            for path, change in self._changes.items()
            if change.after and change.after[0] == _PLAIN and (change.before is None or change.before[0] == _PLAIN)
        ]
        sparse = self._run("config", "--type=bool", "--default=false", "core.sparseCheckout").strip()
        if not plain or sparse == b"true":
            return []
        shutil.rmtree(self._aside, ignore_errors=True)
        disk.make_folder(self._aside)
        with own_index(self._repository) as index:
            # A work tree of its own, in which attributes are those of the new commit.
            elsewhere = {**index, "GIT_DIR": str(self._repository.folder), "GIT_WORK_TREE": str(self._aside)}
            self._run("read-tree", self._new, env=elsewhere)
            self._run("checkout-index", "-z", "--stdin", env=elsewhere, data=git.nul_joined(plain))
            self._run("update-index", "-q", "--refresh", env=elsewhere, accepted=(0, 1))
            # Such as line ends that are written otherwise than they are read.
            odd = set(git.split(self._run("diff-files", "-z", "--name-only", env=elsewhere)))
        laid_out = [path for path in plain if path not in odd]
        with named(self._aside):
            for path in laid_out:
                disk.harden(self._aside / path)
        return laid_out

    def _admit(self, index: Mapping[str, str]) -> None:
        self._run("update-index", "-q", "--refresh", env=index, accepted=(0, 1))
        tried = ("read-tree", "--dry-run", "-m", "-u", self._old, self._new)
        try:
            self._run(*tried, env=index)
        except GitError:
            self._take_as_checked_out(index)
            self._run(*tried, env=index)

    def _check_out(self, index: Mapping[str, str]) -> None:
        waiting = self._as_before(index)
        lines = [
            f"{_PLAIN} {change.after[1]}\t{path}"
            for path, change in self._changes.items()
            if path in self._ours and path in waiting and change.after
        ]
        self._run("update-index", "-z", "--index-info", env=index, data=git.nul_joined(lines))
        self._admit(index)
        self._run("read-tree", "-m", "-u", self._old, self._new, env=index)

    def _as_before(self, index: Mapping[str, str]) -> set[str]:
        """What has changed, and is in the index as in the old commit; not what somebody keeps out of the work tree."""
        entries: dict[str, Entry] = {}
        for line in git.split(self._run("ls-files", "-t", "--stage", "-z", env=index)):
            head, _, path = line.partition("\t")
            tag, mode, blob, stage = head.split(" ")
            entries[path] = (mode, blob) if stage == "0" and tag in ("H", "h") else ("", "")
        return {path for path, change in self._changes.items() if entries.get(path) == change.before}

    def _take_as_checked_out(self, index: Mapping[str, str]) -> None:
        """Files that are as in the new commit already are so in the index, too: a sync that was killed wrote them, or
        a person did.
        """
        top = self._repository.top
        gone = [path for path, change in self._changes.items() if not change.after and not os.path.lexists(top / path)]
        wanted = {
            path: change.after[1]
            for path, change in self._changes.items()
            if change.after and (top / path).is_file() and not (top / path).is_symlink()
        }
        found = self._blobs_of(list(wanted))
        same = [path for path, blob in wanted.items() if found[path] == blob]
        words = ("update-index", "--add", "--remove", "-z", "--stdin")
        self._run(*words, env=index, data=git.nul_joined([*same, *gone]))

    def _blobs_of(self, paths: list[str]) -> dict[str, str]:
        """By path, the name of the blob that git would make of the file."""
        # git reads names of files a line each; those few that have a line end go by themselves.
        lines = [path for path in paths if "\n" not in path]
        others = [path for path in paths if "\n" in path]
        data = "".join(f"{path}\n" for path in lines).encode("utf-8", "surrogateescape")
        found = self._run("hash-object", "--stdin-paths", data=data).decode().split()
        if others:
            found += self._run("hash-object", "--", *others).decode().split()
        return dict(zip([*lines, *others], found, strict=True))

    def _expect(self, path: str) -> None:
        if _stamp(self._repository.top / path) != self._ours[path]:
            raise GitError(f"{path} was changed a moment ago, so it was left alone.")

    def _put(self, path: str) -> None:
        source, target = self._aside / path, self._repository.top / path
        self._expect(path)
        try:
            disk.put(source, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # The git folder is on another disk.
            disk.write(target, source.read_bytes(), expect=lambda: self._expect(path))

    def _run(
        self,
        *words: str,
        data: bytes | None = None,
        env: Mapping[str, str] | None = None,
        accepted: Collection[int] = (0,),
    ) -> bytes:
        return self._repository.run(*words, data=data, env=env, accepted=accepted)


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
