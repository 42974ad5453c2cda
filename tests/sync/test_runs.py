"""What the commands leave behind for the admin to show."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sync import runs, starting
from sync.locks import locked
from sync.models import Run
from sync.places import SyncError, places

pytestmark = pytest.mark.django_db

BOX = "---\ntitle: Black box\nslug: black-box\n---\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "black-box.md").write_text(BOX)
    return tmp_path


def run(command: str, root: Path, *args: str) -> None:
    call_command(command, str(root), *args, verbosity=0)


def outcomes() -> list[tuple[str, str]]:
    return [(each.half, each.outcome) for each in Run.objects.order_by("pk")]


def test_each_command_that_writes_is_kept(root: Path) -> None:
    for command in ("import_content", "export_content", "sync_content"):
        run(command, root)
    assert outcomes() == [("import", "in step"), ("export", "in step"), ("sync", "in step")]
    first = Run.objects.earliest("pk")
    assert first.root == str(root / "terms")
    assert first.report["counts"]["entries"]["new"] == 1
    assert first.report["steps"] == [{"path": "terms/black-box.md", "step": "new"}]
    assert first.ended_at
    assert runs.said(first) == "1 new"


@pytest.mark.parametrize(
    ("command", "option"),
    [("import_content", "--dry-run"), ("sync_content", "--dry-run"), ("export_content", "--diff")],
)
def test_a_preview_leaves_nothing(root: Path, command: str, option: str) -> None:
    run(command, root, option)
    assert outcomes() == []


def test_problems_are_kept_with_their_lines(root: Path) -> None:
    (root / "terms" / "bad.md").write_text("---\ntitle: [\n---\n")
    with pytest.raises(CommandError):
        run("sync_content", root)
    found = Run.objects.get()
    assert found.outcome == "problems"
    [problem] = found.report["problems"]
    assert problem["path"] == "terms/bad.md"
    assert problem["line"] > 0


def test_a_sync_that_cannot_begin_is_kept_as_failed(root: Path) -> None:
    (root / "terms" / "black-box.md").unlink()
    (root / "terms").rmdir()
    with pytest.raises(CommandError):
        run("sync_content", root)
    assert outcomes() == [("sync", "failed")]
    assert "There is no folder" in Run.objects.get().report["failure"]


def test_one_that_finds_another_at_work_leaves_nothing(root: Path) -> None:
    with locked(places(root)), pytest.raises(CommandError, match="Another"):
        run("sync_content", root)
    assert outcomes() == []


def test_one_that_was_killed_is_not_at_work(root: Path) -> None:
    dead = runs.begin("sync", places(root))
    assert runs.at_work(places(root)) == dead
    Run.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    with locked(places(root)):
        assert runs.at_work(places(root)) == dead
    assert runs.at_work(places(root)) is None
    assert "it was killed" in Run.objects.get().report["failure"]


def test_only_the_newest_are_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_KEPT", 3)
    for _ in range(5):
        run("sync_content", root)
    assert Run.objects.count() == 3


def test_a_long_report_is_cut(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_LINES", 2)
    for number in range(5):
        text = f"---\ntitle: Box {number}\nslug: box-{number}\n---\n"
        (root / "terms" / f"box-{number}.md").write_text(text)
    run("import_content", root)
    found = Run.objects.get()
    assert len(found.report["steps"]) == 2
    assert found.report["stepsLeft"] == 4


def test_a_sync_of_the_admin_says_how_far_it_is(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_NOTED", -1)
    seen: list[Any] = []
    queries: Any = Run.objects.none().__class__
    save: Callable[..., Any] = queries.update

    def update(self: Any, **values: Any) -> Any:
        seen.append(values)
        return save(self, **values)

    monkeypatch.setattr(queries, "update", update)
    begun = runs.begin("sync", places(root))
    run("sync_content", root, "--run", str(begun.pk))
    assert {"report": {"read": 1, "of": 1}} in seen
    assert outcomes() == [("sync", "in step")]
    assert Run.objects.get().pk == begun.pk


def test_a_second_one_is_not_started(root: Path) -> None:
    runs.begin("sync", places(root))
    with pytest.raises(SyncError, match="at work already"):
        starting.start(places(root), by=None)
