"""The judge sees what it has to see: each promise is broken in what was found, and it says which one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.evidence import Change, Evidence, Found, Told
from tests.chaos.judge import judge
from tests.chaos.ledger import Ledger, Outcome, State, words

# Three edits of one field, of which the last is not published; and one by a file, of another.
FIRST, SECOND, THIRD = "zqfirstfirstxx", "zqsecondsecond", "zqthirdthirdxx"
BY_FILE, OWN, LOST, REFUSED = "zqbyfilebyfile", "zqownownownown", "zqlostlostlost", "zqrefusedrefus"


def sound() -> Evidence:
    """All promises are kept: one shared item, one that its owner has published, one that is deleted."""
    ledger = Ledger()
    for word, is_published in ((FIRST, True), (SECOND, True), (THIRD, False)):
        ledger.write("shared", "brief", word, "ada", is_published=is_published).outcome = Outcome.ACKNOWLEDGED
    ledger.write("shared", "brief", REFUSED, "ada").outcome = Outcome.REFUSED
    ledger.write("shared", "list", BY_FILE, "keeper", by_file=True).outcome = Outcome.ACKNOWLEDGED
    ledger.write("own", "brief", OWN, "ada", is_published=True).outcome = Outcome.ACKNOWLEDGED
    for slug, to in (("own", State.DRAFT), ("own", State.PUBLISHED), ("gone", State.DRAFT), ("gone", State.DELETED)):
        ledger.step(slug, to).outcome = Outcome.ACKNOWLEDGED
    filed = f"brief {SECOND} list {BY_FILE}"
    draft = f"brief {THIRD} list {BY_FILE}"
    items = [
        Found("shared", "u1", False, draft, filed, filed, 3, [f"brief {FIRST}", filed, draft], []),
        Found("own", "u2", False, f"brief {OWN}", f"brief {OWN}", f"brief {OWN}", 2, [f"brief {OWN}"], []),
        Found("gone", "u3", True, "", None, None, None, [""], []),
    ]
    export = {"shared": {"text": filed}, "own": {"text": OWN}}
    return Evidence(
        ledger,
        items=items,
        changes=[Change(1, "u1", "published", "shared"), Change(2, "u2", "published", "own"),
                 Change(3, "u1", "published", "shared")],
        counter=3,
        told=[Told(2, "u2", "published"), Told(1, "u1", "published"), Told(1, "u1", "published"),
              Told(3, "u1", "published")],
        export=export, replayed=dict(export), mirrored=dict(export),
        found_by={FIRST: [], SECOND: ["shared"], THIRD: [], BY_FILE: ["shared"], OWN: ["own"]},
        bodies={("shared/", '"1"'): {"a"}, ("shared/", '"2"'): {"b"}},
        asked_again={"shared/": (304, 200), "own/": (304, None)},
        files={"shared": filed, "own": f"brief {OWN}"},
        syncs=[0, 0],
    )  # fmt: skip


def test_where_all_is_kept_it_has_nothing_to_say() -> None:
    assert judge(sound()) == []


def item(seen: Evidence, slug: str) -> Found:
    return next(one for one in seen.items if one.slug == slug)


def forget_a_revision(seen: Evidence) -> None:
    item(seen, "shared").revisions.pop(0)


def write_what_was_refused(seen: Evidence) -> None:
    item(seen, "shared").revisions.append(REFUSED)


def show_editors_an_older_text(seen: Evidence) -> None:
    item(seen, "shared").working = f"brief {SECOND} list {BY_FILE}"


def show_editors_two_texts_at_once(seen: Evidence) -> None:
    item(seen, "shared").working += FIRST


def show_editors_nothing_of_the_file(seen: Evidence) -> None:
    item(seen, "shared").working = f"brief {THIRD} list"


def show_readers_an_older_text(seen: Evidence) -> None:
    one = item(seen, "shared")
    one.published = one.filed = seen.files["shared"] = f"brief {FIRST} list {BY_FILE}"
    seen.found_by = {FIRST: ["shared"]}


def bring_back_what_was_deleted(seen: Evidence) -> None:
    item(seen, "gone").is_deleted = False


def withdraw_what_was_published(seen: Evidence) -> None:
    one = item(seen, "own")
    one.published = one.position = None
    seen.changes.append(Change(4, "u2", "unpublished", "own"))
    seen.told.append(Told(4, "u2", "unpublished"))
    seen.counter, seen.found_by = 4, {}
    for copy in (seen.export, seen.mirrored, seen.replayed):
        del copy["own"]


def publish_past_the_feed(seen: Evidence) -> None:
    item(seen, "shared").position = 4


def tell_of_a_withdrawal_that_was_none(seen: Evidence) -> None:
    seen.changes.append(Change(4, "u2", "unpublished", "own"))
    seen.told.append(Told(4, "u2", "unpublished"))
    seen.counter = 4


def count_a_change_that_is_not_there(seen: Evidence) -> None:
    seen.counter = 4


def leave_a_copy_behind(seen: Evidence) -> None:
    seen.mirrored["shared"] = {"text": FIRST}


def leave_something_in_a_copy(seen: Evidence) -> None:
    seen.replayed["gone"] = {}


def leave_something_out_of_the_export(seen: Evidence) -> None:
    for copy in (seen.export, seen.mirrored, seen.replayed):
        del copy["own"]


def find_what_is_not_published(seen: Evidence) -> None:
    seen.found_by[THIRD] = ["shared"]


def find_nothing(seen: Evidence) -> None:
    seen.found_by[OWN] = []


def give_other_bytes_with_the_same_etag(seen: Evidence) -> None:
    seen.bodies["shared/", '"1"'].add("c")


def give_304_for_something_older(seen: Evidence) -> None:
    seen.asked_again["shared/"] = (304, 304)


def give_all_of_it_again(seen: Evidence) -> None:
    seen.asked_again["own/"] = (200, None)


def forget_a_message(seen: Evidence) -> None:
    del seen.told[0]


def tell_in_the_wrong_order(seen: Evidence) -> None:
    seen.told.reverse()


def tell_of_what_never_was(seen: Evidence) -> None:
    seen.told.append(Told(9, "u1", "published"))


def tell_the_wrong_thing(seen: Evidence) -> None:
    seen.told[0] = replace(seen.told[0], action="deleted")


def go_on_syncing(seen: Evidence) -> None:
    seen.changed_by_sync = ["files"]


def never_end_a_sync(seen: Evidence) -> None:
    seen.syncs = [1, 1, 1]


def leave_a_file_behind(seen: Evidence) -> None:
    seen.files["own"] = "brief"


def leave_the_file_of_what_is_deleted(seen: Evidence) -> None:
    seen.files["gone"] = ""


def lose_what_was_written_in_the_file(seen: Evidence) -> None:
    one = item(seen, "shared")
    one.filed = one.published = seen.files["shared"] = f"brief {SECOND} list"
    seen.found_by = {}


def find_rows_that_do_not_fit(seen: Evidence) -> None:
    seen.unsound = ["search.missing: one item is not in the index"]


def answer_with_500(seen: Evidence) -> None:
    seen.complaints = ["GET entries/ gave 500"]


PLANTED: dict[Callable[[Evidence], None], str] = {
    forget_a_revision: "history",
    write_what_was_refused: "history",
    show_editors_an_older_text: "working",
    show_editors_two_texts_at_once: "working",
    show_editors_nothing_of_the_file: "working",
    show_readers_an_older_text: "readers",
    bring_back_what_was_deleted: "lives",
    withdraw_what_was_published: "lives",
    publish_past_the_feed: "feed",
    tell_of_a_withdrawal_that_was_none: "feed",
    count_a_change_that_is_not_there: "feed",
    leave_a_copy_behind: "copies",
    leave_something_in_a_copy: "copies",
    leave_something_out_of_the_export: "copies",
    find_what_is_not_published: "search",
    find_nothing: "search",
    give_other_bytes_with_the_same_etag: "etags",
    give_304_for_something_older: "etags",
    give_all_of_it_again: "etags",
    forget_a_message: "webhooks",
    tell_in_the_wrong_order: "webhooks",
    tell_of_what_never_was: "webhooks",
    tell_the_wrong_thing: "webhooks",
    go_on_syncing: "syncs",
    never_end_a_sync: "syncs",
    leave_a_file_behind: "syncs",
    leave_the_file_of_what_is_deleted: "syncs",
    lose_what_was_written_in_the_file: "syncs",
    find_rows_that_do_not_fit: "sound",
    answer_with_500: "complaint",
}


@pytest.mark.parametrize(("plant", "promise"), PLANTED.items(), ids=[plant.__name__ for plant in PLANTED])
def test_it_sees(plant: Callable[[Evidence], None], promise: str) -> None:
    seen = sound()
    plant(seen)
    assert promise in {line.split(":")[0] for line in judge(seen)}


def test_a_write_of_which_nobody_knows_may_be_there_or_not() -> None:
    seen = sound()
    seen.ledger.write("shared", "brief", LOST, "ada")
    assert judge(seen) == []
    one = item(seen, "shared")
    one.working = f"brief {LOST} list {BY_FILE}"
    one.revisions.append(one.working)
    assert judge(seen) == []


def test_both_sides_of_a_conflict_are_kept() -> None:
    seen = sound()
    one = item(seen, "shared")
    one.working, one.conflicts = f"brief {SECOND} list", [f"brief {THIRD} list {BY_FILE}"]
    assert judge(seen) == []


def test_words_are_found_wherever_they_stand() -> None:
    assert words(f"- here is {FIRST}\n\n{SECOND}.") == [FIRST, SECOND]
