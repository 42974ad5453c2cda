"""Many rows changed at once from the list, one word of one row, and views that somebody keeps."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.roles import EDITOR, WRITER
from documents import parse
from glossary.editing import save_entry
from glossary.models import Entry
from publishing.models import Batch, Item, Published, SavedView

ENTRIES = "/admin/glossary/entry/"


def entry(title: str, front: str = "", body: str = "", **options: Any) -> Item:
    slug = title.lower().replace(" ", "-")
    text = f'---\ntitle: "{title}"\nslug: "{slug}"\n{front}---\n\n{body}'
    return save_entry(parse(text.encode()), path=f"{slug}.md", **options)


@pytest.fixture
def boxes(db: None) -> list[Item]:
    """Black and white are published, the grey one is a draft that names the black one."""
    return [
        entry("Black box", 'category: "Theory"\ntags: ["Opacity", "old"]\n', publish=True),
        entry("White box", 'difficulty: "beginner"\n', publish=True),
        entry("Grey box", 'related: ["black-box"]\n'),
    ]


@pytest.fixture
def client(person: Callable[..., User]) -> Client:
    return member(person, EDITOR)


def member(person: Callable[..., User], role: str) -> Client:
    user = person(role.lower())
    user.groups.set([Group.objects.get(name=role)])
    client = Client()
    client.force_login(user)
    return client


def run(client: Client, action: str, items: list[Item], **more: str) -> str:
    chosen = {"action": action, "_selected_action": [item.pk for item in items], **more}
    return client.post(f"{ENTRIES}?show=", chosen, follow=True).content.decode()


def undo(client: Client, page: str) -> str:
    address = re.search(r'formaction="(/admin/publishing/batch/\d+/undo/)"', page)
    assert address, page
    return client.post(address[1], headers={"referer": f"http://testserver{ENTRIES}"}, follow=True).content.decode()


def working(item: Item) -> bytes:
    return bytes(Item.objects.get(pk=item.pk).working.data)


class TestActions:
    def test_a_difficulty_is_set_and_taken_back(self, client: Client, boxes: list[Item]) -> None:
        before = [working(item) for item in boxes]
        page = run(client, "set_difficulty", boxes, to_difficulty="advanced")
        assert "Difficulty set to Advanced: 3 items." in page
        assert set(Entry.objects.values_list("difficulty", flat=True)) == {"advanced"}
        assert all(b"advanced" in bytes(row.file.data) for row in Published.objects.all())
        assert Published.objects.count() == 2
        page = undo(client, page)
        assert "Undid: Difficulty set to Advanced: 3 items." in page
        assert [working(item) for item in boxes] == before

    def test_an_empty_word_takes_it_out(self, client: Client, boxes: list[Item]) -> None:
        assert "Difficulty taken out: one item." in run(client, "set_difficulty", boxes, to_difficulty="")
        assert b"difficulty" not in working(boxes[1])

    def test_a_category_is_set(self, client: Client, boxes: list[Item]) -> None:
        run(client, "set_category", boxes, to_category="Theory")
        assert set(Entry.objects.values_list("category__name", flat=True)) == {"Theory"}

    def test_a_word_that_is_not_offered_is_refused(self, client: Client, boxes: list[Item]) -> None:
        for action, field in (("set_category", "to_category"), ("set_difficulty", "to_difficulty")):
            assert "words that are offered" in run(client, action, boxes, **{field: "Nonsense"})
        assert not Batch.objects.exists()

    def test_tags_are_added_and_taken_out(self, client: Client, boxes: list[Item]) -> None:
        run(client, "add_tags", boxes[:2], to_tags=" new, opacity ,, new")
        assert b'tags: ["Opacity", "old", "new"]' in working(boxes[0])
        assert b'tags: ["new", "opacity"]' in working(boxes[1])
        run(client, "remove_tags", boxes, to_tags="OPACITY, old")
        assert b'tags: ["new"]' in working(boxes[0])
        assert b'tags: ["new"]' in working(boxes[1])
        assert b"tags" not in working(boxes[2])
        assert "separated by commas" in run(client, "add_tags", boxes, to_tags=" , ")

    def test_publish_and_unpublish(self, client: Client, boxes: list[Item]) -> None:
        page = run(client, "publish_chosen", boxes)
        assert "Published: one item." in page
        assert Published.objects.count() == 3
        page = run(client, "unpublish_chosen", boxes)
        assert "Taken from the readers: 3 items." in page
        assert not Published.objects.exists()
        undo(client, page)
        assert Published.objects.count() == 3

    def test_who_changed_it_since_keeps_it(self, client: Client, boxes: list[Item]) -> None:
        page = run(client, "set_difficulty", boxes, to_difficulty="advanced")
        item = Item.objects.get(pk=boxes[0].pk)
        text = bytes(item.working.data).replace(b"Black box", b"Blacker box")
        save_entry(parse(text), item=item, base_revision=item.revision)
        page = undo(client, page)
        assert "Left out: “Blacker box” (It was changed since.)" in page
        assert b"advanced" in working(boxes[0])
        assert b"advanced" not in working(boxes[2])

    def test_deleting_first_names_who_refers(self, client: Client, boxes: list[Item]) -> None:
        page = run(client, "delete_chosen", boxes[:2])
        assert "Delete 2 items?" in page
        assert re.search(r"One item refers to it[^<]*Grey box", page)
        assert Item.objects.live().count() == 3
        page = run(client, "delete_chosen", boxes[:2], confirmed="1")
        assert [item.title for item in Item.objects.live()] == ["Grey box"]
        undo(client, page)
        assert Item.objects.live().count() == 3
        assert Published.objects.count() == 2

    def test_who_goes_along_is_not_named(self, client: Client, boxes: list[Item]) -> None:
        assert "refers to it" not in run(client, "delete_chosen", boxes)

    def test_chosen_rows_come_as_the_files_they_are(self, client: Client, boxes: list[Item]) -> None:
        item = Item.objects.get(pk=boxes[0].pk)
        save_entry(parse(bytes(item.working.data) + b"More.\n"), item=item, base_revision=1)
        chosen = {"action": "export_chosen", "_selected_action": [item.pk, boxes[2].pk]}
        answer = client.post(ENTRIES, chosen)
        assert answer["Content-Disposition"] == 'attachment; filename="entries.zip"'
        data = b"".join(answer)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = {name: archive.read(name) for name in archive.namelist()}
        filed = Item.objects.get(pk=item.pk).filed
        assert filed
        assert found == {"terms/black-box.md": bytes(filed.data), "terms/grey-box.md": working(boxes[2])}

    def test_all_rows_of_a_filter_are_chosen_over_the_pages(self, client: Client, boxes: list[Item]) -> None:
        for number in range(60):
            entry(f"Box {number}")
        chosen = {"action": "set_difficulty", "to_difficulty": "advanced", "select_across": "1", "index": "0"}
        client.post(f"{ENTRIES}?show=draft", {**chosen, "_selected_action": [boxes[2].pk]})
        assert Entry.objects.filter(difficulty="advanced").count() == 61
        assert Batch.objects.get().items.count() == 61

    def test_an_action_of_a_writer_is_not_run(self, person: Callable[..., User], boxes: list[Item]) -> None:
        writer = member(person, WRITER)
        run(writer, "set_difficulty", boxes, to_difficulty="advanced")
        run(writer, "delete_chosen", boxes, confirmed="1")
        run(writer, "publish_chosen", boxes)
        assert not Batch.objects.exists()
        assert b"advanced" not in working(boxes[0])
        assert Item.objects.live().count() == 3


class TestBatches:
    def test_a_batch_stays_in_a_list_with_what_was_in_it(self, client: Client, boxes: list[Item]) -> None:
        run(client, "set_difficulty", boxes, to_difficulty="advanced")
        batch = Batch.objects.get()
        assert "Difficulty set to Advanced" in client.get("/admin/publishing/batch/").content.decode()
        page = client.get(f"/admin/publishing/batch/{batch.pk}/change/").content.decode()
        for item in boxes:
            assert item.title in page
        assert f"{ENTRIES}{boxes[0].pk}/compare/?from=1&amp;to=2" in page
        assert 'lemma-primary">Undo</button>' in page
        client.post(f"/admin/publishing/batch/{batch.pk}/undo/")
        page = client.get(f"/admin/publishing/batch/{batch.pk}/change/").content.decode()
        assert 'lemma-primary">Undo</button>' not in page

    def test_undo_leads_nowhere_else(self, client: Client, boxes: list[Item]) -> None:
        run(client, "set_difficulty", boxes, to_difficulty="advanced")
        address = f"/admin/publishing/batch/{Batch.objects.get().pk}/undo/"
        answer = client.post(address, headers={"referer": "https://evil.example/"})
        assert answer["Location"] == "/admin/"


class TestWords:
    def set(self, client: Client, item: Item, field: str, value: str, was: str = "") -> Any:
        return client.post(f"{ENTRIES}{item.pk}/word/", {"field": field, "value": value, "was": was})

    def test_an_editor_changes_a_word_for_readers(self, client: Client, boxes: list[Item]) -> None:
        answer = self.set(client, boxes[1], "difficulty", "advanced", "beginner").json()
        assert answer["label"] == "Advanced"
        assert answer["message"] == "White box: Difficulty set to Advanced."
        assert "Published" in answer["badge"]
        assert b"advanced" in bytes(Published.objects.get(item=boxes[1]).file.data)
        client.post(answer["undo"])
        assert b"beginner" in bytes(Published.objects.get(item=boxes[1]).file.data)

    def test_a_writer_changes_it_for_a_draft(self, person: Callable[..., User], boxes: list[Item]) -> None:
        writer = member(person, WRITER)
        answer = self.set(writer, boxes[1], "difficulty", "advanced", "beginner").json()
        assert "Readers see it once it is published." in answer["message"]
        assert "newer draft" in answer["badge"]
        assert b"beginner" in bytes(Published.objects.get(item=boxes[1]).file.data)
        # Their own draft they take back themselves.
        assert writer.post(answer["undo"]).status_code == 302
        assert b"beginner" in working(boxes[1])

    def test_what_somebody_changed_in_the_meantime_stays(self, client: Client, boxes: list[Item]) -> None:
        answer = self.set(client, boxes[1], "difficulty", "advanced", "intermediate")
        assert answer.status_code == 409
        assert "“beginner”" in answer.json()["message"]
        assert b"beginner" in working(boxes[1])

    def test_only_words_that_are_offered_are_taken(self, client: Client, boxes: list[Item]) -> None:
        assert self.set(client, boxes[1], "difficulty", "x", "beginner").status_code == 400
        assert self.set(client, boxes[1], "title", "advanced", "White box").status_code == 400
        assert self.set(client, boxes[1], "category", "", "").status_code == 200
        assert client.get(f"{ENTRIES}{boxes[1].pk}/word/").status_code == 405
        assert client.post(f"{ENTRIES}999999/word/", {}).status_code == 404

    def test_who_may_not_change_it_sees_the_word_alone(self, person: Callable[..., User], boxes: list[Item]) -> None:
        assert "data-word=" not in member(person, "Viewer").get(ENTRIES).content.decode()
        assert "data-word=" in member(person, WRITER).get(ENTRIES).content.decode()

    def test_a_hostile_word_is_shown_as_text(self, client: Client) -> None:
        evil = '"><img src=x onerror=alert(1)>'
        entry("Evil", f"difficulty: '{evil}'\ncategory: '{evil}'\n")
        page = client.get(ENTRIES).content.decode()
        assert evil not in page
        assert "&lt;img src=x" in page


class TestSavedViews:
    def keep(self, client: Client, name: str, query: str) -> str:
        answer = client.post(f"{ENTRIES}views/", {"name": name, "query": query}, follow=True)
        return str(answer.content.decode())

    def test_a_view_is_kept_and_forgotten(self, client: Client, boxes: list[Item]) -> None:
        page = self.keep(client, "Hard  ones", "difficulty=advanced&show=draft&p=3")
        view = SavedView.objects.get()
        assert (view.name, view.query, view.kind) == ("Hard ones", "difficulty=advanced&show=draft", "entry")
        assert 'href="?difficulty=advanced&amp;show=draft" aria-current="true">Hard ones</a>' in page
        assert "Hard ones" not in client.get("/admin/books/book/").content.decode()
        client.post(f"{ENTRIES}views/", {"forget": str(view.pk)})
        assert not SavedView.objects.exists()

    def test_it_belongs_to_one_person(self, client: Client, person: Callable[..., User]) -> None:
        self.keep(client, "Mine", "q=box")
        other = member(person, WRITER)
        assert "Mine" not in other.get(ENTRIES).content.decode()
        other.post(f"{ENTRIES}views/", {"forget": str(SavedView.objects.get().pk)})
        assert SavedView.objects.exists()

    def test_the_same_name_takes_its_place(self, client: Client, boxes: list[Item]) -> None:
        self.keep(client, "Mine", "q=box")
        self.keep(client, "Mine", "q=other")
        assert SavedView.objects.get().query == "q=other"

    def test_what_is_no_view_is_refused(self, client: Client, boxes: list[Item]) -> None:
        assert "Give the view a name" in self.keep(client, " ", "q=box")
        assert "Choose a filter" in self.keep(client, "Mine", "p=2")
        assert "Choose a filter" in self.keep(client, "Mine", "q=" + "x" * 1000)
        for number in range(30):
            self.keep(client, f"View {number}", "q=box")
        assert "Forget one first" in self.keep(client, "Mine", "q=box")


def test_a_list_of_100_rows_takes_at_most_12_queries(client: Client, person: Callable[..., User]) -> None:
    for number in range(110):
        front = (
            f'tags: ["t{number}", "t"]\ncategory: "c{number % 7}"\ndifficulty: "beginner"\nrelated: ["box-1", "x"]\n'
        )
        entry(f"Box {number}", front, publish=number % 2 == 0)
    SavedView.objects.create(owner=User.objects.get(username="editor"), kind="entry", name="Mine", query="q=x")
    from glossary.admin.pages import EntryAdmin

    assert EntryAdmin.list_per_page == 100
    for address in (ENTRIES, f"{ENTRIES}?show=dangling&q=box&difficulty=beginner", "/admin/books/book/"):
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            page = client.get(address).content.decode()
        assert len(caught) <= 12, [query["sql"] for query in caught]
    assert client.get(ENTRIES).content.decode().count('class="lemma-title"') == 100
    assert page
