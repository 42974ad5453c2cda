"""A new slug for an entry, and for whatever refers to it."""

import difflib
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from books.editing import rename_book, save_book
from documents import limits, parse
from glossary.editing import plan_rename_entry, rename_entry, save_entry
from publishing import conflicts, previews, renaming
from publishing.errors import NameTaken, NotAllowed, StaleRevision, TextRefused
from publishing.models import Item, PreviousSlug, Published, Reference, Revision
from publishing.problems import InvalidDocument
from tests.publishing.conftest import document, feed, filed, history, now, read, text, working

pytestmark = pytest.mark.django_db

Entry = Callable[..., Item]
Refile = Callable[[Item, bytes], Item]


LINKED = "Before it.\n\nSee [the box](black-box.md#why) and [[black-box]].\n\nAfter it: black-box."


def changed_lines(before: bytes, after: bytes) -> list[str]:
    lines = difflib.ndiff(before.decode().split("\n"), after.decode().split("\n"))
    return [line for line in lines if line[:2] in ("- ", "+ ")]


def test_renaming_what_thirty_others_refer_to_changes_31_texts_and_only_the_lines_concerned(entry: Entry) -> None:
    target = entry("Black box", slug='"black-box"', category='"Theory"')
    sources = [
        entry(
            f"Term {number:02}",
            "Before it.\n\nSee [the box](black-box.md#why) and [[black-box]].\n\nAfter it: black-box."
            if number % 3
            else "No link.",
            related=f'["term-{(number + 1) % 30:02}", "black-box", "other"]',
            tags='["a", "b"]',
        )
        for number in range(30)
    ]
    before = {item.pk: working(item) for item in [target, *sources]}
    plan = plan_rename_entry(target, "opaque-box")
    assert len(plan.changes) == 31
    assert {item.pk: working(item) for item in [target, *sources]} == before
    first_new = len(feed())

    rename_entry(target, "opaque-box")

    assert changed_lines(before[target.pk], working(target)) == [
        '- slug: "black-box"',
        '+ slug: "opaque-box"',
        '+ previousSlugs: ["black-box"]',
    ]
    for number, source in enumerate(sources):
        after = working(source)
        lines = [line for line in changed_lines(before[source.pk], after) if line[0] == "-"]
        assert len(lines) == (2 if number % 3 else 1)
        assert after == before[source.pk].replace(b'"black-box"', b'"opaque-box"').replace(
            b"(black-box.md#why) and [[black-box]]", b"(opaque-box.md#why) and [[opaque-box]]"
        )
        assert read(source) == filed(source) == after
    assert {change.item.pk: (change.text, change.before, change.after) for change in plan.changes} == {
        item.pk: ("filed", before[item.pk], working(item)) for item in [target, *sources]
    }
    assert feed()[first_new] == ("renamed", "opaque-box", "black-box")
    assert [action for action, _, _ in feed()[first_new + 1 :]] == ["published"] * 30
    assert not Reference.objects.filter(slug_key="black-box").exists()
    assert now(target).path == "opaque-box.md"
    response = Client().get("/api/v1/entries/black-box/")
    assert (response.status_code, response.headers["Location"]) == (301, "/api/v1/entries/opaque-box/")


def test_filed_and_working_texts_are_both_renamed(entry: Entry, edited: Entry) -> None:
    target = entry("Black box")
    source = entry("White box", related='["black-box"]')
    edited(source, "White box", related='["black-box", "grey-box"]', category="Theory")
    edited(target, category="Theory")
    plan = plan_rename_entry(target, "opaque-box")
    assert sorted((change.item.title, change.text) for change in plan.changes) == [
        ("Black box", "filed"),
        ("Black box", "working"),
        ("White box", "filed"),
        ("White box", "working"),
    ]
    rename_entry(target, "opaque-box")
    assert read(source) == text("White box", related='["opaque-box"]')
    assert working(source) == text("White box", related='["opaque-box", "grey-box"]', category="Theory")
    assert read(target) == text(previousSlugs='["black-box"]')
    assert working(target) == text(category="Theory", previousSlugs='["black-box"]')
    assert working(source) == history(source)[-1]


def test_a_draft_that_only_now_names_the_entry_is_renamed_and_stays_unpublished(entry: Entry, edited: Entry) -> None:
    target = entry("Black box")
    source = entry("White box")
    edited(source, "White box", body="See [it](../terms/black-box.md).")
    rename_entry(target, "opaque-box")
    assert read(source) == text("White box")
    assert working(source) == text("White box", body="See [it](../terms/opaque-box.md).")


def test_a_reference_that_only_readers_still_see_is_renamed(entry: Entry, edited: Entry) -> None:
    target = entry("Black box")
    source = entry("White box", related='["black-box"]')
    edited(source, "White box")
    rename_entry(target, "opaque-box")
    assert read(source) == text("White box", related='["opaque-box"]')
    assert working(source) == text("White box")


def test_every_list_of_slugs_is_rewritten_in_its_own_style(entry: Entry) -> None:
    target = entry("Black box")
    source = entry(
        "White box",
        related="\n  - grey-box # the neighbour\n  - 'Black-Box'   # by its old name\n  - x",
        requires="[black-box]",
        broader="black-box",
        replacedBy='"black-box"',
    )
    topics = b'---\ntitle: "Big book"\ntopics: [black-box, y]\n---\n\n[x](../terms/black-box.md)'
    book = save_book(parse(topics), publish=True)
    rename_entry(target, "opaque-box")
    assert working(source) == text(
        "White box",
        related="\n  - grey-box # the neighbour\n  - 'opaque-box'   # by its old name\n  - x",
        requires="[opaque-box]",
        broader="opaque-box",
        replacedBy='"opaque-box"',
    )
    assert working(book) == topics.replace(b"black-box", b"opaque-box")


def test_a_slug_that_stands_twice_afterwards_stands_once(entry: Entry) -> None:
    target = entry("Black box")
    source = entry("White box", related='["a", "black-box", "opaque-box", "b"]')
    rename_entry(target, "opaque-box")
    assert working(source) == text("White box", related='["a", "opaque-box", "b"]')


@pytest.mark.parametrize(
    ("link", "renamed"),
    [
        ("[x](black-box.md)", "[x](opaque-box.md)"),
        ("[x](./black-box.md#a-b)", "[x](./opaque-box.md#a-b)"),
        ("[x](../terms/black-box.md?v=1#c 'title')", "[x](../terms/opaque-box.md?v=1#c 'title')"),
        ("[x](<black-box.md>)", "[x](<opaque-box.md>)"),
        ("[x](black-box)", "[x](opaque-box)"),
        ("[x](/glossary/black-box/)", "[x](/glossary/opaque-box/)"),
        ("[x](/glossary/Black-Box/)", "[x](/glossary/opaque-box/)"),
        ("[x](black%2Dbox.md)", "[x](opaque-box.md)"),
        ("[[black-box]] and [[black-box|the box]]", "[[opaque-box]] and [[opaque-box|the box]]"),
        ("[[black-box#why]]", "[[opaque-box#why]]"),
        ("[x][r] [r]\n\n[r]: black-box.md 'Box'", "[x][r] [r]\n\n[r]: opaque-box.md 'Box'"),
        ('<a class="x" href="black-box.md">x</a>', '<a class="x" href="opaque-box.md">x</a>'),
        ("- [x](black-box.md)\n- > [y](black-box.md)", "- [x](opaque-box.md)\n- > [y](opaque-box.md)"),
    ],
)
def test_a_link_to_the_entry_follows_it(entry: Entry, link: str, renamed: str) -> None:
    target = entry("Black box")
    source = entry("White box", body=link)
    rename_entry(target, "opaque-box")
    assert working(source) == text("White box", body=renamed)


@pytest.mark.parametrize(
    "link",
    [
        "[x](https://example.org/black-box)",
        "[x](//example.org/black-box.md)",
        "[x](mailto:black-box)",
        "[x](#black-box)",
        "[x](black-box.png)",
        "[x](black-box/more.md)",
        "[x](my-black-box.md)",
        "[x](../books/black-box.md)",
        "[x](other/black-box.md)",
        "![x](black-box.md)",
        "`[x](black-box.md)` and black-box",
        "```\n[x](black-box.md)\n[[black-box]]\n```",
        r"\[x](black-box.md)",
    ],
)
def test_what_is_no_link_to_the_entry_stays(entry: Entry, link: str) -> None:
    target = entry("Black box")
    entry("Another box", path="other/black-box.md")
    source = entry("White box", body=link)
    rename_entry(target, "opaque-box")
    assert working(source) == text("White box", body=link)


def test_a_book_of_the_same_slug_keeps_its_links(entry: Entry) -> None:
    target = entry("Black box")
    body = b"[itself](black-box.md) [the term](../terms/black-box.md)"
    book = save_book(parse(b'---\ntitle: "Black box"\n---\n\n' + body), publish=True)
    links = "[[{}]] [book](../books/{}.md) [book](/books/{}/)"
    source = entry("White box", body=links.format("black-box", "black-box", "black-box"))
    rename_entry(target, "opaque-box")
    assert working(source) == text("White box", body=links.format("opaque-box", "black-box", "black-box"))
    assert b"[itself](black-box.md) [the term](../terms/opaque-box.md)" in working(book)
    rename_book(book, "the-box")
    assert working(source) == text("White box", body=links.format("opaque-box", "the-box", "the-box"))
    assert b"[itself](the-box.md)" in working(book)


def test_an_entry_that_links_to_itself_is_renamed_too(entry: Entry) -> None:
    target = entry("Black box", body="See [above](black-box.md#x).", related='["black-box"]')
    rename_entry(target, "opaque-box")
    document_now = parse(working(target))
    assert document_now.body == "\n# Brief Definition\n\nSee [above](opaque-box.md#x).\n"
    assert document_now.values == {
        "title": "Black box",
        "previousSlugs": ["black-box"],
        "related": ["opaque-box"],
    }


def test_a_file_that_is_not_named_after_the_slug_stays_and_so_do_links_to_it(entry: Entry) -> None:
    target = entry("Black box", slug='"black-box"', path="boxes/one.md")
    source = entry("White box", body="[file](boxes/one.md) [slug](black-box)")
    rename_entry(target, "opaque-box")
    assert now(target).path == "boxes/one.md"
    assert working(source) == text("White box", body="[file](boxes/one.md) [slug](opaque-box)")


def test_a_file_in_a_folder_is_renamed_there(entry: Entry) -> None:
    target = entry("Black box", path="boxes/black-box.md")
    assert now(target).slug == "boxes--black-box"
    source = entry("White box", body="[x](boxes/black-box.md)", related='["boxes--black-box"]')
    rename_entry(target, "opaque-box")
    assert (now(target).path, now(target).slug) == ("boxes/opaque-box.md", "opaque-box")
    assert working(source) == text("White box", body="[x](boxes/opaque-box.md)", related='["opaque-box"]')
    assert parse(working(target))["slug"] == "opaque-box"


def test_a_file_does_not_move_where_another_one_is(entry: Entry) -> None:
    target = entry("Black box", slug='"black-box"')
    entry("White box", slug='"white-box"', path="Opaque-box.md")
    rename_entry(target, "opaque-box")
    assert now(target).path == "black-box.md"


def test_the_way_back_leaves_no_slug_that_leads_to_itself(entry: Entry) -> None:
    target = entry("Black box", slug='"black-box"')
    rename_entry(target, "opaque-box")
    rename_entry(target, "black-box")
    assert working(target) == text(slug='"black-box"', previousSlugs='["opaque-box"]')
    assert list(PreviousSlug.objects.values_list("slug", flat=True)) == ["opaque-box"]


def test_a_slug_changed_in_a_draft_only_does_not_lose_the_one_readers_know(entry: Entry, edited: Entry) -> None:
    target = entry("Black box", slug='"black-box"')
    source = entry("White box", related='["black-box", "box"]')
    edited(target, slug='"box"')
    rename_entry(target, "opaque-box")
    assert read(target) == text(slug='"opaque-box"', previousSlugs='["black-box", "box"]')
    assert working(source) == text("White box", related='["opaque-box"]')


def test_an_open_conflict_stays_open_through_a_rename(contested: Item) -> None:
    rename_entry(contested, "opaque-box")
    assert read(contested) == text(body="Theirs.", previousSlugs='["black-box"]')
    assert working(contested) == text(body="Mine.", previousSlugs='["black-box"]')
    [conflict] = conflicts.waiting()
    assert [field["field"] for field in conflict.fields] == ["section:Brief Definition"]


def test_a_draft_is_renamed_without_being_published(entry: Entry) -> None:
    target = entry("Black box", publish=False)
    rename_entry(target, "opaque-box")
    assert (now(target).slug, read(target), feed()) == ("opaque-box", None, [])


@pytest.mark.parametrize("slug", ["", "Opaque", "a b", "ä", "-x", "../x", "x/y"])
def test_a_slug_that_is_none_is_refused(entry: Entry, slug: str) -> None:
    with pytest.raises(InvalidDocument, match="lower-case"):
        rename_entry(entry("Black box"), slug)


def test_a_slug_of_another_or_its_own_is_refused_before_anything_is_planned(entry: Entry) -> None:
    target = entry("Black box")
    entry("White box")
    with pytest.raises(NameTaken, match="White box"):
        plan_rename_entry(target, "white-box")
    with pytest.raises(NotAllowed, match="already"):
        plan_rename_entry(target, "black-box")


def test_letter_case_alone_can_be_changed(entry: Entry, refile: Refile) -> None:
    target = entry("Black box")
    refile(target, text(slug='"Black-Box"'))
    source = entry("White box", related='["Black-Box"]', body="[[Black-Box]]")
    rename_entry(target, "black-box")
    assert working(target) == text(slug='"black-box"')
    assert working(source) == text("White box", related='["black-box"]', body="[[black-box]]")


def test_a_text_that_cannot_be_changed_refuses_the_whole_by_name(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    target = entry("Black box", slug='"black-box"')
    entry("White box", related='["black-box"]')
    full = entry("Grey box", body="Long. " * 100 + "[x](black-box.md)")
    before = [working(item) for item in Item.objects.order_by("pk")]
    # With the longer slug in it, the file would be larger than files may be.
    monkeypatch.setattr(limits, "FILE_BYTES", len(working(full)) + 3)
    with pytest.raises(TextRefused, match=r'"Grey box" \(grey-box.md\) cannot be changed.*bytes'):
        rename_entry(target, "opaque-grey-box")
    assert [working(item) for item in Item.objects.order_by("pk")] == before
    assert len(feed()) == 3


def test_a_rename_of_what_was_edited_since_is_refused(entry: Entry, edited: Entry) -> None:
    target = entry("Black box")
    edited(target, body="Two.")
    with pytest.raises(StaleRevision):
        rename_entry(target, "opaque-box", base_revision=1)


def test_who_names_the_old_slug_while_we_plan_is_redirected_too(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    target = entry("Black box")
    source = entry("White box")
    real, late = renaming.plan_rename, [source]

    def plan(*args: object, **options: object) -> renaming.Plan:
        made = real(*args, **options)  # type: ignore[arg-type]
        if late:
            save_entry(document("White box", related='["black-box"]'), item=late.pop(), base_revision=1)
        return made

    monkeypatch.setattr(renaming, "plan_rename", plan)
    rename_entry(target, "opaque-box")
    assert working(source) == text("White box", related='["opaque-box"]')
    assert now(target).revision == 2


def test_history_says_why_each_text_changed(entry: Entry) -> None:
    target = entry("Black box")
    entry("White box", related='["black-box"]')
    rename_entry(target, "opaque-box", origin="api")
    newest = Revision.objects.filter(number=2).values_list("message", "origin")
    assert list(newest) == [("Renamed black-box to opaque-box", "api")] * 2


def test_the_old_slug_is_answered_with_the_new_one_for_the_file_too(entry: Entry) -> None:
    target = entry("Black box")
    rename_entry(target, "opaque-box")
    assert Client().get("/api/v1/entries/black-box.md").status_code == 301
    assert Published.objects.get().slug == "opaque-box"


def test_the_command_shows_the_lines_first_and_then_renames(entry: Entry) -> None:
    target = entry("Black box", slug='"black-box"')
    source = entry("White box", related='["black-box"]')
    out = StringIO()
    call_command("rename_item", "entry", "black-box", "opaque-box", "--dry-run", stdout=out)
    assert '-related: ["black-box"]\n+related: ["opaque-box"]\n' in out.getvalue()
    assert "2 texts would change. Nothing was written." in out.getvalue()
    assert now(target).slug == "black-box"
    call_command("rename_item", "entry", "Black-Box", "opaque-box", stdout=out)
    assert "2 texts were changed." in out.getvalue()
    assert working(source) == text("White box", related='["opaque-box"]')
    with pytest.raises(CommandError, match='no entry with the slug "black-box"'):
        call_command("rename_item", "entry", "black-box", "x")
    with pytest.raises(CommandError, match="belongs to"):
        call_command("rename_item", "entry", "opaque-box", "white-box")


def test_a_preview_names_the_file_and_the_edits_that_wait(entry: Entry, edited: Entry) -> None:
    target = entry("Black box")
    edited(target, body="[[black-box]]")
    shown = [previews.diff(change) for change in plan_rename_entry(target, "opaque-box").changes]
    assert shown[0].startswith("--- a/black-box.md\n")
    assert shown[1].startswith("--- a/black-box.md (unpublished edits)\n")
    assert "-[[black-box]]\n+[[opaque-box]]\n" in shown[1]
