"""Texts that want to run, in every field, on every page: a dialog anywhere fails the test."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from documents import merge, parse
from glossary.editing import save_entry
from publishing import batches, reviews, sharing
from publishing.models import Conflict, Item, SavedView
from sync.models import Run
from tests.browser.conftest import Visit
from tests.sync.commands import run as run_command

TAG = "<img src=x onerror=alert(1)><script>alert(2)</script>"
LINK = "[a](javascript:alert(3)) [b](data:text/html,<script>alert(4)</script>) <a href='java&#9;script:alert(5)'>c</a>"
SVG = "<svg onload=alert(6)></svg><iframe srcdoc='<script>parent.alert(7)</script>'></iframe>"
BREAK = "'\"</textarea></script></style>--><img src=x onerror=alert(8)>"
EVIL = f"{TAG} {BREAK}"


def document(body: str = "") -> bytes:
    said = EVIL.replace("'", "''")
    return (
        f"---\ntitle: '{said}'\nslug: evil\ncategory: '{TAG}'\ndifficulty: '{TAG}'\ntags: ['{TAG}']\n"
        f"aliases: ['{said}']\nrelated: ['{said}']\nrecommendedBooks: ['{said}']\nrequires: ['{said}']\n"
        f"broader: ['{said}']\nstatus: '{TAG}'\nlastUpdated: '{TAG}'\n'{said}': '{said}'\nexternalLinks:\n"
        f"  - url: https://a.example/\n    title: '{said}'\n    description: '{said}'\n    type: '{TAG}'\n---\n\n"
        f"{TAG}\n\n{LINK}\n\n# Brief Definition\n{TAG}\n\n{LINK}\n\n{SVG}\n{body}\n"
        f"# Key Concepts\n- {TAG}\n- {LINK}\n\n# {TAG}\n{BREAK}\n"
    ).encode()


@pytest.fixture
def evil(transactional_db: None) -> Item:
    item = save_entry(parse(document()), publish=True, message=EVIL)
    return save_entry(parse(document("More.")), item=item, base_revision=1, message=EVIL)


def test_nothing_runs_on_any_page(visit: Callable[..., Visit], evil: Item) -> None:
    ada = visit()
    ada.log_in()
    one = f"/admin/glossary/entry/{evil.pk}"
    made = sharing.share(evil, 1, User.objects.get(username="ada"))
    for address in (
        "/admin/",
        "/admin/glossary/entry/",
        "/admin/glossary/category/",
        "/admin/glossary/tag/",
        f"{one}/history/",
        f"{one}/compare/?from=1",
        f"{one}/compare/?from=1&view=sides",
        f"{one}/changes/",
        f"{one}/rename/?to=other",
        f"{one}/merge/",
        f"{one}/delete/",
        f"{one}/preview/",
        f"{one}/page/",
        f"{one}/graph/",
        "/admin/glossary/entry/graph/",
        f"/admin/glossary/entry/?q={quote(EVIL)}",
        "/admin/glossary/entry/?show=dangling",
        f"/preview/{sharing.token(made)}/",
    ):
        ada.settle(ada.go(address))
    page = ada.go(f"{one}/change/")
    page.locator(".cm-editor").first.wait_for()
    page.get_by_role("button", name="Preview").first.click()
    page.locator("#section-briefDefinition .lemma-preview p").first.wait_for()
    for name in ("Tags", "Related entries"):
        page.get_by_role("combobox", name=name).fill("img")
        page.wait_for_timeout(400)
        page.get_by_role("combobox", name=name).fill("")
    page.get_by_role("textbox", name="Brief Definition", exact=True).click()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Link to").fill("img")
    page.locator(".lemma-picker [role=option]").first.wait_for()
    page.keyboard.press("Escape")
    # The browser's own words about pictures that are not there.
    ada.errors = [error for error in ada.errors if "404" not in error and "Content Security Policy" not in error]
    assert [error for error in ada.errors if "dialog" in error] == []


def test_nothing_runs_where_two_texts_meet(visit: Callable[..., Visit], evil: Item) -> None:
    ada = visit()
    ada.log_in()
    page = ada.go(f"/admin/glossary/entry/{evil.pk}/change/")
    page.locator(".cm-editor").first.wait_for()
    other = document("Other.")
    now = Item.objects.get(pk=evil.pk)
    assert not merge(parse(document()), parse(bytes(now.working.data)), parse(document())).conflicts
    save_entry(parse(other), item=now, base_revision=now.revision, message=EVIL)
    ada.write("Brief Definition", f"{EVIL} {LINK}")
    ada.save()
    expect(page.get_by_text("changed the same place")).to_be_visible()
    ada.settle(page)
    ada.errors = [error for error in ada.errors if "404" not in error]


def test_nothing_runs_that_is_kept_unsaved_or_deleted(visit: Callable[..., Visit], evil: Item) -> None:
    ada = visit()
    ada.log_in()
    page = ada.go("/admin/glossary/entry/add/")
    page.locator(".cm-editor").first.wait_for()
    page.get_by_label("Title").first.fill(EVIL)
    expect(page.get_by_text("Kept at")).to_be_visible()
    page.close()
    ada.page = page = ada.open_page()
    ada.go("/admin/glossary/entry/add/")
    page.get_by_role("link", name="Take it").click()
    page.locator(".cm-editor").first.wait_for()
    page.close()
    ada.page = page = ada.open_page()
    ada.go(f"/admin/glossary/entry/{evil.pk}/delete/")
    page.get_by_role("button", name="Delete it").click()
    page = ada.go("/admin/glossary/entry/deleted/")
    page.locator("th a").first.click()
    ada.settle(page)
    ada.errors = [error for error in ada.errors if "404" not in error and "Content Security Policy" not in error]


def test_nothing_runs_in_what_is_brought_asked_or_synced(
    visit: Callable[..., Visit], evil: Item, editor: User, client: Client, tmp_path: Path, settings: Settings
) -> None:
    settings.CONTENT_ROOT = tmp_path
    for name in ("terms", "books"):
        (tmp_path / name).mkdir()
    assert run_command("sync_content").code == 0
    file = next((tmp_path / "terms").glob("*.md"))
    file.write_bytes(file.read_bytes().replace(b"# Brief Definition\n", b"# Brief Definition\nFrom the file. "))
    evil.refresh_from_db()
    evil = save_entry(parse(document("From the admin.")), item=evil, base_revision=evil.revision, publish=True)
    (tmp_path / "terms" / "<img src=x onerror=alert(9)>.md").write_text(f"---\ntitle: [{TAG}\n---\n")
    both = bytes(evil.working.data).replace(b"# Brief Definition\n", b"# Brief Definition\nFrom here. ")
    evil = save_entry(parse(both), item=evil, base_revision=evil.revision, publish=True)
    run_command("sync_content")
    conflict = Conflict.objects.get()
    evil = save_entry(parse(both + b"More.\n"), item=evil, base_revision=evil.revision)
    reviews.submit(evil, EVIL, author=editor)
    SavedView.objects.create(owner=editor, kind="entry", name=TAG, query="show=review")
    batch = batches.carry_out([evil.pk], batches.unpublishing, label=EVIL[:200], author=editor).batch
    assert batch
    problem = {"path": EVIL, "line": 3, "severity": "error", "message": EVIL, "hint": EVIL}
    run = Run.objects.create(
        half="sync", root=EVIL, outcome="problems", report={"problems": [problem]}, started_at=timezone.now()
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("terms/evil.md", document("From the zip."))
        packed.writestr(f"terms/{TAG.replace('/', '')}.md", document().replace(b"slug: evil", b"slug: other"))
        packed.writestr("terms/broken.md", f"---\ntitle: [{TAG}\n---\n")
        packed.writestr(f"terms/{TAG.replace('/', '')}.txt", TAG)
    client.force_login(editor)
    answer = client.post("/admin/sync/upload/", {"chosen": SimpleUploadedFile("<b>.zip", archive.getvalue())})
    assert answer.status_code == 302
    ada = visit()
    ada.log_in()
    shown = {}
    for address in (
        "/admin/",
        "/admin/glossary/entry/",
        "/admin/glossary/entry/?show=review",
        f"/admin/glossary/entry/{evil.pk}/changes/",
        "/admin/publishing/conflict/",
        f"/admin/publishing/conflict/{conflict.pk}/change/",
        "/admin/publishing/batch/",
        f"/admin/publishing/batch/{batch.pk}/change/",
        "/admin/sync/run/",
        f"/admin/sync/run/{run.pk}/change/",
        answer.headers["Location"],
    ):
        page = ada.go(address)
        ada.settle(page)
        shown[address] = "onerror" in page.locator("body").inner_text()
    # Each shows such a text, so it was there to run; but for the list of syncs, which quotes nothing.
    assert [address for address, is_there in shown.items() if not is_there] == ["/admin/sync/run/"]
