"""Many items changed at once, and undone at once."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents import Document
from glossary.editing import save_entry
from glossary.models import Entry
from publishing import batches, schedule
from publishing.edits import set_text
from publishing.errors import NotAllowed
from publishing.models import Batch, Item, Published, Revision, Schedule
from tests.publishing.conftest import document, filed, now

Make = Callable[..., Item]


def harder(document: Document) -> Document:
    changed = document.copy()
    set_text(changed, "difficulty", "advanced")
    return changed


def make(entry: Make, *names: str, **options: Any) -> list[Item]:
    return [entry(title=name, slug=name.lower(), **options) for name in names]


def run(items: list[Item], act: batches.Act, **options: Any) -> batches.Outcome:
    return batches.carry_out([item.pk for item in items], act, label="Made harder", author=None, **options)


def published(item: Item) -> bytes:
    data = filed(item)
    assert data is not None
    return data


def texts(items: list[Item]) -> list[tuple[bytes, bytes | None, bool, bool]]:
    """What editors, files and readers have of each."""
    found = []
    for item in items:
        item = now(item)
        public = Published.objects.filter(item=item).exists()
        found.append((bytes(item.working.data), filed(item), public, item.deleted_at is not None))
    return found


@pytest.fixture
def items(entry: Make, edited: Make) -> list[Item]:
    """One that is published, one with edits that wait, one that never was published, and one that was unpublished."""
    alpha, beta, delta = make(entry, "Alpha", "Beta", "Delta")
    [gamma] = make(entry, "Gamma", publish=False)
    edited(beta, title="Beta", slug="beta", body="Waits.")
    batches.carry_out([delta.pk], batches.unpublishing, label="", author=None)
    return [now(item) for item in (alpha, beta, gamma, delta)]


ACTS: dict[str, batches.Act] = {
    "edit": batches.editing(harder),
    "edit drafts": batches.editing(harder, only_drafts=True),
    "publish": batches.publishing(date(2030, 1, 2)),
    "unpublish": batches.unpublishing,
    "delete": batches.deleting,
}


def test_an_edit_reaches_readers_and_leaves_edits_that_wait(items: list[Item]) -> None:
    outcome = run(items, ACTS["edit"])
    assert {item.slug for item in outcome.changed} == {"alpha", "beta", "gamma", "delta"}
    assert set(Entry.objects.values_list("difficulty", flat=True)) == {"advanced"}
    beta = now(items[1])
    assert b'difficulty: "advanced"' in published(beta)
    assert b"Waits." not in published(beta)
    assert b"Waits." in bytes(beta.working.data)
    assert Published.objects.count() == 2
    assert now(items[2]).filed is None
    assert Revision.objects.filter(message="Made harder").count() == 5


def test_an_edit_of_drafts_reaches_no_reader(items: list[Item]) -> None:
    before = dict(Published.objects.values_list("item", "etag"))
    outcome = run(items, ACTS["edit drafts"], only_drafts=True)
    assert len(outcome.changed) == 4
    assert dict(Published.objects.values_list("item", "etag")) == before
    assert outcome.batch
    assert outcome.batch.only_drafts


def test_what_is_like_that_already_is_not_touched(items: list[Item]) -> None:
    run(items[:1], ACTS["edit"])
    revision = now(items[0]).revision
    outcome = run(items, ACTS["edit"])
    assert (len(outcome.changed), outcome.same) == (3, 1)
    assert now(items[0]).revision == revision
    assert run(items, ACTS["edit"]).batch is None


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_undone_everything_is_as_it_was(items: list[Item], act: batches.Act) -> None:
    before = texts(items)
    outcome = run(items, act)
    after = texts(items)
    assert outcome.batch
    assert after != before
    back = batches.undo(outcome.batch, author=None)
    assert back.skipped == []
    assert texts(items) == before
    assert Batch.objects.get(pk=outcome.batch.pk).undone_at
    # And once more the other way.
    assert back.batch
    again = batches.undo(back.batch, author=None)
    assert again.skipped == []
    assert texts(items) == after


def test_a_batch_is_undone_once(items: list[Item]) -> None:
    outcome = run(items, ACTS["edit"])
    assert outcome.batch
    batches.undo(outcome.batch, author=None)
    with pytest.raises(NotAllowed, match="undone already"):
        batches.undo(Batch.objects.get(pk=outcome.batch.pk), author=None)


def test_what_was_changed_since_is_named_and_left(items: list[Item], edited: Make) -> None:
    outcome = run(items, ACTS["edit"])
    assert outcome.batch
    edited(items[0], title="Alpha", slug="alpha", body="Newer.")
    back = batches.undo(outcome.batch, author=None)
    assert [(each.item.slug, each.reason) for each in back.skipped] == [("alpha", "It was changed since.")]
    assert b"Newer." in bytes(now(items[0]).working.data)
    assert b"difficulty" not in bytes(now(items[1]).working.data)


def test_what_was_published_since_is_left(items: list[Item]) -> None:
    from publishing import lifecycle

    outcome = run(items, ACTS["edit drafts"])
    assert outcome.batch
    lifecycle.publish(items[0])
    back = batches.undo(outcome.batch, author=None)
    assert [each.item.slug for each in back.skipped] == ["alpha"]


def test_an_item_with_a_conflict_is_named_and_left(items: list[Item], contested: Item) -> None:
    for act in ("edit", "publish", "unpublish"):
        outcome = run([contested, items[0]], ACTS[act])
        assert [each.item.pk for each in outcome.skipped] == [contested.pk]
        assert "conflict" in outcome.skipped[0].reason


def test_a_text_that_cannot_be_changed_is_named_and_left(items: list[Item]) -> None:
    def refuse_one(document: Document) -> Document:
        changed = document.copy()
        changed["title"] = "" if document["slug"] == "alpha" else "Other"
        return changed

    outcome = run(items, batches.editing(refuse_one))
    assert [each.item.slug for each in outcome.skipped] == ["alpha"]
    assert now(items[0]).title == "Alpha"
    assert len(outcome.changed) == 3


def test_publishing_calls_off_what_was_scheduled(items: list[Item]) -> None:
    schedule.publish_at(items[1], timezone.now() + timedelta(days=1))
    run(items, ACTS["publish"], calls_off=[Schedule.Action.PUBLISH])
    assert Schedule.objects.get().state == Schedule.State.CANCELLED
    assert b"2030-01-02" in published(items[1])
    assert b"2030-01-02" not in published(items[0])


def test_somebody_faster_is_not_overwritten(items: list[Item]) -> None:
    """The edit of another person in between is part of what is written."""
    calls: list[int] = []

    def slow(document_: Document) -> Document:
        if not calls:
            calls.append(1)
            item = now(items[0])
            save_entry(document(title="Alpha", slug="alpha", body="Faster."), item=item, base_revision=item.revision)
        return harder(document_)

    run(items[:1], batches.editing(slow))
    data = bytes(now(items[0]).working.data)
    assert b"Faster." in data
    assert b'difficulty: "advanced"' in data


def test_too_many_at_once_are_refused() -> None:
    with pytest.raises(NotAllowed, match="1,000 can be changed at once"):
        batches.carry_out(range(1001), batches.deleting, label="", author=None)


@pytest.mark.django_db
def test_many_cost_no_more_statements_than_few(entry: Make) -> None:
    items = make(entry, *(f"Entry{number}" for number in range(42)))
    cost = []
    for some in (items[:2], items[2:]):
        with CaptureQueriesContext(connection) as caught:
            outcome = run(some, ACTS["edit"])
        assert len(outcome.changed) == len(some)
        cost.append(len(caught))
    assert cost[1] <= cost[0]
