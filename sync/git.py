"""The `git` command, told to be quiet, to ask nothing, and to run nobody's hooks."""

import os
import re
import signal
import subprocess
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sync.places import SyncError

_SETTINGS = (
    # A commit of ours changes only content that Lemma has checked. Hooks might wait for input, or rewrite files.
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    # Files that somebody pushed may look like a git folder, whose settings name programs to run.
    "safe.bareRepository=explicit",
    # What runs on by itself, and locks, is for the owner to start.
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.writeCommitGraph=false",
    # What waits for its commit is forgotten once that is made, so commits and branches have to outlast a power cut.
    "core.fsync=committed,reference",
    "core.fsyncMethod=batch",
    # By this git would take what Lemma writes for unchanged.
    "core.ignoreStat=false",
    "i18n.commitEncoding=utf-8",
)
_OPTIONS = ("--literal-pathspecs", *(word for setting in _SETTINGS for word in ("-c", setting)))
# Seconds for what happens on this machine, and for what talks to another.
_LOCAL, _NETWORK = 60.0, 300.0
# Seconds in which a command that is told to stop takes its locks away.
_MERCY = 5.0
# Work that somebody has begun and must end first: file in the git folder, what it is, how to end it.
_UNDER_WAY = (
    ("MERGE_HEAD", "merge", "git merge --continue or --abort"),
    ("rebase-merge", "rebase", "git rebase --continue or --abort"),
    ("rebase-apply", "rebase", "git rebase --continue or --abort"),
    ("CHERRY_PICK_HEAD", "cherry-pick", "git cherry-pick --continue or --abort"),
    ("REVERT_HEAD", "revert", "git revert --continue or --abort"),
)
# Only what says where the repository is could mislead us; what asks somebody would wait for ever.
_LEFT_OUT = frozenset(
    f"GIT_{name}"
    for name in ("DIR", "WORK_TREE", "INDEX_FILE", "OBJECT_DIRECTORY", "COMMON_DIR", "NAMESPACE", "PREFIX")
) | {"SSH_ASKPASS"}


class GitError(SyncError):
    """A git command failed; the message ends with what git said."""


@dataclass(frozen=True, slots=True)
class Repository:
    """top: the root of the work tree. folder: the git folder of this work tree.

    descriptor: of what keeps other syncs away; local commands hold it as long as they are at work.
    """

    top: Path
    folder: Path
    descriptor: int | None = None

    def run(
        self,
        *words: str,
        data: bytes | None = None,
        env: Mapping[str, str] | None = None,
        accepted: Collection[int] = (0,),
    ) -> bytes:
        """What a git command prints. Paths among the words are taken literally.

        Args:
            data: its standard input.
            accepted: exit codes that are no failure.

        Raises:
            GitError: it failed, or took too long.
        """
        code, out, reason = _call(self.top, words, data, env, descriptor=self.descriptor)
        if code not in accepted:
            raise GitError(explained(words[0], reason))
        return out

    def line(self, *words: str, env: Mapping[str, str] | None = None) -> str:
        return _text(self.run(*words, env=env)).strip()

    def code(self, *words: str) -> int:
        return _call(self.top, words, descriptor=self.descriptor)[0]

    def talk(self, *words: str) -> tuple[int, str, str]:
        """A command that talks to a remote, which may take minutes: exit code, what it prints, what it complains of.

        Raises:
            GitError: it took too long.
        """
        # Without the descriptor: helpers that keep passwords stay for hours, and would keep it.
        code, out, reason = _call(self.top, words, timeout=_NETWORK)
        return code, _text(out), reason

    def find_commit(self, name: str) -> str | None:
        """The commit of that name, None if there is none: HEAD of a branch without one, say."""
        code, out, _ = _call(self.top, ("rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"))
        return None if code else _text(out).strip()

    def relative(self, path: Path) -> str:
        """Raises SyncError for a path that is not in the work tree."""
        try:
            return path.relative_to(self.top).as_posix()
        except ValueError:
            raise SyncError(
                f"{path} lies outside the git repository {self.top}. Entries and books must be in one repository."
            ) from None


def open_repository(folder: Path) -> Repository:
    """The repository that holds a folder.

    Raises:
        SyncError: there is none, it has no work tree, or git does not trust it.
    """
    found = []
    for wanted in ("--show-toplevel", "--absolute-git-dir"):
        code, out, reason = _call(folder, ("rev-parse", wanted))
        if code:
            raise SyncError(f"{folder} is in no git repository that can be used. {_why_unusable(folder, reason)}")
        found.append(Path(_text(out).removesuffix("\n")))
    top, git_folder = found
    return Repository(top, git_folder)


def _why_unusable(folder: Path, reason: str) -> str:
    if "dubious ownership" in reason:
        found = re.search(r"repository at '(.*)'", reason)
        top = found[1] if found else folder
        return f"It belongs to another account. Run: git config --global --add safe.directory {top}"
    if "work tree" in reason or "bare repository" in reason:
        found = re.search(r"bare repository '(.*?)'", reason)
        return (
            f"{found[1] if found else folder} is a bare repository, or has the files HEAD, objects and refs of one. "
            "Sync a clone of it, or remove those files."
        )
    if "not a git repository" in reason:
        return "Run git init there, or leave --commit, --pull and --push out."
    return f"git says: {reason}"


def branch_of(repository: Repository) -> str:
    """The branch to commit to.

    Raises:
        SyncError: a merge, rebase or the like is under way, or there is none.
    """
    for name, what, way_out in _UNDER_WAY:
        if (repository.folder / name).exists():
            raise SyncError(f"A {what} is under way in {repository.top}. End it first: {way_out}.")
    code, out, _ = _call(repository.top, ("symbolic-ref", "--quiet", "--short", "HEAD"))
    if code:
        raise SyncError(f"No branch is checked out in {repository.top}. Run git switch with the name of a branch.")
    return _text(out).strip()


def nul_joined(paths: Iterable[str]) -> bytes:
    return b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)


def split(data: bytes) -> list[str]:
    """The parts of what git prints with -z."""
    return _text(data).split("\0")[:-1]


def _call(
    folder: Path,
    words: Sequence[str],
    data: bytes | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = _LOCAL,
    descriptor: int | None = None,
) -> tuple[int, bytes, str]:
    """Exit code, what it prints, and what it complains of.

    descriptor: one of ours that it has, too.
    """
    surroundings = {
        **{name: value for name, value in os.environ.items() if name not in _LEFT_OUT},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
        **(env or {}),
    }
    try:
        process = subprocess.Popen(  # noqa: S603 (a list, no shell)
            ["git", *_OPTIONS, *words],  # noqa: S607
            cwd=folder,
            env=surroundings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Without a terminal nobody can ask for a password there.
            start_new_session=True,
            pass_fds=() if descriptor is None else (descriptor,),
        )
    except FileNotFoundError:
        raise SyncError(
            f"There is no folder {folder}." if not folder.is_dir() else "There is no git. On Debian: apt install git"
        ) from None
    except OSError as error:
        raise SyncError(f"git cannot be started: {error.strerror}.") from error
    with process:
        try:
            out, err = process.communicate(data or b"", timeout=timeout)
        except BaseException as error:
            _end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise GitError(f"git {words[0]} did not answer within {timeout:g} seconds.") from None
            raise
    return process.returncode, out, err.decode("utf-8", "replace").strip()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Those that git started, such as ssh, go with it; they would keep us waiting."""
    with suppress(ProcessLookupError):
        # First as git can bear it: it takes its locks away.
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_MERCY)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def explained(word: str, reason: str) -> str:
    """What a person reads when git refuses: its own words, and what to do."""
    hint = ""
    if "index.lock" in reason:
        hint = " Another git command is at work there; if it was killed, remove the file index.lock."
    elif any(
        sign in reason for sign in ("could not read Username", "could not read Password", "Authentication failed")
    ):
        hint = " Lemma cannot type a password: set up a key or a credential helper for its account."
    elif "Permission denied (publickey" in reason:
        hint = " Lemma's account has no key that the remote knows."
    elif any(sign in reason for sign in ("would be overwritten", "not uptodate", "not up to date")):
        hint = " It was changed here and is not committed. Commit it, or put it aside with git stash."
    return f"git {word} failed: {reason or 'no reason given'}{'' if reason.endswith('.') else '.'}{hint}"
