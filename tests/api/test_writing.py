"""Writing through the API: as careful as the admin, by the same door."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

import documents
from glossary.editing import save_entry
from publishing.models import Conflict, Item, Published, Revision
from tests.api.conftest import BLACK_BOX

Save = Callable[..., Item]
EVERYTHING = [f"{verb}_{kind}" for verb in ("view", "add", "change", "delete", "publish") for kind in ("entry", "book")]
JSON = "application/json"
ENTRY = "/api/v1/entries/black-box/"


class Program:
    """A client with a token, that sends JSON."""

    def __init__(self, text: str) -> None:
        self.client = Client(headers={"authorization": f"Bearer {text}", "accept": "*/*"})

    def etag(self, address: str = ENTRY, *, draft: bool = True) -> str:
        return self.client.get(address, {"draft": "true"} if draft else {})["ETag"]

    def send(self, method: str, address: str, data: Any = None, /, etag: str = "", **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if etag:
            sent["if-match"] = etag
        if isinstance(data, bytes):
            return getattr(self.client, method)(address, data, content_type="text/markdown", headers=sent)
        body = b"" if data is None else json.dumps(data).encode()
        return getattr(self.client, method)(address, body, content_type=JSON, headers=sent)

    def change(self, method: str, data: Any, address: str = ENTRY, **headers: str) -> Any:
        """With the ETag of now."""
        return self.send(method, address, data, etag=self.etag(address), **headers)


@pytest.fixture
def program(token: Callable[..., str]) -> Program:
    return Program(token("read", "write", "publish", may=EVERYTHING))


def text_of(slug: str = "black-box") -> str:
    return bytes(Item.objects.get(slug=slug, deleted_at=None).working.data).decode()


def changed_lines(before: str, after: str) -> tuple[set[str], set[str]]:
    old, new = before.split("\n"), after.split("\n")
    return {line for line in old if line not in new}, {line for line in new if line not in old}


# --- new items ---


class TestCreating:
    def test_an_entry_from_its_fields(self, program: Program, client: Client) -> None:
        answer = program.send(
            "post",
            "/api/v1/entries/",
            {
                "title": "White box",
                "slug": "white-box",
                "tags": ["trust", "openness"],
                "difficulty": "beginner",
                "related": ["black-box"],
                "externalLinks": [{"title": "Here", "url": "https://example.org/"}],
                "briefDefinition": "One sees inside.",
                "keyConcepts": ["walls", "windows"],
                "lastUpdated": "2026-01-02",
            },
        )
        assert answer.status_code == 201
        assert answer["Location"] == "http://testserver/api/v1/entries/white-box/"
        assert answer["ETag"].startswith('"1-')
        assert text_of("white-box") == (
            '---\ntitle: "White box"\nslug: "white-box"\ndifficulty: "beginner"\ntags: ["trust", "openness"]\n'
            'related: ["black-box"]\nlastUpdated: "2026-01-02"\nexternalLinks:\n  - title: "Here"\n'
            '    url: "https://example.org/"\n---\n\n# Brief Definition\nOne sees inside.\n\n# Key Concepts\n'
            "- walls\n- windows"
        )
        assert answer.json()["publishedAt"] is None
        assert client.get("/api/v1/entries/white-box/").status_code == 404
        [revision] = Revision.objects.all()
        assert (revision.origin, revision.author_name) == ("api", User.objects.get().username)

    def test_and_it_is_published_at_once_where_that_is_wanted(self, program: Program, client: Client) -> None:
        body = {"title": "White box", "slug": "white-box"}
        answer = program.send("post", "/api/v1/entries/?publish=true&message=From+the+wiki", body)
        assert answer.json()["hasUnpublishedChanges"] is False
        assert client.get("/api/v1/entries/white-box/").json()["title"] == "White box"
        assert Revision.objects.get().message == "From the wiki"

    def test_an_entry_from_a_file(self, program: Program) -> None:
        assert program.send("post", "/api/v1/entries/", BLACK_BOX).status_code == 201
        assert text_of().encode() == BLACK_BOX

    def test_a_book_from_its_fields(self, program: Program) -> None:
        body = {"title": "The big book", "slug": "the-big-book", "publishYear": 1990, "body": "It is\n\nbig."}
        answer = program.send("post", "/api/v1/books/", body)
        assert answer.status_code == 201
        assert text_of("the-big-book") == (
            '---\ntitle: "The big book"\nslug: "the-big-book"\npublishYear: 1990\n---\n\nIt is\n\nbig.'
        )
        told = answer.json()
        assert {name: told[name] for name in body} == body

    @pytest.mark.parametrize("data", [{"title": "Black box", "slug": "Black-Box"}, BLACK_BOX])
    def test_a_slug_that_is_taken_is_refused(self, program: Program, black_box: Item, data: Any) -> None:
        if isinstance(data, dict):
            data = {**data, "slug": "black-box"}
        answer = program.send("post", "/api/v1/entries/", data)
        assert (answer.status_code, answer.json()["code"]) == (409, "name.taken")
        assert answer.json()["errors"][0]["field"] in ("slug", "path")

    @pytest.mark.parametrize(
        ("data", "fields"),
        [
            ({}, ["title", "slug"]),
            ([], [""]),
            ("x", [""]),
            ({"title": "A", "slug": "a", "nope": 1, "id": 1}, ["nope", "id"]),
            (
                {"title": "A", "slug": "a", "version": 3, "publishedAt": "x", "url": "x"},
                ["version", "publishedAt", "url"],
            ),
            ({"title": "A", "slug": "a", "extra": {}}, ["extra"]),
            ({"title": 1, "slug": None}, ["title", "slug"]),
            ({"title": "A", "slug": "a", "tags": "x"}, ["tags"]),
            ({"title": "A", "slug": "a", "tags": [1]}, ["tags"]),
            ({"title": "A", "slug": "a", "tags": ["x", " x "]}, ["tags"]),
            ({"title": "A", "slug": "a", "related": ["not a slug/"]}, []),
            ({"title": "A", "slug": "a", "keyConcepts": ["one\ntwo"]}, ["keyConcepts"]),
            ({"title": "A", "slug": "a", "prerequisites": [""]}, ["prerequisites"]),
            ({"title": "A", "slug": "a", "externalLinks": [{"title": "x"}]}, ["externalLinks.0.url"]),
            ({"title": "A", "slug": "a", "externalLinks": [{"url": "javascript:x"}]}, ["externalLinks.0.url"]),
            ({"title": "A", "slug": "a", "externalLinks": [{"url": "https://x.org", "a": 1}]}, ["externalLinks.0.a"]),
            ({"title": "A", "slug": "a", "sections": [{"heading": "x"}]}, ["sections.0.markdown"]),
            ({"title": "A", "slug": "a", "briefDefinition": "# One\n\nx"}, ["briefDefinition"]),
            ({"title": "A", "slug": "a", "briefDefinition": "x", "sections": []}, ["briefDefinition"]),
            ({"title": "A\nB", "slug": "a"}, ["title"]),
            ({"title": "", "slug": "a"}, ["title"]),
            ({"title": "A", "slug": "A b"}, ["slug"]),
            ({"title": "A", "slug": "Ä"}, ["slug"]),
            ({"title": "A", "slug": "../a"}, ["slug"]),
            ({"title": "A", "slug": "con"}, ["slug"]),
            ({"title": "x" * 301, "slug": "a"}, ["title"]),
        ],
    )
    def test_what_is_wrong_is_named_by_its_field(self, program: Program, data: Any, fields: list[str]) -> None:
        answer = program.send("post", "/api/v1/entries/", data)
        if not fields:
            assert answer.status_code == 201
            return
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert [error["field"] for error in answer.json()["errors"]] == fields
        assert all(error["line"] is None for error in answer.json()["errors"])
        assert not Item.objects.exists()

    @pytest.mark.parametrize(
        ("data", "line"),
        [
            (b"\xff", None),
            (b"\n", None),
            (b"---\ntitle: A\nslug: a\ntitle: B\n---\n", 4),
            (b"---\ntitle: A\nslug: a\nexternalLinks: [{url: 'javascript:x'}]\n---\n", 4),
            (b"---\ntitle: A\n---\n", None),
            (b"---\ntitle: &a A\nslug: *a\n---\n", None),
            (b"---\nslug: a\n---\n\n<<<<<<< ours\n=======\n>>>>>>> theirs\n", None),
        ],
    )
    def test_what_is_wrong_in_a_file_is_named_by_its_line(self, program: Program, data: bytes, line: int) -> None:
        answer = program.send("post", "/api/v1/entries/", data)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        [error] = answer.json()["errors"]
        assert error["message"]
        assert line is None or error["line"] == line
        assert not Item.objects.exists()

    @pytest.mark.parametrize(
        ("content_type", "body", "status"),
        [
            ("text/plain", b"x", 415),
            ("application/xml", b"<x/>", 415),
            (JSON, b"{", 400),
            (JSON, b'{"title": "A", "title": "B"}', 400),
            (JSON, b'{"title": NaN}', 400),
            (JSON, b'{"title": "\\ud800", "slug": "a"}', 400),
            (JSON, b'{"title": "\\u0000", "slug": "a"}', 400),
            (JSON, b"[" * 10_000, 400),
            (JSON, b" " * 7_000_000, 413),
            ("text/markdown", b" " * 7_000_000, 413),
        ],
    )
    def test_what_is_no_request_is_refused(self, program: Program, content_type: str, body: bytes, status: int) -> None:
        answer = program.client.post("/api/v1/entries/", body, content_type=content_type)
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"


# --- edits ---


class TestPatch:
    def test_a_field_is_a_line(self, program: Program, black_box: Item, client: Client) -> None:
        before = text_of()
        answer = program.change("patch", {"title": "Opaque box"})
        assert answer.status_code == 200
        assert changed_lines(before, text_of()) == ({'title: "Black box"'}, {'title: "Opaque box"'})
        assert (answer.json()["version"], answer.json()["hasUnpublishedChanges"]) == (2, True)
        assert answer["ETag"] == program.etag()
        assert client.get(ENTRY).json()["title"] == "Black box"

    @pytest.mark.parametrize(
        ("fields", "gone", "come"),
        [
            ({"tags": ["opacity"]}, {'tags: ["opacity", "trust"]'}, {'tags: ["opacity"]'}),
            ({"tags": []}, {'tags: ["opacity", "trust"]'}, set()),
            ({"difficulty": None}, {'difficulty: "beginner"'}, set()),
            ({"category": "Theory"}, {'category: "Fundamentals"'}, {'category: "Theory"'}),
            ({"keyConcepts": ["input", "middle", "output"]}, set(), {"- middle"}),
            ({"keyConcepts": None}, set(), set()),
            ({"preamble": "Before."}, {"Before the first heading."}, {"Before."}),
            ({"status": "deprecated", "replacedBy": "x"}, set(), {'status: "deprecated"', 'replacedBy: "x"'}),
            ({"keyConcepts": []}, {"# Key Concepts", "- input", "- output"}, set()),
            ({"prerequisites": ["walls"]}, set(), {"# Prerequisites", "- walls"}),
            ({"lastUpdated": "2026-02-03"}, {'lastUpdated: "2025-01-28"'}, {'lastUpdated: "2026-02-03"'}),
        ],
    )
    def test_an_edit_changes_what_it_edits(
        self, program: Program, black_box: Item, fields: dict[str, Any], gone: set[str], come: set[str]
    ) -> None:
        before = text_of()
        answer = program.change("patch", fields)
        assert answer.status_code == 200
        assert changed_lines(before, text_of()) == (gone, come)
        for name, value in fields.items():
            if value is not None:
                assert answer.json()[name] == (value or (None if name == "keyConcepts" else value))

    def test_a_link_keeps_what_the_format_does_not_know(self, program: Program, black_box: Item) -> None:
        links = program.client.get(ENTRY).json()["externalLinks"]
        links[0]["title"] = "The box"
        links.insert(0, {"url": "https://example.org/new", "title": "New"})
        before = text_of()
        answer = program.change("patch", {"externalLinks": links})
        assert answer.status_code == 200
        gone, come = changed_lines(before, text_of())
        assert gone == {'  - title: "Black box"'}
        assert come == {'  - title: "New"', '    url: "https://example.org/new"', '  - title: "The box"'}
        assert answer.json()["externalLinks"][1]["extra"] == {"stars": 5}
        links[1]["extra"] = {"stars": 1}
        answer = program.change("patch", {"externalLinks": links})
        assert answer.status_code == 400

    def test_sections_are_moved_renamed_added_and_taken_out(self, program: Program, black_box: Item) -> None:
        brief, concepts, history = program.client.get(ENTRY).json()["sections"]
        new = {"heading": "See also", "markdown": "Nothing."}
        answer = program.change("patch", {"sections": [history, {**brief, "heading": "In short"}, new]})
        assert answer.status_code == 200
        told = answer.json()["sections"]
        assert [one["heading"] for one in told] == ["History", "In short", "See also"]
        assert [one["markdown"] for one in told] == [history["markdown"], brief["markdown"], "Nothing."]
        assert concepts["markdown"] not in text_of()

    def test_the_same_again_makes_no_revision(self, program: Program, black_box: Item) -> None:
        told = program.client.get(ENTRY).json()
        fields = {name: told[name] for name in ("title", "slug", "tags", "externalLinks", "sections", "preamble")}
        answer = program.change("patch", fields)
        assert (answer.status_code, answer.json()["version"]) == (200, 1)
        assert text_of().encode() == BLACK_BOX

    def test_the_slug_is_not_changed_in_passing(self, program: Program, black_box: Item) -> None:
        answer = program.change("patch", {"slug": "opaque-box"})
        assert answer.status_code == 400
        assert "rename/" in answer.json()["errors"][0]["hint"]

    def test_it_is_no_place_for_a_file(self, program: Program, black_box: Item) -> None:
        assert program.change("patch", BLACK_BOX).status_code == 415

    def test_and_published_where_that_is_wanted(self, program: Program, black_box: Item, client: Client) -> None:
        answer = program.send("patch", f"{ENTRY}?publish=true", {"title": "Opaque box"}, etag=program.etag())
        assert answer.json()["hasUnpublishedChanges"] is False
        assert client.get(ENTRY).json()["title"] == "Opaque box"


class TestPut:
    def test_what_is_left_out_is_empty_and_what_the_api_does_not_know_stays(
        self, program: Program, black_box: Item
    ) -> None:
        answer = program.change("put", {"title": "Black box", "tags": ["trust"]})
        assert answer.status_code == 200
        told = answer.json()
        assert (told["tags"], told["category"], told["related"], told["externalLinks"]) == (["trust"], None, [], [])
        assert told["extra"] == {"reviewedBy": "Ada"}
        assert told["previousSlugs"] == ["closed-box"]
        assert [one["heading"] for one in told["sections"]] == ["History"]
        assert told["slug"] == "black-box"

    def test_a_title_is_due(self, program: Program, black_box: Item) -> None:
        answer = program.change("put", {"tags": ["x"]})
        assert [error["field"] for error in answer.json()["errors"]] == ["title"]

    def test_what_was_read_can_be_sent_back(self, program: Program, black_box: Item) -> None:
        told = program.client.get(ENTRY).json()
        by_key = ("briefDefinition", "detailedExplanation", "keyConcepts", "commonApplications", "prerequisites")
        read_only = ("extra", "previousSlugs", "version", "publishedAt", "url", "markdownUrl")
        for left_out in (by_key, ("sections",)):
            fields = {name: value for name, value in told.items() if name not in (*left_out, *read_only)}
            answer = program.change("put", fields)
            assert (answer.status_code, answer.json()["version"]) == (200, 1)
        assert text_of().encode() == BLACK_BOX

    def test_a_file_is_taken_as_it_is(self, program: Program, black_box: Item, client: Client) -> None:
        data = BLACK_BOX.replace(b'reviewedBy: "Ada"', b"reviewedBy: [Ada,  Bob] # both")
        answer = program.change("put", data)
        assert answer.status_code == 200
        assert text_of().encode() == data
        assert answer.json()["extra"] == {"reviewedBy": ["Ada", "Bob"]}
        assert client.get("/api/v1/entries/black-box.md").content == BLACK_BOX

    def test_a_file_cannot_rename(self, program: Program, black_box: Item) -> None:
        answer = program.change("put", BLACK_BOX.replace(b'slug: "black-box"', b'slug: "other"'))
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "slug"

    def test_the_etag_of_what_was_published_is_a_base_too(self, program: Program, black_box: Item) -> None:
        for etag in (program.etag(draft=False), program.etag("/api/v1/entries/black-box.md", draft=False)):
            assert program.send("put", ENTRY, BLACK_BOX, etag=etag).status_code == 200

    def test_a_book_is_replaced(self, program: Program, big_book: Item) -> None:
        address = "/api/v1/books/the-big-book/"
        body = {
            "title": "The big book",
            "authors": ["Ada Lovelace"],
            "pages": 121,
            "body": "It is big.\n\n# Still\n\nSo.",
        }
        answer = program.change("put", body, address)
        assert answer.status_code == 200
        assert text_of("the-big-book") == (
            '---\ntitle: "The big book"\nauthors: ["Ada Lovelace"]\npages: 121\nrating: 4.5\n---\n\n'
            "It is big.\n\n# Still\n\nSo.\n"
        )


class TestSomebodyWasFaster:
    def test_edits_of_different_fields_are_merged(self, program: Program, black_box: Item) -> None:
        etag = program.etag()
        program.change("patch", {"title": "Opaque box"})
        answer = program.send("patch", ENTRY, {"category": "Theory"}, etag=etag)
        assert answer.status_code == 200
        told = answer.json()
        assert (told["title"], told["category"], told["version"]) == ("Opaque box", "Theory", 3)

    def test_so_are_files(self, program: Program, black_box: Item) -> None:
        etag = program.etag()
        program.change("patch", {"title": "Opaque box"})
        answer = program.send("put", ENTRY, BLACK_BOX.replace(b"It is *old*", b"It is new"), etag=etag)
        assert answer.json()["title"] == "Opaque box"
        assert "It is new" in text_of()

    def test_edits_of_the_same_field_are_a_conflict_and_both_are_told(self, program: Program, black_box: Item) -> None:
        etag = program.etag()
        program.change("patch", {"title": "Opaque box", "category": "Theory"})
        answer = program.send("patch", ENTRY, {"title": "Dark box", "difficulty": "advanced"}, etag=etag)
        assert (answer.status_code, answer.json()["code"]) == (409, "edit.conflict")
        assert answer.json()["conflicts"] == [
            {"field": "title", "base": "Black box", "yours": "Dark box", "theirs": "Opaque box"}
        ]
        assert Item.objects.get().revision == 2
        assert "advanced" not in text_of()

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    @pytest.mark.parametrize("etag", ["", "*"])
    def test_no_write_without_knowing_what_is_there(
        self, program: Program, black_box: Item, method: str, etag: str
    ) -> None:
        answer = program.send(method, ENTRY, {"title": "x"}, etag=etag)
        assert (answer.status_code, answer.json()["code"]) == (428, "precondition.required")
        assert Item.objects.get().revision == 1

    @pytest.mark.parametrize("name", ["publish", "unpublish", "rename", "restore"])
    def test_nor_any_action(self, program: Program, black_box: Item, name: str) -> None:
        body = {"rename": {"slug": "x"}, "restore": {"version": 1}}.get(name, {})
        assert program.send("post", f"{ENTRY}{name}/", body).status_code == 428
        assert program.send("post", f"{ENTRY}{name}/", body, etag='"9-x"').status_code == 412

    @pytest.mark.parametrize(
        "etag", ['W/"1-abc"', "1-abc", '"x"', '"1-a", "2-b"', '"99-abc"', '"0-a"', '"', '"1-"', '"-1-a"']
    )
    def test_what_matches_nothing_is_a_412(self, program: Program, black_box: Item, etag: str) -> None:
        answer = program.send("patch", ENTRY, {"title": "x"}, etag=etag)
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition.failed")
        assert "black-box" in text_of()

    def test_nothing_is_deleted_that_was_edited_since(self, program: Program, black_box: Item) -> None:
        etag = program.etag()
        program.change("patch", {"title": "Opaque box"})
        assert program.send("delete", ENTRY, etag=etag).status_code == 412
        assert Item.objects.get().deleted_at is None


# --- what is done to an item ---


class TestActions:
    def test_publish_and_unpublish(self, program: Program, entry: Save, client: Client) -> None:
        entry("White box", publish=False)
        address = "/api/v1/entries/white-box/"
        answer = program.send("post", f"{address}publish/", {"lastUpdated": "2026-01-02"}, etag=program.etag(address))
        assert answer.status_code == 200
        assert answer.json()["hasUnpublishedChanges"] is False
        assert client.get(address).json()["lastUpdated"] == "2026-01-02"
        answer = program.send("post", f"{address}unpublish/", etag=answer["ETag"])
        assert answer.json()["publishedAt"] is None
        assert client.get(address).status_code == 404

    def test_rename_takes_what_refers_to_it_along(
        self, program: Program, black_box: Item, entry: Save, client: Client
    ) -> None:
        entry("White box", front='related: ["black-box"]')
        answer = program.send("post", f"{ENTRY}rename/", {"slug": "opaque-box"}, etag=program.etag())
        assert (answer.status_code, answer.json()["slug"]) == (200, "opaque-box")
        assert client.get("/api/v1/entries/white-box/").json()["related"] == ["opaque-box"]
        assert client.get(ENTRY)["Location"] == "/api/v1/entries/opaque-box/"
        answer = program.send("patch", ENTRY, {"title": "x"}, etag='"1-a"')
        assert answer.status_code == 404
        assert "opaque-box" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("slug", "status", "code"),
        [("Not a slug", 400, "invalid"), ("white-box", 409, "name.taken"), ("black-box", 409, "write.refused")],
    )
    def test_a_slug_that_cannot_be_is_refused(
        self, program: Program, black_box: Item, entry: Save, slug: str, status: int, code: str
    ) -> None:
        entry("White box")
        answer = program.send("post", f"{ENTRY}rename/", {"slug": slug}, etag=program.etag())
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_restore_brings_an_older_text_back(self, program: Program, black_box: Item) -> None:
        program.change("patch", {"title": "Opaque box"})
        answer = program.send("post", f"{ENTRY}restore/", {"version": 1}, etag=program.etag())
        assert (answer.json()["title"], answer.json()["version"]) == ("Black box", 3)

    def test_delete_and_restore(self, program: Program, black_box: Item, client: Client) -> None:
        answer = program.send("delete", ENTRY, etag=program.etag())
        assert (answer.status_code, answer.content) == (204, b"")
        assert client.get(ENTRY).status_code == 410
        answer = program.send("patch", ENTRY, {"title": "x"}, etag='"1-a"')
        assert (answer.status_code, answer.json()["code"]) == (410, "entry.gone")
        answer = program.send("post", f"{ENTRY}restore/", {"publish": True})
        assert answer.status_code == 200
        assert client.get(ENTRY).json()["title"] == "Black box"

    @pytest.mark.parametrize(
        ("name", "body", "field"),
        [
            ("publish", {"nope": 1}, "nope"),
            ("publish", {"lastUpdated": "yesterday"}, "lastUpdated"),
            ("unpublish", {"x": 1}, "x"),
            ("rename", {}, "slug"),
            ("rename", {"slug": 1}, "slug"),
            ("restore", {}, "version"),
            ("restore", {"version": True}, "version"),
            ("restore", {"version": 7}, "version"),
            ("restore", {"version": 10**30}, "version"),
            ("publish", [], ""),
        ],
    )
    def test_what_is_wrong_is_named(self, program: Program, black_box: Item, name: str, body: Any, field: str) -> None:
        answer = program.send("post", f"{ENTRY}{name}/", body, etag=program.etag())
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == [field]

    def test_what_was_never_published_has_nothing_to_unpublish(self, program: Program, entry: Save) -> None:
        entry("White box", publish=False)
        address = "/api/v1/entries/white-box/"
        answer = program.send("post", f"{address}unpublish/", etag=program.etag(address))
        assert (answer.status_code, answer.json()["code"]) == (409, "write.refused")

    def test_an_open_conflict_keeps_it_from_the_readers(self, program: Program, black_box: Item) -> None:
        from django.utils import timezone

        Conflict.objects.create(
            item=black_box, origin="draft", ours=black_box.working, theirs=black_box.working, created_at=timezone.now()
        )
        answer = program.send("post", f"{ENTRY}publish/", etag=program.etag())
        assert (answer.status_code, answer.json()["code"]) == (409, "write.refused")


# --- rights ---

WRITES: list[tuple[str, str, Any, str, str]] = [
    # method, address, body, scope, permission
    ("post", "entries/", {"title": "A", "slug": "a"}, "write", "add_entry"),
    ("put", "entries/black-box/", {"title": "A"}, "write", "change_entry"),
    ("patch", "entries/black-box/", {"title": "A"}, "write", "change_entry"),
    ("post", "entries/black-box/restore/", {"version": 1}, "write", "change_entry"),
    ("post", "books/", {"title": "A", "slug": "a"}, "write", "add_book"),
    ("put", "books/the-big-book/", {"title": "A"}, "write", "change_book"),
    ("patch", "books/the-big-book/", {"title": "A"}, "write", "change_book"),
    ("post", "books/the-big-book/restore/", {"version": 1}, "write", "change_book"),
]
PUBLISHES: list[tuple[str, str, Any, list[str], list[str]]] = [
    ("post", "entries/?publish=true", {"title": "A", "slug": "a"}, ["write", "publish"], ["add", "change", "publish"]),
    ("patch", "entries/black-box/?publish=true", {"title": "A"}, ["write", "publish"], ["change", "publish"]),
    ("delete", "entries/black-box/", None, ["write", "publish"], ["change", "delete", "publish"]),
    ("post", "entries/black-box/publish/", {}, ["publish"], ["change", "publish"]),
    ("post", "entries/black-box/unpublish/", {}, ["publish"], ["change", "publish"]),
    ("post", "entries/black-box/rename/", {"slug": "b"}, ["publish"], ["change", "publish"]),
    (
        "post",
        "entries/black-box/restore/",
        {"version": 1, "publish": True},
        ["write", "publish"],
        ["change", "publish"],
    ),
]


@pytest.mark.usefixtures("black_box", "big_book")
class TestRights:
    def test_what_was_deleted_comes_back_by_those_who_may_delete(self, token: Callable[..., str]) -> None:
        everybody = Program(token("read", "write", "publish", may=EVERYTHING))
        assert everybody.send("delete", ENTRY, etag=everybody.etag()).status_code == 204
        others = Program(token("write", may=[each for each in EVERYTHING if each != "delete_entry"]))
        assert others.send("post", f"{ENTRY}restore/", {}).status_code == 403
        assert everybody.send("post", f"{ENTRY}restore/", {}).status_code == 200

    @pytest.mark.parametrize(("method", "path", "body", "scope", "permission"), WRITES)
    def test_a_write_needs_scope_and_permission(
        self, token: Callable[..., str], method: str, path: str, body: Any, scope: str, permission: str
    ) -> None:
        def status(text: str) -> int:
            return Program(text).send(method, f"/api/v1/{path}", body, etag='"1-a"').status_code

        others = [each for each in EVERYTHING if each != permission]
        before = Revision.objects.count()
        assert Client().generic(method.upper(), f"/api/v1/{path}", b"{}", content_type=JSON).status_code == 401
        assert status(token("read", "publish", may=EVERYTHING)) == 403
        assert status(token(scope, may=others)) == 403
        assert Revision.objects.count() == before
        assert status(token(scope, may=[permission])) in (200, 201)

    @pytest.mark.parametrize(("method", "path", "body", "scopes", "verbs"), PUBLISHES)
    def test_what_readers_see_needs_more(
        self, token: Callable[..., str], method: str, path: str, body: Any, scopes: list[str], verbs: list[str]
    ) -> None:
        def status(text: str) -> int:
            return Program(text).send(method, f"/api/v1/{path}", body, etag='"1-a"').status_code

        shown = list(Published.objects.order_by("pk").values_list("pk", "etag"))
        permissions = [f"{verb}_entry" for verb in verbs]
        for scope in scopes:
            assert status(token(*(each for each in scopes if each != scope), may=EVERYTHING)) == 403, scope
        for permission in permissions:
            assert status(token(*scopes, may=[each for each in EVERYTHING if each != permission])) == 403, permission
        assert list(Published.objects.order_by("pk").values_list("pk", "etag")) == shown
        assert status(token(*scopes, may=permissions)) in (200, 201, 204)

    def test_a_draft_is_deleted_without_the_scope_to_publish(self, token: Callable[..., str], entry: Save) -> None:
        entry("White box", publish=False)
        program = Program(token("write", may=["delete_entry"]))
        assert program.send("delete", "/api/v1/entries/white-box/", etag='"1-a"').status_code == 204

    def test_who_is_logged_in_writes_with_the_token_of_the_form_alone(self, person: Callable[..., User]) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(person("ada", *EVERYTHING))
        body = json.dumps({"title": "A", "slug": "a"})
        answer = browser.post("/api/v1/entries/", body, content_type=JSON)
        assert (answer.status_code, "CSRF" in answer.json()["detail"]) == (403, True)
        browser.get("/admin/glossary/entry/add/")
        csrf = browser.cookies["csrftoken"].value
        answer = browser.post("/api/v1/entries/", body, content_type=JSON, headers={"x-csrftoken": csrf})
        assert answer.status_code == 201

    def test_too_many_writes_have_to_wait(self, settings: Any, program: Program) -> None:
        settings.LEMMA_RATES = {**settings.LEMMA_RATES, "write": "1/min"}
        statuses = [program.send("patch", ENTRY, {"title": "x"}, etag='"1-a"').status_code for _ in range(2)]
        assert statuses == [200, 429]
        assert program.client.get(ENTRY).status_code == 200


# --- once ---


class TestIdempotency:
    BODY = {"title": "White box", "slug": "white-box"}

    def test_what_is_sent_twice_is_done_once(self, program: Program) -> None:
        answers = [program.send("post", "/api/v1/entries/", self.BODY, idempotency_key="k") for _ in range(2)]
        first, second = answers
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content == second.content
        assert first["ETag"] == second["ETag"]
        assert first["Location"] == second["Location"]
        assert ("Idempotent-Replayed" in first, second["Idempotent-Replayed"]) == (False, "true")
        assert Revision.objects.count() == 1

    def test_an_action_too(self, program: Program, black_box: Item) -> None:
        etag = program.etag()
        for _ in range(2):
            answer = program.send("post", f"{ENTRY}rename/", {"slug": "x"}, etag=etag, idempotency_key="k")
            assert (answer.status_code, answer.json()["slug"]) == (200, "x")

    def test_a_key_is_of_one_request(self, program: Program) -> None:
        program.send("post", "/api/v1/entries/", self.BODY, idempotency_key="k")
        answer = program.send("post", "/api/v1/entries/", {**self.BODY, "slug": "b"}, idempotency_key="k")
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.reused")
        answer = program.send("post", "/api/v1/books/", self.BODY, idempotency_key="k")
        assert answer.status_code == 422

    def test_and_of_one_account(self, program: Program, token: Callable[..., str]) -> None:
        program.send("post", "/api/v1/entries/", self.BODY, idempotency_key="k")
        other = Program(token("write", may=["add_entry"]))
        assert (
            other.send("post", "/api/v1/entries/", {**self.BODY, "slug": "b"}, idempotency_key="k").status_code == 201
        )

    def test_what_was_refused_can_be_tried_again(self, program: Program) -> None:
        wrong = {**self.BODY, "slug": "not a slug"}
        assert program.send("post", "/api/v1/entries/", wrong, idempotency_key="k").status_code == 400
        assert program.send("post", "/api/v1/entries/", self.BODY, idempotency_key="k").status_code == 201

    def test_a_twin_waits_for_the_first(self, program: Program) -> None:
        from api.models import Answered

        program.send("post", "/api/v1/entries/", self.BODY, idempotency_key="k")
        Answered.objects.update(status=None)
        answer = program.send("post", "/api/v1/entries/", self.BODY, idempotency_key="k")
        assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (409, "idempotency.at_work", "1")

    def test_one_whose_process_was_killed_is_forgotten(self, program: Program) -> None:
        from datetime import timedelta

        from django.utils import timezone

        from api.models import Answered

        user = User.objects.get()
        long_ago = timezone.now() - timedelta(minutes=6)
        Answered.objects.create(user=user, key="k", fingerprint="x", created_at=long_ago)
        assert program.send("post", "/api/v1/entries/", self.BODY, idempotency_key="k").status_code == 201

    @pytest.mark.parametrize("key", ["two words", "", "x" * 256, "\xff", "a\tb"])
    def test_what_is_no_key_is_refused(self, program: Program, key: str) -> None:
        answer = program.send("post", "/api/v1/entries/", self.BODY, idempotency_key=key)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency.invalid")


def test_a_write_of_an_editor_and_one_of_a_program_meet_in_one_history(program: Program, black_box: Item) -> None:
    document = documents.parse(BLACK_BOX)
    document["title"] = "Opaque box"
    save_entry(document, item=black_box, base_revision=1)
    answer = program.send("patch", ENTRY, {"category": "Theory"}, etag=program.etag(draft=False))
    assert answer.json()["title"] == "Opaque box"
    assert list(Revision.objects.order_by("number").values_list("origin", flat=True)) == ["admin", "admin", "api"]
