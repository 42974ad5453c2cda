"""What editors do all day, in no more steps than promised. The tasks of lists are in `test_lists.py`."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from documents import parse
from glossary.editing import save_entry
from publishing.models import Item
from tests.browser.conftest import Visit
from tests.browser.steps import Steps

pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture
def ada(visit: Callable[..., Visit]) -> Visit:
    ada = visit()
    ada.log_in()
    return ada


@pytest.fixture
def grace(visit: Callable[..., Visit]) -> Visit:
    User.objects.create_superuser("grace", "", "secret", first_name="Grace")
    grace = visit()
    grace.log_in("grace")
    return grace


def item(slug: str = "generative-ai") -> Item:
    return Item.objects.get(kind="entry", slug=slug)


def text(slug: str = "generative-ai") -> str:
    return bytes(item(slug).working.data).decode()


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True).last


def test_e1_an_external_link_is_added_and_published_in_five_steps(ada: Visit) -> None:
    page, steps = ada.open_entry("Generative AI"), Steps()
    steps.click(button(page, "Add a link"))
    row = page.locator("#section-links .lemma-row").last
    steps.fill(row.get_by_label("Address"), "https://example.org/new")
    steps.fill(row.get_by_label("Title"), "New")
    steps.choose(row.get_by_label("Type"), "Article")
    steps.click(button(page, "Save and publish"))
    expect(page.get_by_text("” is published.")).to_be_visible()
    assert b"https://example.org/new" in bytes(item().published.payload)
    assert steps.count == 5


def test_e2_a_slug_that_thirty_entries_refer_to_is_renamed_in_four_steps(ada: Visit) -> None:
    before = {}
    for number in range(30):
        link = "And [those](generative-ai.md#key-concepts)." if number % 2 else "None."
        source = f'---\ntitle: "No. {number}"\nslug: "no-{number}"\nrelated: [generative-ai]\n---\n\n# A\n{link}\n'
        before[f"no-{number}"] = source
        save_entry(parse(source.encode()), publish=True)
    page, steps = ada.open_entry("Generative AI"), Steps()
    steps.click(page.get_by_role("link", name="Rename", exact=True))
    steps.fill(page.get_by_label("New slug"), "gen-ai")
    steps.click(button(page, "Show what changes"))
    expect(page.get_by_role("heading", name="No. 29")).to_be_visible()
    steps.click(button(page, "Rename"))
    expect(page.get_by_text("has the slug gen-ai now")).to_be_visible()
    assert steps.count == 4
    for slug, source in before.items():
        wanted = source.replace("generative-ai", "gen-ai")
        assert text(slug) == wanted
        assert bytes(item(slug).published.file.data).decode() == wanted
    answer = page.request.get(f"{ada.address}/api/v1/entries/generative-ai/", max_redirects=0)
    assert answer.status == 301
    assert answer.headers["location"].endswith("/api/v1/entries/gen-ai/")


def test_e4_what_is_about_to_be_published_is_seen_in_one_step(ada: Visit) -> None:
    page, steps = ada.open_entry("Generative AI"), Steps()
    ada.write("Brief Definition", "Models that make new things.")
    steps.click(button(page, "Save and see changes"))
    definition = page.locator(".lemma-part", has_text="Brief Definition")
    expect(definition.locator("ins").first).to_be_visible()
    expect(definition.locator("del").first).to_be_visible()
    assert steps.count == 1


@pytest.mark.parametrize("part", ["all", "a section"])
def test_e5_an_older_text_or_a_section_of_it_is_back_in_three_steps(ada: Visit, part: str) -> None:
    before = text()
    page, steps = ada.open_entry("Generative AI"), Steps()
    page.get_by_label("Title").first.fill("GenAI")
    ada.write("Brief Definition", "Worse.")
    ada.save()
    steps.click(page.get_by_role("link", name="Revision 2"))
    steps.click(page.get_by_role("link", name="with today"))
    if part == "all":
        steps.click(page.get_by_role("button", name="Restore revision 1"))
    else:
        definition = page.locator(".lemma-part", has_text="Brief Definition")
        steps.click(definition.get_by_role("button", name="Restore only this"))
    page.get_by_text("is again as in revision 1").wait_for()
    assert steps.count == 3
    assert "Worse." not in text()
    assert item().title == ("Generative AI" if part == "all" else "GenAI")
    assert part != "all" or text() == before


def test_e9_two_editors_of_different_sections_are_both_kept_in_no_step_at_all(ada: Visit, grace: Visit) -> None:
    ada.open_entry("Generative AI")
    grace.open_entry("Generative AI")
    grace.write("Brief Definition", "Of Grace.")
    grace.save()
    ada.write("Detailed Explanation", "Of Ada.")
    ada.save()
    expect(ada.page.get_by_text("both changes are kept")).to_be_visible()
    assert "Of Grace." in text()
    assert "Of Ada." in text()


def test_e9_two_editors_of_one_section_are_brought_together_in_two_steps(ada: Visit, grace: Visit) -> None:
    page, steps = ada.open_entry("Generative AI"), Steps()
    grace.open_entry("Generative AI")
    grace.write("Brief Definition", "Of Grace.")
    grace.save()
    ada.write("Brief Definition", "Of Ada.")
    ada.save()
    expect(page.get_by_text("Grace changed the same place")).to_be_visible()
    steps.click(page.get_by_text("Yours", exact=True))
    steps.click(button(page, "Save draft"))
    expect(page.get_by_text("is saved")).to_be_visible()
    assert "Of Ada." in text()
    # The other text is in the history.
    assert item().revision == 3
    assert steps.count == 2


def test_e10_a_dangling_slug_becomes_an_entry_in_one_step(ada: Visit) -> None:
    save_entry(parse(b"---\ntitle: Small\nslug: small\nrelated: [word-vector]\n---\n\n# Brief Definition\nSmall.\n"))
    before = text("small")
    page, steps = ada.open_entry("Small"), Steps()
    dangling = page.locator(".lemma-chip-dangling")
    expect(dangling).to_contain_text("not written yet")
    steps.click(page.get_by_role("button", name="Create word-vector"))
    expect(page.get_by_role("link", name="Word vector")).to_be_visible()
    expect(dangling).to_have_count(0)
    assert steps.count == 1
    made = item("word-vector")
    assert (made.title, made.filed) == ("Word vector", None)
    assert text("small") == before


def test_a_slug_that_cannot_be_an_entry_says_why(ada: Visit) -> None:
    save_entry(parse("---\ntitle: Small\nslug: small\nrelated: [Ünusual]\n---\n".encode()))
    page = ada.open_entry("Small")
    page.get_by_role("button", name="Create Ünusual").click()
    expect(page.get_by_role("alert")).to_contain_text("not made of lower-case letters")
    # The browser itself says that the server refused something.
    ada.errors = [error for error in ada.errors if "400" not in error]


def test_an_address_that_stands_twice_or_is_none_is_said_while_typing(ada: Visit) -> None:
    page = ada.open_entry("Generative AI")
    first = page.locator("#section-links .lemma-row").first.get_by_label("Address").input_value()
    page.get_by_role("button", name="Add a link").click()
    row = page.locator("#section-links .lemma-row").last
    for address, note in ((first, "stands above already"), ("javascript:alert(1)", "begins with https://")):
        row.get_by_label("Address").fill(address)
        row.get_by_label("Title").focus()
        expect(row.get_by_role("status")).to_contain_text(note)
    row.get_by_label("Address").fill("https://example.org/new")
    row.get_by_label("Title").focus()
    expect(row.get_by_role("status")).to_be_hidden()
