"""The one door: all or nothing, in bulk as one by one."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import documents
from glossary.models import Category, Entry, EntryTag
from publishing import kinds
from publishing.authors import Author
from publishing.errors import NameTaken, StaleRevision
from publishing.models import Blob, Change, Conflict, Facet, FeedCounter, Item, Published, Reference, Revision
from publishing.steps import ANY, Delete, NewConflict, Note, Result, Settle, Signature, Step, Text, Write
from publishing.writer import write
from tests.publishing.conftest import feed, filed, history, now, read, text, working

pytestmark = pytest.mark.django_db


def run(*steps: Step, **options: Any) -> list[Result]:
    return write(steps, **{"author": Author(), "origin": Revision.Origin.COMMAND, **options})


def as_text(data: bytes, path: str = "black-box.md") -> Text:
    record = kinds.get("entry").read(documents.parse(data), path).record
    assert record is not None
    return Text(data, record)


def step(data: bytes, item: Item | None = None, *, path: str = "", **options: Any) -> Write:
    """A write of an entry, by default from its newest revision."""
    read_at = path or (now(item).path if item else "x.md")
    record = as_text(data, read_at).record
    if item:
        options.setdefault("base_revision", now(item).revision)
    return Write("entry", data, record, item=item, path=path or ("" if item else read_at), **options)


def make(data: bytes, path: str = "black-box.md", **options: Any) -> Item:
    [result] = run(step(data, path=path, **options))
    return result.item


def test_a_new_item_gets_its_first_revision_and_readers_get_nothing() -> None:
    item = make(text())
    assert (item.revision, working(item), filed(item), read(item)) == (1, text(), None, None)
    assert feed() == []


def test_publishing_files_the_text_and_tells_readers() -> None:
    item = make(text(tags='["opacity"]', related='["white-box"]'), publish=True)
    assert filed(item) == read(item) == working(item)
    assert feed() == [("published", "black-box", "")]
    assert Published.objects.get().etag.startswith('"1-')
    assert set(Facet.objects.filter(name__in=["tag", "related"]).values_list("value", flat=True)) == {
        "opacity",
        "white-box",
    }


def test_writing_the_same_text_again_changes_no_row() -> None:
    item = make(text(), publish=True)
    before = [list(model.objects.values()) for model in (Item, Revision, Published, Change, FeedCounter, Blob)]
    [result] = run(step(text(), item, publish=True))
    assert (result.revised, result.action) == (False, None)
    assert before == [list(model.objects.values()) for model in (Item, Revision, Published, Change, FeedCounter, Blob)]


def test_a_write_from_an_old_revision_is_refused() -> None:
    item = make(text())
    run(step(text(body="Two."), item))
    with pytest.raises(StaleRevision) as refusal:
        run(step(text(body="Three."), item, base_revision=1))
    assert (refusal.value.item.revision, refusal.value.base) == (2, 1)
    assert "is at revision 2" in str(refusal.value)
    assert history(item) == [text(), text(body="Two.")]


def test_a_batch_is_written_as_a_whole_or_not_at_all() -> None:
    item = make(text(), publish=True)
    counts = [model.objects.count() for model in (Item, Revision, Blob, Change, Entry, Reference)]
    with pytest.raises(StaleRevision):
        run(step(text("White box"), path="white-box.md", publish=True), step(text(body="Two."), item, base_revision=9))
    assert counts == [model.objects.count() for model in (Item, Revision, Blob, Change, Entry, Reference)]


def test_a_slug_of_another_item_is_refused_by_its_name() -> None:
    make(text("Black box", slug="black-box"))
    with pytest.raises(NameTaken) as refusal:
        make(text("Opaque box", slug="Black-Box"), path="opaque.md")
    assert (refusal.value.field, refusal.value.value, refusal.value.other) == ("slug", "Black-Box", "Black box")


def test_a_file_of_another_item_is_refused_by_its_name() -> None:
    make(text("Black box"), path="box.md")
    with pytest.raises(NameTaken) as refusal:
        make(text("White box", slug="white-box"), path="box.md")
    assert (refusal.value.field, refusal.value.other) == ("path", "Black box")


def test_two_items_of_a_batch_cannot_have_one_slug() -> None:
    with pytest.raises(NameTaken):
        run(step(text("One", slug="same"), path="1.md"), step(text("Two", slug="same"), path="2.md"))
    assert not Item.objects.exists()


def test_a_slug_that_readers_still_use_is_refused_though_its_item_has_a_new_one_in_a_draft() -> None:
    item = make(text("Black box", slug="box"), publish=True)
    run(step(text("Black box", slug="black-box"), item))
    other = make(text("White box", slug="box"), path="white-box.md")
    with pytest.raises(NameTaken) as refusal:
        run(step(text("White box", slug="box"), other, publish=True))
    assert refusal.value.other == "Black box"


def test_two_items_of_a_batch_cannot_have_one_slug_though_both_have_one_title() -> None:
    with pytest.raises(NameTaken):
        run(step(text("A", slug="same"), path="1.md"), step(text("A", slug="same"), path="2.md"))


def test_two_items_of_a_batch_cannot_be_known_to_readers_by_one_slug() -> None:
    one, two = make(text("One", slug="one"), path="one.md"), make(text("Two", slug="two"), path="two.md")
    same = as_text(text("Same", slug="same"))
    with pytest.raises(NameTaken):
        run(step(text("One", slug="one"), one, filed=same), step(text("Two", slug="two"), two, filed=same))


def test_an_item_that_the_batch_only_notes_a_conflict_of_keeps_its_names() -> None:
    item = make(text("Black box", slug="box"), path="box.md")
    note = Note(item, NewConflict(Conflict.Origin.FILES, None, None, None, []))
    with pytest.raises(NameTaken) as refusal:
        run(note, step(text("White box", slug="box"), path="white-box.md"))
    assert (refusal.value.field, refusal.value.other) == ("slug", "Black box")


def test_an_item_that_the_batch_leaves_in_its_file_keeps_it() -> None:
    item = make(text("Black box", slug="box"), path="box.md")
    with pytest.raises(NameTaken) as refusal:
        run(step(text("Black box", slug="black-box"), item), step(text("White box", slug="white-box"), path="box.md"))
    assert (refusal.value.field, refusal.value.other) == ("path", "Black box")


def test_two_items_can_change_slugs_and_files_with_each_other() -> None:
    one, two = make(text("One", slug="one"), path="one.md"), make(text("Two", slug="two"), path="two.md")
    run(step(text("One", slug="two"), one, path="two.md"), step(text("Two", slug="one"), two, path="one.md"))
    assert [(now(each).slug, now(each).path) for each in (one, two)] == [("two", "two.md"), ("one", "one.md")]


def test_an_item_can_take_the_names_of_one_that_the_same_batch_deletes() -> None:
    old = make(text("Old", slug="box"), path="box.md", publish=True)
    other = make(text("Other", slug="other"), path="other.md", publish=True)
    taking = step(text("Other", slug="box"), other, path="box.md", publish=True)
    run(taking, Delete(old, 1), step(text("New", slug="other"), path="other.md", publish=True))
    assert sorted(Item.objects.live().values_list("title", "slug")) == [("New", "other"), ("Other", "box")]
    assert feed()[2:] == [("renamed", "box", "other"), ("deleted", "box", ""), ("published", "other", "")]


# --- a filed text that is not the working text ---


def test_a_filed_text_becomes_a_revision_before_the_working_text() -> None:
    item = make(text(), publish=True)
    file, merged = text(body="From the file."), text(body="From the file.", category='"Theory"')
    [result] = run(step(merged, item, filed=as_text(file)))
    assert result.revised
    assert history(item) == [text(), file, merged]
    assert (filed(item), read(item), working(item)) == (file, file, merged)
    published = Published.objects.get()
    assert published.revision == 2
    assert published.etag.startswith('"2-')
    assert Change.objects.last().revision == 2  # type: ignore[union-attr]


def test_the_working_text_is_the_newest_revision_even_if_it_stays() -> None:
    item = make(text(), publish=True)
    run(step(text(body="Draft."), item))
    run(step(text(body="Draft."), item, filed=as_text(text(body="File."))))
    assert history(item) == [text(), text(body="Draft."), text(body="File."), text(body="Draft.")]
    newest = Revision.objects.get(item=item, number=now(item).revision)
    assert newest.document_id == now(item).working_id
    assert Entry.objects.get().brief_definition == "Draft."


def test_filing_what_is_filed_makes_no_revision() -> None:
    item = make(text(), publish=True)
    run(step(text(body="Draft."), item))
    [result] = run(step(text(body="Draft."), item, filed=as_text(text())))
    assert (result.revised, result.action, now(item).revision) == (False, None, 2)


def test_filing_the_working_text_of_before_names_its_revision() -> None:
    item = make(text(), publish=True)
    run(step(text(body="Two."), item))
    run(step(text(body="Three."), item, filed=as_text(text(body="Two."))))
    assert history(item) == [text(), text(body="Two."), text(body="Three.")]
    assert Published.objects.get().revision == 2


def test_a_filed_text_marked_as_draft_is_taken_from_the_readers() -> None:
    item = make(text(), publish=True)
    marked = text(status="draft")
    [result] = run(step(marked, item, filed=as_text(marked)))
    assert (result.action, read(item), filed(item)) == (Change.Action.UNPUBLISHED, None, marked)


def test_readers_get_slug_and_title_of_the_filed_text() -> None:
    item = make(text("Black box", slug="black-box"), publish=True)
    renamed = text("Opaque box", slug="opaque-box")
    run(step(renamed, item, filed=as_text(text("Black box", slug="black-box", category='"Theory"'))))
    published = Published.objects.get()
    assert (published.slug, published.slug_key, published.title, published.sort_key) == (
        "black-box",
        "black-box",
        "Black box",
        "black box",
    )
    assert (now(item).slug, now(item).title) == ("opaque-box", "Opaque box")


def test_publishing_in_between_is_noticed_though_it_makes_no_revision() -> None:
    item = make(text(), publish=True)
    run(step(text(body="Draft."), item))
    seen = now(item).filed_id
    run(step(text(body="Draft."), item, publish=True))
    with pytest.raises(StaleRevision, match="was published in the meantime"):
        run(step(text(body="Draft."), item, filed=as_text(text(body="File.")), base_filed=seen))
    with pytest.raises(StaleRevision):
        run(Delete(item, 2, base_filed=seen))
    assert read(item) == text(body="Draft.")
    assert ANY not in (seen, None)


# --- deleting and coming back ---


def test_a_deleted_item_leaves_a_tombstone_and_its_history() -> None:
    item = make(text(related='["white-box"]', tags='["a"]'), publish=True)
    run(Delete(item, 1))
    assert now(item).deleted_at is not None
    assert (read(item), history(item)) == (None, [text(related='["white-box"]', tags='["a"]')])
    assert feed()[-1] == ("deleted", "black-box", "")
    assert not Entry.objects.exists()
    assert not EntryTag.objects.exists()
    assert not Reference.objects.exists()


def test_a_deleted_item_cannot_be_written_by_accident() -> None:
    item = make(text())
    run(Delete(item, 1))
    with pytest.raises(StaleRevision, match="was deleted"):
        run(step(text(body="Two."), item))
    with pytest.raises(StaleRevision):
        run(Delete(item, 1))


def test_a_deleted_item_comes_back_on_purpose_with_what_was_filed_forgotten() -> None:
    item = make(text(), publish=True)
    run(Delete(item, 1))
    run(step(text(), item, revive=True))
    assert now(item).deleted_at is None
    assert (filed(item), read(item), Entry.objects.count()) == (None, None, 1)
    assert Entry.objects.get().brief_definition == "Seen from outside."


def test_what_lives_cannot_be_revived() -> None:
    item = make(text())
    with pytest.raises(StaleRevision):
        run(step(text(), item, revive=True))


# --- conflicts ---


def conflict(origin: Conflict.Origin = Conflict.Origin.FILES, root: str = "/content", **fields: Any) -> NewConflict:
    return NewConflict(origin, text(), text(body="Ours."), None, [{"field": "section:Brief Definition"}], root, "b.md")


def test_a_conflict_is_noted_and_the_item_stays() -> None:
    item = make(text(), publish=True)
    before = Item.objects.values().get()
    run(Note(item, conflict()))
    found = Conflict.objects.get()
    assert (found.origin, found.root, found.path, found.theirs) == ("files", "/content", "b.md", None)
    assert found.ours is not None
    assert bytes(found.ours.data) == text(body="Ours.")
    assert found.fields == [{"field": "section:Brief Definition"}]
    assert Item.objects.values().get() == before


def test_a_newer_conflict_takes_the_place_of_the_older_one_of_the_same_root() -> None:
    item = make(text())
    run(Note(item, conflict()))
    run(Note(item, conflict()), Note(item, conflict(root="/other")))
    assert sorted(Conflict.objects.values_list("root", flat=True)) == ["/content", "/other"]


def test_a_conflict_is_settled_by_name_of_its_root() -> None:
    item = make(text())
    run(Note(item, conflict()), Note(item, conflict(root="/other")))
    run(Settle(item, Conflict.Origin.FILES, "/content"))
    assert list(Conflict.objects.filter(resolved_at=None).values_list("root", flat=True)) == ["/other"]
    run(Settle(item, Conflict.Origin.FILES, "/nowhere"))
    assert Conflict.objects.filter(resolved_at=None).count() == 1


def test_a_conflict_that_was_replaced_is_not_settled_by_who_saw_the_older_one() -> None:
    item = make(text())
    run(Note(item, conflict()))
    seen = Conflict.objects.get().pk
    run(Note(item, conflict()))
    with pytest.raises(StaleRevision):
        run(Settle(item, Conflict.Origin.FILES, "/content", conflict=seen))
    assert Conflict.objects.filter(resolved_at=None).count() == 1


def test_filing_a_text_settles_the_conflict_with_the_draft_and_no_other() -> None:
    item = make(text())
    run(Note(item, conflict()), Note(item, conflict(Conflict.Origin.DRAFT, "")))
    run(step(text(), item, publish=True))
    assert list(Conflict.objects.filter(resolved_at=None).values_list("origin", flat=True)) == ["files"]


def test_saving_a_draft_leaves_its_conflict_open() -> None:
    item = make(text())
    run(Note(item, conflict(Conflict.Origin.DRAFT, "")))
    run(step(text(body="Two."), item))
    assert Conflict.objects.filter(resolved_at=None).count() == 1


def test_a_note_can_ask_for_the_revision_it_was_made_from() -> None:
    item = make(text())
    with pytest.raises(StaleRevision):
        run(Note(item, conflict(), base_revision=7))
    assert not Conflict.objects.exists()


# --- who, and how much ---


def test_a_batch_may_have_several_authors() -> None:
    ada = Signature(Author(name="Ada", email="ada@example.org"), Revision.Origin.FILES, "From a commit")
    run(step(text("One"), path="one.md"), step(text("Two"), path="two.md", signature=ada), message="Import")
    assert list(Revision.objects.order_by("slug").values_list("author_name", "origin", "message")) == [
        ("", "command", "Import"),
        ("Ada", "files", "From a commit"),
    ]


def test_a_batch_writes_the_same_rows_as_the_same_writes_one_by_one() -> None:
    texts = [text(f"Term {number}", tags='["a", "b"]', category='"Theory"') for number in range(7)]
    written = [(f"t{number}.md", data) for number, data in enumerate(texts)]

    def rows() -> list[Any]:
        skipped = {"id", "uuid", "item_id", "created_at", "updated_at", "published_at", "source_id", "payload", "etag"}
        kept = []
        for model in (Item, Revision, Published, Change, Reference):
            for row in model.objects.order_by("pk").values():
                kept.append({key: value for key, value in row.items() if key not in skipped})
        return kept

    for path, data in written:
        make(data, path=path, publish=True)
    one_by_one = rows()
    run(*(Delete(item, 1) for item in Item.objects.all()))
    for model in (Change, Published, Reference, Revision):
        model.objects.all().delete()
    Item.objects.all().delete()
    FeedCounter.objects.all().delete()
    run(*(step(data, path=path, publish=True) for path, data in written))
    assert rows() == one_by_one


@pytest.mark.parametrize("publish", [False, True])
def test_a_batch_takes_the_same_statements_for_two_items_as_for_forty(publish: bool) -> None:
    Category.objects.create(name="Theory", key="theory")

    def statements(count: int, start: int) -> int:
        steps = [
            step(text(f"Term {number}", category='"Theory"'), path=f"t{number}.md", publish=publish)
            for number in range(start, start + count)
        ]
        with CaptureQueriesContext(connection) as captured:
            run(*steps)
        return len(captured)

    statements(1, 0)
    assert statements(2, 100) == statements(40, 200)


def test_the_feed_has_no_gaps_and_no_position_twice() -> None:
    for number in range(3):
        make(text(f"Term {number}"), path=f"t{number}.md", publish=True)
    run(*(Delete(item, 1) for item in Item.objects.all()))
    assert list(Change.objects.values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert FeedCounter.objects.get().position == 6
