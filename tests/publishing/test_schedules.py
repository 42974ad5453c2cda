"""Published and unpublished at a time, with nobody there."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from glossary.editing import (
    delete_entry,
    discard_entry_draft,
    publish_entry,
    publish_entry_at,
    save_entry,
    unpublish_entry,
    unpublish_entry_at,
)
from publishing import conflicts, due, schedule, writer
from publishing.authors import Author
from publishing.errors import NotAllowed, NotFiled, StaleRevision
from publishing.models import Item, Revision, Schedule
from tests.publishing.conftest import document, filed, history, now, read, text, working

pytestmark = pytest.mark.django_db

Entry = Callable[..., Item]
Refile = Callable[[Item, bytes], Item]

PAST = datetime(2020, 1, 1, 12, tzinfo=UTC)


def run() -> tuple[str, str]:
    """What the command says: about what it did, and about what it could not do."""
    out, err = StringIO(), StringIO()
    try:
        call_command("run_scheduled", stdout=out, stderr=err)
    except CommandError as error:
        err.write(f"{error} (exit code {error.returncode})")
    return out.getvalue(), err.getvalue()


def states() -> list[str]:
    return list(Schedule.objects.order_by("id").values_list("state", flat=True))


def test_nothing_happens_before_its_time(entry: Entry) -> None:
    item = entry(publish=False)
    publish_entry_at(item, timezone.now() + timedelta(hours=1))
    assert run() == ("", "")
    assert (read(item), states()) == (None, ["waiting"])


def test_a_draft_is_published_when_its_time_has_come(entry: Entry, django_user_model: type) -> None:
    ada = django_user_model.objects.create_user("ada")  # type: ignore[attr-defined]
    item = entry(publish=False, status='"draft"')
    publish_entry_at(item, PAST, author=ada, set_last_updated=date(2020, 1, 1))
    out, err = run()
    assert read(item) == filed(item) == working(item) == text(lastUpdated='"2020-01-01"')
    assert '"Black box" was published, as scheduled for 2020-01-01' in out
    assert (err, states()) == ("", ["done"])
    newest = Revision.objects.filter(item=item).latest("number")
    assert (newest.author, newest.origin, newest.message) == (ada, "command", "Published as scheduled")


def test_a_second_run_does_nothing_twice(entry: Entry, edited: Entry) -> None:
    item = entry()
    edited(item, body="Scheduled.")
    publish_entry_at(item, PAST)
    run()
    assert run() == ("", "")
    assert len(history(item)) == 2


def test_what_was_edited_after_scheduling_stays_unpublished(entry: Entry, edited: Entry) -> None:
    item = entry()
    edited(item, body="Scheduled.")
    publish_entry_at(item, PAST)
    edited(item, body="Scheduled, and edited again.")
    run()
    assert read(item) == text(body="Scheduled.")
    assert working(item) == text(body="Scheduled, and edited again.")
    assert conflicts.waiting() == []


def test_what_the_file_says_by_then_is_merged_into_the_scheduled_text(
    entry: Entry, edited: Entry, refile: Refile
) -> None:
    item = entry()
    edited(item, body="Scheduled.")
    publish_entry_at(item, PAST)
    edited(item, body="Scheduled.", difficulty="beginner")
    refile(item, text(category="Theory"))
    run()
    assert read(item) == filed(item) == text(body="Scheduled.", category="Theory")
    assert working(item) == text(body="Scheduled.", difficulty="beginner", category="Theory")


def test_a_schedule_that_contradicts_the_file_fails_aloud_and_changes_nothing(
    entry: Entry, edited: Entry, refile: Refile
) -> None:
    item = entry()
    edited(item, body="Scheduled.")
    publish_entry_at(item, PAST)
    other = entry("White box", publish=False)
    publish_entry_at(other, PAST)
    refile(item, text(body="File."))
    _, err = run()
    assert (read(item), working(item)) == (text(body="File."), text(body="Scheduled."))
    assert read(other) == text("White box")
    assert "Not published" in err
    assert "1 of what was scheduled could not be done" in err
    assert "(exit code 1)" in err
    failed = Schedule.objects.get(state="failed")
    assert (failed.item, failed.error in err) == (item, True)
    assert run() == ("", "")


def test_a_schedule_of_a_deleted_entry_is_called_off_with_it(entry: Entry) -> None:
    item = entry()
    unpublish_entry_at(item, PAST)
    delete_entry(item, base_revision=1)
    assert (run(), states()) == (("", ""), ["cancelled"])


def test_a_schedule_of_what_a_sync_deleted_is_called_off_when_its_time_comes(entry: Entry) -> None:
    item = entry()
    unpublish_entry_at(item, PAST)
    writer.write([writer.Delete(item, 1)], author=Author(), origin=Revision.Origin.FILES)
    assert (run(), states()) == (("", ""), ["cancelled"])


def test_an_entry_is_unpublished_when_its_time_has_come(entry: Entry) -> None:
    item = entry()
    unpublish_entry_at(item, PAST)
    run()
    assert (read(item), filed(item), states()) == (None, text(status='"draft"'), ["done"])


def test_an_entry_can_appear_and_go_again(entry: Entry) -> None:
    item = entry(publish=False)
    publish_entry_at(item, PAST)
    unpublish_entry_at(item, PAST + timedelta(days=1))
    list(due.run(PAST))
    assert read(item) == text()
    run()
    assert (read(item), states()) == (None, ["done", "done"])


def test_a_new_schedule_takes_the_place_of_the_old_one(entry: Entry, edited: Entry) -> None:
    item = entry()
    edited(item, body="Two.")
    publish_entry_at(item, PAST)
    edited(item, body="Three.")
    publish_entry_at(item, PAST)
    assert states() == ["cancelled", "waiting"]
    run()
    assert read(item) == text(body="Three.")


def test_an_older_revision_can_be_scheduled(entry: Entry, edited: Entry) -> None:
    item = entry()
    edited(item, body="Two.")
    edited(item, body="Three.")
    publish_entry_at(item, PAST, revision=2)
    run()
    assert (read(item), working(item)) == (text(body="Two."), text(body="Three."))


@pytest.mark.parametrize("by_hand", ["publish", "save", "discard"])
def test_what_is_done_by_hand_calls_the_schedule_off(entry: Entry, edited: Entry, by_hand: str) -> None:
    item = entry()
    edited(item, body="Two.")
    publish_entry_at(item, PAST)
    if by_hand == "publish":
        publish_entry(item)
    elif by_hand == "save":
        save_entry(document(body="Three."), item=item, base_revision=2, publish=True)
    else:
        discard_entry_draft(item)
    before = read(item)
    assert run() == ("", "")
    assert (states(), read(item)) == (["cancelled"], before)


def test_saving_and_unpublishing_leave_a_schedule_to_publish(entry: Entry, edited: Entry) -> None:
    item = entry()
    edited(item, body="Two.")
    publish_entry_at(item, PAST)
    unpublish_entry(item)
    assert read(item) is None
    run()
    assert read(item) == text(body="Two.")


def test_a_schedule_can_be_called_off(entry: Entry) -> None:
    item = entry(publish=False)
    publish_entry_at(item, PAST)
    assert schedule.cancel(item) == 1
    assert schedule.cancel(item) == 0
    run()
    assert read(item) is None


def test_a_schedule_fails_while_a_conflict_is_open(contested: Item) -> None:
    publish_entry_at(contested, PAST)
    _, err = run()
    assert "Resolve the conflict first" in err
    assert states() == ["failed"]


def test_what_cannot_be_scheduled_is_refused(entry: Entry) -> None:
    item = entry(publish=False)
    with pytest.raises(NotFiled):
        unpublish_entry_at(item, PAST)
    with pytest.raises(NotAllowed, match="time zone"):
        publish_entry_at(item, datetime(2020, 1, 1))  # noqa: DTZ001
    with pytest.raises(StaleRevision):
        publish_entry_at(item, PAST, revision=9)
    delete_entry(item, base_revision=1)
    with pytest.raises(StaleRevision):
        publish_entry_at(item, PAST)
    assert not Schedule.objects.exists()
    assert now(item).deleted_at is not None
