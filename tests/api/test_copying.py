"""Keeping a copy: the feed of changes, the export, the sections, the graph."""

import json
import os
import random
import tracemalloc
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

import documents
from glossary.editing import delete_entry, publish_entry, rename_entry, save_entry, unpublish_entry
from publishing.models import FeedCounter, Item, Published
from tests.api.test_problems import check

Save = Callable[..., Item]
CHANGES = "/api/v1/changes/"


def lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(answer).splitlines()]


def export(client: Client) -> dict[str, dict[str, Any]]:
    """Everything by kind and slug, without the kind."""
    found = lines(client.get("/api/v1/export.ndjson"))
    return {f"{one.pop('kind')}:{one['slug']}": one for one in found}


class Mirror:
    """A copy kept by somebody who reads the feed, and who remembers only what is written down at each step."""

    def __init__(self, client: Client, size: int = 3) -> None:
        self.client, self.size = client, size
        self.cursor = ""
        self.items: dict[str, dict[str, Any]] = {}

    def step(self) -> bool:
        """One page; whether there was something in it."""
        query = {"pageSize": str(self.size), **({"since": self.cursor} if self.cursor else {})}
        answer = self.client.get(f"{CHANGES}?{urlencode(query)}")
        assert answer.status_code == 200, answer.content
        page = answer.json()
        for line in page["results"]:
            if line["previousSlug"]:
                self.items.pop(f"{line['kind']}:{line['previousSlug']}", None)
            key = f"{line['kind']}:{line['slug']}"
            if line["action"] in ("unpublished", "deleted"):
                self.items.pop(key, None)
            elif line["item"]:
                self.items[key] = line["item"]
        moved = bool(page["results"]) or page["nextCursor"] != self.cursor
        self.cursor = page["nextCursor"]
        return moved

    def catch_up(self) -> None:
        while self.step():
            pass


def test_a_full_sync_is_the_export(client: Client, black_box: Item, big_book: Item, entry: Save) -> None:
    for number in range(5):
        entry(f"Entry {number}")
    mirror = Mirror(client)
    mirror.catch_up()
    assert mirror.items == export(client)
    assert len(mirror.items) == 7


def test_a_change_says_what_happened(
    client: Client, entry: Save, unpublish: Callable[[Item], Item], delete: Callable[[Item], Item]
) -> None:
    item = entry("Black box")
    mirror = Mirror(client)
    mirror.catch_up()
    item = rename_entry(Item.objects.get(pk=item.pk), "dark-box")
    unpublish(item)
    publish_entry(Item.objects.get(pk=item.pk))
    delete(item)
    found = client.get(f"{CHANGES}?since={mirror.cursor}").json()
    assert [(line["action"], line["slug"], line["previousSlug"]) for line in found["results"]] == [
        ("renamed", "dark-box", "black-box"),
        ("unpublished", "dark-box", None),
        ("published", "dark-box", None),
        ("deleted", "dark-box", None),
    ]
    assert {line["id"] for line in found["results"]} == {str(item.uuid)}
    assert all(line["item"] is None for line in found["results"])
    assert (found["more"], found["next"]) == (False, None)
    assert client.get(f"{CHANGES}?since={found['nextCursor']}").json()["results"] == []


def test_what_happens_during_a_full_sync_is_told_after_it(
    client: Client, entry: Save, again: Save, delete: Callable[[Item], Item]
) -> None:
    items = [entry(f"Entry {number}") for number in range(7)]
    mirror = Mirror(client)
    mirror.step()
    delete(items[0])
    again(items[5], "Entry five", "entry-5")
    entry("Late")
    mirror.catch_up()
    assert mirror.items == export(client)
    assert "entry:entry-0" not in mirror.items


def edits(chance: random.Random, live: list[Item], count: int) -> int:
    """One thing that an editor does; the number of entries ever made."""
    act = chance.choice(["new", "new", "edit", "edit", "draft", "rename", "unpublish", "publish", "delete"])
    if act == "new" or not live:
        title = f"Entry {count}"
        text = (
            f'---\ntitle: "{title}"\nrelated: ["entry-{chance.randrange(count + 1)}"]\n---\n\n# Brief Definition\n\nx\n'
        )
        live.append(save_entry(documents.parse(text.encode()), publish=chance.random() < 0.8))
        return count + 1
    item = Item.objects.select_related("working").get(pk=chance.choice(live).pk)
    data = bytes(item.working.data)
    if act in ("edit", "draft"):
        document = documents.parse(data + b"More.\n", item.path)
        save_entry(document, item=item, base_revision=item.revision, publish=act == "edit")
    elif act == "rename":
        rename_entry(item, f"{item.slug}-{chance.randrange(10_000)}")
    elif act == "unpublish" and item.filed_id:
        unpublish_entry(item)
    elif act == "publish":
        publish_entry(item)
    elif act == "delete":
        delete_entry(item, base_revision=item.revision)
        live[:] = [one for one in live if one.pk != item.pk]
    return count


def live_by_the_feed(client: Client, seed: int, steps: int) -> None:
    chance = random.Random(seed)
    live: list[Item] = []
    count = 0
    mirror = Mirror(client, size=chance.choice([1, 2, 5]))
    saved = (mirror.cursor, dict(mirror.items))
    for _ in range(steps):
        if chance.random() < 0.6:
            count = edits(chance, live, count)
        elif chance.random() < 0.7:
            mirror.step()
            if chance.random() < 0.7:
                saved = (mirror.cursor, dict(mirror.items))
        else:
            # Killed: what was not written down is gone, and comes again.
            mirror.cursor, mirror.items = saved[0], dict(saved[1])
    mirror.catch_up()
    assert mirror.items == export(client)


@pytest.mark.parametrize("seed", range(4))
def test_a_mirror_that_is_killed_and_restarted_ends_as_the_export(client: Client, db: None, seed: int) -> None:
    live_by_the_feed(client, seed, 60)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(int(os.environ.get("LEMMA_DEEP_EXAMPLES", "2000")) // 20))
def test_a_mirror_ends_as_the_export_whatever_happens(client: Client, db: None, seed: int) -> None:
    live_by_the_feed(client, 1000 + seed, 150)


def test_after_a_restore_a_reader_has_to_begin_again(client: Client, black_box: Item) -> None:
    cursor = client.get(CHANGES).json()["nextCursor"]
    assert client.get(f"{CHANGES}?since={cursor}").status_code == 200
    FeedCounter.objects.update(epoch="another")
    for address in (CHANGES, "/api/v1/chunks.jsonl"):
        found = check(client.get(f"{address}?since={cursor}"), 410, "cursor.outdated")
        assert "Start again" in found["detail"]


@pytest.mark.parametrize("since", ["x", "W10", "WzEsMiwzXQ", "WyJhIiwtMSwwXQ", "A" * 5000, "%00"])
def test_what_is_no_cursor_is_refused(client: Client, black_box: Item, since: str) -> None:
    for address in (CHANGES, "/api/v1/chunks.jsonl"):
        answer = client.get(f"{address}?since={since}")
        check(answer, 400, answer.json()["code"])


def test_asking_for_changes_costs_three_queries_and_one_while_there_are_none(
    client: Client, black_box: Item, django_assert_num_queries: Any
) -> None:
    cursor = client.get(CHANGES).json()["nextCursor"]
    with django_assert_num_queries(3):
        etag = client.get(f"{CHANGES}?since={cursor}")["ETag"]
    with django_assert_num_queries(1):
        assert client.get(f"{CHANGES}?since={cursor}", headers={"if-none-match": etag}).status_code == 304


# --- export ---


def test_the_export_has_what_details_have(client: Client, black_box: Item, big_book: Item) -> None:
    found = lines(client.get("/api/v1/export.ndjson"))
    assert [one["kind"] for one in found] == ["entry", "book"]
    for one, path in zip(found, ("entries/black-box/", "books/the-big-book/"), strict=True):
        del one["kind"]
        assert one == client.get(f"/api/v1/{path}").json()
    assert lines(client.get("/api/v1/export.ndjson?kind=book&fields=slug,authors")) == [
        {"kind": "book", "slug": "the-big-book", "authors": ["Ada Lovelace"]}
    ]
    assert client.head("/api/v1/export.ndjson").status_code == 200


def test_the_export_takes_constant_memory(client: Client, black_box: Item) -> None:
    """Ten times as many rows must not need more: they are copies of one row, past the writer."""

    def peak() -> int:
        tracemalloc.start()
        size = sum(len(part) for part in client.get("/api/v1/export.ndjson"))
        assert size > Published.objects.count() * 1000
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    def copies(start: int, stop: int) -> None:
        item: Any = Item.objects.filter(slug="black-box").values()[0]
        row: Any = Published.objects.filter(slug="black-box").values()[0]
        # Far behind what any other test has used up.
        for number in range(10**9 + start, 10**9 + stop):
            item |= {"id": number, "uuid": f"{number:032x}", "slug": f"c{number}", "slug_key": f"c{number}", "path": ""}
            row |= {"id": number, "item_id": number, "slug": f"c{number}", "slug_key": f"c{number}"}
            Item.objects.create(**item)
            Published.objects.create(**row)

    copies(0, 400)
    peak()
    few = peak()
    copies(400, 3000)
    assert peak() < few * 1.3


# --- chunks ---


def chunks(client: Client, since: str = "") -> tuple[list[dict[str, Any]], str]:
    answer = client.get(f"/api/v1/chunks.jsonl{'?' + urlencode({'since': since}) if since else ''}")
    *found, last = lines(answer)
    assert answer["Link"] == f'<http://testserver/api/v1/chunks.jsonl?since={last["nextCursor"]}>; rel="next"'
    return found, last["nextCursor"]


def test_every_section_is_a_chunk_with_its_hash_and_address(client: Client, black_box: Item) -> None:
    found, _ = chunks(client)
    assert [(one["heading"], one["text"]) for one in found] == [
        ("", "Before the first heading."),
        ("Brief Definition", "A system seen from outside."),
        ("Key Concepts", "input\noutput"),
        ("History", "It is old: électrique."),
    ]
    assert {one["entry"] for one in found} == {"black-box"}
    assert found[1]["id"] == f"{black_box.uuid}#briefDefinition"
    assert found[1]["url"] == "http://testserver/api/v1/entries/black-box/#briefDefinition"


def test_after_ten_edits_only_the_changed_sections_come_again(
    client: Client, entry: Save, again: Save, delete: Callable[[Item], Item], unpublish: Callable[[Item], Item]
) -> None:
    def edit(item: Item, old: bytes, new: bytes) -> Item:
        now = Item.objects.select_related("working").get(pk=item.pk)
        data = bytes(now.working.data)
        assert old in data
        document = documents.parse(data.replace(old, new), now.path)
        return save_entry(document, item=now, base_revision=now.revision, publish=True)

    items = []
    for number in range(12):
        item = entry(f"Entry {number}")
        items.append(edit(item, b"What", b"First.\n\n# Two\n\nSecond.\n\n# Three\n\nThird. What"))
    first, cursor = chunks(client)
    assert len(first) == 36
    for number in range(6):
        edit(items[number], b"Second.", b"Changed.")
    edit(items[0], b"Changed.", b"Changed again.")
    edit(items[6], b"\n# Two\n\nSecond.\n", b"")
    delete(items[7])
    unpublish(items[8])
    second, cursor = chunks(client, cursor)
    changed = [(one["entry"], one["key"], one["text"]) for one in second if "deleted" not in one]
    assert sorted(changed) == [
        ("entry-0", "two", "Changed again."),
        *((f"entry-{number}", "two", "Changed.") for number in range(1, 6)),
    ]
    gone = {one["id"] for one in second if one.get("deleted")}
    assert gone == {
        f"{items[6].uuid}#two",
        *(f"{items[at].uuid}#{key}" for at in (7, 8) for key in ("briefDefinition", "two", "three")),
    }
    assert chunks(client, cursor)[0] == []


def test_a_renamed_entry_gives_its_chunks_the_new_address(client: Client, entry: Save) -> None:
    item = entry("Black box")
    _, cursor = chunks(client)
    rename_entry(Item.objects.get(pk=item.pk), "dark-box")
    [chunk], cursor = chunks(client, cursor)
    assert (chunk["entry"], chunk["id"]) == ("dark-box", f"{item.uuid}#briefDefinition")


# --- graph ---


def test_the_graph_has_what_is_published_and_nothing_else(
    client: Client, black_box: Item, big_book: Item, entry: Save
) -> None:
    entry("White box", front='requires: ["black-box"]\ncategory: "Tools"')
    entry("Secret", front='related: ["black-box"]', publish=False)
    found = json.loads(b"".join(client.get("/api/v1/graph/")))
    assert {(node["id"], node["category"]) for node in found["nodes"]} == {
        ("entry:black-box", "Fundamentals"),
        ("book:the-big-book", None),
        ("entry:white-box", "Tools"),
    }
    edges = {(edge["source"], edge["type"], edge["target"]) for edge in found["edges"]}
    assert edges == {
        ("entry:black-box", "related", "entry:white-box"),
        ("entry:black-box", "recommendedBooks", "book:the-big-book"),
        ("entry:white-box", "requires", "entry:black-box"),
    }


def test_an_empty_glossary_has_a_graph_a_feed_and_an_export(client: Client, db: None) -> None:
    assert json.loads(b"".join(client.get("/api/v1/graph/"))) == {"nodes": [], "edges": []}
    cursor = client.get(CHANGES).json()["nextCursor"]
    assert lines(client.get("/api/v1/export.ndjson")) == []
    assert chunks(client)[0] == []
    save_entry(documents.parse(b'---\ntitle: "First"\n---\n\n# Brief Definition\n\nx\n'), publish=True)
    assert [line["slug"] for line in client.get(f"{CHANGES}?since={cursor}").json()["results"]] == ["first"]
