"""Lists in a real browser: views, many rows at once and taken back, a word changed in its row."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from documents import parse
from glossary.editing import save_entry
from glossary.models import Entry
from publishing.models import Batch, Item, SavedView
from tests.browser.conftest import Visit
from tests.browser.steps import Steps

ENTRIES = "/admin/glossary/entry/"


@pytest.fixture
def ada(visit: Callable[..., Visit]) -> Visit:
    ada = visit()
    ada.log_in()
    return ada


@pytest.fixture
def boxes(transactional_db: None) -> None:
    """Twelve without prerequisites, and three with."""
    for number in range(15):
        body = "# Prerequisites\n- patience\n" if number >= 12 else ""
        text = f"---\ntitle: Box {number:02}\nslug: box-{number}\ncategory: Theory\n---\n\n{body}"
        save_entry(parse(text.encode()), publish=True)


@pytest.mark.usefixtures("boxes")
class TestGoldenTasks:
    def test_e3_entries_without_prerequisites_are_one_step_away(self, ada: Visit) -> None:
        page, steps = ada.go(ENTRIES), Steps()
        steps.click(page.get_by_role("link", name="Without prerequisites"))
        expect(page.locator(".lemma-title")).to_have_count(12)
        assert steps.count == 1

    def test_e6_the_difficulty_of_twelve_entries_is_set_in_five_steps_and_undone_in_one(self, ada: Visit) -> None:
        page, steps = ada.go(ENTRIES), Steps()
        steps.click(page.get_by_role("link", name="Without prerequisites"))
        steps.check(page.locator("#action-toggle"))
        steps.choose(page.get_by_label("Select action to run"), "Set difficulty …")
        steps.choose(page.locator("select[name=to_difficulty]"), "Advanced")
        steps.click(page.get_by_role("button", name="Run"))
        expect(page.get_by_text("Difficulty set to Advanced: 12 items.")).to_be_visible()
        assert Entry.objects.filter(difficulty="advanced").count() == 12
        assert steps.count == 5
        steps.click(page.get_by_role("button", name="Undo"))
        expect(page.get_by_text("Undid: Difficulty set to Advanced: 12 items.")).to_be_visible()
        assert not Entry.objects.filter(difficulty="advanced").exists()
        assert steps.count == 6
        # The list is still the filtered one.
        expect(page.locator(".lemma-title")).to_have_count(12)


@pytest.mark.usefixtures("boxes")
class TestRows:
    def test_the_field_of_an_action_is_shown_with_it(self, ada: Visit) -> None:
        page = ada.go(ENTRIES)
        page.locator(".action-select").first.check()
        tags, category = page.locator("input[name=to_tags]"), page.locator("select[name=to_category]")
        expect(tags).to_be_hidden()
        page.get_by_label("Select action to run").select_option(label="Add tags …")
        expect(tags).to_be_visible()
        expect(category).to_be_hidden()
        tags.fill("new, box")
        page.get_by_role("button", name="Run").click()
        expect(page.get_by_text("Tags added: new, box: one item.")).to_be_visible()

    def test_a_word_is_changed_in_its_row_and_taken_back(self, ada: Visit) -> None:
        page = ada.go(ENTRIES)
        row = page.locator("tr", has_text="Box 03")
        row.get_by_role("button", name="Difficulty").click()
        row.get_by_role("combobox").select_option(label="Beginner")
        expect(row.get_by_role("button", name="Difficulty: Beginner")).to_be_focused()
        expect(page.locator(".lemma-toast")).to_contain_text("Box 03: Difficulty set to Beginner.")
        assert Entry.objects.get(item__slug="box-3").difficulty == "beginner"
        page.locator(".lemma-toast").get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undid: Difficulty set to Beginner: one item.")).to_be_visible()
        assert Entry.objects.get(item__slug="box-3").difficulty == ""

    def test_by_keyboard_alone_and_escape_changes_nothing(self, ada: Visit) -> None:
        page = ada.go(ENTRIES)
        row = page.locator("tr", has_text="Box 03")
        button = row.get_by_role("button", name="Category")
        button.focus()
        page.keyboard.press("Enter")
        expect(row.get_by_role("combobox")).to_be_focused()
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(button).to_be_visible()
        assert not Batch.objects.exists()

    def test_somebody_who_was_faster_is_named(self, ada: Visit) -> None:
        page = ada.go(ENTRIES)
        item = Item.objects.get(slug="box-3")
        text = bytes(item.working.data).replace(b"---\n\n", b"difficulty: advanced\n---\n\n")
        save_entry(parse(text), item=item, base_revision=1)
        row = page.locator("tr", has_text="Box 03")
        row.get_by_role("button", name="Difficulty").click()
        row.get_by_role("combobox").select_option(label="Beginner")
        expect(page.locator(".lemma-toast")).to_contain_text("“advanced” in the meantime")
        # The browser itself notes an answer of 409.
        ada.errors = [error for error in ada.errors if "409" not in error]
        assert Entry.objects.get(item__slug="box-3").difficulty == "advanced"

    def test_deleting_shows_them_first_and_can_be_undone(self, ada: Visit) -> None:
        page = ada.go(ENTRIES)
        for box in page.locator(".action-select").all()[:2]:
            box.check()
        page.get_by_label("Select action to run").select_option(label="Delete …")
        page.get_by_role("button", name="Run").click()
        expect(page.get_by_role("heading", name="Delete 2 items?").last).to_be_visible()
        page.get_by_role("button", name="Delete them").click()
        expect(page.locator(".lemma-title")).to_have_count(13)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".lemma-title")).to_have_count(15)

    def test_a_view_is_kept_under_a_name(self, ada: Visit) -> None:
        page = ada.go(f"{ENTRIES}?q=box+1")
        page.get_by_text("Save this view").click()
        page.get_by_label("Name of the view").fill("Ones")
        page.get_by_role("button", name="Save", exact=True).click()
        own = page.get_by_role("link", name="Ones", exact=True)
        expect(own).to_have_attribute("aria-current", "true")
        page.get_by_role("link", name="All", exact=True).click()
        own.click()
        expect(page).to_have_url(f"{ada.address}{ENTRIES}?q=box+1")
        page.get_by_role("button", name="Forget the view").click()
        expect(own).to_have_count(0)
        assert not SavedView.objects.exists()
