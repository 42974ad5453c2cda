"""What the doctor says about a sound installation, and about each thing that may be wrong with one."""

import io
import json
import os
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.doctor import data, machine
from config.doctor.finding import Finding
from glossary.search.models import SearchText
from publishing.models import Blob, Change, FacetCount, FeedCounter, Item, Published, Revision, Schedule
from sync.models import Run
from tests.operations.sites import CAST
from tests.sync.folders import write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def content(settings: Settings, tmp_path: Path) -> Path:
    """A sound installation."""
    settings.VAR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "var" / "media"
    settings.BASE_DIR, settings.DEBUG = tmp_path, True
    settings.CONTENT_ROOT = write(tmp_path / "content", CAST)
    settings.VAR.mkdir()
    call_command("import_content", verbosity=0)
    User.objects.create_superuser("ada")
    return tmp_path / "content"


def examined(*options: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Exit code, and what was found that is not well, by code."""
    out, code = io.StringIO(), 0
    try:
        call_command("doctor", "--json", *options, stdout=out)
    except SystemExit as end:
        code = int(str(end.code))
    told = json.loads(out.getvalue())
    assert told["status"] == {0: "ok", 1: "error", 2: "warning"}[code]
    # The tests run with DEBUG, and with a database that others may read.
    known = {"settings.debug", "secrets.open"}
    return code, {one["code"]: one for one in told["findings"] if one["status"] != "ok" and one["code"] not in known}


def found(*options: str) -> dict[str, dict[str, str]]:
    _, problems = examined(*options)
    assert all(one["hint"] for one in problems.values())
    return problems


def test_a_sound_installation_has_nothing_wrong() -> None:
    assert found("--deep") == {}


def test_the_exit_code_says_how_bad_it_is(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examined()[0] == 2, "DEBUG alone is a warning"
    settings.DEBUG = False
    monkeypatch.setattr("config.doctor.machine.settings_fit", lambda: [])
    monkeypatch.setattr("config.doctor.machine.secrets_are_closed", lambda: [])
    (Path(settings.STATIC_ROOT)).mkdir(parents=True, exist_ok=True)
    (Path(settings.STATIC_ROOT) / "staticfiles.json").write_text("{}")
    assert examined()[0] == 0
    SearchText.objects.all().delete()
    assert examined()[0] == 1


def test_a_person_reads_what_to_do() -> None:
    FeedCounter.objects.update(position=0)
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", stdout=out)
    assert (
        "error    feed.counter: The feed is at 4, but its counter at 0.\n         Go back to a backup" in out.getvalue()
    )


# --- the machine ---


def codes(findings: Any) -> list[str]:
    return [one.code for one in findings if one.status != "ok"]


def test_what_check_says_is_said_too(settings: Settings) -> None:
    settings.LEMMA_LOCALE = "not a language"
    assert "lemma.E003" in found()["settings.check"]["message"]


def test_a_secret_that_others_may_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SECRET_KEY=x")
    (tmp_path / ".env").chmod(0o644)
    assert f"chmod o-rwx {tmp_path / '.env'}" in " ".join(one.hint for one in machine.secrets_are_closed())
    (tmp_path / ".env").chmod(0o600)
    assert ".env" not in " ".join(one.message for one in machine.secrets_are_closed())


def test_no_content_folder(settings: Settings, tmp_path: Path) -> None:
    settings.CONTENT_ROOT = tmp_path / "gone"
    assert "content.missing" in found()


def test_a_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, content: Path) -> None:
    # Root, as whom tests may run, may write everywhere.
    usual = os.access
    monkeypatch.setattr("os.access", lambda path, mode: Path(path) != content / "books" and usual(path, mode))
    assert str(content / "books") in found()["content.rights"]["message"]


def test_static_files_that_are_not_collected(settings: Settings, tmp_path: Path) -> None:
    settings.DEBUG, settings.STATIC_ROOT = False, tmp_path / "static"
    assert codes(machine.folders_can_be_used()) == ["static.missing"]


@pytest.mark.parametrize(("free", "code"), [(1 << 20, "disk.full"), (500 << 20, "disk.little")])
def test_a_disk_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch, free: int, code: str) -> None:
    class Usage:
        def __init__(self, folder: Any):
            self.free = free

    monkeypatch.setattr("shutil.disk_usage", Usage)
    assert code in found()


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def test_a_repository_in_which_somebody_is_in_the_middle_of_something(content: Path) -> None:
    git(content, "init", "-b", "main")
    assert codes(machine.git_is_usable()) == []
    (content / ".git" / "MERGE_HEAD").write_text("")
    assert "A merge is under way" in found()["git.repository"]["message"]


def test_no_git_where_it_is_needed(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert codes(machine.git_is_usable()) == []
    settings.LEMMA_SYNC_ARGUMENTS = ["--commit"]
    assert found()["git.missing"]["status"] == "error"


# --- the database ---


def test_no_database() -> None:
    def refuse(*arguments: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        assert "connection refused" in found()["database.silent"]["message"]


def test_a_migration_that_has_not_run() -> None:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("sync")[0]
    MigrationRecorder(connection).record_unapplied(*newest)
    assert "manage.py migrate" in found()["migrations.missing"]["hint"]


def test_a_published_item_that_search_does_not_find() -> None:
    SearchText.objects.filter(pk=Published.objects.earliest("pk").pk).delete()
    problem = found()["search.stale"]
    assert "lacks 1" in problem["message"]
    assert "reindex" in problem["hint"]


def test_an_index_without_its_words() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL generates them")
    # Behind the back of the index.
    SearchText.objects.update(text="other words altogether")
    assert "search.damaged" in found()


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda: Published.objects.filter(slug="grey-box").delete(), "feed.disagrees"),
        (lambda: Change.objects.filter(slug="grey-box").delete(), "feed.disagrees"),
        (lambda: Item.objects.filter(slug="grey-box").update(deleted_at=timezone.now()), "feed.disagrees"),
        (lambda: FeedCounter.objects.update(position=1), "feed.counter"),
        (lambda: FacetCount.objects.filter(name="").update(count=7), "counts.wrong"),
        (lambda: Published.objects.update(payload_version=0), "published.outdated"),
        (lambda: Revision.objects.update(created_at=timezone.now() + timedelta(hours=1)), "clock.behind"),
        (lambda: User.objects.update(is_active=False), "accounts.none"),
        (lambda: Item.objects.filter(slug="grey-box").update(locale="fr"), "locale.other"),
        (lambda: Run.objects.update(outcome=Run.Outcome.FAILED), "sync.failed"),
    ],
)
def test_what_does_not_agree_is_named(harm: Callable[[], Any], code: str) -> None:
    harm()
    assert code in found()


def test_a_schedule_that_nobody_carries_out() -> None:
    item = Item.objects.get(slug="grey-box")
    now = timezone.now()
    waiting = Schedule.objects.create(item=item, action="unpublish", at=now - timedelta(minutes=1), created_at=now)
    assert "schedules.late" not in found()
    waiting.at = now - timedelta(hours=1)
    waiting.save()
    assert "run_scheduled" in found()["schedules.late"]["hint"]


def test_a_text_that_is_not_what_was_stored() -> None:
    Blob.objects.filter(pk=Blob.objects.earliest("pk").pk).update(data=b"rotten")
    assert "texts.damaged" not in found()
    assert "texts.damaged" in found("--deep")


def test_a_picture_that_is_gone(content: Path) -> None:
    name = f"{'0' * 32}.png"
    (content / "terms" / "grey-box.md").write_text(f"---\ntitle: Grey box\n---\n![a](../assets/{name})\n")
    call_command("import_content", verbosity=0)
    assert name in found("--deep")["uploads.missing"]["message"]


def test_it_changes_nothing() -> None:
    before = list(Published.objects.values_list()), list(Item.objects.values_list()), list(Change.objects.values_list())
    found("--deep")
    assert before == (
        list(Published.objects.values_list()), list(Item.objects.values_list()), list(Change.objects.values_list())
    )  # fmt: skip


def test_every_finding_has_a_code_of_its_own_kind() -> None:
    findings: list[Finding] = [data.answers(), data.migrated(), *data.feed_agrees(), *data.workers_work()]
    assert all(one.code.count(".") == 1 for one in findings)
