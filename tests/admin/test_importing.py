"""Files brought by an editor: first what would happen, then one click; and everything as a zip."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from config.roles import EDITOR
from documents import parse
from glossary.editing import save_entry
from publishing.models import Conflict, Item, Published, Revision
from sync.models import Base, Upload

UPLOAD = "/admin/sync/upload/"
BOX = b"""---
title: "Black box"
slug: "black-box"
difficulty: "beginner"
---

# Brief Definition
One line.

# Detailed Explanation
Two.
"""


@pytest.fixture
def client(person: Callable[..., User]) -> Client:
    user = person("ed", first_name="Ed", last_name="Editor")
    user.groups.set([Group.objects.get(name=EDITOR)])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def box(db: None) -> Item:
    return save_entry(parse(BOX), path="ml/black-box.md", publish=True)


def edit(item: Item, old: bytes, new: bytes, **options: Any) -> Item:
    item = Item.objects.get(pk=item.pk)
    data = bytes(item.working.data).replace(old, new)
    return save_entry(parse(data), item=item, base_revision=item.revision, **options)


def bring(client: Client, files: Mapping[str, bytes], **more: str) -> tuple[str, str]:
    """The address of the plan and what it says."""
    sent = [SimpleUploadedFile(name, data) for name, data in files.items()]
    answer = client.post(UPLOAD, {"chosen": sent, **more}, follow=True)
    return answer.redirect_chain[-1][0] if answer.redirect_chain else "", answer.content.decode()


def take(client: Client, address: str) -> str:
    return client.post(address, follow=True).content.decode()


def filed(item: Item) -> bytes:
    blob = Item.objects.get(pk=item.pk).filed
    assert blob
    return bytes(blob.data)


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_the_plan_says_what_would_happen_and_writes_nothing(client: Client, box: Item) -> None:
    files = {
        "glossary/terms/ml/black-box.md": BOX.replace(b"One line", b"One word"),
        "glossary/terms/new.md": b"---\ntitle: New\nslug: new\n---\n",
        "glossary/terms/bad.md": b"---\ntitle: [\n---\n",
        "glossary/picture.png": b"x",
        "../evil.md": b"x",
    }
    address, page = bring(client, {"all.zip": zipped(files)})
    assert address.startswith(UPLOAD)
    assert "1 new, 1 changed, 0 conflicts" in page
    assert "One <del>line</del><ins>word</ins>." in page
    assert "<li>new.md</li>" in page
    assert "terms/bad.md" in page
    assert "line 2" in page or "line 3" in page
    assert "leads elsewhere" in page
    assert "One file was passed over" in page
    assert [item.slug for item in Item.objects.all()] == ["black-box"]
    assert not Base.objects.exists()


def test_it_is_imported_under_the_name_of_the_editor(client: Client, box: Item) -> None:
    address, _ = bring(
        client, {"black-box.md": BOX.replace(b"One line", b"One word"), "bad.md": b"---\ntitle: [\n---\n"}
    )
    assert "One file is imported." in take(client, address)
    assert b"One word" in filed(box)
    assert Published.objects.get().title == "Black box"
    revision = Revision.objects.get(item=box, number=2)
    assert (revision.author_name, revision.message) == ("Ed Editor", "Imported from 2 files")
    # A file with no folder belongs to the item of its slug, wherever that one lies.
    assert Item.objects.get(pk=box.pk).path == "ml/black-box.md"
    assert not Base.objects.exists()
    assert not Upload.objects.exists()


def test_what_editors_did_since_is_merged(client: Client, box: Item) -> None:
    """Downloaded, changed here and there, brought back."""
    edit(box, b'"beginner"', b'"advanced"', publish=True)
    address, page = bring(client, {"black-box.md": BOX.replace(b"Two.", b"Three.")})
    assert "1 changed, 0 conflicts" in page
    assert "advanced" not in page.partition("lemma-plan")[2]
    take(client, address)
    assert b'"advanced"' in filed(box)
    assert b"Three." in filed(box)


def test_an_old_copy_brought_back_changes_nothing(client: Client, box: Item) -> None:
    edit(box, b'"beginner"', b'"advanced"', publish=True)
    _, page = bring(client, {"black-box.md": BOX})
    assert "0 new, 0 changed, 0 conflicts" in page
    assert 'lemma-primary">Import<' not in page


def test_what_both_changed_waits_for_a_person(client: Client, box: Item) -> None:
    edit(box, b"One line.", b"Ours.", publish=True)
    address, page = bring(client, {"black-box.md": BOX.replace(b"One line.", b"Theirs.")})
    assert "1 conflicts" in page
    page = take(client, address)
    assert "One conflict waits to be decided." in page
    assert b"Ours." in filed(box)
    conflict = Conflict.objects.get()
    address = f"/admin/publishing/conflict/{conflict.pk}/change/"
    settle = {"base_revision": "2", "settle-0": "theirs", "settle-0-field": conflict.fields[0]["field"]}
    assert "is decided" in client.post(address, settle, follow=True).content.decode()
    assert b"Theirs." in filed(box)


def test_edits_that_wait_go_on_waiting(client: Client, box: Item) -> None:
    edit(box, b'"beginner"', b'"advanced"')
    address, _ = bring(client, {"black-box.md": BOX.replace(b"Two.", b"Three.")})
    take(client, address)
    item = Item.objects.get(pk=box.pk)
    assert b'"advanced"' in bytes(item.working.data)
    assert b"Three." in bytes(item.working.data)
    assert b'"advanced"' not in filed(box)


def test_what_was_changed_after_the_plan_is_merged_too(client: Client, box: Item) -> None:
    address, _ = bring(client, {"black-box.md": BOX.replace(b"Two.", b"Three.")})
    edit(box, b'"beginner"', b'"advanced"', publish=True)
    take(client, address)
    assert b'"advanced"' in filed(box)
    assert b"Three." in filed(box)


def test_files_of_somebody_else_are_not_there(client: Client, box: Item, person: Callable[..., User]) -> None:
    address, _ = bring(client, {"black-box.md": BOX})
    other = person("other")
    other.groups.set([Group.objects.get(name=EDITOR)])
    client.force_login(other)
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


def test_left_they_are_forgotten(client: Client, box: Item) -> None:
    address, _ = bring(client, {"black-box.md": BOX})
    client.post(address, {"discard": "1"})
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "Choose one or more files"),
        ({"a.txt": b"x"}, "no Markdown file"),
        ({"a.zip": b"no zip"}, "cannot be read"),
        ({"a.zip": b""}, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_said(client: Client, files: dict[str, bytes], reason: str) -> None:
    _, page = bring(client, files)
    assert reason in page
    assert not Upload.objects.exists()


def test_hostile_names_and_texts_are_shown_as_text(client: Client, box: Item) -> None:
    evil = "<script>alert(1)</script>"
    files = {
        f"terms/{evil}.md".replace("</", "<"): b"---\ntitle: x\n---\n",
        "terms/ml/black-box.md": BOX.replace(b"One line.", evil.encode()),
    }
    _, page = bring(client, {f"{evil[:8]}.zip": zipped(files)})
    assert "alert(1)" in page
    assert "<script>alert" not in page


def test_all_as_a_zip_is_what_an_export_writes(client: Client, box: Item, tmp_path: Any) -> None:
    edit(box, b'"beginner"', b'"advanced"')
    save_entry(parse(b"---\ntitle: Never published\nslug: never\n---\n"))
    save_entry(parse(BOX.replace(b"lack", b"lue").replace(b"\n", b"\r\n")), path="blue-box.md", publish=True)
    data = b"".join(client.get(f"{UPLOAD}all.zip"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    call_command("export_content", str(tmp_path), verbosity=0)
    written = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.md")}
    assert found == written
    assert set(found) == {"terms/ml/black-box.md", "terms/blue-box.md"}
