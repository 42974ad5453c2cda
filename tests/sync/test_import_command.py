"""What `import_content` promises, seen from outside: options, files, output, exit code, database."""

import json
import os
import re
import socket
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from documents import Document
from publishing.models import Change, Item, Published, Revision
from tests.sync import folders
from tests.sync.cast import (
    BIG_BOOK,
    BLACK_BOX,
    CAST,
    WHITE_BOX,
    create,
    edit,
    entry,
    item,
    retitle,
    slugs,
    text,
)
from tests.sync.commands import export_content, exported, import_content, imported
from tests.sync.permissions import unprivileged

pytestmark = pytest.mark.django_db

# path:line:column: code: message; a whole file has neither line nor column.
PROBLEM = re.compile(
    r"(?P<path>[^:\n]+)(?::(?P<line>\d+)(?::(?P<column>\d+))?)?: (?P<code>[a-z0-9.-]+): (?P<message>\S.*)"
)


def state() -> list[Any]:
    """Whatever an import may change in the database."""
    return [list(model.objects.order_by("pk").values()) for model in (Item, Revision, Published, Change)]


# --- which folders ---


def test_without_a_folder_it_reads_content_root(root: Path) -> None:
    outcome = imported()
    assert outcome.counts() == {"new": 3}
    assert outcome.counts("books") == {"new": 1}
    assert slugs() == ["black-box", "grey-box", "white-box"]
    assert slugs("book") == ["big-book"]


def test_every_text_is_kept_to_the_byte(root: Path) -> None:
    imported()
    for path, data in CAST.items():
        kind, _, below = path.partition("/")
        found = Item.objects.get(kind="entry" if kind == "terms" else "book", path=below)
        assert (bytes(found.working.data), bytes(found.filed.data)) == (data, data)  # type: ignore[union-attr]


def test_another_folder_may_be_named(root: Path, tmp_path: Path) -> None:
    other = folders.write(tmp_path / "other", {"terms/other.md": entry("Other")})
    assert imported(other).counts() == {"new": 1}
    assert slugs() == ["other"]


def test_entries_and_books_may_have_other_names(tmp_path: Path) -> None:
    folders.write(tmp_path, {"glossary/a.md": entry("A"), "shelf/b.md": BIG_BOOK, "terms/c.md": entry("C")})
    imported(tmp_path, "--entries", "glossary", "--books", "shelf")
    assert (slugs(), slugs("book")) == (["a"], ["big-book"])


def test_entries_may_lie_in_the_root_itself_and_books_below(tmp_path: Path) -> None:
    folders.write(tmp_path, {"a.md": entry("A"), "more/b.md": entry("B"), "books/big-book.md": BIG_BOOK})
    imported(tmp_path, "--entries", ".")
    assert (slugs(), slugs("book")) == (["a", "more--b"], ["big-book"])


@pytest.mark.parametrize("way", ["absolute", "relative"])
def test_entries_may_lie_outside_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    folders.write(tmp_path, {"root/books/big-book.md": BIG_BOOK, "elsewhere/a.md": entry("A")})
    monkeypatch.chdir(tmp_path)
    imported(tmp_path / "root", "--entries", tmp_path / "elsewhere" if way == "absolute" else "elsewhere")
    assert (slugs(), slugs("book")) == (["a"], ["big-book"])


def test_a_folder_named_by_the_settings_stays_inside_the_root(tmp_path: Path, settings: Settings) -> None:
    folders.write(tmp_path, {"root/terms/a.md": entry("A"), "elsewhere/b.md": entry("B")})
    settings.LEMMA_ENTRIES_DIR = "../elsewhere"
    outcome = import_content(tmp_path / "root")
    assert (outcome.code, slugs()) == (1, [])
    assert "--entries" in outcome.err


def test_a_folder_of_the_settings_may_not_be_a_link_out_of_the_root(tmp_path: Path) -> None:
    folders.write(tmp_path, {"elsewhere/b.md": entry("B"), "root/books/x.txt": ""})
    (tmp_path / "root/terms").symlink_to(tmp_path / "elsewhere")
    outcome = import_content(tmp_path / "root")
    assert (outcome.code, slugs()) == (1, [])


def test_the_root_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    imported(tmp_path / "link")
    assert imported(root).counts() == {"unchanged": 3}


def test_one_folder_cannot_hold_both(root: Path) -> None:
    outcome = import_content(root, "--books", "terms")
    assert (outcome.code, slugs()) == (1, [])
    assert "cannot share" in outcome.err


def test_without_a_books_folder_there_are_no_books(tmp_path: Path) -> None:
    folders.write(tmp_path, {"terms/a.md": entry("A")})
    outcome = imported(tmp_path)
    assert (outcome.counts(), outcome.counts("books")) == ({"new": 1}, {})


def test_an_empty_folder_is_an_empty_glossary(tmp_path: Path) -> None:
    (tmp_path / "terms").mkdir()
    assert imported(tmp_path).counts() == {}


@pytest.mark.parametrize("prepare", ["nothing", "a file", "no terms"])
def test_a_root_without_entries_is_an_error_that_names_the_option(tmp_path: Path, prepare: str) -> None:
    root = tmp_path / "root"
    if prepare == "a file":
        root.write_text("no folder")
    elif prepare == "no terms":
        root.mkdir()
    outcome = import_content(root)
    assert outcome.code == 1
    assert "--entries" in outcome.err
    assert str(root) in outcome.err


# --- what is wrong ---

BAD = {
    "latin-1": b'---\ntitle: "Caf\xe9"\n---\n',
    "utf-16": "---\ntitle: A\n---\n".encode("utf-16"),
    "nul in front matter": b'---\ntitle: "A\x00"\n---\n',
    "nul in body": b'---\ntitle: "A"\n---\n\x00\n',
    "escape": b'---\ntitle: "A\x1b[31m"\n---\n',
    "delete": b'---\ntitle: "A"\n---\n\x7f\n',
    "lone surrogate": b'---\ntitle: "\\ud800"\n---\n',
    "empty": b"",
    "byte order mark alone": b"\xef\xbb\xbf",
    "one fence": b"---\n",
    "two fences": b"---\n---\n",
    "no closing fence": b"---\ntitle: A\n",
    "no front matter": b"# A\n\nText.\n",
    "a list": b"---\n- a\n- b\n---\n",
    "a scalar": b"---\njust text\n---\n",
    "a number": b"---\n42\n---\n",
    "two documents": b"---\ntitle: A\n--- # another\ntitle: B\n---\n",
    "alias bomb": b"---\ntitle: A\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n",
    "an alias of itself": b"---\ntitle: A\na: &a [*a]\n---\n",
    "deep nesting": b"---\ntitle: A\na: " + b"[" * 10_000 + b"]" * 10_000 + b"\n---\n",
    "a python object": b'---\ntitle: A\nx: !!python/object/apply:os.system ["true"]\n---\n',
    "an unknown tag": b"---\ntitle: A\nx: !secret y\n---\n",
    "a key twice": b"---\ntitle: A\ntitle: B\n---\n",
    "a key in two spellings": b"---\ntitle: A\nTitle: B\n---\n",
    "a merge key": b"---\ntitle: A\n<<: {a: b}\n---\n",
    "a key that is a list": b"---\ntitle: A\n? [a, b]\n: c\n---\n",
    "a tab for an indent": b"---\ntitle: A\ntags:\n\t- a\n---\n",
    "toml": b'+++\ntitle = "A"\n+++\n',
    "conflict markers above": b"---\n<<<<<<< HEAD\ntitle: A\n=======\ntitle: B\n>>>>>>> branch\n---\n",
    "conflict markers below": b"---\ntitle: A\n---\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\n",
    "no title": b"---\nslug: a\n---\n",
    "a long title": b'---\ntitle: "' + b"x" * 301 + b'"\n---\n',
    "a title that is a list": b"---\ntitle: [A]\n---\n",
    "a slug that climbs": b'---\ntitle: "A"\nslug: "../../etc/passwd"\n---\n',
    "a slug that is a device": b'---\ntitle: "A"\nslug: "con"\n---\n',
    "a script as an address": b'---\ntitle: "A"\nexternalLinks:\n  - url: "javascript:alert(1)"\n---\n',
    "a map where a list is due": b"---\ntitle: A\ntags: {a: b}\n---\n",
    "a list in a list of slugs": b"---\ntitle: A\nrelated: [[a], b]\n---\n",
    "more than 5 MB": b"---\ntitle: A\n---\n" + b"x" * 5_000_000,
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_is_named_with_a_remedy_and_nothing_is_imported(root: Path, bad: str) -> None:
    folders.write(root, {"terms/bad.md": BAD[bad]})
    outcome = import_content()
    assert (outcome.code, slugs(), slugs("book")) == (1, [], [])
    first, *rest = outcome.err.splitlines()
    found = PROBLEM.fullmatch(first)
    assert found, outcome.everything
    assert found["path"] == "terms/bad.md"
    assert rest[0].startswith("    "), "there is no hint"
    # The one problem and its hint, and what became of the import.
    assert "Nothing was imported" in outcome.err


@pytest.mark.parametrize(
    ("bad", "line", "column"),
    [
        ("latin-1", 2, 12),
        ("escape", 2, 10),
        ("a key twice", 3, 1),
        ("an unknown tag", 3, 4),
        ("a long title", 2, 8),
        ("a slug that climbs", 3, 7),
        ("a script as an address", 4, 10),
        ("a list in a list of slugs", 3, 11),
    ],
)
def test_it_says_in_which_line_and_column(root: Path, bad: str, line: int, column: int) -> None:
    folders.write(root, {"terms/bad.md": BAD[bad]})
    [problem] = import_content("--json").problems()
    assert (problem["line"], problem["column"]) == (line, column)
    assert f"terms/bad.md:{line}:{column}: {problem['code']}: {problem['message']}\n" in import_content().err


def test_every_problem_of_every_file_is_reported_at_once(root: Path) -> None:
    folders.write(
        root,
        {
            "terms/one.md": '---\ntitle: [A]\nslug: ".."\nexternalLinks: [{url: "ftp://a.example"}]\n---\n',
            "terms/two.md": BAD["a key twice"],
            "books/three.md": '---\ntitle: "Three"\nisbn: "0123456789"\npages: 0\n---\n',
        },
    )
    outcome = import_content("--json")
    assert sorted(outcome.codes()) == [
        ("books/three.md", "isbn.invalid"),
        ("books/three.md", "pages.invalid"),
        ("terms/one.md", "link.url"),
        ("terms/one.md", "slug.invalid"),
        ("terms/one.md", "title.type"),
        ("terms/two.md", "yaml.duplicate-key"),
    ]
    assert all(problem["hint"] for problem in outcome.problems())
    assert (outcome.code, outcome.counts()["bad"], outcome.counts("books")["bad"]) == (1, 2, 1)
    assert (slugs(), slugs("book")) == ([], [])


def test_a_file_outside_the_root_is_named_as_it_was_given(tmp_path: Path) -> None:
    folders.write(tmp_path, {"elsewhere/bad.md": BAD["no title"]})
    outcome = import_content(tmp_path / "root", "--entries", tmp_path / "elsewhere")
    assert outcome.err.startswith(f"{tmp_path}/elsewhere/bad.md: title.missing: ")


def test_with_skip_invalid_the_others_are_imported(root: Path) -> None:
    folders.write(root, {"terms/bad.md": BAD["no title"]})
    outcome = import_content("--skip-invalid", "--json")
    assert (outcome.code, outcome.counts()) == (0, {"new": 3, "bad": 1})
    assert outcome.codes() == [("terms/bad.md", "title.missing")]
    assert slugs() == ["black-box", "grey-box", "white-box"]


def test_a_bad_file_leaves_what_was_imported_from_it_before(known: Path) -> None:
    folders.write(known, {"terms/black-box.md": BAD["a key twice"]})
    before = state()
    assert import_content().code == 1
    assert import_content("--skip-invalid", "--prune").code == 0
    assert state() == before


def test_a_mended_file_is_imported(known: Path) -> None:
    folders.write(known, {"terms/black-box.md": BAD["a key twice"]})
    assert import_content().code == 1
    folders.write(known, {"terms/black-box.md": BLACK_BOX.replace(b"Black box", b"Blacker box")})
    assert imported().counts() == {"changed": 1, "unchanged": 2}


def test_warnings_refuse_nothing(root: Path) -> None:
    folders.write(root, {"terms/odd.md": entry("Odd", front='status: "Completed"\ntags: ["a", ""]\n')})
    outcome = imported()
    assert sorted(problem["code"] for problem in outcome.problems("warning")) == ["status.unknown", "tags.empty"]
    assert "odd" in slugs()


def test_many_warnings_are_cut_short_and_shown_on_request(root: Path) -> None:
    folders.write(root, {f"terms/odd-{number}.md": entry("Odd", front="tags: ai\n") for number in range(40)})
    assert import_content("--dry-run").out.count("tags.scalar") == 20
    assert "… and 20 more warnings" in import_content("--dry-run").out
    assert import_content("--dry-run", verbosity=2).out.count("tags.scalar") == 40


# --- slugs and names ---


def test_two_files_with_one_slug_are_an_error_in_both(root: Path) -> None:
    folders.write(root, {"terms/again.md": entry("Again", "black-box")})
    outcome = import_content("--json")
    assert (outcome.code, slugs()) == (1, [])
    assert sorted(outcome.codes()) == [("terms/again.md", "slug.duplicate"), ("terms/black-box.md", "slug.duplicate")]
    [first, second] = outcome.problems()
    assert "terms/again.md" in first["message"] + second["message"]
    assert "terms/black-box.md" in first["message"] + second["message"]


def test_slugs_that_differ_in_case_alone_are_one(root: Path) -> None:
    folders.write(root, {"terms/again.md": entry("Again", "Black-Box")})
    assert [code for _, code in import_content("--json").codes()] == ["slug.duplicate"] * 2


def test_both_spellings_of_an_accent_are_one_slug(root: Path) -> None:
    folders.write(root, {"terms/one.md": entry("A", "\u00e4"), "terms/two.md": entry("B", "a\u0308")})
    assert [code for _, code in import_content("--json").codes()] == ["slug.duplicate"] * 2


def test_file_names_that_differ_in_case_alone_are_refused(root: Path) -> None:
    folders.write(root, {"terms/case.md": entry("A", "a"), "terms/Case.md": entry("B", "b")})
    assert sorted(import_content("--json").codes()) == [("terms/Case.md", "path.twin"), ("terms/case.md", "path.twin")]


def test_a_duplicate_of_a_file_known_before_leaves_the_item_alone(known: Path) -> None:
    folders.write(known, {"terms/again.md": entry("Again", "black-box")})
    before = state()
    assert import_content().code == 1
    assert import_content("--skip-invalid", "--prune").code == 0
    assert state() == before


def test_a_slug_need_not_be_the_name_of_the_file(root: Path) -> None:
    folders.write(root, {"terms/file.md": entry("A", "slug")})
    imported()
    assert item("slug").path == "file.md"


def test_an_entry_and_a_book_may_share_a_slug(root: Path) -> None:
    folders.write(root, {"books/black-box.md": '---\ntitle: "Black box, the book"\n---\n'})
    imported()
    assert "black-box" in slugs()
    assert "black-box" in slugs("book")


def test_without_a_slug_the_path_names_the_entry(root: Path) -> None:
    folders.write(root, {"terms/a/b c.md": entry("A"), "terms/_index.md": entry("Index")})
    imported()
    assert {"a--b-c", "_index"} <= set(slugs())


@pytest.mark.parametrize("name", [b"bad-\xff.md", b"new\nline.md", b"back\\slash.md", b"bell\x07.md"])
def test_a_file_name_that_cannot_be_kept_is_an_error(root: Path, name: bytes) -> None:
    with open(os.fsencode(root / "terms") + b"/" + name, "wb") as file:
        file.write(entry("A", "a"))
    outcome = import_content()
    assert (outcome.code, slugs()) == (1, [])
    assert "path." in outcome.err
    assert all(line.isprintable() for line in outcome.err.splitlines())


def test_a_path_that_no_column_holds_is_an_error(root: Path) -> None:
    long = "/".join(["d" * 200] * 6)
    folders.write(root, {f"terms/{long}/a.md": entry("A", "a")})
    outcome = import_content("--json")
    assert (outcome.code, slugs()) == (1, [])
    assert outcome.codes() == [(f"terms/{long}/a.md", "path.long")]


# --- what is no content ---


def test_what_is_skipped_by_its_name_is_listed(root: Path) -> None:
    names = ["README.md", "sub/readme.md", "_TEMPLATE.md", ".hidden.md", ".#black-box.md", "SHOUT.MD"]
    folders.write(root, {f"terms/{name}": "no front matter" for name in names})
    outcome = import_content("--json")
    assert outcome.code == 0
    assert sorted(skipped["path"] for skipped in outcome.report["skipped"]) == sorted(f"terms/{name}" for name in names)
    assert all(skipped["reason"] for skipped in outcome.report["skipped"])
    shown = import_content().out
    assert all(f"terms/{name}: skipped (" in shown for name in names)


def test_what_is_no_markdown_is_passed_over(root: Path) -> None:
    names = ["a.txt", "b.md~", "c.md.swp", "d.md.bak", "assets/e.png", ".git/config", ".obsidian/f.md", "g"]
    folders.write(root, {f"terms/{name}": "x" for name in names})
    assert imported().counts() == {"new": 3}


@pytest.mark.usefixtures("no_waiting")
def test_links_pipes_and_sockets_are_skipped_and_listed(root: Path, tmp_path: Path) -> None:
    folders.write(tmp_path, {"secret.md": entry("Secret")})
    (root / "terms/inside.md").symlink_to("black-box.md")
    (root / "terms/outside.md").symlink_to(tmp_path / "secret.md")
    (root / "terms/loop.md").symlink_to("loop.md")
    (root / "terms/nowhere.md").symlink_to("nothing.md")
    os.mkfifo(root / "terms/pipe.md")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(root / "terms/socket.md"))
        outcome = imported()
    assert outcome.counts() == {"new": 3}
    skipped = {skipped["path"] for skipped in outcome.report["skipped"]}
    assert skipped == {f"terms/{name}.md" for name in ("inside", "outside", "loop", "nowhere", "pipe", "socket")}


def test_a_folder_that_is_named_like_a_file_is_no_file(root: Path) -> None:
    (root / "terms/folder.md").mkdir()
    outcome = imported()
    assert outcome.counts() == {"new": 3}


def test_linked_folders_are_not_followed(root: Path, tmp_path: Path) -> None:
    folders.write(tmp_path, {"outside/secret.md": entry("Secret")})
    (root / "terms/outside").symlink_to(tmp_path / "outside")
    (root / "terms/loop").symlink_to("..")
    assert imported().counts() == {"new": 3}


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with unprivileged() as folder:
        root = folders.write(folder, CAST)
        (root / "terms/black-box.md").chmod(0o200)
        outcome = import_content(root, "--json")
        assert outcome.codes() == [("terms/black-box.md", "file.unreadable")]
        assert (outcome.code, slugs()) == (1, [])
        imported_rest = import_content(root, "--skip-invalid", "--json")
    assert imported_rest.counts() == {"new": 2, "bad": 1}


def test_a_folder_that_cannot_be_read_is_an_error_and_nothing_in_it_counts_as_gone() -> None:
    with unprivileged() as folder:
        root = folders.write(folder, CAST)
        imported(root)
        (root / "terms/sub").chmod(0)
        outcome = import_content(root, "--prune", "--json")
        skipping = import_content(root, "--prune", "--skip-invalid", "--json")
        (root / "terms/sub").chmod(0o755)
    assert outcome.code == 1, outcome.everything
    assert "terms/sub" in outcome.everything
    assert "removed" not in skipping.counts()
    assert "grey-box" in slugs()


# --- what is written ---


def test_a_second_import_writes_nothing(known: Path) -> None:
    before = state()
    outcome = imported()
    assert (outcome.counts(), outcome.counts("books")) == ({"unchanged": 3}, {"unchanged": 1})
    assert outcome.report["written"] is False
    assert state() == before


def test_a_file_whose_text_is_known_is_not_parsed(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Newer, but with the same bytes.
    folders.write(known, CAST)
    for path in CAST:
        os.utime(known / path, (2_000_000_000, 2_000_000_000))
    folders.write(known, {"terms/new.md": entry("New")})
    parsed = []
    parse = Document.__init__

    def counted(self: Document, data: bytes, *arguments: Any) -> None:
        parsed.append(data)
        parse(self, data, *arguments)

    monkeypatch.setattr(Document, "__init__", counted)
    assert imported().counts() == {"new": 1, "unchanged": 3}
    assert set(parsed) == {entry("New")}


def test_a_changed_file_makes_one_revision_and_is_published(known: Path) -> None:
    changed = BLACK_BOX.replace(b'"Black box"', b'"Blacker box"')
    folders.write(known, {"terms/black-box.md": changed})
    before = item("black-box").revision
    assert imported().counts() == {"changed": 1, "unchanged": 2}
    found = item("black-box")
    assert (found.title, found.revision) == ("Blacker box", before + 1)
    newest = Revision.objects.filter(item=found).order_by("-number")[0]
    assert (newest.origin, bytes(newest.document.data)) == ("files", changed)
    assert bytes(found.published.file.data) == changed
    assert Change.objects.filter(item=found).count() == 2


def test_a_file_marked_as_draft_is_kept_from_readers(known: Path) -> None:
    folders.write(known, {"terms/black-box.md": BLACK_BOX.replace(b"---\n", b"---\nstatus: draft\n", 1)})
    imported()
    assert not Published.objects.filter(item=item("black-box")).exists()
    assert Change.objects.filter(item=item("black-box")).order_by("position").last().action == "unpublished"  # type: ignore[union-attr]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(known: Path) -> None:
    folders.write(known, {"terms/new.md": entry("New"), "terms/black-box.md": BLACK_BOX + b"\n- and more"})
    (known / "terms/sub/grey-box.md").unlink()
    before = state()
    outcome = import_content("--dry-run", "--prune", "--json")
    assert (outcome.code, outcome.report["written"]) == (0, False)
    assert outcome.counts() == {"new": 1, "changed": 1, "unchanged": 1, "removed": 1}
    assert {(step["path"], step["step"]) for step in outcome.report["steps"]} == {
        ("terms/new.md", "new"),
        ("terms/black-box.md", "changed"),
        ("terms/sub/grey-box.md", "removed"),
    }
    shown = import_content("--dry-run", "--prune").out
    assert "terms/new.md: new" in shown
    assert "Nothing was written" in shown
    assert state() == before
    assert imported("--prune").counts() == {"new": 1, "changed": 1, "unchanged": 1, "removed": 1}


def test_a_dry_run_fails_like_the_import_would(root: Path) -> None:
    folders.write(root, {"terms/bad.md": BAD["no title"]})
    assert import_content("--dry-run").code == 1
    assert import_content("--dry-run", "--skip-invalid").code == 0
    assert slugs() == []


def test_the_summary_is_a_table(known: Path) -> None:
    folders.write(known, {"terms/new.md": entry("New"), "terms/bad.md": BAD["no title"], "terms/README.md": ""})
    lines = [line.split() for line in import_content("--skip-invalid").out.splitlines()]
    heading = next(line for line in lines if {"new", "changed", "unchanged", "removed", "bad"} <= set(line))
    entries = next(line for line in lines if line and line[0] == "entries")
    row = dict(zip(heading, entries[1:], strict=True))
    assert (row["new"], row["changed"], row["unchanged"], row["removed"], row["bad"]) == ("1", "0", "3", "0", "1")


def test_the_report_for_programs_is_one_object_whatever_happens(root: Path) -> None:
    folders.write(root, {"terms/bad.md": BAD["latin-1"], "terms/README.md": ""})
    for outcome in (import_content("--json"), import_content("--json", "--skip-invalid"), import_content("--json")):
        report = json.loads(outcome.out)
        assert report.keys() >= {"written", "counts", "steps", "problems", "skipped"}
        assert report["counts"].keys() == {"entries", "books"}
        [problem] = [problem for problem in report["problems"] if problem["severity"] == "error"]
        assert problem.keys() == {"severity", "code", "message", "hint", "path", "line", "column", "field"}
        assert report["skipped"] == [{"path": "terms/README.md", "reason": report["skipped"][0]["reason"]}]


# --- files that move ---


def test_a_renamed_file_keeps_its_item(known: Path) -> None:
    before = item("black-box")
    (known / "terms/boxes").mkdir()
    (known / "terms/black-box.md").rename(known / "terms/boxes/opaque.md")
    imported("--prune")
    after = item("black-box")
    assert (after.pk, after.uuid, after.path) == (before.pk, before.uuid, "boxes/opaque.md")
    assert (after.revision, after.filed_id) == (before.revision, before.filed_id)


def test_a_file_renamed_and_changed_at_once_is_known_by_its_slug(known: Path) -> None:
    before = item("black-box")
    (known / "terms/black-box.md").unlink()
    folders.write(known, {"terms/opaque.md": BLACK_BOX.replace(b'"Black box"', b'"Blacker box"')})
    imported("--prune")
    after = item("black-box")
    assert (after.uuid, after.path, after.title) == (before.uuid, "opaque.md", "Blacker box")


def test_a_file_without_a_slug_is_known_by_its_text(known: Path) -> None:
    before = item("white-box")
    (known / "terms/white-box.md").rename(known / "terms/clear-box.md")
    imported("--prune")
    after = item("clear-box")
    assert (after.uuid, after.path) == (before.uuid, "clear-box.md")
    change = Change.objects.order_by("position").last()
    assert change is not None
    assert (change.action, change.slug, change.previous_slug) == ("renamed", "clear-box", "white-box")


def test_a_copy_is_no_move(known: Path) -> None:
    folders.write(known, {"terms/copy.md": WHITE_BOX})
    imported("--prune")
    assert item("copy").uuid != item("white-box").uuid


def test_two_files_may_change_names_with_each_other(known: Path) -> None:
    folders.write(known, {"terms/black-box.md": CAST["terms/sub/grey-box.md"], "terms/sub/grey-box.md": BLACK_BOX})
    imported()
    assert (item("grey-box").path, item("black-box").path) == ("black-box.md", "sub/grey-box.md")
    assert (text("grey-box"), text("black-box")) == (CAST["terms/sub/grey-box.md"], BLACK_BOX)


def test_a_new_file_under_an_old_name_is_a_change(known: Path) -> None:
    before = item("black-box")
    folders.write(known, {"terms/black-box.md": entry("Another thing", "another-thing")})
    imported()
    assert item("another-thing").uuid == before.uuid


def test_a_file_of_another_folder_belongs_to_the_item_of_its_slug(known: Path, tmp_path: Path) -> None:
    before = item("black-box")
    other = folders.write(tmp_path / "other", {"terms/boxes/opaque.md": entry("Another", "black-box")})
    assert imported(other).counts() == {"changed": 1}
    after = item("black-box")
    assert (after.uuid, after.title, after.revision) == (before.uuid, "Another", before.revision + 1)
    assert Revision.objects.filter(item=after, document=before.working).exists()


# --- files that are gone ---


def test_without_prune_nothing_is_removed(known: Path) -> None:
    (known / "terms/black-box.md").unlink()
    assert imported().counts() == {"unchanged": 2}
    assert "black-box" in slugs()


def test_prune_removes_the_items_of_files_that_are_gone(known: Path) -> None:
    (known / "terms/black-box.md").unlink()
    assert imported("--prune").counts() == {"unchanged": 2, "removed": 1}
    assert slugs() == ["grey-box", "white-box"]
    gone = Item.objects.get(slug="black-box")
    assert gone.deleted_at is not None
    assert Revision.objects.filter(item=gone).exists()
    assert Change.objects.filter(item=gone).order_by("position").last().action == "deleted"  # type: ignore[union-attr]


def test_prune_says_so_before_it_does(known: Path) -> None:
    (known / "terms/black-box.md").unlink()
    seen: list[bool] = []

    class Listening(StringIO):
        def write(self, words: str) -> int:
            if "terms/black-box.md" in words and "removed" in words:
                seen.append("black-box" in slugs())
            return super().write(words)

    assert import_content("--prune", out=Listening()).code == 0
    assert seen[0] is True
    assert "black-box" not in slugs()


def test_a_file_that_comes_back_is_imported_again(known: Path) -> None:
    (known / "terms/black-box.md").unlink()
    imported("--prune")
    folders.write(known, {"terms/black-box.md": BLACK_BOX})
    imported()
    assert text("black-box") == BLACK_BOX
    assert Published.objects.filter(slug="black-box").count() == 1


def test_prune_leaves_what_never_was_in_the_folder(known: Path, tmp_path: Path) -> None:
    create("Made in the admin", "made-in-the-admin")
    other = folders.write(tmp_path / "other", {"terms/other.md": entry("Other")})
    imported(other, "--prune")
    imported("--prune")
    assert slugs() == ["black-box", "grey-box", "made-in-the-admin", "other", "white-box"]


@pytest.mark.parametrize("publish", [True, False])
def test_prune_leaves_what_was_edited_since(known: Path, publish: bool) -> None:
    retitle("black-box", "Edited", publish=publish)
    (known / "terms/black-box.md").unlink()
    import_content("--prune")
    assert item("black-box").title == "Edited"


def glossary_of(root: Path, count: int) -> list[Path]:
    folders.write(root, {f"terms/e{number}.md": entry(f"E{number}") for number in range(count)})
    return sorted((root / "terms").iterdir())


@pytest.mark.parametrize(("count", "gone"), [(20, 10), (100, 20)])
def test_as_many_as_an_editor_may_delete_are_pruned(tmp_path: Path, count: int, gone: int) -> None:
    files = glossary_of(tmp_path, count)
    imported(tmp_path)
    for file in files[:gone]:
        file.unlink()
    assert imported(tmp_path, "--prune").counts() == {"unchanged": count - gone, "removed": gone}


@pytest.mark.parametrize(("count", "gone"), [(20, 11), (100, 21), (3, 3)])
def test_a_mass_delete_has_to_be_asked_for(tmp_path: Path, count: int, gone: int) -> None:
    files = glossary_of(tmp_path, count)
    imported(tmp_path)
    for file in files[:gone]:
        file.unlink()
    before = state()
    outcome = import_content(tmp_path, "--prune")
    assert outcome.code == 1
    assert "--allow-mass-delete" in outcome.err
    assert str(gone) in outcome.err
    assert state() == before
    assert imported(tmp_path, "--prune", "--allow-mass-delete").counts().get("removed") == gone


def test_a_folder_that_is_gone_removes_nothing(known: Path) -> None:
    (known / "books").rename(known / "elsewhere")
    outcome = import_content("--prune")
    assert outcome.code == 1
    assert "--allow-mass-delete" in outcome.err
    assert slugs("book") == ["big-book"]


def test_links_and_skipped_names_are_never_taken_for_gone(known: Path) -> None:
    (known / "terms/black-box.md").rename(known / "terms/target.txt")
    (known / "terms/black-box.md").symlink_to("target.txt")
    import_content("--prune")
    assert "black-box" in slugs()


# --- who was faster ---


def test_unpublished_edits_survive_a_file_that_changed(known: Path) -> None:
    edit("black-box", lambda document: document.__setitem__("title", "My draft"), publish=False)
    folders.write(known, {"terms/black-box.md": BLACK_BOX.replace(b'"beginner"', b'"advanced"')})
    import_content()
    assert item("black-box").title == "My draft"
    assert Revision.objects.filter(item=item("black-box"), document=item("black-box").working).exists()


def test_published_edits_survive_a_file_that_changed_in_the_same_place(known: Path) -> None:
    retitle("black-box", "Ours")
    theirs = BLACK_BOX.replace(b'"Black box"', b'"Theirs"')
    folders.write(known, {"terms/black-box.md": theirs})
    outcome = import_content()
    assert item("black-box").title == "Ours"
    assert (known / "terms/black-box.md").read_bytes() == theirs
    assert "black-box.md" in outcome.everything


def test_an_old_file_does_not_undo_an_edit(known: Path) -> None:
    retitle("black-box", "Newer")
    imported()
    assert item("black-box").title == "Newer"


def test_a_file_that_changes_while_it_is_imported_is_found_by_the_next_import(known: Path) -> None:
    (known / "terms/sub/grey-box.md").unlink()
    folders.write(known, {"terms/black-box.md": BLACK_BOX + b"\n- one"})

    class Meddling(StringIO):
        """Changes and deletes files when the plan is announced, before anything is written."""

        def write(self, words: str) -> int:
            if "grey-box" in words:
                folders.write(known, {"terms/black-box.md": BLACK_BOX + b"\n- two"})
                (known / "terms/white-box.md").unlink(missing_ok=True)
            return super().write(words)

    import_content("--prune", out=Meddling())
    imported()
    assert text("black-box") == BLACK_BOX + b"\n- two"
    assert (known / "terms/black-box.md").read_bytes() == BLACK_BOX + b"\n- two"


# --- a JSON library ---

LIBRARY = {
    "books": {
        "on-computable-numbers": {
            "title": "On Computable Numbers",
            "authors": ["Alan Turing"],
            "isbn": "",
            "topics": ["black-box"],
            "rating": 4.9,
            "publishYear": 1936,
        },
        "big-book": {"title": "The big book, from the library"},
    }
}


def library(folder: Path, content: Any = LIBRARY) -> Path:
    file = folder / "library.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return file


def test_the_books_of_a_json_library_are_added(known: Path, tmp_path: Path) -> None:
    outcome = imported("--book-library", library(tmp_path))
    assert outcome.counts("books") == {"new": 1, "unchanged": 1}
    assert slugs("book") == ["big-book", "on-computable-numbers"]
    # The one that was there already stays as it is.
    assert text("big-book", "book") == BIG_BOOK
    assert [skipped["path"] for skipped in outcome.report["skipped"]] == ["library.json: big-book"]


def test_a_library_is_imported_once_and_its_books_become_files(known: Path, tmp_path: Path) -> None:
    imported("--book-library", library(tmp_path))
    exported()
    written = (known / "books/on-computable-numbers.md").read_text()
    assert 'authors: ["Alan Turing"]' in written
    assert "rating: 4.9" in written
    assert "isbn" not in written
    before = state()
    assert imported("--book-library", library(tmp_path)).counts("books") == {"unchanged": 2}
    assert state() == before


def test_a_library_needs_no_folder(tmp_path: Path) -> None:
    (tmp_path / "terms").mkdir()
    assert imported(tmp_path, "--book-library", library(tmp_path)).counts("books") == {"new": 2}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "no JSON"),
        (b"\xff{}", "UTF-8"),
        (b"[]", "no library"),
        (b'{"books": []}', "no library"),
        (b'{"books": {"a": {"title": "A"}, "a": {"title": "B"}}}', "twice"),
        (b'{"books": {"a": ' + b"[" * 100_000, "no JSON"),
        ({"books": {"a": {"title": "A", "isbn": "123"}}}, "isbn.invalid"),
        ({"books": {"a": {"authors": ["A"]}}}, "title.missing"),
        ({"books": {"../../etc/passwd": {"title": "A"}}}, "slug"),
        ({"books": {"a": "text"}}, "book.type"),
        ({"books": {"a": {"title": "A"}, "A": {"title": "B"}}}, ""),
    ],
)
def test_a_library_that_is_wrong_is_explained(root: Path, tmp_path: Path, content: Any, words: str) -> None:
    outcome = import_content("--book-library", library(tmp_path, content))
    if words:
        assert outcome.code == 1
        assert words in outcome.err
        assert (slugs(), slugs("book")) == ([], [])
    else:
        # Of two slugs that are one, the first wins and the other is listed.
        assert "library.json: A" in outcome.out


def test_a_library_that_is_not_there_is_explained(root: Path, tmp_path: Path) -> None:
    outcome = import_content("--book-library", tmp_path / "missing.json")
    assert (outcome.code, slugs()) == (1, [])
    assert "missing.json" in outcome.err


def test_an_export_after_an_import_changes_no_file(known: Path) -> None:
    stamps = folders.stamps(known)
    assert export_content("--check").code == 0
    exported()
    assert folders.stamps(known) == stamps
    assert folders.read(known) == CAST
