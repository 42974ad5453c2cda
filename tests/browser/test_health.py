"""Finding what is wrong, and mending it, in a browser."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from documents import parse
from glossary.editing import save_entry
from glossary.linkcheck import results
from glossary.linkcheck.models import CheckedLink
from publishing.models import Item
from tests.browser.conftest import Visit
from tests.browser.steps import Steps

pytestmark = pytest.mark.usefixtures("sample")

MOVED = ("https://example.org/one", "https://example.org/two")


@pytest.fixture
def ada(visit: Callable[..., Visit]) -> Visit:
    ada = visit()
    ada.log_in()
    return ada


def moved(address: str) -> None:
    """What a link check keeps of a page that is elsewhere now."""
    now = timezone.now()
    CheckedLink.objects.create(
        key=results.key(address), address=address, host="example.org", verdict="moved", moved_to=f"{address}/now",
        verdict_at=now, checked_at=now, due_at=now,
    )  # fmt: skip


def test_e7_dead_links_are_found_in_one_step_and_mended_in_at_most_two_each(ada: Visit) -> None:
    links = "".join(f'  - title: "A page"\n    url: "{address}"\n' for address in MOVED)
    text = f'---\ntitle: "Linking"\nslug: "linking"\nexternalLinks:\n{links}---\n\n# Brief Definition\n\nOne.\n'
    save_entry(parse(text.encode()), publish=True)
    for address in MOVED:
        moved(address)
    page = ada.go("/admin/health/finding/")
    steps = Steps()
    steps.click(page.get_by_role("link", name="link.moved"))
    expect(page.locator("tbody tr")).to_have_count(2)
    assert steps.count == 1
    for left, address in enumerate(reversed(MOVED)):
        before = steps.count
        row = page.locator("tbody tr", has_text=address)
        # To look first is one step, to mend the other.
        steps.click(row.get_by_text("What that changes"))
        expect(row.locator("pre")).to_contain_text(f'+    url: "{address}/now"')
        steps.click(row.get_by_role("button", name="Fix"))
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
        expect(page.locator("tbody tr")).to_have_count(1 - left)
        assert steps.count - before == 2
    data = bytes(Item.objects.get(slug="linking").working.data).decode()
    assert data == text.replace("/one", "/one/now").replace("/two", "/two/now")


def test_a_finding_beside_its_field_is_mended_there(ada: Visit) -> None:
    text = b'---\ntitle: "Linking"\nslug: "linking"\ndifficulty: "Beginner"\n---\n\n# Brief Definition\n\nOne.\n'
    save_entry(parse(text), publish=True)
    page = ada.open_entry("Linking")
    note = page.locator(".lemma-remarks", has_text="vocabulary.case")
    note.get_by_role("button", name="Fix").click()
    expect(note).to_have_count(0)
    assert b'difficulty: "beginner"' in bytes(Item.objects.get(slug="linking").working.data)
