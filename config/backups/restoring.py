"""Going back to a backup. Everything is read, checked and unpacked before anything is replaced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.conf import settings
from django.core.cache import cache
from django.db.migrations.loader import MigrationLoader

from config.backups import archive, content, databases, making, uploads
from config.backups.errors import BackupError
from publishing.models import FeedCounter
from publishing.models.feed import new_epoch

# A database in which none of these has a row holds nobody's work.
_WORK = ("publishing_item", "auth_user", "publishing_blob")


@dataclass(slots=True)
class Restored:
    """content: the number of content files that were written, None where the folder has files of its own. kept: the
    backup of what was there before. behind: whether migrations of this code are still to run."""

    made_at: str
    rows: int
    uploads: int = 0
    content: int | None = None
    kept: Path | None = None
    behind: bool = False
    notes: list[str] = field(default_factory=list)


def verify(source: Path) -> Mapping[str, Any]:
    """The manifest of a backup that is whole. Raises BackupError."""
    return archive.read(source)


def restore(
    source: Path,
    *,
    replace: bool = False,
    discard: bool = False,
    seconds: float = 60,
    say: Callable[[str], None] = lambda text: None,
) -> Restored:
    """
    Args:
        replace: a database that holds something may be replaced, after it was backed up beside `source`.
        discard: the same without that backup.
        seconds: how long to wait for a sync that is at work.

    Raises:
        BackupError: what was there is there still, unless the message says otherwise.
    """
    _make_room()
    with TemporaryDirectory(dir=settings.VAR, prefix=".lemma-restore-") as folder:
        staged = Path(folder)
        say("Checking and unpacking …")
        manifest = archive.read(source, lambda name: _staging(staged, name))
        _refuse_foreign(manifest)
        held = _held()
        if held and not (replace or discard):
            raise BackupError(
                f"The database holds {held}. --replace backs that up and restores all the same; --discard restores "
                "without that."
            )
        kept = None
        if held and not discard:
            say("Backing up what is there …")
            kept = _keep(source, seconds)
        say("Restoring …")
        with content.settled(seconds, reading=False):
            restored = _put(staged, manifest)
        restored.kept = kept
        return restored


def _put(staged: Path, manifest: Mapping[str, Any]) -> Restored:
    """The database last: whoever finds it restored finds the rest too."""
    restored = Restored(manifest["made_at"], sum(manifest["rows"].values()))
    names = manifest["files"]
    try:
        for name in names:
            if name.startswith(f"{archive.MEDIA}/"):
                uploads.put(name.removeprefix(f"{archive.MEDIA}/"), staged / name)
                restored.uploads += 1
        files = [name.removeprefix(f"{archive.CONTENT}/") for name in names if name.startswith(f"{archive.CONTENT}/")]
        if content.is_free():
            for name in files:
                content.put(name, (staged / archive.CONTENT / name).read_bytes())
            content.settle(files)
            restored.content = len(files)
    except OSError as error:
        raise BackupError(
            f"{error.filename or 'A file'} cannot be written: {error.strerror or error}. The database is as it was; "
            "uploads and content files may be restored in part. Mend that and run it again."
        ) from error
    databases.load(staged / databases.file_name())
    _compare(manifest["rows"])
    # Whoever follows the feed got things that are not in it any more, and has to begin anew.
    FeedCounter.objects.update(epoch=new_epoch())
    cache.clear()
    restored.behind = bool(_known() - set(manifest["migrations"]))
    if manifest["locale"] != settings.LEMMA_LOCALE:
        restored.notes.append(
            f"The backup is of a glossary with LEMMA_LOCALE={manifest['locale']}, and yours is "
            f"{settings.LEMMA_LOCALE}: nothing of it is shown before you set that."
        )
    return restored


def _compare(expected: Mapping[str, int]) -> None:
    found = databases.rows()
    if wrong := sorted(name for name, number in expected.items() if found.get(name) != number):
        name = wrong[0]
        raise BackupError(
            f"The database was restored, but not as it was: {name} has {found.get(name)} rows instead of "
            f"{expected[name]}. Stop whatever writes to it, and run this again with --discard."
        )


def _refuse_foreign(manifest: Mapping[str, Any]) -> None:
    name = databases.file_name()
    if name not in manifest["files"]:
        raise BackupError(
            f"The backup is of a {manifest['engine']} database, and DATABASE_URL names one of another kind. "
            "Restore it there, and move the content with export_content and import_content."
        )
    if newer := sorted(set(manifest["migrations"]) - _known()):
        raise BackupError(
            f"The backup was made by a newer Lemma, which has the migration {newer[0]}. Upgrade first, then restore."
        )


def _known() -> set[str]:
    """Migrations of this code."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def _held() -> str:
    """What would be lost, in words; "" where it is nothing."""
    there = databases.tables()
    counted = databases.rows() if set(there) & set(_WORK) else {}
    items, accounts = counted.get("publishing_item", 0), counted.get("auth_user", 0)
    if not any(counted.get(name) for name in _WORK):
        return ""
    return f"{items} entries and books and {accounts} accounts"


def _keep(source: Path, seconds: float) -> Path:
    folder = source.resolve().parent
    try:
        return making.make(folder / f"before-restore-{making.new_name()}", seconds=seconds).path
    except BackupError as error:
        raise BackupError(f"What is there cannot be backed up: {error} --discard restores without that.") from error


def _make_room() -> None:
    try:
        settings.VAR.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BackupError(f"{settings.VAR} cannot be made: {error.strerror}.") from error


def _staging(folder: Path, name: str) -> IO[bytes]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb")
