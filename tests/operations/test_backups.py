"""Backup and restore: the drill by commands in processes of their own, as a person runs it; the rest in this one."""

import io
import json
import re
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from PIL import Image
from pytest_django.fixtures import Settings

import documents
from glossary.editing import save_entry
from publishing import assets, images
from publishing.models import FeedCounter, Item, Revision
from sync.locks import locked
from sync.places import places
from tests.operations.sites import CAST, Site, contents, tables
from tests.sync.folders import write
from tests.sync.installation import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def content(settings: Settings, tmp_path: Path) -> Path:
    """A glossary: an account, the cast imported, an edit that is not published and a picture."""
    settings.VAR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "var" / "media"
    settings.CONTENT_ROOT = write(tmp_path / "content", CAST)
    call_command("import_content", verbosity=0)
    User.objects.create_superuser("ada", password="secret")
    assets.store(picture(0))
    item = Item.objects.get(slug="black-box")
    document = documents.parse(bytes(item.working.data))
    document["category"] = "Unpublished"
    save_entry(document, item=item, base_revision=item.revision)
    return tmp_path / "content"


@pytest.fixture
def backup(content: Path, tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    run("backup", tmp_path / "backups" / "lemma.tar.gz")
    return tmp_path / "backups" / "lemma.tar.gz"


def picture(number: int) -> images.CleanImage:
    data = io.BytesIO()
    Image.new("RGB", (4, 4), (number, 0, 7)).save(data, "PNG")
    return images.clean(data.getvalue())


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


def refusal(*arguments: object) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert caught.value.returncode == 1
    return str(caught.value)


def emptied(settings: Settings, tmp_path: Path) -> None:
    """Nothing is left but tables."""
    call_command("flush", interactive=False, verbosity=0)
    settings.MEDIA_ROOT = tmp_path / "new" / "media"
    settings.CONTENT_ROOT = tmp_path / "new" / "content"


# --- the drill ---


def test_an_upload_that_is_still_being_written_is_left_out(content: Path, settings: Settings, tmp_path: Path) -> None:
    folder = Path(settings.MEDIA_ROOT) / "assets"
    finished = {name for name in contents(folder) if not name.endswith(".part")}
    (folder / "0123456789abcdef0123456789abcdef.png.0123456789abcdef.part").write_bytes(b"half")
    path = tmp_path / "lemma.tar.gz"
    call_command("backup", path, verbosity=0)
    with tarfile.open(path) as packed:
        kept = {Path(name).name for name in packed.getnames() if name.startswith("media/assets/")}
    assert kept == finished


def test_what_is_restored_to_an_empty_place_equals_what_was_backed_up(
    make_site: Callable[..., Site], tmp_path: Path
) -> None:
    """Between two installations, while an editor publishes one entry after the other in the first."""
    site, other = make_site("site", CAST), make_site("other")
    path = tmp_path / "lemma.tar.gz"
    site.ok("migrate", "--verbosity", "0")
    site.ok("import_content", "--verbosity", "0")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.operations.busy_editor"],
        cwd=PROJECT,
        env=site.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as editor:
        assert editor.stdout is not None
        before = [editor.stdout.readline().strip() for _ in range(5)]
        site.ok("backup", path)
        rest, _ = editor.communicate("stop\n", timeout=120)
    assert editor.returncode == 0
    assert len(rest.splitlines()) > 5, "nothing was written meanwhile"
    # Into an empty place: no database, no tables, no files.
    said = other.ok("restore", path)
    assert "4 content files were written" in said
    assert contents(other.content) == CAST
    restored, now = other.tables(), site.tables()
    # Of one moment, and everything that was told to be saved before it: each entry has its revision, its published
    # row, its line in the feed, its line in the index and its picture.
    slugs = set(re.findall(r"busy-\d+", str(restored["publishing_item"])))
    assert set(before) <= slugs < set(re.findall(r"busy-\d+", str(now["publishing_item"])))
    for table in ("publishing_revision", "publishing_published", "publishing_change", "search_searchtext"):
        assert len([row for row in restored[table] if "busy-" in row]) == len(slugs), table
    names = set().union(*(assets.named_in(row.encode()) for row in restored["search_searchtext"]))
    kept = {Path(name).name for name in contents(other.var / "media")}
    assert names <= kept
    assert len(kept) >= len(slugs)
    # And of what is in both, nothing is different.
    for table in ("publishing_revision", "publishing_change", "publishing_blob", "publishing_facet"):
        assert set(restored[table]) <= set(now[table]), table
    # From there it can be backed up and restored to the very same.
    last = make_site("last")
    other.ok("backup", tmp_path / "again.tar.gz")
    last.ok("restore", tmp_path / "again.tar.gz")
    assert last.tables() == restored
    assert contents(last.var / "media") == contents(other.var / "media")


def test_everything_comes_back(settings: Settings, content: Path, backup: Path, tmp_path: Path) -> None:
    before, media = tables(), contents(Path(settings.MEDIA_ROOT))
    assert len(media) == 1
    emptied(settings, tmp_path)
    said = run("restore", backup)
    assert tables() == before
    assert contents(Path(settings.MEDIA_ROOT)) == media
    assert contents(Path(settings.CONTENT_ROOT)) == CAST
    assert "4 content files were written" in said
    # It goes on where it was: nothing is new on either side.
    call_command("migrate", check_unapplied=True, verbosity=0)
    revisions = Revision.objects.count()
    run("sync_content")
    assert Revision.objects.count() == revisions
    assert contents(Path(settings.CONTENT_ROOT)) == CAST


def test_who_follows_the_feed_has_to_begin_anew(backup: Path) -> None:
    before = FeedCounter.objects.get().epoch
    run("restore", backup, "--discard")
    assert FeedCounter.objects.get().epoch != before


def test_a_sync_is_waited_for(content: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with locked(places(content)):
        assert "is working on" in refusal("backup", path, "--wait", "0")
        assert not path.exists()
    run("backup", path, "--wait", "0")


# --- nothing is overwritten unless somebody says so ---


def test_a_backup_never_takes_the_place_of_a_file(backup: Path) -> None:
    before = backup.read_bytes()
    assert "is there already" in refusal("backup", backup)
    assert backup.read_bytes() == before


def test_a_database_with_something_in_it_is_not_replaced_unasked(backup: Path) -> None:
    before = tables()
    assert "The database holds 4 entries and books and 1 accounts. --replace" in refusal("restore", backup)
    assert tables() == before


def test_what_is_replaced_is_kept_as_a_backup(backup: Path) -> None:
    as_it_was = tables()
    User.objects.create_user("late")
    later = tables()
    said = run("restore", backup, "--replace")
    assert tables() == as_it_was
    kept = re.search(r"What was there before is in (.*)", said)
    assert kept
    run("restore", kept[1], "--discard")
    assert tables() == later


def test_discard_keeps_nothing(backup: Path) -> None:
    before = set(backup.parent.iterdir())
    run("restore", backup, "--discard")
    assert set(backup.parent.iterdir()) == before


def test_content_files_that_are_there_stay(content: Path, backup: Path) -> None:
    (content / "terms" / "black-box.md").write_bytes(b"newer")
    said = run("restore", backup, "--discard")
    assert (content / "terms" / "black-box.md").read_bytes() == b"newer"
    assert "was left as it is" in said


def test_only_the_newest_are_kept_of_those_that_lemma_named(content: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("lemma-20200101-000000.tar.gz", "lemma-20210101-000000.tar.gz", "lemma-of-mine.tar.gz"):
        (folder / name).write_bytes(b"")
    run("backup", folder, "--keep", "2")
    left = sorted(path.name for path in folder.iterdir())
    assert left[0] == "lemma-20210101-000000.tar.gz"
    assert left[-1] == "lemma-of-mine.tar.gz"
    assert len(left) == 3


# --- damage ---


@pytest.fixture
def untouched(settings: Settings, backup: Path, tmp_path: Path) -> Iterator[None]:
    """Afterwards all is as it was, and nothing was left lying about."""
    before = tables()
    settings.MEDIA_ROOT = tmp_path / "new" / "media"
    settings.CONTENT_ROOT = tmp_path / "new" / "content"
    yield
    assert tables() == before
    assert not (tmp_path / "new").exists()
    assert not [path for path in settings.VAR.iterdir() if path.name.startswith(".lemma")]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("what", ["bit", "end", "nothing", "not one"])
def test_a_damaged_backup_is_found_out_and_restores_nothing(backup: Path, what: str) -> None:
    data = bytearray(backup.read_bytes())
    if what == "bit":
        data[len(data) // 2] ^= 1
    elif what == "end":
        del data[-len(data) // 3 :]
    else:
        data = bytearray(b"" if what == "nothing" else b"no backup at all")
    backup.write_bytes(bytes(data))
    for arguments in ([backup, "--check"], [backup, "--discard"]):
        assert str(backup) in refusal("restore", *arguments)


def rewrite(backup: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> None:
    """The same archive with other members."""
    with tarfile.open(backup) as old:
        members = [(member.name, old.extractfile(member).read()) for member in old]  # type: ignore[union-attr]
    with tarfile.open(backup, "w:gz") as new:
        for changed in [change(name, data) for name, data in members]:
            if changed is not None:
                info = tarfile.TarInfo(changed[0])
                info.size = len(changed[1])
                new.addfile(info, io.BytesIO(changed[1]))


def manifest(**facts: Any) -> Callable[[str, bytes], tuple[str, bytes]]:
    def change(name: str, data: bytes) -> tuple[str, bytes]:
        return (name, json.dumps(json.loads(data) | facts).encode()) if name == "manifest.json" else (name, data)

    return change


def of_another_kind(name: str, data: bytes) -> tuple[str, bytes]:
    return name.replace("database.", "other."), data.replace(b'"database.', b'"other.')


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda name, data: (name, data.replace(b"A system seen", b"B system seen")), "is not what was backed up"),
        (lambda name, data: None if name.endswith("grey-box.md") else (name, data), "is not what was backed up"),
        (lambda name, data: None if name == "manifest.json" else (name, data), "has no manifest"),
        (lambda name, data: (name.replace("content/terms", "content/../../out"), data), "no backup of Lemma has"),
        (lambda name, data: (name.replace("content/terms", "/tmp/out"), data), "no backup of Lemma has"),
        # A repository's own settings name programs, which the next sync would run.
        (lambda name, data: (name.replace("content/terms", "content/.git"), data), "no backup of Lemma has"),
        (lambda name, data: (name.replace("content/terms", "content/terms/.Git/x"), data), "no backup of Lemma has"),
        (manifest(format=2), "format 2"),
        (manifest(migrations=["publishing.9999_later"]), "newer Lemma, which has the migration publishing.9999_later"),
        (of_another_kind, "names one of another kind"),
    ],
    ids=[
        "changed",
        "missing",
        "no manifest",
        "outside",
        "absolute",
        "git",
        "git below",
        "format",
        "newer",
        "other database",
    ],
)
def test_a_backup_that_was_tampered_with_or_is_of_another_lemma_restores_nothing(
    backup: Path, change: Any, message: str
) -> None:
    rewrite(backup, change)
    assert message in refusal("restore", backup, "--discard")


@pytest.mark.usefixtures("untouched")
def test_a_check_writes_nothing(backup: Path) -> None:
    assert "is whole" in run("restore", backup, "--check")


def test_a_content_file_that_cannot_be_read_is_no_reason_for_half_a_backup(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By the module of all that sync reads: root, as whom tests may run, reads what its rights forbid.
    def refuse(path: Any, *arguments: Any, **options: Any) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("sync.disk.read", refuse)
    message = refusal("backup", tmp_path / "a.tar.gz")
    assert "cannot be read: Permission denied. Give Lemma the right to read it." in message
    assert [path.name for path in tmp_path.iterdir() if "tar" in path.name or path.name.startswith(".")] == []


def test_a_folder_that_is_not_there_is_named(content: Path, tmp_path: Path) -> None:
    assert str(tmp_path / "none") in refusal("backup", tmp_path / "none" / "a.tar.gz")


def test_a_backup_that_is_not_there_is_named(content: Path, tmp_path: Path) -> None:
    assert str(tmp_path / "none") in refusal("restore", tmp_path / "none")


def test_only_its_owner_reads_a_backup(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


# --- databases ---


def test_a_process_that_has_the_database_open_sees_what_was_restored(backup: Path) -> None:
    """And goes on writing to it."""
    if connection.vendor != "sqlite":
        pytest.skip("a server sees to that by itself")
    User.objects.create_user("late")
    seen: list[int] = []
    looked, restored = Event(), Event()

    def other() -> None:
        seen.append(User.objects.count())
        looked.set()
        restored.wait()
        seen.append(User.objects.count())
        User.objects.create_user("later")
        connection.close()

    thread = Thread(target=other)
    thread.start()
    looked.wait()
    run("restore", backup, "--discard")
    restored.set()
    thread.join()
    assert seen == [2, 1]
    assert set(User.objects.values_list("username", flat=True)) == {"ada", "later"}


@pytest.mark.postgres
def test_without_pg_dump_it_is_said_what_to_install(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    message = refusal("backup", tmp_path / "a.tar.gz")
    assert "There is no pg_dump" in message
    assert "apt install postgresql-client" in message
    assert not (tmp_path / "a.tar.gz").exists()


@pytest.mark.postgres
def test_a_table_of_a_later_version_does_not_outlive_a_restore(backup: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id int)")
    run("restore", backup, "--discard")
    assert "later" not in connection.introspection.table_names()
