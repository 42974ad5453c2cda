"""A new filed text beneath edits that wait to be published."""

from collections.abc import Callable

import pytest

from glossary.editing import delete_entry, discard_entry_draft, publish_entry, save_entry, unpublish_entry
from publishing import conflicts, standing, writer
from publishing.authors import Author
from publishing.errors import EditConflict, NotAllowed, StaleRevision
from publishing.models import Conflict, Item, Revision
from tests.publishing.conftest import document, feed, filed, history, now, read, text, working

pytestmark = pytest.mark.django_db

Entry = Callable[..., Item]
Refile = Callable[[Item, bytes], Item]


def open_conflicts() -> list[Conflict]:
    return conflicts.waiting()


def test_without_a_draft_the_file_is_what_editors_and_readers_get(entry: Entry, refile: Refile) -> None:
    item = entry()
    refile(item, text(body="File."))
    assert working(item) == filed(item) == read(item) == text(body="File.")
    assert history(item) == [text(), text(body="File.")]


def test_a_file_change_is_published_and_merged_into_the_draft(entry: Entry, edited: Entry, refile: Refile) -> None:
    item = entry()
    edited(item, category='"Theory"')
    refile(item, text(body="File."))
    assert read(item) == filed(item) == text(body="File.")
    assert working(item) == text(body="File.", category='"Theory"')
    assert open_conflicts() == []
    publish_entry(item)
    assert read(item) == text(body="File.", category='"Theory"')


def test_a_contradiction_waits_for_a_person_while_readers_get_the_file(contested: Item) -> None:
    assert (read(contested), filed(contested)) == (text(body="Theirs."), text(body="Theirs."))
    assert working(contested) == text(body="Mine.")
    assert history(contested)[-2:] == [text(body="Theirs."), text(body="Mine.")]
    [conflict] = open_conflicts()
    assert (conflict.origin, conflict.root) == ("draft", "")
    assert conflict.fields == [
        {"field": "section:Brief Definition", "base": "Old.", "ours": "Mine.", "theirs": "Theirs."}
    ]


def test_what_a_draft_does_not_know_is_not_undone_by_the_next_file_change(contested: Item, refile: Refile) -> None:
    # Without the older base, the merge would take "Mine." for a deliberate change of "Theirs.".
    refile(contested, text(body="Theirs.", category='"Theory"'))
    [conflict] = open_conflicts()
    assert conflict.base is not None
    assert bytes(conflict.base.data) == text(body="Old.")
    assert [field["field"] for field in conflict.fields] == ["section:Brief Definition"]
    assert working(contested) == text(body="Mine.")


def test_a_file_that_agrees_with_the_draft_again_ends_the_conflict(contested: Item, refile: Refile) -> None:
    refile(contested, text(body="Mine."))
    assert open_conflicts() == []
    assert working(contested) == read(contested) == text(body="Mine.")


def test_a_file_that_takes_its_change_back_ends_the_conflict(contested: Item, refile: Refile) -> None:
    refile(contested, text(body="Old.", category='"Theory"'))
    assert open_conflicts() == []
    assert working(contested) == text(body="Mine.", category='"Theory"')


def test_a_chosen_text_ends_the_conflict_and_can_be_published(contested: Item) -> None:
    [conflict] = open_conflicts()
    merge = conflicts.as_merge(conflict)
    assert merge is not None
    chosen = merge.resolved({"section:Brief Definition": "ours"})
    conflicts.resolve(conflict, chosen, base_revision=now(contested).revision)
    assert open_conflicts() == []
    assert (working(contested), read(contested)) == (text(body="Mine."), text(body="Theirs."))
    publish_entry(contested)
    assert read(contested) == text(body="Mine.")


def test_a_chosen_text_can_be_published_at_once(contested: Item) -> None:
    [conflict] = open_conflicts()
    item = conflicts.resolve(conflict, document(body="Both."), base_revision=now(contested).revision, publish=True)
    assert read(item) == filed(item) == working(item) == text(body="Both.")


def test_a_conflict_is_shown_with_the_draft_as_it_is_today(contested: Item, edited: Entry) -> None:
    edited(contested, body="Mine, edited.")
    [conflict] = open_conflicts()
    merge = conflicts.as_merge(conflict)
    assert merge is not None
    assert [(field.base, field.ours, field.theirs) for field in merge.conflicts] == [
        ("Old.", "Mine, edited.", "Theirs.")
    ]


def test_a_conflict_is_settled_once(contested: Item) -> None:
    [conflict] = open_conflicts()
    conflicts.resolve(conflict, document(body="Both."), base_revision=now(contested).revision)
    with pytest.raises(NotAllowed):
        conflicts.resolve(conflict, document(body="Again."), base_revision=now(contested).revision)
    assert working(contested) == text(body="Both.")


def test_who_chose_before_the_file_changed_again_has_to_look_again(contested: Item, refile: Refile) -> None:
    [conflict] = open_conflicts()
    seen = now(contested).revision
    refile(contested, text(body="Theirs, again."))
    with pytest.raises((NotAllowed, StaleRevision)):
        conflicts.resolve(conflict, document(body="Both."), base_revision=seen)
    assert len(open_conflicts()) == 1


def test_discarding_the_draft_ends_the_conflict_and_keeps_it_in_the_history(contested: Item) -> None:
    discard_entry_draft(contested)
    assert working(contested) == filed(contested) == read(contested) == text(body="Theirs.")
    assert open_conflicts() == []
    assert text(body="Mine.") in history(contested)


def test_unpublishing_keeps_the_conflict_open(contested: Item) -> None:
    unpublish_entry(contested)
    assert read(contested) is None
    assert filed(contested) == text(body="Theirs.", status='"draft"')
    assert working(contested) == text(body="Mine.", status='"draft"')
    [conflict] = open_conflicts()
    assert [field["field"] for field in conflict.fields] == ["section:Brief Definition"]


# --- conflicts with a file ---


@pytest.fixture
def with_file(entry: Entry) -> Callable[..., Conflict]:
    """A conflict of origin files: `filed` here, `theirs` there, None for deleted."""

    def make(item: Item, base: bytes, theirs: bytes | None) -> Conflict:
        state = standing.of_all([item.pk]).get(item.pk)
        ours = state.filed if state else None
        new = writer.NewConflict(Conflict.Origin.FILES, base, ours, theirs, [], "/content", item.path)
        writer.write([writer.Note(item, new)], author=Author(), origin=Revision.Origin.FILES)
        return Conflict.objects.get(origin="files", resolved_at=None)

    return make


def test_the_chosen_text_is_filed_and_merged_into_the_draft(
    entry: Entry, edited: Entry, with_file: Callable[..., Conflict]
) -> None:
    item = entry(body="Here.")
    edited(item, body="Here.", category='"Theory"')
    conflict = with_file(item, text(body="Old."), text(body="There."))
    merge = conflicts.as_merge(conflict)
    assert merge is not None
    chosen = merge.resolved({"section:Brief Definition": "theirs"})
    conflicts.resolve(conflict, chosen, base_revision=2)
    assert read(item) == filed(item) == text(body="There.")
    assert working(item) == text(body="There.", category='"Theory"')
    assert open_conflicts() == []


def test_a_deleted_file_can_be_agreed_with(entry: Entry, with_file: Callable[..., Conflict]) -> None:
    item = entry(body="Here.")
    conflict = with_file(item, text(body="Old."), None)
    assert conflicts.as_merge(conflict) is None
    conflicts.resolve(conflict, None, base_revision=1)
    assert now(item).deleted_at is not None
    assert feed()[-1] == ("deleted", "black-box", "")
    assert open_conflicts() == []


def test_a_deleted_file_can_be_disagreed_with(entry: Entry, with_file: Callable[..., Conflict]) -> None:
    item = entry(body="Here.")
    conflict = with_file(item, text(body="Old."), None)
    conflicts.resolve(conflict, document(body="Here."), base_revision=1)
    assert (now(item).deleted_at, read(item), history(item)) == (None, text(body="Here."), [text(body="Here.")])
    assert open_conflicts() == []


def test_an_item_deleted_here_can_come_back_from_its_file(entry: Entry, with_file: Callable[..., Conflict]) -> None:
    item = entry(body="Here.")
    delete_entry(item, base_revision=1)
    conflict = with_file(item, text(body="Here."), text(body="There."))
    conflicts.resolve(conflict, document(body="There."), base_revision=1)
    assert (now(item).deleted_at, read(item), filed(item)) == (None, text(body="There."), text(body="There."))


def test_what_was_published_since_is_not_overwritten_by_a_choice(
    entry: Entry, with_file: Callable[..., Conflict]
) -> None:
    item = entry(body="Here.")
    conflict = with_file(item, text(body="Old."), text(body="There."))
    save_entry(document(body="Here, and better.", category='"Theory"'), item=item, base_revision=1, publish=True)
    with pytest.raises(EditConflict):
        conflicts.resolve(conflict, document(body="There."), base_revision=1)
    assert read(item) == text(body="Here, and better.", category='"Theory"')
    assert len(open_conflicts()) == 1
