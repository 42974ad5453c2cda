"""axe-core over the admin's pages, in the light and in the dark; keys alone; and a phone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from documents import parse
from glossary.editing import delete_entry, save_entry
from publishing import batches
from publishing.models import Item
from sync.models import Run
from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("sample")

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ENTRY = "/admin/glossary/entry/"


@pytest.fixture
def addresses() -> dict[str, str]:
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
    run = Run.objects.create(
        half="sync", root="/content", outcome="problems", report={"problems": [problem]}, started_at=timezone.now()
    )
    one = f"{ENTRY}{item.pk}"
    return {
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
        "import": "/admin/sync/upload/",
    }


def findings(page: Page, name: str) -> Iterator[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
    for violation in found["violations"]:
        if violation["impact"] in ("serious", "critical"):
            for node in violation["nodes"]:
                yield f"{name}: {violation['id']} at {node['target']}: {node['html'][:160]}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Callable[..., Visit], addresses: dict[str, str], scheme: Any) -> None:
    assert AXE.exists(), "axe-core is not installed: make test-browser does that."
    ada = visit(color_scheme=scheme)
    ada.log_in()
    found: list[str] = []
    for name, address in addresses.items():
        page = ada.open_page()
        page.goto(ada.address + address)
        page.wait_for_load_state("networkidle")
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
    assert found == [], "\n".join(found)


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
