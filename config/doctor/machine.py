"""Settings, folders, disk and git: what needs no database."""

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core import checks

from config.doctor.finding import Finding, error, ok, warning
from sync.git import branch_of, open_repository
from sync.git_locks import await_index
from sync.places import SyncError, places

# What `sync_content --pull` asks of git.
_GIT = (2, 38)
_NEEDS_GIT = {"--commit", "--pull", "--push"}
# Bytes: below the first nothing can be written for long, below the second it is time to do something.
_TIGHT, _LITTLE = 200 << 20, 1 << 30


def settings_fit() -> Iterator[Finding]:
    """What `check` says, and outside DEBUG `check --deploy`."""
    found = [each for each in checks.run_checks(include_deployment_checks=not settings.DEBUG) if not each.is_silenced()]
    for each in found:
        kind = error if each.is_serious() else warning
        yield kind("settings.check", f"{each.id}: {each.msg}", each.hint or "See manage.py check --deploy.")
    if settings.DEBUG:
        yield warning("settings.debug", "DEBUG is on.", "Leave it out where others reach this server.")
    if not found:
        yield ok("settings.check", "The settings fit.")


def secrets_are_closed() -> Iterator[Finding]:
    """Files that hold secrets are their owner's alone."""
    paths = [Path(settings.BASE_DIR) / ".env", settings.VAR / "secret-key", *_database_files()]
    open_ones = [path for path in paths if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o007]
    for path in open_ones:
        yield warning("secrets.open", f"{path} can be read by every account.", f"Run: chmod o-rwx {path}")
    if not open_ones:
        yield ok("secrets.open", "What holds secrets is closed to other accounts.")


def folders_can_be_used() -> Iterator[Finding]:
    wrong = False
    for name, folder in (("LEMMA_VAR", settings.VAR), ("the uploads", Path(settings.MEDIA_ROOT))):
        if folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            wrong = True
            yield error("folders.rights", f"{folder}, {name}, cannot be written.", _OWNER)
    root = Path(settings.CONTENT_ROOT)
    if not root.is_dir():
        wrong = True
        yield error("content.missing", f"There is no content folder {root}.", "Create it, or set CONTENT_ROOT.")
    else:
        try:
            folders = [root, *(place.folder for place in places(root) if place.folder.exists())]
        except SyncError as problem:
            wrong = True
            yield error("content.places", str(problem), "Mend LEMMA_ENTRIES_DIR and LEMMA_BOOKS_DIR.")
            folders = [root]
        for folder in folders:
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                wrong = True
                yield error("content.rights", f"{folder} cannot be read and written.", _OWNER)
    if not settings.DEBUG and not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        wrong = True
        yield error("static.missing", "The static files are not collected.", "Run: manage.py collectstatic --noinput")
    if not wrong:
        yield ok("folders.rights", f"The folders can be used; the content is in {root}.")


_OWNER = "Give it to the account that Lemma runs as."


def disk_has_room() -> Iterator[Finding]:
    """On each file system that Lemma writes to; beside the database there should be room for it once more."""
    size = sum(path.stat().st_size for path in _database_files())
    seen: dict[int, Path] = {}
    for folder in (settings.VAR, Path(settings.CONTENT_ROOT), *(path.parent for path in _database_files())):
        if folder.exists():
            seen.setdefault(folder.stat().st_dev, folder)
    for folder in seen.values():
        free = shutil.disk_usage(folder).free
        said = f"{free / 2**30:.1f} GB are free at {folder}"
        if free < _TIGHT:
            yield error("disk.full", f"{said}.", "Make room now: soon nothing can be saved.")
        elif free < max(_LITTLE, 2 * size):
            yield warning("disk.little", f"{said}.", "Make room, or move backups elsewhere.")
        else:
            yield ok("disk.room", f"{said}.")


def git_is_usable() -> Iterator[Finding]:
    """Where the content lies in a repository, or is to be synced with one."""
    root = Path(settings.CONTENT_ROOT)
    wanted = _NEEDS_GIT & set(settings.LEMMA_SYNC_ARGUMENTS)
    kept = any((folder / ".git").exists() for folder in (root.resolve(), *root.resolve().parents))
    if not wanted and not kept:
        yield ok("git.unused", "The content is in no git repository.")
        return
    kind = error if wanted else warning
    try:
        said = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S607
    except (OSError, subprocess.CalledProcessError):
        yield kind("git.missing", "There is no git.", "On Debian: apt install git")
        return
    version = tuple(map(int, re.findall(r"\d+", said)[:2]))
    if version < _GIT:
        yield kind("git.old", f"git is {said.strip()}.", "sync_content --pull needs 2.38 or newer.")
    if not root.is_dir():
        return
    try:
        repository = open_repository(root)
        branch = branch_of(repository)
        await_index(repository)
    except SyncError as problem:
        yield kind("git.repository", str(problem), "Until then --commit, --pull and --push refuse.")
    else:
        yield ok("git.repository", f"{said.strip()}; the content is on the branch {branch}.")


def _database_files() -> list[Path]:
    """That of SQLite, with its log; none of a server."""
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        return []
    names = [database["NAME"], f"{database['NAME']}-wal"]
    return [Path(name) for name in names if Path(name).exists()]
