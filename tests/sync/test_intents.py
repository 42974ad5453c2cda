"""A sync that was killed after it wrote files and before it had recorded that: what editors do then is what counts."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from documents import parse
from glossary.editing import delete_entry, rename_entry, restore_entry, unpublish_entry
from publishing.models import Conflict, Item
from sync import applying, disk, intents, state
from sync.models import Base, Intent
from sync.resolving import resolve
from tests.sync import folders
from tests.sync.cast import BLACK_BOX, create, edit, entry, item, retitle, slugs, text
from tests.sync.commands import run
from tests.sync.repositories import change

Act = Callable[[Item], object]


class Killed(BaseException):
    pass


def _harder(level: str) -> Act:
    return lambda found: edit(found.slug, lambda document: document.__setitem__("difficulty", level))


def _brought_back(found: Item) -> None:
    restore_entry(found, found.revision, publish=True)


def _as_it_was(found: Item) -> None:
    restore_entry(found, 1, publish=True)


def _deleted(found: Item) -> None:
    delete_entry(found, base_revision=found.revision)


FIRST: dict[str, Act] = {
    "edited": _harder("expert"),
    "renamed": lambda found: rename_entry(found, "dark-box"),
    "edited and renamed": lambda found: rename_entry(_harder("expert")(found), "dark-box"),  # type: ignore[arg-type]
    "made a draft": unpublish_entry,
    "deleted": _deleted,
}
THEN: dict[str, Act] = {
    "nothing": lambda found: None,
    "edited": _harder("advanced"),
    "put back": _as_it_was,
    "renamed": lambda found: rename_entry(found, "closed-box"),
    "made a draft": unpublish_entry,
    "deleted": _deleted,
}
THEN_DELETED: dict[str, Act] = {"nothing": lambda found: None, "brought back": _brought_back, "put back": _as_it_was}
NEVER_FILED = ("edited", "deleted", "renamed", "made a draft", "nothing")


def _dying(before: Callable[..., Any] = lambda *arguments, **named: None) -> Callable[..., Any]:
    def die(*arguments: Any, **named: Any) -> Any:
        before(*arguments, **named)
        raise Killed

    return die


MOMENTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "noted": ("sync.intents.note", _dying(intents.note)),
    "one file written": ("sync.applying._carry_out", _dying(applying._carry_out)),
    "all files written": ("sync.applying._Done.record", _dying()),
    "before a move": ("sync.disk.move", _dying()),
    "after a move": ("sync.disk.move", _dying(disk.move)),
}


def killed(monkeypatch: pytest.MonkeyPatch, moment: str, command: str = "sync_content") -> None:
    target, stand_in = MOMENTS[moment]
    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr(target, stand_in)
        run(command)
    # At a move that never came it was not killed.
    assert Intent.objects.exists() or moment.endswith("a move")


def _database() -> list[Any]:
    return list(Item.objects.order_by("pk").values_list("pk", "path", "filed", "working", "revision", "deleted_at"))


def _wanted() -> folders.Files:
    place = {"entry": "terms", "book": "books"}
    live = Item.objects.live().filter(filed__isnull=False).select_related("filed")
    return {f"{place[each.kind]}/{each.path}": bytes(each.filed.data) for each in live if each.filed}


def assert_next_takes_nothing_back(content: Path) -> None:
    """The files become what the items are, the items stay, and a dry run said so."""
    before, bases = _database(), list(Base.objects.order_by("pk").values_list())
    rehearsal = run("sync_content", "--dry-run", "--json")
    assert list(Base.objects.order_by("pk").values_list()) == bases
    outcome = run("sync_content", "--json")
    assert outcome.code == 0, outcome.everything
    assert rehearsal.report["counts"] == outcome.report["counts"]
    assert _database() == before
    assert folders.read(content) == _wanted()
    assert not Conflict.objects.exists()
    assert not Intent.objects.exists()
    assert run("sync_content", "--json").report["counts"]["entries"]["exported"] == 0


@pytest.mark.django_db
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    ("first", "then"),
    [(first, then) for first in FIRST for then in (THEN_DELETED if first == "deleted" else THEN)],
)
def test_after_a_sync_that_was_killed_the_next_takes_nothing_back(
    known: Path, monkeypatch: pytest.MonkeyPatch, first: str, then: str, moment: str
) -> None:
    found = item("black-box")
    FIRST[first](found)
    killed(monkeypatch, moment)
    found.refresh_from_db()
    (THEN_DELETED if first == "deleted" else THEN)[then](found)
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("then", NEVER_FILED)
def test_after_a_first_publication_that_was_killed_the_next_sync_takes_nothing_back(
    known: Path, monkeypatch: pytest.MonkeyPatch, then: str, moment: str
) -> None:
    found = create("Red box", "red-box")
    killed(monkeypatch, moment)
    THEN[then](found)
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
@pytest.mark.parametrize("then", ["edited", "put back", "deleted"])
def test_so_it_is_after_an_export_that_was_killed(known: Path, monkeypatch: pytest.MonkeyPatch, then: str) -> None:
    _harder("expert")(item("black-box"))
    killed(monkeypatch, "all files written", "export_content")
    THEN[then](item("black-box"))
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
def test_the_import_after_it_takes_nothing_back(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _harder("expert")(item("black-box"))
    killed(monkeypatch, "all files written")
    _as_it_was(item("black-box"))
    before = _database()
    assert run("import_content").code == 0
    assert _database() == before
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_after_it_do_not_disturb_each_other(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _edited("expert")
    killed(monkeypatch, "all files written")
    _as_it_was(item("black-box"))
    before = _database()
    both, codes = threading.Barrier(2), list[int]()
    looked_up = intents.carried_out

    def carried_out(*arguments: Any) -> intents.CarriedOut:
        found = looked_up(*arguments)
        both.wait(20)
        return found

    def bring_in() -> None:
        codes.append(run("import_content").code)
        connection.close()

    with monkeypatch.context() as patched:
        patched.setattr("sync.intents.carried_out", carried_out)
        threads = [threading.Thread(target=bring_in) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert codes == [0, 0]
    assert _database() == before
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
@pytest.mark.parametrize("moment", MOMENTS)
def test_two_that_change_places_while_it_is_killed_each_keep_what_is_theirs(
    known: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    black, grey = item("black-box"), item("grey-box")
    places = black.path, grey.path
    Item.objects.filter(pk=black.pk).update(path="free.md")
    Item.objects.filter(pk=grey.pk).update(path=places[0])
    Item.objects.filter(pk=black.pk).update(path=places[1])
    killed(monkeypatch, moment)
    retitle("black-box", "The black box")
    retitle("grey-box", "The grey box")
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
def test_a_file_that_could_not_be_moved_after_it_was_written_is_no_edit_by_hand(
    known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename_entry(_edited("expert"), "dark-box")

    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("sync.disk.move", refuse)
        assert run("sync_content").code == 1
    assert b'"expert"' in (known / "terms/black-box.md").read_bytes()
    _as_it_was(item("dark-box"))
    assert_next_takes_nothing_back(known)


# --- what a person did ---


LINE = b"\n- a line by hand\n"


def _by_hand(file: Path) -> bytes:
    file.write_bytes(file.read_bytes().rstrip(b"\n") + LINE)
    return file.read_bytes()


def _undecidable(content: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file after a killed sync, edited by hand: as near to the text of before as to the new one."""
    _edited("expert")
    killed(monkeypatch, "all files written")
    file = content / "terms/black-box.md"
    file.write_bytes(file.read_bytes().replace(b'"expert"', b'"intermediate"'))
    return file


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["noted", "all files written"])
@pytest.mark.parametrize("then", ["nothing", "edited", "put back", "made a draft"])
def test_an_edit_by_hand_and_one_by_an_editor_after_it_are_merged(
    known: Path, monkeypatch: pytest.MonkeyPatch, then: str, moment: str
) -> None:
    """From the text at which the hand began, which the file tells."""
    _edited("expert")
    killed(monkeypatch, moment)
    _by_hand(known / "terms/black-box.md")
    THEN[then](item("black-box"))
    now = text("black-box")
    outcome = run("sync_content")
    assert outcome.code == 0, outcome.everything
    assert text("black-box") == (known / "terms/black-box.md").read_bytes() == now.rstrip(b"\n") + LINE


@pytest.mark.django_db
@pytest.mark.parametrize("then", ["edited", "put back", "deleted"])
def test_where_nobody_can_tell_a_person_decides(known: Path, monkeypatch: pytest.MonkeyPatch, then: str) -> None:
    file = _undecidable(known, monkeypatch)
    by_hand = file.read_bytes()
    THEN[then](item("black-box"))
    before = _database()
    assert run("sync_content").code == 2
    assert [row[:4] for row in _database()] == [row[:4] for row in before]
    assert file.read_bytes() == by_hand
    assert run("sync_content").code == 2


@pytest.mark.django_db
@pytest.mark.parametrize("then", ["nothing", "edited", "made a draft"])
def test_so_they_are_where_it_was_published_for_the_first_time(
    known: Path, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    found = create("Red box", "red-box")
    killed(monkeypatch, "all files written")
    _by_hand(known / "terms/red-box.md")
    THEN[then](found)
    now = text("red-box")
    assert run("sync_content").code == 0
    assert text("red-box") == (known / "terms/red-box.md").read_bytes() == now.rstrip(b"\n") + LINE


@pytest.mark.django_db
def test_one_that_was_deleted_and_edited_by_hand_waits_for_a_person(
    known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = create("Red box", "red-box")
    killed(monkeypatch, "all files written")
    by_hand = _by_hand(known / "terms/red-box.md")
    _deleted(found)
    assert run("sync_content").code == 2
    assert (known / "terms/red-box.md").read_bytes() == by_hand
    assert slugs() == ["black-box", "grey-box", "white-box"]


@pytest.mark.django_db
def test_a_file_of_somebody_else_where_a_new_one_was_to_be_written_is_not_ours(
    known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = create("Red box", "red-box")
    killed(monkeypatch, "noted")
    folders.write(known, {"terms/red-box.md": (stranger := entry("A box in red", "a-box-in-red", body="By hand.\n"))})
    _deleted(found)
    assert run("sync_content").code == 0
    assert text("a-box-in-red") == (known / "terms/red-box.md").read_bytes() == stranger


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["noted", "all files written"])
@pytest.mark.parametrize("then", ["nothing", "edited", "put back", "made a draft"])
def test_a_file_that_somebody_moved_since_is_no_edit(
    known: Path, monkeypatch: pytest.MonkeyPatch, then: str, moment: str
) -> None:
    _edited("expert")
    killed(monkeypatch, moment)
    (known / "terms/black-box.md").rename(known / "terms/elsewhere.md")
    THEN[then](item("black-box"))
    wanted = text("black-box")
    assert run("sync_content").code == 0
    assert text("black-box") == (known / "terms/elsewhere.md").read_bytes() == wanted
    assert not (known / "terms/black-box.md").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["noted", "all files written"])
@pytest.mark.parametrize("first", ["edited", "deleted"])
def test_nor_does_it_bring_back_what_was_deleted(
    known: Path, monkeypatch: pytest.MonkeyPatch, first: str, moment: str
) -> None:
    FIRST[first](found := item("black-box"))
    killed(monkeypatch, moment)
    if (file := known / "terms/black-box.md").exists():
        file.rename(known / "terms/elsewhere.md")
    if first != "deleted":
        _deleted(Item.objects.get(pk=found.pk))
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["noted", "all files written"])
def test_whether_a_file_that_somebody_removed_since_takes_a_later_edit_with_it_a_person_decides(
    known: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    _edited("expert")
    killed(monkeypatch, moment)
    (known / "terms/black-box.md").unlink()
    _as_it_was(item("black-box"))
    wanted = text("black-box")
    assert run("sync_content").code == 2
    assert text("black-box") == wanted
    assert run("sync_content").code == 2


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["sync_content", "export_content", "import_content"])
def test_what_nobody_could_tell_stays_open_until_a_person_has_decided(
    known: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    file = _undecidable(known, monkeypatch)
    by_hand = file.read_bytes()
    _edited("advanced")
    assert run(command).code != 0
    _deleted(item("black-box"))
    assert run("sync_content").code == 2
    assert "black-box" not in slugs()
    assert file.read_bytes() == by_hand


@pytest.mark.django_db
def test_and_when_the_file_goes_that_is_another_conflict(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _undecidable(known, monkeypatch)
    _edited("advanced")
    assert run("sync_content").code == 2
    file.unlink()
    assert run("sync_content").code == 2
    assert not file.exists()


@pytest.mark.django_db
def test_once_it_is_decided_it_is_closed(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _undecidable(known, monkeypatch)
    _edited("advanced")
    assert run("sync_content").code == 2
    conflict = Conflict.objects.get()
    assert conflict.ours is not None
    resolve(conflict, parse(bytes(conflict.ours.data)), base_revision=item("black-box").revision)
    assert run("sync_content").code == 0
    assert b'"advanced"' in file.read_bytes()
    assert not Intent.objects.exists()


@pytest.mark.django_db
def test_in_a_folder_of_one_file_an_import_is_not_the_first(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change("big-book", {"publishYear": 1991}, None, kind="book")
    killed(monkeypatch, "all files written")
    file = known / "books/big-book.md"
    file.write_bytes(file.read_bytes().replace(b"1991", b"1992"))
    change("big-book", {"publishYear": 1993}, None, kind="book")
    assert run("import_content").code == 2
    assert b"1993" in text("big-book", "book")


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["noted", "all files written"])
def test_a_file_that_is_away_for_a_moment_takes_nothing_back_when_it_comes_again(
    known: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    _edited("expert")
    killed(monkeypatch, moment)
    file = known / "terms/black-box.md"
    data = file.read_bytes()
    file.unlink()
    if moment == "noted":
        edit("black-box", lambda document: document.__setitem__("note", "more"))
    assert run("sync_content").code == 2
    file.write_bytes(data)
    if moment != "noted":
        _as_it_was(item("black-box"))
    assert run("sync_content").code == 0
    assert file.read_bytes() == text("black-box")
    assert (b'"expert"' in file.read_bytes()) is (moment == "noted")


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["noted", "before a move"])
def test_a_move_by_hand_and_a_rename_are_left_to_somebody(
    known: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    rename_entry(item("white-box"), "dark-box")
    killed(monkeypatch, moment)
    (known / "terms/white-box.md").rename(known / "terms/elsewhere.md")
    outcome = run("sync_content", "--json")
    assert outcome.codes() == [("terms/elsewhere.md", "path.conflict")]
    assert item("dark-box").path == "dark-box.md"


# --- folders that cannot be looked at, and runs that do not come to their end ---


@contextmanager
def _away(content: Path) -> Iterator[None]:
    """The folder is empty, as where a disk is not mounted."""
    (content / "terms").rename(content / "away")
    (content / "terms").mkdir()
    yield
    (content / "terms").rmdir()
    (content / "away").rename(content / "terms")


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["edited", "deleted"])
@pytest.mark.parametrize("moment", ["noted", "all files written"])
def test_while_the_folder_is_not_there_nothing_is_decided(
    known: Path, monkeypatch: pytest.MonkeyPatch, first: str, moment: str
) -> None:
    found = item("black-box")
    FIRST[first](found)
    killed(monkeypatch, moment)
    found.refresh_from_db()
    _as_it_was(found)
    before = _database()
    with _away(known):
        assert run("sync_content").code == 1
    assert _database() == before
    Conflict.objects.all().delete()
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["noted", "all files written"])
def test_a_deleted_entry_does_not_come_back_with_the_folder(
    known: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    _deleted(item("black-box"))
    killed(monkeypatch, moment)
    with _away(known):
        assert run("sync_content").code == 1
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
@pytest.mark.parametrize("then", ["brought back", "put back"])
def test_the_only_file_of_a_folder_may_be_removed_and_come_back(
    known: Path, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    book = item("big-book", "book")
    _deleted(book)
    killed(monkeypatch, "all files written")
    assert folders.read(known / "books") == {}
    book.refresh_from_db()
    THEN_DELETED[then](book)
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
def test_a_run_that_concerns_other_files_leaves_it_to_the_next(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = item("black-box")
    _deleted(found)
    killed(monkeypatch, "all files written")
    assert run("sync_content", "--only", known / "terms/white-box.md").code == 0
    found.refresh_from_db()
    _brought_back(found)
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
def test_several_batches_are_one_law(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.applying._BATCH", 2)
    for number in range(5):
        create(f"Box {number}", f"box-{number}")
    _edited("expert")
    killed(monkeypatch, "one file written")
    for number in range(5):
        edit(f"box-{number}", lambda document: document.__setitem__("difficulty", "advanced"))
    _as_it_was(item("black-box"))
    assert_next_takes_nothing_back(known)


# --- what the disk refuses ---


@pytest.mark.django_db
def test_a_file_that_was_written_and_cannot_be_moved_is_no_edit_by_hand(known: Path) -> None:
    rename_entry(_edited("expert"), "dark-box")
    (known / "terms/dark-box.md").mkdir()
    assert run("sync_content").code == 1
    assert b'"expert"' in (known / "terms/black-box.md").read_bytes()
    _as_it_was(item("dark-box"))
    wanted = text("dark-box")
    assert run("sync_content").code == 1
    assert text("dark-box") == wanted
    (known / "terms/dark-box.md").rmdir()
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
def test_a_base_that_was_recorded_since_counts(known: Path) -> None:
    rename_entry(_edited("expert"), "dark-box")
    (known / "terms/dark-box.md").mkdir()
    run("sync_content")
    file = known / "terms/black-box.md"
    written = file.read_bytes()
    file.write_bytes(written.replace(b"- output", b"- output by hand"))
    assert run("import_content").code == 0
    (known / "terms/dark-box.md").rmdir()
    file.write_bytes(written)
    assert run("sync_content").code == 0
    assert b"by hand" not in text("dark-box")


@pytest.mark.django_db
def test_what_the_disk_refused_was_not_done(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = item("black-box")
    _deleted(found)

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("sync.disk.remove", refuse)
        assert run("sync_content").code == 1
    assert not Intent.objects.exists()
    found.refresh_from_db()
    _brought_back(found)
    (known / "terms/black-box.md").unlink()
    assert run("sync_content").code == 0
    assert "black-box" not in slugs()


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["edited", "deleted", "renamed"])
def test_names_are_settled_before_they_count(known: Path, monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    FIRST[first](item("black-box"))
    killed(monkeypatch, "all files written")
    seen: list[str] = []
    settle, record = disk.settle, state.record_bases

    def settled(paths: Iterable[Path]) -> None:
        seen.extend(map(str, paths := list(paths)))
        settle(paths)

    def recorded(*arguments: Any) -> None:
        seen.append("base")
        record(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr("sync.disk.settle", settled)
        patched.setattr("sync.applying.record_bases", recorded)
        patched.setattr("sync.intents.record_bases", recorded)
        run("sync_content")
    assert seen[0] == str(known / "terms")
    assert "base" in seen


# --- what a person put back ---


@pytest.mark.django_db
def test_a_text_of_before_that_somebody_puts_back_is_merged_as_any_other(known: Path) -> None:
    _edited("expert")
    assert run("sync_content").code == 0
    (known / "terms/black-box.md").write_bytes(BLACK_BOX)
    _edited("advanced")
    assert run("sync_content").code == 2


@pytest.mark.django_db
def test_a_file_that_is_unreadable_now_is_looked_at_again(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _edited("expert")
    killed(monkeypatch, "all files written")
    _as_it_was(item("black-box"))
    read = disk.read

    def refuse(path: Any, *arguments: Any, **named: Any) -> bytes:
        if str(path).endswith("black-box.md"):
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr("sync.disk.read", refuse)
        assert run("sync_content").code == 1
    assert_next_takes_nothing_back(known)


@pytest.mark.django_db
def test_what_the_database_refuses_to_note_is_not_written(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _edited("expert")
    before = folders.read(known)
    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr("sync.intents.note", _dying())
        run("sync_content")
    assert folders.read(known) == before


def _edited(level: str) -> Item:
    found = _harder(level)(item("black-box"))
    assert isinstance(found, Item)
    return found
