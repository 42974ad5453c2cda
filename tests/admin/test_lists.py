"""The lists of entries, books, categories and tags, and the search behind the chips."""

import json
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from documents import parse
from glossary.editing import save_entry
from glossary.models import Category, Tag
from publishing.models import Item

ENTRIES = "/admin/glossary/entry/"


def titles(client: Client, query: str = "") -> list[str]:
    page = client.get(f"{ENTRIES}?{query}").content.decode()
    return re.findall(r'class="lemma-title" href="[^"]*">([^<]*)</a>', page)


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def entry(title: str, front: str = "", body: str = "", **options) -> Item:
    slug = title.lower().replace(" ", "-")
    text = f'---\ntitle: "{title}"\nslug: "{slug}"\n{front}---\n\n{body}'
    return save_entry(parse(text.encode()), **options)


@pytest.fixture
def cast(db: None) -> None:
    entry(
        "Black box",
        'category: "Theory"\ndifficulty: "advanced"\ntags: ["opacity"]\naliases: ["Opaque model"]\n'
        'related: ["grey-box"]\n',
        "# Prerequisites\n- patience\n",
        publish=True,
    )
    entry("White box", 'category: "Tools"\nstatus: "deprecated"\nrequires: ["black-box"]\n', publish=True)
    entry("Glass box", 'difficulty: "hard"\n')
    changed = entry("Mixed box", publish=True)
    save_entry(parse(bytes(changed.working.data) + b"More.\n"), item=changed, base_revision=1)


@pytest.mark.usefixtures("cast")
class TestViews:
    def test_all_are_there_in_order(self, client: Client) -> None:
        assert titles(client) == ["Black box", "Glass box", "Mixed box", "White box"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("show=draft", ["Glass box"]),
            ("show=changed", ["Mixed box"]),
            ("show=deprecated", ["White box"]),
            ("show=dangling", ["Black box"]),
            ("show=without-prerequisites", ["Glass box", "Mixed box"]),
            ("difficulty=advanced", ["Black box"]),
            ("difficulty=hard", ["Glass box"]),
            ("difficulty=none", ["Mixed box", "White box"]),
            ("q=glass", ["Glass box"]),
            ("q=BLACK+box", ["Black box"]),
            ("q=opaque", ["Black box"]),
            ("q=opacity", ["Black box"]),
            ("q=box+white", ["White box"]),
            ("q=%25", []),
            ("q=nothing", []),
            ("show=nonsense", ["Black box", "Glass box", "Mixed box", "White box"]),
        ],
    )
    def test_a_view_a_filter_and_a_search_find_theirs(self, client: Client, query: str, found: list[str]) -> None:
        assert titles(client, query) == found

    def test_by_category_and_tag(self, client: Client) -> None:
        category = Category.objects.get(name="Tools")
        assert titles(client, f"category__id__exact={category.pk}") == ["White box"]
        tag = Item.objects.get(slug="black-box").entry.tags.get()
        assert titles(client, f"tags__id__exact={tag.pk}") == ["Black box"]

    def test_the_state_is_written_in_words(self, client: Client) -> None:
        page = client.get(ENTRIES).content.decode()
        for words in ("Draft", "Published", "Published, newer draft", "Deprecated"):
            assert f">{words}</span>" in page

    def test_hostile_queries_do_no_harm(self, client: Client) -> None:
        for query in ("o=99.-99", "p=-1", "p=x", "q=%00", "difficulty=%00", "category__id__exact=x", f"q={'a+' * 500}"):
            assert client.get(f"{ENTRIES}?{query}").status_code in (200, 302)


def test_a_longer_list_costs_no_more_queries(client: Client, make_book: Callable[..., Item]) -> None:
    def fill(count: int, start: int = 0) -> None:
        for number in range(start, start + count):
            front = (
                f'tags: ["t{number}", "t"]\naliases: ["a{number}"]\ncategory: "c{number % 3}"\nrelated: ["entry-1"]\n'
            )
            entry(f"Entry {number}", front, publish=number % 2 == 0)
            make_book(f"---\ntitle: B{number}\nslug: b{number}\nauthors: [x]\n---\n", publish=True)

    fill(3)
    addresses = [ENTRIES, f"{ENTRIES}?show=dangling&q=entry", "/admin/books/book/", "/admin/glossary/tag/"]
    for address in addresses:
        queries(client, address)
    before = [queries(client, address) for address in addresses]
    fill(45, start=3)
    assert [queries(client, address) for address in addresses] == before
    assert max(before) <= 12


def test_a_form_costs_a_fixed_number_of_queries(client: Client, generative_ai: Item) -> None:
    address = f"/admin/glossary/entry/{generative_ai.pk}/change/"
    entry("Deep learning")
    # Whoever opens a form first after a change has the findings made that it may concern.
    queries(client, address)
    before = queries(client, address)
    for slug in ("artificial-intelligence", "neural-networks"):
        entry(slug.replace("-", " ").capitalize())
    queries(client, address)
    assert queries(client, address) == before
    # Of which four are about findings, and three about the texts in which they would be mended.
    assert before <= 21


@pytest.mark.usefixtures("cast")
class TestLookup:
    def results(self, client: Client, address: str) -> list[str]:
        return [each["value"] for each in json.loads(client.get(address).content)["results"]]

    def test_what_begins_with_it_comes_first(self, client: Client) -> None:
        entry("A black box")
        assert self.results(client, f"{ENTRIES}lookup/?q=black") == ["black-box", "a-black-box"]

    def test_tags_come_by_use(self, client: Client) -> None:
        entry("Other", 'tags: ["opal"]\n')
        entry("Another", 'tags: ["opal"]\n')
        assert self.results(client, "/admin/glossary/tag/lookup/?q=op") == ["opal", "opacity"]

    def test_an_answer_is_short(self, client: Client) -> None:
        for number in range(30):
            entry(f"Box {number}")
        assert len(self.results(client, f"{ENTRIES}lookup/?q=box")) == 20
        assert len(self.results(client, f"{ENTRIES}lookup/")) == 20

    def test_a_deleted_entry_is_not_found(self, client: Client) -> None:
        from glossary.editing import delete_entry

        item = Item.objects.get(slug="glass-box")
        delete_entry(item, base_revision=1)
        assert self.results(client, f"{ENTRIES}lookup/?q=glass") == []


class TestVocabularies:
    def test_a_category_is_added_once(self, client: Client, person) -> None:
        boss = person("boss", is_superuser=True)
        client.force_login(boss)
        address = "/admin/glossary/category/add/"
        assert client.post(address, {"name": " New  words ", "position": "3"}).status_code == 302
        assert Category.objects.get().name == "New words"
        assert Category.objects.get().key == "new words"
        assert client.post(address, {"name": "NEW WORDS", "position": "3"}).status_code == 200
        assert Category.objects.count() == 1

    @pytest.mark.usefixtures("cast")
    def test_a_category_in_use_keeps_its_name_and_stays(self, client: Client, person) -> None:
        client.force_login(person("boss", is_superuser=True))
        category = Category.objects.get(name="Tools")
        address = f"/admin/glossary/category/{category.pk}/"
        client.post(f"{address}change/", {"name": "Other", "position": "7"})
        category.refresh_from_db()
        assert (category.name, category.position) == ("Tools", 7)
        assert client.post(f"{address}delete/", {"post": "yes"}).status_code == 403

    @pytest.mark.usefixtures("cast")
    def test_tags_are_only_looked_at(self, client: Client, person) -> None:
        client.force_login(person("boss", is_superuser=True))
        assert client.get("/admin/glossary/tag/add/").status_code == 403
        tag = Item.objects.get(slug="black-box").entry.tags.get()
        assert client.post(f"/admin/glossary/tag/{tag.pk}/change/", {"name": "x"}).status_code == 403
        assert client.post(f"/admin/glossary/tag/{tag.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_dangling_reference_is_told_from_one_that_leads_somewhere(client: Client, generative_ai: Item) -> None:
    entry("Deep learning")
    page = client.get(f"/admin/glossary/entry/{generative_ai.pk}/change/").content.decode()
    labels = re.search(r'data-labels="([^"]*)"><textarea name="related"', page)
    assert labels
    assert list(json.loads(labels[1].replace("&quot;", '"'))) == ["deep-learning"]


def test_the_list_of_tags_counts_and_leads_to_their_entries(client: Client, make_entry: Callable[..., Item]) -> None:
    make_entry("---\ntitle: Black box\nslug: black-box\ntags: [opacity]\n---\n")
    page = client.get("/admin/glossary/tag/").content.decode()
    tag = Tag.objects.get()
    assert f'<a href="/admin/glossary/entry/?tags__id__exact={tag.pk}">1</a>' in page
    assert "Entry.None" not in page


def test_a_list_without_rows_says_why(client: Client, make_entry: Callable[..., Item]) -> None:
    assert "Nothing here yet" in client.get(ENTRIES).content.decode()
    make_entry("---\ntitle: Black box\nslug: black-box\n---\n")
    page = client.get(f"{ENTRIES}?q=nothing").content.decode()
    assert "Nothing fits" in page
    assert '<a class="lemma-button" href="?">Show all</a>' in page
