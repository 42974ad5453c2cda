"""A form writes what changed in it, and nothing else."""

import difflib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse

from documents import parse
from publishing.models import Item, Revision
from publishing.problems import InvalidDocument
from tests.admin.conftest import SAMPLE, Page

CASES = Path(__file__).resolve().parent.parent.parent / "fixtures" / "documents" / "valid"
SHARED = Path(__file__).resolve().parent.parent.parent.parent / "shared"


def text_of(item: Item) -> str:
    return bytes(Item.objects.get(pk=item.pk).working.data).decode()


def changed_lines(before: str, after: str) -> list[str]:
    """Lines taken away and added, with their sign and without their end."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---"))]


def refused(response: HttpResponse) -> bool:
    return response.status_code == 200


@pytest.mark.parametrize(
    "file",
    [*sorted(CASES.glob("*.md")), *sorted((SAMPLE / "terms").glob("*.md"))],
    ids=lambda file: file.stem,
)
def test_an_untouched_entry_form_saves_nothing(file_entry: Callable[..., Item], page: Page, file: Path) -> None:
    try:
        item = file_entry(file)
    except InvalidDocument as error:
        pytest.skip(f"No entry: {error}")
    response = page.send(item, page.open(item))
    assert response.status_code == 302, response.content.decode()
    assert Item.objects.get(pk=item.pk).revision == 1
    assert Revision.objects.count() == 1
    assert text_of(item).encode() == file.read_bytes()


@pytest.mark.parametrize("file", sorted((SAMPLE / "books").glob("*.md")), ids=lambda file: file.stem)
def test_an_untouched_book_form_saves_nothing(make_book: Callable[..., Item], page: Page, file: Path) -> None:
    item = make_book(file.read_bytes(), file.name)
    assert page.send(item, page.open(item)).status_code == 302
    assert Item.objects.get(pk=item.pk).revision == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="The corpora are not here.")
@pytest.mark.parametrize("corpus", ["cncf-de", "cncf-en", "cncf-hi"])
def test_no_file_of_a_real_glossary_changes_by_opening_and_saving(
    file_entry: Callable[..., Item], page: Page, corpus: str
) -> None:
    files = [
        file for file in sorted((SHARED / "corpora" / corpus).glob("*.md")) if not file.name.startswith("_TEMPLATE")
    ]
    if not os.environ.get("LEMMA_DEEP"):
        files = files[::5]
    items = []
    for file in files:
        with suppress(InvalidDocument):
            items.append(file_entry(file))
    assert len(items) > 0.9 * len(files) > 3
    for item in items:
        assert page.send(item, page.open(item)).status_code == 302
    assert set(Item.objects.values_list("revision", flat=True)) == {1}


@pytest.mark.parametrize(
    ("field", "value", "lines"),
    [
        ("title", "Generative models", ['-title: "Generative AI"', '+title: "Generative models"']),
        ("difficulty", "advanced", ['-difficulty: "intermediate"', '+difficulty: "advanced"']),
        ("lastUpdated", "2026-06-01", ['-lastUpdated: "2026-05-18"', '+lastUpdated: "2026-06-01"']),
        ("difficulty", "", ['-difficulty: "intermediate"']),
        ("status", "deprecated", ['+status: "deprecated"']),
        ("requires", "deep-learning", ['+requires: ["deep-learning"]']),
        ("broader", "", ['-broader: ["artificial-intelligence"]']),
        (
            "tags",
            "generation\ncreativity\ngans\nllm",
            [
                '-tags: ["generation", "creativity", "gans", "diffusion", "llm"]',
                '+tags: ["generation", "creativity", "gans", "llm"]',
            ],
        ),
        (
            "links-1-description",
            "The GPT-3 paper",
            [
                '-    description: "The GPT-3 paper, which showed that one large text generator can attempt many tasks '
                'from a few examples"',
                '+    description: "The GPT-3 paper"',
            ],
        ),
    ],
)
def test_one_field_changes_only_its_lines(
    generative_ai: Item, page: Page, field: str, value: str, lines: list[str]
) -> None:
    before = text_of(generative_ai)
    form = page.open(generative_ai)
    form[field] = value
    assert page.send(generative_ai, form).status_code == 302
    assert changed_lines(before, text_of(generative_ai)) == lines
    assert Item.objects.get(pk=generative_ai.pk).revision == 2


def test_one_line_of_a_section_changes_only_that_line(generative_ai: Item, page: Page) -> None:
    before = text_of(generative_ai)
    form = page.open(generative_ai)
    form["body-2"] = form["body-2"].replace("Adversarial training", "Adversarial learning")
    page.send(generative_ai, form)
    assert changed_lines(before, text_of(generative_ai)) == ["-- Adversarial training", "+- Adversarial learning"]


def test_a_new_link_adds_only_its_lines(generative_ai: Item, page: Page) -> None:
    before = text_of(generative_ai)
    form = page.open(generative_ai)
    form["links-TOTAL_FORMS"] = "4"
    form["links-3-url"] = "https://example.org/new"
    form["links-3-title"] = "New"
    page.send(generative_ai, form)
    assert changed_lines(before, text_of(generative_ai)) == [
        '+  - title: "New"',
        '+    url: "https://example.org/new"',
    ]


def test_links_are_sorted_and_taken_out(generative_ai: Item, page: Page) -> None:
    before = parse(text_of(generative_ai).encode())["externalLinks"]
    form = page.open(generative_ai)
    form["links-0-ORDER"], form["links-2-ORDER"] = "3", "1"
    form["links-1-DELETE"] = "on"
    page.send(generative_ai, form)
    assert parse(text_of(generative_ai).encode())["externalLinks"] == [before[2], before[0]]


def test_a_link_row_that_was_added_and_left_empty_is_nothing(generative_ai: Item, page: Page) -> None:
    form = page.open(generative_ai)
    form["links-TOTAL_FORMS"] = "4"
    form["links-3-url"] = ""
    form["links-3-ORDER"] = "4"
    assert page.send(generative_ai, form).status_code == 302
    assert Item.objects.get(pk=generative_ai.pk).revision == 1


def test_keys_of_a_link_that_the_form_does_not_know_stay(make_entry: Callable[..., Item], page: Page) -> None:
    item = make_entry('---\ntitle: A\nslug: a\nexternalLinks:\n  - URL: "https://a.example/"\n    stars: 5\n---\n')
    form = page.open(item)
    form["links-0-url"] = "https://b.example/"
    page.send(item, form)
    assert '  - URL: "https://b.example/"\n    stars: 5\n' in text_of(item)


def test_odd_items_beside_a_changed_one_keep_their_spelling(make_entry: Callable[..., Item], page: Page) -> None:
    item = make_entry('---\ntitle: A\nslug: a\ntags:\n  - 1.10\n  - ""\n  - b\n---\n')
    form = page.open(item)
    assert form["tags"] == "1.10\r\nb"
    form["tags"] += "\nc"
    page.send(item, form)
    assert 'tags:\n  - 1.10\n  - ""\n  - b\n  - "c"\n' in text_of(item)


def test_a_date_that_yaml_reads_stays_one(make_entry: Callable[..., Item], page: Page) -> None:
    item = make_entry("---\ntitle: A\nslug: a\nlastUpdated: 2025-01-28\n---\n")
    form = page.open(item)
    form["lastUpdated"] = "2025-02-01"
    page.send(item, form)
    assert "lastUpdated: 2025-02-01\n" in text_of(item)


def test_a_section_that_is_missing_is_added_at_its_place(make_entry: Callable[..., Item], page: Page) -> None:
    item = make_entry("---\ntitle: A\nslug: a\n---\n\n# Brief Definition\nIt is.\n\n# Prerequisites\n- much\n")
    form = page.open(item)
    form["body-keyConcepts"] = "- one\n- two"
    page.send(item, form)
    assert text_of(item).endswith(
        "# Brief Definition\nIt is.\n\n# Key Concepts\n- one\n- two\n\n# Prerequisites\n- much\n"
    )


def test_a_section_without_text_goes_with_its_heading(make_entry: Callable[..., Item], page: Page) -> None:
    item = make_entry("---\ntitle: A\nslug: a\n---\n\n# Brief Definition\nIt is.\n\n# History\nLong.\n\n# End\nNow.\n")
    form = page.open(item)
    form["body-1"] = " \n"
    page.send(item, form)
    assert text_of(item).endswith("# Brief Definition\nIt is.\n\n# End\nNow.\n")


def test_a_section_of_ones_own_is_renamed_and_another_added(make_entry: Callable[..., Item], page: Page) -> None:
    item = make_entry("---\ntitle: A\nslug: a\n---\n\nHello.\n\n# History\nLong.\n")
    form = page.open(item)
    assert form["body-preamble"] == "Hello."
    form["body-0-heading"] = "Past"
    form["body-new-0-heading"] = "Future"
    form["body-new-0"] = "Bright."
    page.send(item, form)
    assert text_of(item).endswith("Hello.\n\n# Past\nLong.\n\n# Future\nBright.\n")


def test_a_new_entry_is_written_in_the_style_of_the_seed(page: Page) -> None:
    form = page.open("/admin/glossary/entry/add/")
    form["title"] = "Black box"
    form["slug"] = "black-box"
    form["tags"] = "opacity\ntrust"
    form["difficulty"] = "beginner"
    form["links-TOTAL_FORMS"] = "1"
    form["links-0-url"] = "https://example.org/"
    form["links-0-title"] = "Example"
    form["body-keyConcepts"] = "- input\n- output"
    form["body-briefDefinition"] = "Seen from outside."
    response = page.send("/admin/glossary/entry/add/", form)
    item = Item.objects.get()
    assert response.headers["Location"] == f"/admin/glossary/entry/{item.pk}/change/"
    assert item.path == "black-box.md"
    assert item.filed_id is None
    assert text_of(item) == (
        '---\ntitle: "Black box"\nslug: "black-box"\ndifficulty: "beginner"\ntags: ["opacity", "trust"]\n'
        'externalLinks:\n  - title: "Example"\n    url: "https://example.org/"\n---\n\n'
        "# Brief Definition\nSeen from outside.\n\n# Key Concepts\n- input\n- output"
    )


def test_a_new_book_is_saved(page: Page) -> None:
    form = page.open("/admin/books/book/add/")
    form["title"], form["slug"], form["publishYear"], form["authors"] = "Big book", "big-book", "1990", "Ada\nBob"
    form["body-preamble"] = "It is big."
    page.send("/admin/books/book/add/", form, "_publish")
    assert 'authors: ["Ada", "Bob"]\npublishYear: 1990\n' in text_of(Item.objects.get())
    assert Item.objects.get().published.slug == "big-book"


def test_numbers_of_a_book_keep_their_quotes(make_book: Callable[..., Item], page: Page) -> None:
    item = make_book('---\ntitle: A\nslug: a\npublishYear: "1990"\npages: 10\n---\n')
    form = page.open(item)
    form["publishYear"], form["pages"] = "1991", "11"
    page.send(item, form)
    assert 'publishYear: "1991"\npages: 11\n' in text_of(item)


def test_publishing_shows_the_text_to_readers_and_sets_the_date(generative_ai: Item, page: Page) -> None:
    form = page.open(generative_ai)
    form["title"] = "GenAI"
    assert form["_stamp"] == "1"
    page.send(generative_ai, form, "_publish")
    item = Item.objects.get()
    assert item.published.title == "GenAI"
    assert item.filed_id == item.working_id
    assert "2026-05-18" not in text_of(item)


def test_publishing_sets_no_date_where_nothing_changed_or_nobody_wants_it(generative_ai: Item, page: Page) -> None:
    page.send(generative_ai, page.open(generative_ai), "_publish")
    assert Item.objects.get().revision == 1
    form = page.open(generative_ai)
    form["title"] = "GenAI"
    del form["_stamp"]
    page.send(generative_ai, form, "_publish")
    assert 'lastUpdated: "2026-05-18"' in text_of(generative_ai)


def test_a_saved_draft_does_not_reach_readers(generative_ai: Item, page: Page) -> None:
    form = page.open(generative_ai)
    form["title"] = "GenAI"
    page.send(generative_ai, form, "_save")
    assert Item.objects.get().published.title == "Generative AI"


def test_nothing_but_the_door_writes_items(generative_ai: Item, client, editor) -> None:
    from django.contrib import admin
    from django.core.exceptions import PermissionDenied

    from glossary.models import Entry

    entry_admin: Any = admin.site._registry[Entry]
    entry = Entry.objects.get()
    for write in (
        lambda: entry_admin.save_model(None, entry, None, True),
        lambda: entry_admin.save_formset(None, None, None, True),
        lambda: entry_admin.delete_model(None, entry),
        lambda: entry_admin.delete_queryset(None, Entry.objects.all()),
    ):
        with pytest.raises(PermissionDenied):
            write()
    client.post("/admin/glossary/entry/", {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"})
    assert Entry.objects.count() == 1
