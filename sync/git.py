"""The `git` command, told to be quiet, to ask nothing, and to run nobody's hooks."""

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sync.places import SyncError

# A commit of ours changes only content that Lemma has checked already. Hooks might wait for input, or rewrite files.
_QUIET = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "gc.auto=0")
_LOCAL, _NETWORK = 60, 300
# Work that somebody has begun and must end first: file in the git folder, what it is, how to end it.
_UNDER_WAY = (
    ("MERGE_HEAD", "merge", "git merge --continue or --abort"),
    ("rebase-merge", "rebase", "git rebase --continue or --abort"),
    ("rebase-apply", "rebase", "git rebase --continue or --abort"),
    ("CHERRY_PICK_HEAD", "cherry-pick", "git cherry-pick --continue or --abort"),
    ("REVERT_HEAD", "revert", "git revert --continue or --abort"),
)


class GitError(SyncError):
    """A git command failed; the message ends with what git said."""


@dataclass(frozen=True, slots=True)
class Repository:
    """top: the root of the work tree. folder: the git folder of this work tree."""

    top: Path
    folder: Path

    def run(
        self,
        *words: str,
        data: bytes | None = None,
        env: Mapping[str, str] | None = None,
        network: bool = False,
        accepted: Sequence[int] = (0,),
    ) -> bytes:
        """What a git command prints. Paths among the words are taken literally.

        Args:
            data: its standard input.
            network: whether it talks to a remote, which may take minutes.
            accepted: exit codes that are no failure.

        Raises:
            GitError: it failed, or took too long.
        """
        return _run(self.top, *words, data=data, env=env, network=network, accepted=accepted)[1]

    def line(self, *words: str, env: Mapping[str, str] | None = None) -> str:
        return self.run(*words, env=env).decode("utf-8", "surrogateescape").strip()

    def code(self, *words: str) -> int:
        return _run(self.top, *words, accepted=range(256))[0]

    def relative(self, path: Path) -> str:
        """Raises SyncError for a path that is not in the work tree."""
        try:
            return path.relative_to(self.top).as_posix()
        except ValueError:
            raise SyncError(f"{path} lies outside the git repository {self.top}.") from None


def open_repository(folder: Path) -> Repository:
    """The repository that holds a folder.

    Raises:
        SyncError: there is none, it has no work tree, or git does not trust it.
    """
    code, out, err = _call(folder, ("rev-parse", "--show-toplevel", "--absolute-git-dir"), None, None, _LOCAL)
    if code:
        reason = err.decode("utf-8", "replace").strip()
        if "dubious ownership" in reason:
            hint = f"It belongs to another account. Run: git config --global --add safe.directory {folder}"
        elif "work tree" in reason:
            hint = "It is a bare repository; sync a clone of it."
        else:
            hint = "Run git init there, or leave --commit, --pull and --push out."
        raise SyncError(f"{folder} is in no git repository that can be used. {hint}")
    top, git = out.decode("utf-8", "surrogateescape").rstrip("\n").split("\n")
    return Repository(Path(top), Path(git))


def branch_of(repository: Repository) -> str:
    """The branch to commit to.

    Raises:
        SyncError: a merge, rebase or the like is under way, or no branch is checked out.
    """
    for name, what, way_out in _UNDER_WAY:
        if (repository.folder / name).exists():
            raise SyncError(f"A {what} is under way in {repository.top}. End it first: {way_out}.")
    code, out = _run(repository.top, "symbolic-ref", "--quiet", "--short", "HEAD", accepted=(0, 1))
    if code:
        raise SyncError(f"No branch is checked out in {repository.top}. Run git switch with the name of a branch.")
    return out.decode("utf-8", "surrogateescape").strip()


def head_of(repository: Repository) -> str | None:
    """The commit that is checked out; None on a branch without one."""
    code, out = _run(repository.top, "rev-parse", "--quiet", "--verify", "HEAD^{commit}", accepted=(0, 1))
    return None if code else out.decode().strip()


def nul_joined(paths: Iterable[str]) -> bytes:
    return b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)


def _run(
    folder: Path,
    *words: str,
    data: bytes | None = None,
    env: Mapping[str, str] | None = None,
    network: bool = False,
    accepted: Iterable[int] = (0,),
) -> tuple[int, bytes]:
    try:
        code, out, err = _call(folder, words, data, env, _NETWORK if network else _LOCAL)
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {words[0]} did not answer within {error.timeout:.0f} seconds.") from None
    if code not in accepted:
        raise GitError(_explained(words[0], err.decode("utf-8", "replace").strip()))
    return code, out


def _call(
    folder: Path, words: Sequence[str], data: bytes | None, env: Mapping[str, str] | None, timeout: float
) -> tuple[int, bytes, bytes]:
    surroundings = {
        # Only what says where the repository is could mislead us here.
        **{name: value for name, value in os.environ.items() if name not in _MISLEADING},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS": "true",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
        **(env or {}),
    }
    surroundings.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
    command = ["git", "--literal-pathspecs", *_QUIET, *words]
    try:
        done = subprocess.run(  # noqa: S603 (a list, no shell)
            command,
            cwd=folder,
            env=surroundings,
            input=data if data is not None else b"",
            capture_output=True,
            timeout=timeout,
        )
    except FileNotFoundError:
        raise SyncError(
            f"There is no folder {folder}." if not folder.is_dir() else "There is no git. On Debian: apt install git"
        ) from None
    return done.returncode, done.stdout, done.stderr


_MISLEADING = frozenset(
    f"GIT_{name}"
    for name in ("DIR", "WORK_TREE", "INDEX_FILE", "OBJECT_DIRECTORY", "COMMON_DIR", "NAMESPACE", "PREFIX")
)


def _explained(word: str, reason: str) -> str:
    hint = ""
    if "index.lock" in reason:
        hint = " Another git command is at work there; if it was killed, remove the file index.lock."
    elif "could not read Username" in reason or "Permission denied (publickey" in reason:
        hint = " Lemma cannot type a password: set up a key or a credential helper for its account."
    elif "would be overwritten" in reason:
        hint = " Commit these changes, or put them aside with git stash."
    return f"git {word} failed: {reason or 'no reason given'}.{hint}"
