"""The pages on which conflicts are decided."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from publishing.models import Conflict
from tests.sync import folders
from tests.sync.cast import BLACK_BOX, delete, edit, item, retitle, text
from tests.sync.commands import run

PAGE = "/admin/publishing/conflict/"


@pytest.fixture
def editor(client: Client, known: Path) -> Client:
    client.force_login(User.objects.create_superuser("editor"))
    return client


def conflict_of_titles(known: Path) -> Conflict:
    retitle("black-box", "Title from Lemma")
    folders.write(known, {"terms/black-box.md": BLACK_BOX.replace(b"Black box", b"Title from the file")})
    assert run("sync_content").code == 2
    return Conflict.objects.get(resolved_at=None)


def decide(editor: Client, conflict: Conflict, **answers: str) -> str:
    response = editor.post(
        f"{PAGE}{conflict.pk}/change/", {"base_revision": str(conflict.item.revision), **answers}, follow=True
    )
    assert response.status_code == 200
    return response.content.decode()


def settled(**answers: str) -> dict[str, str]:
    return {"settle-0-field": "title", **{f"settle-0{name}": value for name, value in answers.items()}}


def test_both_sides_stand_on_the_page(editor: Client, known: Path) -> None:
    conflict = conflict_of_titles(known)
    listed = editor.get(PAGE).content.decode()
    assert "Title from Lemma" in listed
    page = editor.get(f"{PAGE}{conflict.pk}/change/").content.decode()
    assert "Title from the file" in page.replace("<ins>", "").replace("</ins>", "")


@pytest.mark.parametrize(
    ("answers", "title"),
    [
        (settled(**{"": "ours"}), "Title from Lemma"),
        (settled(**{"": "theirs"}), "Title from the file"),
        (settled(**{"": "base"}), "Black box"),
        (settled(**{"": "edited", "-text": "A title of both"}), "A title of both"),
    ],
)
def test_what_is_chosen_is_in_database_and_file(
    editor: Client, known: Path, answers: dict[str, str], title: str
) -> None:
    conflict = conflict_of_titles(known)
    assert "is decided" in decide(editor, conflict, **answers)
    assert item("black-box").title == title
    assert run("sync_content").code == 0
    assert f'title: "{title}"'.encode() in (known / "terms/black-box.md").read_bytes()
    assert "Title from Lemma" not in editor.get(PAGE).content.decode()


def test_the_text_before_both_changes_is_shown_too(editor: Client, known: Path) -> None:
    page = editor.get(f"{PAGE}{conflict_of_titles(known).pk}/change/").content.decode()
    assert "As it was before" in page
    assert ">Black box</span>" in page


def test_the_sidebar_counts_what_waits(editor: Client, known: Path) -> None:
    link = f'href="{PAGE}"'
    before = editor.get("/admin/glossary/entry/").content.decode().partition(link)[2].partition("</a>")[0]
    assert before
    conflict = conflict_of_titles(known)
    after = editor.get("/admin/glossary/entry/").content.decode().partition(link)[2].partition("</a>")[0]
    assert [word for word in after.split() if word.isdigit()] == ["1"]
    decide(editor, conflict, **settled(**{"": "ours"}))
    again = editor.get("/admin/glossary/entry/").content.decode().partition(link)[2].partition("</a>")[0]
    assert not [word for word in again.split() if word.isdigit()]


def test_the_form_of_an_item_leads_to_its_open_conflict(editor: Client, known: Path) -> None:
    conflict = conflict_of_titles(known)
    form = f"/admin/glossary/entry/{conflict.item_id}/change/"
    assert f'href="{PAGE}{conflict.pk}/change/"' in editor.get(form).content.decode()
    decide(editor, conflict, **settled(**{"": "ours"}))
    assert "Decide what is to stay" not in editor.get(form).content.decode()


def test_nothing_is_decided_while_a_choice_is_missing(editor: Client, known: Path) -> None:
    conflict = conflict_of_titles(known)
    assert "still to be chosen" in decide(editor, conflict)
    conflict.refresh_from_db()
    assert conflict.resolved_at is None


def test_a_choice_made_from_an_older_text_is_asked_for_again(editor: Client, known: Path) -> None:
    conflict = conflict_of_titles(known)
    assert conflict.item.revision == 2
    edit("black-box", lambda document: document.__setitem__("tags", ["new"]))
    assert "in the meantime" in decide(editor, conflict, **settled(**{"": "theirs"}))
    assert item("black-box").title == "Title from Lemma"


@pytest.mark.parametrize("side", ["theirs", "delete"])
def test_an_item_deleted_here_and_changed_there_comes_back_or_goes(editor: Client, known: Path, side: str) -> None:
    delete("black-box")
    changed = BLACK_BOX.replace(b"from outside", b"from far away")
    folders.write(known, {"terms/black-box.md": changed})
    assert run("sync_content").code == 2
    assert "is decided" in decide(editor, Conflict.objects.get(), side=side)
    assert run("sync_content").code == 0
    if side == "theirs":
        assert text("black-box") == (known / "terms/black-box.md").read_bytes() == changed
    else:
        assert not (known / "terms/black-box.md").exists()


def test_a_file_deleted_there_and_changed_here_is_written_again(editor: Client, known: Path) -> None:
    retitle("black-box", "Kept")
    (known / "terms/black-box.md").unlink()
    assert run("sync_content").code == 2
    decide(editor, Conflict.objects.get(), side="ours")
    assert run("sync_content").code == 0
    assert b"Kept" in (known / "terms/black-box.md").read_bytes()


def test_unpublished_edits_against_a_file_are_decided_for_the_draft(editor: Client, known: Path) -> None:
    retitle("black-box", "Draft title", publish=False)
    folders.write(known, {"terms/black-box.md": BLACK_BOX.replace(b"Black box", b"File title")})
    assert run("sync_content").code == 0
    conflict = Conflict.objects.get(origin="draft")
    assert "Publish it when it is ready" in decide(editor, conflict, **settled(**{"": "ours"}))
    assert item("black-box").title == "Draft title"
    assert b"File title" in text("black-box")


def test_who_may_not_decide_is_refused(client: Client, known: Path) -> None:
    conflict = conflict_of_titles(known)
    client.force_login(User.objects.create_user("visitor", is_staff=True))
    assert client.get(f"{PAGE}{conflict.pk}/change/").status_code == 403
    assert client.post(f"{PAGE}{conflict.pk}/change/", {"side": "ours"}).status_code == 403
