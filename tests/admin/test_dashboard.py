"""The start page: what waits for whom, what was changed, numbers and the last sync."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.roles import ADMINISTRATOR, EDITOR, VIEWER, WRITER
from documents import parse
from glossary.editing import save_entry
from publishing import reviews, schedule
from publishing.models import Conflict, Item
from sync.models import Run


def entry(title: str, front: str = "", **options: Any) -> Item:
    slug = title.lower().replace(" ", "-")
    return save_entry(parse(f'---\ntitle: "{title}"\nslug: "{slug}"\n{front}---\n'.encode()), **options)


@pytest.fixture
def member(person: Callable[..., User]) -> Callable[[str], tuple[Client, User]]:
    def make(role: str) -> tuple[Client, User]:
        user = person(role.lower(), first_name=role, last_name="Person")
        user.groups.set(Group.objects.filter(name=role))
        client = Client()
        client.force_login(user)
        return client, user

    return make


def shown(client: Client) -> str:
    return client.get("/admin/").content.decode()


Member = Callable[[str], tuple[Client, User]]


@pytest.mark.parametrize(("target", "said"), [("../outside", "terms lies outside"), ("terms", "leads to itself")])
def test_a_link_in_place_of_a_folder_is_told_and_breaks_no_page(
    member: Member, settings: Settings, tmp_path: Path, target: str, said: str
) -> None:
    """Whoever pushes to the repository of the content can put one there."""
    for name in ("content", "outside"):
        (tmp_path / name).mkdir()
    (tmp_path / "content/terms").symlink_to(target)
    settings.CONTENT_ROOT = tmp_path / "content"
    client, _ = member(ADMINISTRATOR)
    for address in ("/admin/", "/admin/sync/run/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert said in answer.content.decode()


def test_everybody_finds_what_waits_for_them(member: Member) -> None:
    (writer, wanda), (editor, ed) = member(WRITER), member(EDITOR)
    asked, returned = entry("Asked box", author=wanda), entry("Returned box", author=wanda)
    reviews.submit(asked, "Please.", author=wanda)
    reviews.send_back(reviews.submit(returned, "", author=wanda), "Name a source.", author=ed)
    mine, later = entry("Own box", author=ed), entry("Later box", author=ed)
    schedule.publish_at(later, timezone.now() + timedelta(days=1), author=ed)
    blob = mine.working
    Conflict.objects.create(item=mine, origin="files", ours=blob, theirs=blob, created_at=timezone.now())

    page = shown(editor).partition("lemma-recent")[0]
    assert "Asked to be published" in page
    assert "Writer Person: Please." in page
    assert f"/admin/glossary/entry/{asked.pk}/changes/" in page
    for words in ("Conflicts", "Your drafts", "Own box", "Scheduled", "Later box"):
        assert words in page
    page = shown(writer).partition("lemma-recent")[0]
    assert "Sent back to you" in page
    assert "Editor Person: Name a source." in page
    assert "Waiting for an editor" in page
    assert "Conflicts</h3>" not in page
    assert "Own box" not in page


def test_a_viewer_has_nothing_to_do_and_sees_what_changed(member: Member) -> None:
    box = entry("Black box", publish=True)
    save_entry(parse(bytes(box.working.data) + b"More.\n"), item=box, base_revision=1)
    page = shown(member(VIEWER)[0])
    assert "Nothing. Have a good day." in page
    assert f"/admin/glossary/entry/{box.pk}/compare/?from=1&amp;to=2" in page
    assert "lemma-sync" not in page


def test_an_account_without_a_role_is_told_so(person: Callable[..., User]) -> None:
    entry("Black box")
    client = Client()
    client.force_login(person("bob"))
    page = shown(client)
    assert "Your account has no role yet" in page
    assert "Black box" not in page


def test_numbers_lead_to_their_rows(member: Member) -> None:
    entry("Black box", 'category: "Theory"\ndifficulty: "advanced"\nrelated: ["nowhere"]\n', publish=True)
    entry("White box", 'category: "Theory"\n')
    page = shown(member(VIEWER)[0])
    assert ">Theory</a>" in page
    assert '?difficulty=advanced">Advanced</a>' in page
    assert '?difficulty=none">None</a>' in page
    assert "<strong>2</strong> entries" in page
    assert "<strong>1</strong> of them published" in page
    assert "<strong>1</strong> with dangling references" in page
    assert "<strong>2</strong> stale" in page
    assert "<strong>2</strong> without prerequisites" in page


def test_the_last_sync_is_shown_and_only_administrators_start_one(member: Member, settings: Any) -> None:
    from pathlib import Path

    from sync import runs
    from sync.places import places

    run = runs.begin("sync", places(Path(settings.CONTENT_ROOT)))
    run.outcome, run.report = "problems", {"counts": {"entries": {"imported": 3, "bad": 1}}}
    run.save()
    page = shown(member(EDITOR)[0])
    assert "3 imported, 1 bad" in page
    assert "Sync now" not in page
    boss = member(ADMINISTRATOR)[0]
    assert "Sync now" in shown(boss)
    assert "Sync now" in boss.get("/admin/sync/run/").content.decode()
    detail = boss.get(f"/admin/sync/run/{run.pk}/change/").content.decode()
    assert "3 imported, 1 bad" in detail
    state = boss.get(f"/admin/sync/run/{run.pk}/state/").json()
    assert state == {"running": False, "text": "3 imported, 1 bad", "share": None}


def test_hostile_texts_are_shown_as_text(member: Member) -> None:
    evil = "<script>alert(1)</script>"
    editor, ed = member(EDITOR)
    item = save_entry(parse(f'---\ntitle: "{evil}"\nslug: evil\ncategory: "{evil}"\n---\n'.encode()), author=ed)
    reviews.submit(item, evil, author=ed)
    page = shown(editor)
    assert evil not in page
    assert "alert(1)" in page


def test_it_takes_as_many_queries_for_many_entries_as_for_few(member: Member) -> None:
    from django.core.cache import cache

    client, ed = member(ADMINISTRATOR)

    def count() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as caught:
            shown(client)
        return len(caught)

    def fill(start: int, end: int) -> None:
        for number in range(start, end):
            item = entry(f"Box {number}", f'category: "c{number % 3}"\n', author=ed)
            reviews.submit(item, "", author=ed)
        Run.objects.create(half="sync", root="/x", outcome="failed", started_at=timezone.now())

    fill(0, 3)
    # The first to come after changes has the findings brought up to date, which is bounded by itself in tests/health.
    count()
    before = count()
    fill(3, 30)
    count()
    assert count() == before
    # One of them asks whether the score of health is still true.
    assert before <= 31
