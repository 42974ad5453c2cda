"""Pictures go where the texts go that link them, and never over anything that somebody else put there."""

import io
import os
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from publishing import assets, images
from sync import unpacking, uploading
from tests.sync import folders
from tests.sync.agreement import counts, state, steps, sync, synced
from tests.sync.cast import BLACK_BOX, edit, entry, item, text
from tests.sync.commands import exported, imported, run
from tests.sync.repositories import Clone, alone, change, init, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_uploads(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone(tmp_path / "home", monkeypatch)


def picture(width: int = 4, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, 3), "red").save(out, kind)
    return out.getvalue()


def named(data: bytes, suffix: str = "png") -> str:
    return f"assets/{sha256(data).hexdigest()[:32]}.{suffix}"


def uploaded(width: int = 4) -> str:
    """As the admin stores it. The name from the content root."""
    return assets.store(images.clean(picture(width)))


def showing(*names: str) -> dict[str, str]:
    return {"Brief Definition": "".join(f"![a](../{name})\n" for name in names)}


def shown_to_readers(name: str) -> bool:
    return Client().get(f"/media/{name}").status_code == 200


def pictures_in(root: Path) -> folders.Files:
    return {path: data for path, data in folders.read(root).items() if path.startswith("assets/")}


# --- out of the admin ---


def test_an_export_brings_the_pictures_that_its_texts_link(known: Path) -> None:
    name, unused = uploaded(), uploaded(9)
    change("black-box", showing(name), None)
    report = exported().report
    assert pictures_in(known) == {name: default_storage.open(name).read()}
    assert unused not in pictures_in(known)
    assert report["counts"]["pictures"]["new"] == 1
    assert {"path": name, "step": "new"} in report["steps"]
    before = folders.stamps(known)
    assert exported().report["steps"] == []
    assert folders.stamps(known) == before


def test_an_export_elsewhere_brings_them_too(known: Path, tmp_path: Path) -> None:
    name = uploaded()
    change("black-box", showing(name), None)
    exported(tmp_path / "other")
    assert list(pictures_in(tmp_path / "other")) == [name]
    assert pictures_in(known) == {}


def test_a_draft_brings_none(known: Path) -> None:
    name = uploaded()
    edit(
        "black-box",
        lambda document: document.sections.__setitem__("Brief Definition", f"![a](../{name})"),
        publish=False,
    )
    exported()
    assert pictures_in(known) == {}


def test_a_check_and_a_diff_name_them_and_write_nothing(known: Path) -> None:
    name = uploaded()
    change("black-box", showing(name), None)
    before = folders.stamps(known)
    for command, option in (("export_content", "--check"), ("export_content", "--diff"), ("sync_content", "--check")):
        outcome = run(command, option)
        assert name in outcome.out, outcome.everything
    assert run("export_content", "--check").code == 1
    assert folders.stamps(known) == before


def test_one_that_was_lost_from_the_folder_is_written_again(known: Path) -> None:
    name = uploaded()
    change("black-box", showing(name), None)
    synced()
    (known / name).unlink()
    assert run("export_content", "--check").code == 1
    assert steps(synced()) == {name: "exported (new)"}
    assert list(pictures_in(known)) == [name]


def test_what_somebody_else_put_there_is_not_overwritten(known: Path) -> None:
    name = uploaded()
    folders.write(known, {name: b"somebody's"})
    change("black-box", showing(name), None)
    synced()
    assert pictures_in(known) == {name: b"somebody's"}


def test_when_the_uploads_cannot_be_read_the_texts_go_and_the_export_fails(known: Path, settings: Settings) -> None:
    change("black-box", showing(uploaded()), None)
    shelf = Path(settings.MEDIA_ROOT) / "assets"
    shelf.rename(shelf.with_name("elsewhere"))
    shelf.write_bytes(b"no folder")
    outcome = run("export_content", "--json")
    assert (outcome.code, outcome.codes()) == (1, [("assets", "picture.store")])
    assert (known / "terms/black-box.md").read_bytes() == text("black-box")


def test_what_a_killed_upload_left_is_removed_and_what_is_being_written_is_not(known: Path, settings: Settings) -> None:
    name = uploaded()
    old, new = (Path(settings.MEDIA_ROOT) / f"{name}.{number}.part" for number in (1, 2))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    synced()
    assert [path.exists() for path in (old, new)] == [False, True]
    assert assets.names() == {name.removeprefix("assets/")}


def test_one_that_nobody_links_any_more_stays(known: Path) -> None:
    name = uploaded()
    change("black-box", showing(name), None)
    synced()
    change("black-box", {"Brief Definition": "No picture."}, None)
    synced()
    assert list(pictures_in(known)) == [name]


def test_one_that_is_damaged_is_not_written(known: Path) -> None:
    name = uploaded()
    Path(default_storage.path(name)).write_bytes(b"torn")
    change("black-box", showing(name), None)
    outcome = sync()
    assert (outcome.code, outcome.codes()) == (1, [(name, "picture.damaged")])
    assert pictures_in(known) == {}


@pytest.mark.parametrize("link", ["folder", "file"])
def test_nothing_is_written_through_a_symbolic_link(known: Path, tmp_path: Path, link: str) -> None:
    outside = folders.write(tmp_path / "outside", {"target": b"kept"})
    name = uploaded()
    if link == "folder":
        (known / "assets").symlink_to(outside)
    else:
        (known / "assets").mkdir()
        (known / name).symlink_to(outside / "target")
    change("black-box", showing(name), None)
    run("sync_content")
    assert folders.read(outside) == {"target": b"kept"}


def test_a_folder_that_cannot_be_written_is_named_and_mended_by_the_next_run(known: Path) -> None:
    name = uploaded()
    folders.write(known, {"assets": b"a file"})
    change("black-box", showing(name), None)
    outcome = sync()
    assert outcome.code == 1
    assert outcome.problems()[0]["path"] in (name, "assets")
    (known / "assets").unlink()
    synced()
    assert list(pictures_in(known)) == [name]


# --- out of the folder ---


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")])
@pytest.mark.parametrize("command", ["import_content", "sync_content"])
def test_pictures_that_come_with_files_are_shown_to_readers(known: Path, command: str, kind: str, suffix: str) -> None:
    data = picture(kind=kind)
    name, unlinked = named(data, suffix), named(picture(9))
    text = BLACK_BOX.replace(b"A system", f"![a](../{name}) A system".encode())
    folders.write(known, {"terms/black-box.md": text, name: data, unlinked: picture(9)})
    assert run(command, "--dry-run").code == 0
    assert not shown_to_readers(name)
    outcome = run(command, "--json")
    assert outcome.code == 0, outcome.everything
    assert outcome.report["counts"]["pictures"]["new" if command == "import_content" else "imported"] == 1
    assert default_storage.open(name).read() == data
    assert shown_to_readers(name)
    assert not shown_to_readers(unlinked)
    before = state()
    assert run(command, "--json").report["steps"] == []
    assert state() == before


def test_a_picture_that_comes_after_its_text_is_taken_in(known: Path) -> None:
    name = named(picture())
    folders.write(known, {"terms/new.md": entry("New", "new", body=f"![a](../{name})\n")})
    synced()
    folders.write(known, {name: picture()})
    assert steps(synced()) == {name: "imported (new)"}
    assert shown_to_readers(name)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("assets/0123456789abcdef0123456789abcdef.png", picture()),
        (named(picture(), "jpg"), picture()),
        (named(b"<html><script>alert(1)</script>", "gif"), b"<html><script>alert(1)</script>"),
        (named(picture()[:40]), picture()[:40]),
        (named(b""), b""),
    ],
    ids=["another name", "another kind", "no picture", "torn", "empty"],
)
def test_what_is_no_picture_of_that_name_is_left_out_and_named(known: Path, name: str, data: bytes) -> None:
    folders.write(known, {"terms/new.md": entry("New", "new", body=f"![a](../{name})\n"), name: data})
    outcome = imported()
    assert [(each["path"], each["code"]) for each in outcome.problems("warning") if each["path"] == name] == [
        (name, "picture.invalid")
    ]
    assert item("new").title == "New"
    assert not shown_to_readers(name)
    assert pictures_in(known) == {name: data}


def test_pictures_behind_symbolic_links_are_not_read(known: Path, tmp_path: Path) -> None:
    name = named(picture())
    folders.write(tmp_path / "outside", {"secret": picture()})
    folders.write(known, {"terms/new.md": entry("New", "new", body=f"![a](../{name})\n")})
    (known / "assets").mkdir()
    (known / name).symlink_to(tmp_path / "outside/secret")
    synced()
    assert not shown_to_readers(name)


def test_only_the_pictures_of_the_files_that_count_are_taken_in(known: Path) -> None:
    first, second = named(picture()), named(picture(9))
    folders.write(
        known,
        {
            "terms/one.md": entry("One", "one", body=f"![a](../{first})\n"),
            "terms/two.md": entry("Two", "two", body=f"![a](../{second})\n"),
            first: picture(),
            second: picture(9),
        },
    )
    synced("--only", known / "terms/one.md")
    assert (shown_to_readers(first), shown_to_readers(second)) == (True, False)


def test_a_refused_import_takes_none_in(known: Path) -> None:
    name = named(picture())
    folders.write(
        known,
        {
            "terms/new.md": entry("New", "new", body=f"![a](../{name})\n"),
            "terms/bad.md": b"---\ntitle: [\n---\n",
            name: picture(),
        },
    )
    assert run("import_content").code == 1
    assert not shown_to_readers(name)


def test_a_zip_of_an_export_brings_them_to_another_glossary(db: None) -> None:
    name, data = named(picture()), picture()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("glossary/terms/new.md", entry("New", "new", body=f"![a](../{name})\n"))
        archive.writestr(f"glossary/{name}", data)
        archive.writestr("glossary/assets/other.png", data)
        archive.writestr("glossary/assets/0123456789abcdef0123456789abcdef.png", data)
    out.seek(0)
    found = unpacking.unpack([("all.zip", out)], "entry")
    assert [where for where, _ in found.skipped] == ["glossary/assets/other.png"]
    upload = uploading.keep("all.zip", found, owner=person("ed"))
    preview = uploading.preview(upload)
    assert (len(preview.new), preview.pictures) == (1, 1)
    assert not shown_to_readers(name)
    uploading.apply(upload, author=person("ed"))
    assert shown_to_readers(name)
    assert not shown_to_readers("assets/0123456789abcdef0123456789abcdef.png")


# --- git ---


def test_a_picture_is_committed_with_the_edit_that_uses_it(known: Path, git: None) -> None:
    clone = init(known, {"README.md": "# Ours\n"})
    folders.write(known, {"assets/not-ours.png": b"x"})
    first, second = uploaded(), uploaded(9)
    change("black-box", showing(first), person("ada", email="ada@example.org"))
    change("white-box", showing(first, second), person("bob", email="bob@example.org"))
    synced("--commit")
    assert clone.authors("HEAD~2..HEAD") == ["bob <bob@example.org>", "ada <ada@example.org>"]
    assert first in clone.files("HEAD~1")
    assert second not in clone.files("HEAD~1")
    assert second in clone.files()
    assert clone.status() == "? assets/not-ours.png\n"
    assert clone.git("cat-file", "-t", f"HEAD:{first}").strip() == "blob"
    assert synced("--commit").report["commits"] == []


def test_one_that_was_changed_by_hand_is_not_committed(known: Path, git: None) -> None:
    clone = init(known, {"README.md": "# Ours\n"})
    name = uploaded()
    folders.write(known, {name: b"somebody's"})
    change("black-box", showing(name), None)
    synced("--commit")
    assert name not in clone.files()


def test_one_whose_text_was_committed_before_is_committed_by_itself(known: Path, git: None) -> None:
    """As after the upgrade from a version that left pictures behind."""
    clone = init(known, {"README.md": "# Ours\n"})
    name = uploaded()
    change("black-box", showing(name), None)
    synced()
    (known / name).unlink()
    clone.commit("All")
    synced("--commit")
    assert name in clone.files()
    assert clone.status() == ""
    assert synced("--commit").report["commits"] == []


def test_pictures_that_others_pushed_are_shown(known: Path, git: None, tmp_path: Path) -> None:
    ours, bare = init(known, {"README.md": "# Ours\n"}), tmp_path / "origin.git"
    ours.git("clone", "--quiet", "--bare", known, bare)
    ours.git("remote", "add", "origin", bare)
    ours.git("fetch", "--quiet", "origin")
    ours.git("branch", "--quiet", "--set-upstream-to", "origin/main")
    theirs = Clone(tmp_path / "theirs")
    ours.git("clone", "--quiet", bare, theirs.top)
    mine, other = uploaded(), named(picture(9))
    theirs.commit(
        "With a picture",
        {"terms/new.md": entry("New", "new", body=f"![a](../{other}) ![b](../{mine})\n"), other: picture(9)}
        | {mine: default_storage.open(mine).read()},
    )
    theirs.git("push", "--quiet")
    change("black-box", showing(mine), person("ada", email="ada@example.org"))
    outcome = sync("--pull", "--commit", "--push")
    assert outcome.code == 0, outcome.everything
    assert shown_to_readers(other)
    assert Clone(bare).git("ls-tree", "--name-only", "HEAD", "assets/").split() == sorted([mine, other])
    assert ours.status() == ""
    assert counts(sync("--pull", "--commit", "--push")) == {}
