"""Terms of other shapes: what is written, what stays, and what is said of each mistake."""

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

import documents
from glossary.editing import save_entry
from publishing import kinds
from publishing.models import Item, Published, Revision

pytestmark = pytest.mark.django_db

# The sections and lists that a table can hold.
FIELDS = (
    "title",
    "aliases",
    "category",
    "difficulty",
    "tags",
    "status",
    "replacedBy",
    "lastUpdated",
    "briefDefinition",
    "detailedExplanation",
    "keyConcepts",
    "commonApplications",
    "prerequisites",
    "related",
    "requires",
    "broader",
    "recommendedBooks",
)


def payload(slug: str) -> dict[str, Any]:
    item = Item.objects.by_slug("entry", slug)
    kind = kinds.get("entry")
    return kind.payload(kind.read(documents.parse(bytes(item.working.data)), item.path).record)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Writes the file, imports it, and gives the exit code with all that was printed."""

    def do(text: str | bytes, *options: str, name: str = "terms.csv", mapping: str = "") -> tuple[int, str]:
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        if mapping:
            (tmp_path / "map.yaml").write_text(mapping)
            options = (*options, "--mapping", str(tmp_path / "map.yaml"))
        out = StringIO()
        try:
            call_command("import_terms", str(file), *options, stdout=out, stderr=out)
        except CommandError as error:
            return error.returncode, f"{out.getvalue()}{error}"
        return 0, out.getvalue()

    return do


@pytest.fixture
def box(db: None) -> Item:
    text = (
        '---\ntitle: "Black box"\nslug: "black-box"\ntags: ["trust"]  # ours\n---\n\n# Brief Definition\n\n'
        "A *system* seen from outside.\n\n# History\n\nOld.\n"
    )
    return save_entry(documents.parse(text.encode()), path="black-box.md", publish=True)


def test_a_table_becomes_entries(run: Callable[..., Any]) -> None:
    code, said = run(
        "title,briefDefinition,tags,keyConcepts\r\n"
        '"Black box","A system, seen\r\nfrom outside.",trust|opacity,input|output\r\n'
        ",,,\r\n"
        "White box,A system seen from inside.,,\r\n"
    )
    assert code == 0, said
    found = payload("black-box")
    assert found["briefDefinition"] == "A system, seen\r\nfrom outside.".replace("\r\n", "\n")
    assert (found["tags"], found["keyConcepts"]) == (["trust", "opacity"], ["input", "output"])
    assert payload("white-box")["title"] == "White box"
    item = Item.objects.by_slug("entry", "white-box")
    assert item.path == "white-box.md"
    # Nobody reads it before somebody has looked at it.
    assert not Published.objects.exists()
    assert Revision.objects.get(item=item).message == "Imported from terms.csv"


def test_published_if_asked(run: Callable[..., Any]) -> None:
    assert run("title\nBlack box\n", "--publish")[0] == 0
    assert [row.slug for row in Published.objects.all()] == ["black-box"]


def test_a_mapping_file_says_which_column_is_which_field(run: Callable[..., Any]) -> None:
    mapping = (
        "fields:\n  title: Term\n  briefDefinition: Meaning\n  aliases: {column: Also, separator: '/'}\n"
        "defaults:\n  category: Tools\n  tags: a;b\nseparator: ';'\ndelimiter: ';'\n"
    )
    code, said = run("Term;Meaning;Also;Other\nBlack box;A thing.;BB/Box;x\n", mapping=mapping)
    assert code == 0, said
    found = payload("black-box")
    assert (found["briefDefinition"], found["aliases"]) == ("A thing.", ["BB", "Box"])
    assert (found["category"], found["tags"]) == ("Tools", ["a", "b"])


def test_json_lines_and_a_list_do_the_same(run: Callable[..., Any]) -> None:
    one = {"title": "Black box", "briefDefinition": "A thing.", "tags": ["a"], "kind": "entry"}
    book = {"kind": "book", "title": "A book"}
    assert run(f"{json.dumps(one)}\n\n{json.dumps(book)}\n", name="terms.jsonl")[0] == 0
    assert payload("black-box")["tags"] == ["a"]
    assert "unchanged" in run(json.dumps([one]), name="terms.json")[1]
    assert Item.objects.count() == 1


def test_what_an_entry_lacks_is_filled_in_and_nothing_else_is_touched(run: Callable[..., Any], box: Item) -> None:
    code, said = run("slug,title,category,tags\nblack-box,Black box,Tools,Trust|opacity\n")
    assert code == 0, said
    before, after = bytes(box.working.data).decode(), bytes(Item.objects.get().working.data).decode()
    expected = before.replace('tags: ["trust"]  # ours\n', 'tags: ["trust", "opacity"]  # ours\ncategory: "Tools"\n')
    assert sorted(after.splitlines()) == sorted(expected.splitlines())
    # Readers see it when somebody publishes it.
    assert Item.objects.get().has_unpublished_changes


def test_where_an_entry_says_otherwise_nothing_is_imported_until_somebody_decides(
    run: Callable[..., Any], box: Item
) -> None:
    table = "title,briefDefinition\nNew box,New.\nBlack box,Something else.\n"
    code, said = run(table)
    assert code == 2
    assert "line 3, black-box: the entry says otherwise in briefDefinition" in said
    assert Item.objects.count() == 1
    assert run(table, "--prefer", "database")[0] == 0
    assert payload("black-box")["briefDefinition"] == "A *system* seen from outside."
    assert Item.objects.count() == 2
    assert run(table, "--prefer", "file")[0] == 0
    assert payload("black-box")["briefDefinition"] == "Something else."
    # The same but for marks is the same.
    assert payload("new-box")["briefDefinition"] == "New."


def test_marks_of_markdown_and_white_space_make_no_conflict(run: Callable[..., Any], box: Item) -> None:
    assert run("title,briefDefinition\nBlack box,A system  seen from outside.\n")[0] == 0
    assert Item.objects.get().revision == 1


def test_what_somebody_left_unpublished_is_not_published_with_it(run: Callable[..., Any], box: Item) -> None:
    document = documents.parse(bytes(box.working.data)).copy()
    document["title"] = "Blacker box"
    save_entry(document, item=box, base_revision=1)
    code, said = run("slug,title,category\nblack-box,Blacker box,Tools\n", "--publish")
    assert code == 0
    assert "terms.unpublished" in said
    assert Published.objects.get().title == "Black box"


def test_a_mistake_is_named_by_file_line_and_field_and_nothing_is_imported(run: Callable[..., Any], box: Item) -> None:
    long = "x" * 301
    table = (
        "slug,title,lastUpdated,keyConcepts\n"
        "good,Good,,\n"
        f"long,{long},,\n"
        ",,2025-01-01,\n"
        "good,Again,,\n"
        ",模型,,\n"
        "Bad Slug,Bad,,\n"
        "a,b,c,d,e\n"
    )
    code, said = run(table, "--json")
    assert code == 1
    found = json.loads(said[: said.rindex("}") + 1])
    errors = {(one["line"], one["field"]): one for one in found["problems"] if one["severity"] == "error"}
    assert set(errors) == {(3, "title"), (4, "title"), (5, "slug"), (6, "slug"), (7, "slug"), (8, "")}
    assert all(one["path"] == "terms.csv" and one["message"] for one in errors.values())
    assert found["written"] is False
    assert Item.objects.count() == 1


def test_a_dry_run_says_all_and_writes_nothing(run: Callable[..., Any], box: Item) -> None:
    code, said = run("title,category\nNew box,\nBlack box,Tools\n", "--dry-run")
    assert code == 0
    assert "line 2, new-box: new" in said
    assert "line 3, black-box: changed" in said
    assert "Nothing was written." in said
    assert (Item.objects.count(), Item.objects.get().revision) == (1, 1)


@pytest.mark.parametrize(
    ("name", "text", "mapping", "said"),
    [
        ("terms.txt", "x", "", "the name must end in .csv"),
        ("terms.csv", "", "", "terms.csv is empty"),
        ("terms.csv", b"title\n\xff\n", "", "not in UTF-8"),
        ("terms.csv", 'title\n"open\n', "", "terms.csv, line 2: this is no CSV"),
        ("terms.csv", "title,title\na,b\n", "", 'line 1: the column "title" is there twice'),
        ("terms.json", "{}", "", "must be a list of objects"),
        ("terms.jsonl", '{"title": "A"}\n{oops\n', "", "terms.jsonl:2: terms.json: This is no JSON"),
        ("terms.jsonl", '{"title": "A", "briefDefinition": {}}', "", '"briefDefinition" must be a text.'),
        ("terms.json", '[{"title": "A\\u0000B"}]', "", '"title" holds a NUL character.'),
        ("terms.csv", "title,tags\nA,x\0y\n", "", "NUL"),
        ("terms.csv", "title\nA\n", "fields: [", "map.yaml, line 1: this is no YAML"),
        ("terms.csv", "title\nA\n", "fields: {titel: Term}", 'there is no "fields.titel"'),
        ("terms.csv", "title\nA\n", "fields: {title: Term}", 'There is no column "Term".'),
        ("terms.csv", "title\nA\n", "defaults: {category: [a]}", "defaults.category must be a text"),
        ("terms.ttl", "<a> <b> .", "", "terms.ttl, line 1: this cannot be read as turtle"),
        ("terms.ttl", "", "", "has no term"),
        ("terms.jsonld", '{"@context": "https://evil.example/c"}', "", "would be fetched from elsewhere"),
        ("terms.jsonld", '{"@context": {"@import": "https://evil.example/c"}}', "", "would be fetched from elsewhere"),
        ("terms.jsonld", "[" * 100_000, "", "terms.jsonld"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_plainly(
    run: Callable[..., Any], name: str, text: str | bytes, mapping: str, said: str
) -> None:
    code, printed = run(text, name=name, mapping=mapping)
    assert code == 1
    assert said in printed
    assert not Item.objects.exists()


def test_columns_that_nothing_is_read_from_are_named(run: Callable[..., Any]) -> None:
    code, said = run("title,Comment,page\nA box,x,y\n")
    assert code == 0
    assert "Not read: Comment." in said


SKOS = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix : <https://example.org/c_> .
:1 a skos:Concept ; skos:prefLabel "Black box"@en, "Schwarzer Kasten"@de ; skos:altLabel "Opaque box"@en, "Kiste"@de ;
   skos:definition "A system seen from outside."@en ; skos:broader :2 ; skos:related <https://elsewhere.example/x> ;
   skos:notation "417" ; dct:modified "2025-01-28T10:00:00" .
:2 a skos:Concept ; skos:prefLabel "Box" ; owl:deprecated true ; dct:isReplacedBy :1 .
:g a skos:Collection ; skos:prefLabel "Theory"@en ; skos:member :1 .
"""


def test_skos_concepts_become_entries_in_the_language_of_the_glossary(run: Callable[..., Any]) -> None:
    code, said = run(SKOS, name="terms.ttl")
    assert code == 0, said
    assert "References to terms that are not in the file are left out: 1." in said
    found = payload("black-box")
    assert (found["title"], found["aliases"], found["broader"]) == ("Black box", ["Opaque box"], ["box"])
    assert (found["briefDefinition"], found["category"]) == ("A system seen from outside.", "Theory")
    assert found["lastUpdated"] == "2025-01-28"
    assert (payload("box")["status"], payload("box")["replacedBy"]) == ("deprecated", "black-box")


def test_schema_org_in_json_ld_needs_no_request(run: Callable[..., Any]) -> None:
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "DefinedTerm", "@id": "https://example.org/x", "name": "Black box", "description": "A thing."}
        ],
    }
    assert run(json.dumps(graph), name="terms.jsonld")[0] == 0
    assert payload("black-box")["briefDefinition"] == "A thing."


def exported(client: Client, name: str) -> bytes:
    answer = client.get(f"/api/v1/{name}")
    assert answer.status_code == 200
    return b"".join(answer) if answer.streaming else answer.content


def test_our_own_table_comes_back_as_it_went_and_changes_nothing_at_home(
    run: Callable[..., Any], client: Client
) -> None:
    call_command("import_content", verbosity=0)
    table = exported(client, "entries.csv")
    revisions = Revision.objects.count()
    code, said = run(table)
    assert code == 0, said
    assert Revision.objects.count() == revisions
    published = Published.objects.filter(kind="entry").values_list("slug", flat=True)
    before = {slug: payload(slug) for slug in published}
    # Under other names, so that they are new.
    elsewhere = {slug: f"{slug}-again" for slug in before}
    text = table.decode()
    lines = text.split("\r\n")
    renamed = "\r\n".join(
        f"{elsewhere[line.split(',', 1)[0]]},{line.split(',', 1)[1]}" if line.split(",", 1)[0] in elsewhere else line
        for line in lines
    )
    code, said = run(renamed)
    assert code == 0, said
    for slug, there in before.items():
        again = payload(elsewhere[slug])
        for field in FIELDS:
            assert again[field] == there[field], f"{slug}: {field}"


@pytest.mark.parametrize("name", ["glossary.ttl", "glossary.jsonld"])
def test_our_own_linked_data_comes_back_with_what_it_can_say(
    run: Callable[..., Any], client: Client, name: str
) -> None:
    call_command("import_content", verbosity=0)
    data = exported(client, name).decode()
    before = {slug: payload(slug) for slug in Published.objects.filter(kind="entry").values_list("slug", flat=True)}
    # Under other names, so that they are new.
    data = re.sub(r'((?:termCode|identifier)"?:? ?"[^"]+)"', r'\1-again"', data)
    code, said = run(data, name=name)
    assert code == 0, said
    for slug, there in before.items():
        again = payload(f"{slug}-again")
        for field in ("title", "category", "difficulty", "lastUpdated", "status"):
            assert again[field] == there[field], f"{slug}: {field}"
        assert set(again["aliases"]) == set(there["aliases"])
        assert set(again["tags"]) == set(there["tags"])
        assert there["briefDefinition"] == again["briefDefinition"]


def test_a_thousand_terms_cost_no_more_statements_than_ten(
    run: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    table = "title,briefDefinition\n" + "".join(f"Term {number},Meaning {number}.\n" for number in range(1000))
    with django_assert_max_num_queries(60):
        assert run(table)[0] == 0
    assert Item.objects.count() == 1000
