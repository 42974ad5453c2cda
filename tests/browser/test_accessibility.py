"""axe-core over the admin's pages, in the light and in the dark; keys alone; and a phone."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from documents import Document, parse
from glossary.editing import delete_entry, save_entry
from glossary.models import Category, Tag
from publishing import batches, reviews
from publishing.models import Conflict, Item
from sync.models import Run
from tests.browser.conftest import Visit
from tests.sync.commands import run as run_command

pytestmark = pytest.mark.usefixtures("sample")

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ENTRY = "/admin/glossary/entry/"


@pytest.fixture
def addresses(editor: User, tmp_path: Path, settings: Settings, client: Client) -> dict[str, str]:
    item = Item.objects.get(slug="generative-ai")
    document = parse(bytes(item.working.data))
    document["title"] = "GenAI"
    document["related"] = ["neural-networks", "not-written-yet"]
    document.sections["Brief Definition"] = "Models that make *new* things, such as [these](neural-networks.md)."
    save_entry(document, item=item, base_revision=1)
    gone = save_entry(parse(b"---\ntitle: Gone\nslug: gone\n---\n"))
    delete_entry(gone, base_revision=1)
    book = Item.objects.get(kind="book")
    batch = batches.carry_out([book.pk], batches.unpublishing, label="Taken from the readers", author=None).batch
    assert batch
    problem = {"path": "terms/bad.md", "line": 3, "severity": "error", "message": "Wrong.", "hint": "Mend it."}
    review = Item.objects.get(slug="neural-networks")
    review = save_entry(retitled(review, "Neural nets"), item=review, base_revision=review.revision)
    reviews.submit(review, "Shorter.", author=editor)
    run = Run.objects.create(
        half="sync", root="/content", outcome="problems", report={"problems": [problem]}, started_at=timezone.now()
    )
    one = f"{ENTRY}{item.pk}"
    grace = User.objects.create_user("grace", is_staff=True)
    return {
        "review": f"{ENTRY}{review.pk}/changes/",
        "list of reviews": f"{ENTRY}?show=review",
        "conflict": f"/admin/publishing/conflict/{disputed(tmp_path, settings).pk}/change/",
        "import plan": brought(client, editor),
        "deleted page": f"{ENTRY}deleted/{gone.pk}/",
        "start": "/admin/",
        "list": ENTRY,
        "form": f"{one}/change/",
        "new": f"{ENTRY}add/",
        "history": f"{one}/history/",
        "compare": f"{one}/compare/?from=1",
        "compare in two columns": f"{one}/compare/?from=1&view=sides",
        "changes": f"{one}/changes/",
        "rename": f"{one}/rename/?to=gen-ai",
        "merge": f"{one}/merge/",
        "delete": f"{one}/delete/",
        "preview": f"{one}/preview/",
        "page": f"{one}/page/",
        "deleted": f"{ENTRY}deleted/",
        "books": "/admin/books/book/",
        "book": f"/admin/books/book/{book.pk}/change/",
        "categories": "/admin/glossary/category/",
        "tags": "/admin/glossary/tag/",
        "conflicts": "/admin/publishing/conflict/",
        "graph": f"{ENTRY}graph/",
        "neighbourhood": f"{one}/graph/",
        "batches": "/admin/publishing/batch/",
        "batch": f"/admin/publishing/batch/{batch.pk}/change/",
        "syncs": "/admin/sync/run/",
        "sync": f"/admin/sync/run/{run.pk}/change/",
        "web links": "/admin/linkcheck/checkedlink/",
        "health": "/admin/health/finding/",
        "dismissed findings": "/admin/health/finding/?show=dismissed",
        "learning path": f"{one}/path/",
        "category": f"/admin/glossary/category/{Category.objects.all()[0].pk}/change/",
        "tag": f"/admin/glossary/tag/{Tag.objects.all()[0].pk}/change/",
        "accounts": "/admin/auth/user/",
        "account": f"/admin/auth/user/{editor.pk}/change/",
        "new account": "/admin/auth/user/add/",
        "password of an account": f"/admin/auth/user/{grace.pk}/password/",
        "choosing a password": reverse(
            "new_password",
            args=[urlsafe_base64_encode(force_bytes(grace.pk)), default_token_generator.make_token(grace)],
        ),
        "choosing none": "/admin/login/new-password/MQ/none/",
        "sessions": "/admin/account/sessions/",
        "account security": "/admin/account/",
        "password again": "/admin/account/password/",
        "log": "/admin/auditing/event/",
        "webhooks": "/admin/webhooks/endpoint/",
        "deliveries": "/admin/webhooks/delivery/",
        "import": "/admin/sync/upload/",
    }


def retitled(item: Item, title: str) -> Document:
    document = parse(bytes(item.working.data))
    document["title"] = title
    return document


def disputed(folder: Path, settings: Settings) -> Conflict:
    """The title of an entry, changed in the admin and in its file."""
    settings.CONTENT_ROOT = folder
    for name in ("terms", "books"):
        (folder / name).mkdir()
    assert run_command("sync_content").code == 0
    item = Item.objects.get(slug="embedding")
    save_entry(retitled(item, "Embeddings"), item=item, base_revision=item.revision, publish=True)
    (folder / "terms" / "embedding.md").write_bytes(bytes(retitled(item, "Vectors")))
    assert run_command("sync_content").code == 2
    return Conflict.objects.get()


def brought(client: Client, editor: User) -> str:
    """The page of a plan with something of each sort."""
    item = Item.objects.get(slug="artificial-intelligence")
    files = {
        "new.md": b"---\ntitle: New\n---\n",
        "artificial-intelligence.md": bytes(retitled(item, "AI")),
        "broken.md": b"---\ntitle: [\n---\n",
        "unknown.txt": b"Nothing.",
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name, data in files.items():
            packed.writestr(f"terms/{name}", data)
    client.force_login(editor)
    answer = client.post("/admin/sync/upload/", {"chosen": SimpleUploadedFile("all.zip", archive.getvalue())})
    assert answer.status_code == 302
    return answer.headers["Location"]


def findings(page: Page, name: str) -> Iterator[str]:
    found = page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
    for violation in found["violations"]:
        if violation["impact"] in ("serious", "critical"):
            for node in violation["nodes"]:
                yield f"{name}: {violation['id']} at {node['target']}: {node['html'][:160]}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Callable[..., Visit], addresses: dict[str, str], scheme: Any) -> None:
    assert AXE.exists(), "axe-core is not installed: make test-browser does that."
    # High enough for a whole page: what the bar below covers until one scrolls, axe takes for too small.
    ada = visit(color_scheme=scheme, viewport={"width": 1440, "height": 4000})
    ada.context.add_init_script(path=AXE)
    ada.log_in(is_known=True)
    found: list[str] = []
    for name, address in addresses.items():
        page = ada.open_page()
        page.goto(ada.address + address)
        ada.settle(page)
        if name == "form":
            page.get_by_role("button", name="Preview").first.click()
            page.get_by_role("combobox", name="Tags").fill("gen")
            page.locator(".lemma-option").first.wait_for()
            found += findings(page, "form with a search")
            page.keyboard.press("Escape")
            page.get_by_role("textbox", name="Brief Definition", exact=True).click()
            page.keyboard.press("Control+k")
            page.get_by_role("combobox", name="Link to").fill("neur")
            page.locator(".lemma-picker [role=option]").first.wait_for()
            found += findings(page, "form with a link")
            page.keyboard.press("Escape")
        found += findings(page, name)
        page.close()
    found += while_writing(ada)
    assert found == [], "\n".join(found)


def test_a_text_of_both_sides_is_chosen_by_typing_it(
    visit: Callable[..., Visit], tmp_path: Path, settings: Settings
) -> None:
    conflict = disputed(tmp_path, settings)
    ada = visit()
    ada.log_in()
    page = ada.go(f"/admin/publishing/conflict/{conflict.pk}/change/")
    own = page.get_by_role("radio", name="A text of both")
    assert not own.is_checked()
    page.get_by_role("textbox", name="A text of both").fill("Embedded vectors")
    assert own.is_checked()


def while_writing(ada: Visit) -> Iterator[str]:
    """The form with unsaved text of before, with that text taken, and with a choice between two texts."""
    item = Item.objects.get(slug="generative-ai")
    form = f"{ENTRY}{item.pk}/change/"
    page = ada.go(form)
    page.get_by_label("Title").first.fill("Almost lost")
    expect(page.get_by_text("Kept at")).to_be_visible()
    page.close()
    ada.page = page = ada.open_page()
    ada.go(form)
    # The newest first; what was typed into this form before is offered too.
    expect(page.get_by_text("You have unsaved text of").first).to_be_visible()
    yield from findings(page, "form with an offer")
    page.get_by_role("link", name="Take it").first.click()
    page.locator(".cm-editor").first.wait_for()
    expect(page.get_by_label("Title").first).to_have_value("Almost lost")
    yield from findings(page, "form with taken text")
    item.refresh_from_db()
    save_entry(retitled(item, "Of somebody else"), item=item, base_revision=item.revision)
    ada.save()
    expect(page.get_by_text("changed the same place")).to_be_visible()
    yield from findings(page, "form with two texts")


def test_every_page_fits_a_phone(visit: Callable[..., Visit], addresses: dict[str, str]) -> None:
    ada = visit()
    ada.log_in()
    ada.page.set_viewport_size({"width": 390, "height": 844})
    widths = {}
    for name, address in addresses.items():
        widths[name] = ada.go(address).evaluate("document.documentElement.scrollWidth")
    assert {name: width for name, width in widths.items() if width > 390} == {}


def test_the_form_is_filled_and_saved_with_keys_alone(visit: Callable[..., Visit]) -> None:
    ada = visit()
    ada.log_in()
    page = ada.go(f"{ENTRY}add/")
    page.locator(".cm-editor").first.wait_for()
    page.get_by_label("Title").first.focus()
    page.keyboard.type("Black box")
    seen = []
    for _ in range(120):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
                const at = document.activeElement, box = at.getBoundingClientRect();
                const name = at.getAttribute("aria-label") || at.innerText || at.labels?.[0]?.innerText || at.name;
                return [(name || "").trim(), box.width > 0 && box.height > 0];
            }"""
        )
        seen.append(focused)
        if focused[0] == "Brief Definition":
            page.keyboard.type("What nobody looks into.")
        if focused[0].startswith("Key Concepts 1"):
            page.keyboard.type("Dark inside")
        if focused[0] == "Save draft":
            break
    assert seen[-1][0] == "Save draft", seen
    # What has the focus can be seen.
    assert [name for name, is_visible in seen if not is_visible] == []
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("is saved")).to_be_visible()
    text = bytes(Item.objects.get(slug="black-box").working.data).decode()
    assert text.endswith("# Brief Definition\nWhat nobody looks into.\n\n# Key Concepts\n- Dark inside")
