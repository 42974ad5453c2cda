"""An editor's day, in a real browser."""

import io
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from PIL import Image
from playwright.sync_api import expect

from documents import parse
from glossary.editing import save_entry
from publishing.models import Item
from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture
def ada(visit: Callable[..., Visit]) -> Visit:
    ada = visit()
    ada.log_in()
    return ada


def test_the_length_of_a_definition_is_advised(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    count = page.locator("#section-briefDefinition .lemma-count")
    ada.write("Brief Definition", "Too short.")
    expect(count).to_have_text("2 words (8 to 45)")
    expect(count).to_have_class(re.compile("lemma-count-off"))
    ada.write("Brief Definition", "A definition of eight words is long enough.")
    expect(count).to_have_text("8 words (8 to 45)")
    expect(count).not_to_have_class(re.compile("lemma-count-off"))


def item(slug: str = "generative-ai") -> Item:
    return Item.objects.get(kind="entry", slug=slug)


def text(slug: str = "generative-ai") -> str:
    return bytes(item(slug).working.data).decode()


def test_from_the_login_to_readers(visit: Callable[..., Visit]) -> None:
    ada = visit()
    ada.log_in_by_hand()
    page = ada.page
    page.get_by_role("link", name="Entries").first.click()
    page.get_by_role("link", name="Generative AI", exact=True).click()
    expect(page.get_by_text("Readers see this text.")).to_be_visible()
    ada.write("Brief Definition", "Models that make new things.")
    ada.save()
    expect(page.get_by_text("Published, newer draft")).to_be_visible()
    assert item().published.title == "Generative AI"
    assert "Models that make new things." not in bytes(item().published.payload).decode()
    ada.save("Save and publish")
    expect(page.get_by_text("Readers see this text.")).to_be_visible()
    assert "Models that make new things." in bytes(item().published.payload).decode()


def test_opening_and_saving_changes_nothing(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    ada.save()
    expect(page.get_by_text("Nothing changed in")).to_be_visible()
    assert item().revision == 1


def test_the_preview_follows_the_typing(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    page.get_by_role("button", name="Preview").first.click()
    ada.write("Brief Definition", "A **bold** claim and a [link](https://example.org/).")
    preview = page.locator("#section-briefDefinition .lemma-preview")
    expect(preview.locator("strong")).to_have_text("bold")
    expect(preview.get_by_role("link", name="link")).to_have_attribute("href", "https://example.org/")
    # The switch counts for all editors, and on the next page.
    expect(page.locator(".lemma-preview").nth(1)).to_be_visible()
    ada.save()
    expect(page.locator("#section-briefDefinition .lemma-preview strong")).to_have_text("bold")


def test_a_picture_of_another_host_is_named_and_not_fetched(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    page.get_by_role("button", name="Preview").first.click()
    ada.write("Brief Definition", "![spy](https://example.org/spy.png)")
    expect(page.locator("#section-briefDefinition .lemma-foreign-image")).to_have_text("Picture: spy")


def test_shortcuts_mark_the_text_and_can_be_undone(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    ada.write("Brief Definition", "word")
    field = page.locator("#section-briefDefinition textarea")
    for key, marked in (("b", "**word**"), ("i", "*word*")):
        page.keyboard.press("Control+A")
        page.keyboard.press(f"Control+{key}")
        expect(field).to_have_value(marked)
        page.keyboard.press("Control+z")
        expect(field).to_have_value("word")


def test_enter_goes_on_with_a_list(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    page.locator("#section-keyConcepts").get_by_role("button", name="Markdown").click()
    ada.write("Key Concepts", "- one\ntwo")
    expect(page.locator("#section-keyConcepts textarea")).to_have_value("- one\n- two")


def test_tab_leaves_the_editor(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    page.get_by_role("textbox", name="Brief Definition", exact=True).click()
    before = text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#section-briefDefinition .cm-editor')") is None
    ada.save()
    assert text() == before


def test_chips_are_searched_added_moved_and_removed(ada: Visit) -> None:
    page = ada.open_entry("Embedding")
    before = parse(text("embedding").encode())["related"]
    box = page.get_by_role("combobox", name="Related entries")
    box.fill("generative")
    page.get_by_role("option", name=re.compile("Generative AI")).click()
    page.get_by_role("button", name=re.compile("^Remove Generative AI")).press("Alt+ArrowLeft")
    box.fill("Brand new thing")
    expect(page.get_by_role("option", name=re.compile("not written yet"))).to_be_visible()
    box.press("Enter")
    expect(page.locator(".lemma-chip-dangling", has_text="brand-new-thing")).to_be_visible()
    ada.save()
    expected = [*before[:-1], "generative-ai", before[-1], "brand-new-thing"]
    assert parse(text("embedding").encode())["related"] == expected
    first = (
        page.locator(".lemma-field", has_text="Related entries").get_by_role("button", name=re.compile("^Remove")).first
    )
    first.press("Delete")
    ada.save()
    assert parse(text("embedding").encode())["related"] == expected[1:]


def test_a_tag_is_completed_or_new(ada: Visit) -> None:
    page = ada.open_entry("Embedding")
    before = parse(text("embedding").encode())["tags"]
    box = page.get_by_role("combobox", name="Tags")
    box.fill("generatio")
    page.get_by_role("option", name=re.compile("^generation")).click()
    box.fill("quite new")
    page.get_by_role("option", name=re.compile("quite new")).click()
    ada.save()
    assert parse(text("embedding").encode())["tags"] == [*before, "generation", "quite new"]


def test_a_link_is_added_moved_and_another_taken_out(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    before = parse(text().encode())["externalLinks"]
    page.get_by_role("button", name="Add a link").click()
    page.keyboard.type("https://example.org/new")
    row = page.locator("#section-links .lemma-row").last
    row.get_by_label("Title").fill("New")
    row.get_by_label("Type").select_option("article")
    row.get_by_role("button", name="Move up").click()
    page.locator("#section-links .lemma-row").first.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Keep it")).to_be_visible()
    ada.save()
    new = {"title": "New", "url": "https://example.org/new", "type": "article"}
    assert parse(text().encode())["externalLinks"] == [before[1], new, before[2]]


def test_the_slug_of_a_new_entry_follows_its_title(ada: Visit) -> None:
    page = ada.go("/admin/glossary/entry/add/")
    page.get_by_label("Title").first.fill("C++ für Änfänger")
    expect(page.get_by_label("Slug")).to_have_value("c-plus-plus-fur-anfanger")
    page.get_by_label("Slug").fill("c-plus-plus")
    page.get_by_label("Title").first.fill("C++")
    expect(page.get_by_label("Slug")).to_have_value("c-plus-plus")
    ada.write("Brief Definition", "A language.")
    ada.save()
    assert text("c-plus-plus").endswith("# Brief Definition\nA language.")


def test_a_section_that_is_missing_and_one_of_ones_own_are_opened_when_needed(ada: Visit) -> None:
    save_entry(parse(b"---\ntitle: Small\nslug: small\n---\n\n# Brief Definition\nSmall.\n"))
    page = ada.open_entry("Small")
    page.locator("summary", has_text="Key Concepts").click()
    page.keyboard.type("- one")
    page.get_by_role("button", name="Another section").click()
    page.keyboard.type("History")
    page.get_by_role("textbox", name="Text of the new section").click()
    page.keyboard.type("Long ago.")
    ada.save()
    assert text("small").endswith("# Brief Definition\nSmall.\n\n# Key Concepts\n- one\n\n# History\nLong ago.\n")


def test_a_picture_is_chosen_and_shown(ada: Visit, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    output = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(output, "PNG")
    page = ada.open_entry("Generative AI")
    page.get_by_role("button", name="Preview").first.click()
    ada.write("Brief Definition", "Look:")
    section = page.locator("#section-briefDefinition")
    with page.expect_file_chooser() as chooser:
        section.get_by_role("button", name="Picture").click()
    chooser.value.set_files({"name": "cat.png", "mimeType": "image/png", "buffer": output.getvalue()})
    expect(section.locator("textarea").first).to_have_value(
        re.compile(r"^Look:\n\n!\[cat\]\(\.\./assets/[0-9a-f]{32}\.png\)$")
    )
    image = section.locator(".lemma-preview img")
    expect(image).to_be_visible()
    expect(image).to_have_js_property("naturalWidth", 30)


def test_a_dropped_picture_that_is_none_is_explained(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    section = page.locator("#section-briefDefinition")
    section.locator(".cm-content").evaluate(
        """element => {
            const transfer = new DataTransfer();
            transfer.items.add(new File(["<script>alert(1)</script>"], "cat.gif", { type: "image/gif" }));
            const { left, top } = element.getBoundingClientRect();
            const drop = { dataTransfer: transfer, bubbles: true, cancelable: true };
            element.dispatchEvent(new DragEvent("drop", { ...drop, clientX: left + 20, clientY: top + 15 }));
        }"""
    )
    expect(section.get_by_role("alert")).to_contain_text("cat.gif: This is not an image we know.")
    expect(section.locator("textarea").first).not_to_have_value(re.compile("Uploading"))
    # The browser itself says that the server refused something.
    ada.errors = [error for error in ada.errors if "400" not in error]


def test_a_mistake_is_shown_and_the_text_is_still_there(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    ada.write("Brief Definition", "An hour of work.")
    page.get_by_label("Title").first.fill("")
    ada.save()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Brief Definition", exact=True)).to_have_text("An hour of work.")


def test_leaving_with_unsaved_text_is_asked_about(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    ada.write("Brief Definition", "Unsaved.")
    page.get_by_role("link", name="Back to the list").click()
    # The window's own question; the test's answer is to stay.
    assert [error.split(":")[0] for error in ada.errors] == ["dialog"]
    ada.errors.clear()
    expect(page.get_by_role("textbox", name="Brief Definition", exact=True)).to_have_text("Unsaved.")


def test_ctrl_s_saves_the_draft(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    ada.write("Brief Definition", "Quick.")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    assert "Quick." in text()
    assert item().has_unpublished_changes


def test_two_editors_of_one_field_choose(ada: Visit, visit: Callable[..., Visit]) -> None:
    User.objects.create_superuser("grace", "", "secret", first_name="Grace")
    grace = visit()
    grace.log_in("grace")
    page = ada.open_entry("Generative AI")
    grace.open_entry("Generative AI")
    ada.write("Brief Definition", "Of Ada.")
    grace.write("Brief Definition", "Of Grace.")
    grace.save()
    ada.save()
    expect(page.get_by_role("heading", name="Grace changed the same place while you were writing")).to_be_visible()
    page.get_by_text("Yours", exact=True).click()
    ada.save()
    assert "Of Ada." in text()
    assert item().revision == 3


def test_an_old_text_is_back_after_three_clicks(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    page.get_by_label("Title").first.fill("GenAI")
    ada.save()
    page.get_by_role("link", name="Revision 2").click()
    page.get_by_role("link", name="with today").click()
    page.get_by_role("button", name="Restore revision 1").click()
    page.get_by_text("is again as in revision 1").wait_for()
    assert Item.objects.get(slug="generative-ai").title == "Generative AI"


def test_a_slug_is_changed_after_a_preview_in_four_steps(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("New slug").fill("gen-ai")
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("button", name="Rename", exact=True).click()
    page.get_by_text("whatever referred to it follows").wait_for()
    assert Item.objects.get(title="Generative AI").slug == "gen-ai"
    assert b"gen-ai" in bytes(Item.objects.get(slug="neural-networks").working.data)


def test_what_is_typed_is_shown_as_readers_will_see_it_change_then_published(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    page.get_by_label("Title").first.fill("GenAI")
    ada.save("Save and see changes")
    assert page.locator("ins").first.inner_text() == "GenAI"
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("” is published.").wait_for()
    assert Item.objects.get(slug="generative-ai").published.title == "GenAI"


def test_a_schedule_is_made_and_called_off_beside_the_form(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    page.get_by_label("Title").first.fill("GenAI")
    page.get_by_label("Day and time").first.fill("2999-01-01T10:00")
    ada.save("Save and schedule")
    page.get_by_role("button", name="Call it off").click()
    page.get_by_text("will not be published by itself").wait_for()
    assert not page.get_by_role("button", name="Call it off").is_visible()


def test_everything_works_in_the_dark_and_on_a_phone(visit: Callable[..., Visit]) -> None:
    ada = visit(color_scheme="dark")
    ada.log_in()
    page = ada.open_entry("Generative AI")
    page.set_viewport_size({"width": 390, "height": 844})
    assert "dark" in (page.locator("html").get_attribute("class") or "")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ada.write("Brief Definition", "On the train.")
    ada.save()
    assert "On the train." in text()


def test_texts_run_nothing(ada: Visit) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    save_entry(
        parse(
            f"---\ntitle: '{evil}'\nslug: evil\ntags: ['{evil}']\nrelated: ['{evil}']\nstatus: '{evil}'\n"
            f"externalLinks:\n  - url: https://a.example/\n    title: '{evil}'\n---\n\n# Brief Definition\n"
            f"{evil} [a](javascript:alert(3))\n\n# {evil}\nx\n".encode()
        ),
        publish=True,
        message=evil,
    )
    page = ada.go("/admin/glossary/entry/")
    page.get_by_role("link", name=evil).click()
    page.get_by_role("button", name="Preview").first.click()
    page.locator("#section-briefDefinition .lemma-preview p").first.wait_for()
    page.get_by_role("combobox", name="Tags").fill("img")
    page.locator(".lemma-option").first.wait_for()
    page.get_by_role("combobox", name="Tags").fill("")
    page.get_by_role("link", name="Revision 1").click()
    page.get_by_text("onerror").first.wait_for()


def test_typing_in_a_section_of_fifty_kilobytes_is_quick(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    page.get_by_role("textbox", name="Detailed Explanation", exact=True).click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text((("A sentence of some length that goes on. " * 12).strip() + "\n\n") * 105)
    session = page.context.new_cdp_session(page)
    # Work of the page itself, whatever else the machine is doing.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def work() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        found: dict[str, float] = {metric["name"]: metric["value"] for metric in metrics}
        return found["TaskDuration"]

    keys = []
    for key in "typing on and on":
        before = work()
        page.keyboard.type(key)
        page.wait_for_timeout(250)
        keys.append(work() - before)
    # All that a key leads to, the counting and storing after it included.
    assert max(keys) < 0.1, keys
