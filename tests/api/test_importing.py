"""Many files in one request: all or none, and every problem with file, line and field."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from publishing.models import Item, Revision
from tests.api.conftest import BIG_BOOK, BLACK_BOX
from tests.api.test_writing import EVERYTHING, Program, program, text_of

__all__ = ["program"]

ADDRESS = "/api/v1/import/"
Save = Callable[..., Item]


def file(path: str, text: str | bytes, **more: Any) -> dict[str, Any]:
    return {"path": path, "content": text if isinstance(text, str) else text.decode(), **more}


def entry_text(slug: str, line: str = "") -> str:
    return f"---\ntitle: {slug}\nslug: {slug}\n{line}\n---\n\n# Brief Definition\n\nOne.\n"


def test_all_files_are_written(program: Program, client: Client) -> None:
    files = [file("terms/a/black-box.md", BLACK_BOX), file("books/the-big-book.md", BIG_BOOK)]
    answer = program.send("post", f"{ADDRESS}?message=Moved", {"files": files})
    assert answer.status_code == 200
    assert answer.json() == {
        "dryRun": False,
        "results": [
            {
                "path": "terms/a/black-box.md",
                "kind": "entry",
                "slug": "black-box",
                "action": "created",
                "version": 1,
            },
            {
                "path": "books/the-big-book.md",
                "kind": "book",
                "slug": "the-big-book",
                "action": "created",
                "version": 1,
            },
        ],
    }
    assert text_of().encode() == BLACK_BOX
    assert Item.objects.get(kind="entry").path == "a/black-box.md"
    assert client.get("/api/v1/entries/").json()["count"] == 0
    assert {revision.message for revision in Revision.objects.all()} == {"Moved"}


def test_and_published_where_that_is_wanted(program: Program, client: Client) -> None:
    body = {"files": [file("terms/a.md", entry_text("a", "status: draft"))], "publish": True}
    assert program.send("post", ADDRESS, body).status_code == 200
    assert client.get("/api/v1/entries/a/").json()["status"] == "published"


def test_a_dry_run_writes_nothing_and_says_the_same(program: Program) -> None:
    body = {"files": [file("terms/a.md", entry_text("a"))]}
    dry = program.send("post", ADDRESS, {**body, "dryRun": True}).json()
    assert not Item.objects.exists()
    assert program.send("post", ADDRESS, body).json() == {**dry, "dryRun": False}


def test_every_problem_is_named_and_nothing_is_written(program: Program, entry: Save) -> None:
    entry("There")
    files = [
        file("terms/good.md", entry_text("good")),
        file("terms/twice.md", "---\ntitle: A\ntitle: B\n---\n"),
        file("terms/link.md", entry_text("link", "externalLinks: [{url: 'javascript:x'}]")),
        file("elsewhere/a.md", entry_text("a")),
        file("terms/../../etc/a.md", entry_text("b")),
        file("terms/.hidden.md", entry_text("c")),
        file("terms/there.md", entry_text("there")),
        file("terms/new.md", entry_text("new"), etag='"3-x"'),
        file("terms/slug.md", entry_text("NOT ONE")),
    ]
    for dry in (True, False):
        answer = program.send("post", ADDRESS, {"files": files, "dryRun": dry})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        found = [(error["path"], error["field"], error["line"]) for error in answer.json()["errors"]]
        assert found == [
            ("terms/twice.md", "", 3),
            ("terms/link.md", "externalLinks.0.url", 4),
            ("elsewhere/a.md", "path", None),
            ("terms/../../etc/a.md", "path", None),
            ("terms/.hidden.md", "path", None),
            ("terms/there.md", "etag", None),
            ("terms/new.md", "etag", None),
            ("terms/slug.md", "slug", 3),
        ]
        assert Item.objects.count() == 1


def test_a_file_that_is_there_is_merged(program: Program, black_box: Item) -> None:
    etag = program.etag()
    program.change("patch", {"title": "Opaque box"})
    data = BLACK_BOX.replace(b'category: "Fundamentals"', b'category: "Theory"')
    answer = program.send("post", ADDRESS, {"files": [file("terms/black-box.md", data, etag=etag)]})
    assert answer.json()["results"][0]["action"] == "changed"
    assert "Opaque box" in text_of()
    assert "Theory" in text_of()


def test_the_same_text_again_is_no_change(program: Program, black_box: Item) -> None:
    body = {"files": [file("terms/black-box.md", BLACK_BOX, etag=program.etag())]}
    assert program.send("post", ADDRESS, body).json()["results"][0]["action"] == "unchanged"


def test_a_conflict_of_one_file_keeps_all_back(program: Program, black_box: Item) -> None:
    etag = program.etag()
    program.change("patch", {"title": "Opaque box"})
    data = BLACK_BOX.replace(b'"Black box"', b'"Dark box"', 1)
    files = [file("terms/a.md", entry_text("a")), file("terms/black-box.md", data, etag=etag)]
    answer = program.send("post", ADDRESS, {"files": files})
    assert (answer.status_code, answer.json()["code"]) == (409, "import.conflict")
    [error] = answer.json()["errors"]
    assert (error["path"], error["field"]) == ("terms/black-box.md", "title")
    assert (error["base"], error["yours"], error["theirs"]) == ("Black box", "Dark box", "Opaque box")
    assert Item.objects.count() == 1


@pytest.mark.parametrize(
    "files",
    [
        [file("terms/a.md", entry_text("a")), file("terms/b.md", entry_text("a"))],
        [file("terms/a.md", entry_text("a")), file("terms/a.md", entry_text("b"))],
    ],
)
def test_two_files_cannot_be_one(program: Program, files: list[dict[str, Any]]) -> None:
    answer = program.send("post", ADDRESS, {"files": files})
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["path"].startswith("terms/")
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], ""),
        ({}, "files"),
        ({"files": []}, "files"),
        ({"files": {}}, "files"),
        ({"files": ["x"]}, "files.0"),
        ({"files": [{"path": "terms/a.md"}]}, "files.0.content"),
        ({"files": [{"path": 1, "content": "x"}]}, "files.0.path"),
        ({"files": [{"path": "terms/a.md", "content": "x", "slug": "a"}]}, "files.0.slug"),
        ({"files": [{"path": "terms/a.md", "content": "x", "etag": "y"}]}, "files.0.etag"),
        ({"files": [file("terms/a.md", "x")], "nope": 1}, "nope"),
        ({"files": [file("terms/a.md", "x")], "dryRun": "yes"}, "dryRun"),
    ],
)
def test_what_is_no_import_is_refused(program: Program, body: Any, field: str) -> None:
    answer = program.send("post", ADDRESS, body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_it_needs_the_rights_for_what_is_in_it(token: Callable[..., str]) -> None:
    entry_file, book_file = file("terms/a.md", entry_text("a")), file("books/b.md", BIG_BOOK)

    def status(text: str, *files: dict[str, Any], **more: Any) -> int:
        return Program(text).send("post", ADDRESS, {"files": list(files), **more}).status_code

    body = json.dumps({"files": [entry_file]})
    assert Client().post(ADDRESS, body, content_type="application/json").status_code == 401
    may = ["add_entry", "change_entry"]
    assert status(token("read", "publish", may=EVERYTHING), entry_file) == 403
    assert status(token("write", may=["add_entry"]), entry_file) == 403
    assert status(token("write", may=may), entry_file, book_file) == 403
    assert status(token("write", may=may), entry_file, publish=True) == 403
    assert status(token("write", may=EVERYTHING), entry_file, publish=True) == 403
    assert not Item.objects.exists()
    assert status(token("write", may=may), entry_file) == 200


def test_it_is_done_once(program: Program) -> None:
    body = {"files": [file("terms/a.md", entry_text("a"))]}
    answers = [program.send("post", ADDRESS, body, idempotency_key="k") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content


def test_some_hundred_files_take_a_fixed_number_of_queries(
    program: Program, django_assert_max_num_queries: Any
) -> None:
    files = [file(f"terms/{number}.md", entry_text(f"entry-{number}")) for number in range(300)]
    with django_assert_max_num_queries(80):
        assert program.send("post", ADDRESS, {"files": files, "publish": True}).status_code == 200
    assert Item.objects.count() == 300
