"""Old, misspelled, deleted and unknown slugs; and drafts, which are unknown to readers."""

from collections.abc import Callable

import pytest
from django.test import Client

from publishing.models import Item

Save = Callable[..., Item]
Delete = Callable[[Item], Item]


def status(client: Client, slug: str) -> int:
    """The status of the detail, which must be that of the file."""
    detail, file = client.get(f"/api/v1/entries/{slug}/"), client.get(f"/api/v1/entries/{slug}.md")
    assert detail.status_code == file.status_code
    if detail.status_code >= 400:
        assert detail.json() == file.json()
    return detail.status_code


def test_a_previous_slug_leads_to_the_new_one_and_keeps_suffix_and_query(client: Client, black_box: Item) -> None:
    answer = client.get("/api/v1/entries/closed-box/?fields=slug")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/entries/black-box/?fields=slug")
    answer = client.get("/api/v1/entries/Closed-Box.md")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/entries/black-box.md")
    # A browser keeps a 301 for ever unless told otherwise, and the slug may be used again.
    assert answer["Cache-Control"] == "public, max-age=60"
    assert client.head("/api/v1/entries/closed-box/").status_code == 301


def test_another_spelling_leads_to_the_canonical_one(client: Client, entry: Save) -> None:
    item = entry("Naive", "naive")
    entry("Naïve", "Naïve", item=item, base_revision=1)
    for spelling in ("na%C3%AFve", "NA%C3%8FVE", "Nai%CC%88ve"):
        for suffix in ("/", ".md"):
            answer = client.get(f"/api/v1/entries/{spelling}{suffix}")
            assert (answer.status_code, answer["Location"]) == (301, f"/api/v1/entries/Na%C3%AFve{suffix}")
    assert client.get("/api/v1/entries/Na%C3%AFve/").status_code == 200


def test_a_live_slug_beats_a_previous_one(client: Client, black_box: Item, entry: Save) -> None:
    entry("Closed box")
    assert client.get("/api/v1/entries/closed-box/").json()["title"] == "Closed box"


def test_a_previous_slug_beats_a_tombstone(client: Client, entry: Save, delete: Delete) -> None:
    delete(entry("Closed box"))
    assert status(client, "closed-box") == 410
    entry("Black box", front='previousSlugs: ["closed-box"]')
    assert status(client, "closed-box") == 301


def test_of_two_that_had_the_slug_the_one_published_last_is_meant(client: Client, entry: Save) -> None:
    entry("First", front='previousSlugs: ["shared"]')
    entry("Second", front='previousSlugs: ["shared"]')
    assert client.get("/api/v1/entries/shared/")["Location"] == "/api/v1/entries/second/"


def test_a_previous_slug_counts_within_its_kind(client: Client, black_box: Item) -> None:
    assert client.get("/api/v1/books/closed-box/").status_code == 404


def test_a_deleted_entry_is_gone(client: Client, entry: Save, delete: Delete) -> None:
    delete(entry("Black box"))
    assert status(client, "black-box") == 410
    assert status(client, "Black-BOX") == 410
    assert client.get("/api/v1/entries/black-box/").json()["code"] == "entry.gone"
    assert client.get("/api/v1/books/black-box/").status_code == 404


def test_a_deleted_slug_can_live_again(client: Client, entry: Save, delete: Delete) -> None:
    delete(entry("Black box"))
    entry("Black box")
    assert status(client, "black-box") == 200


def test_an_unknown_slug_is_not_found(client: Client, black_box: Item) -> None:
    assert status(client, "nowhere") == 404


@pytest.mark.parametrize(
    "slug",
    ["%00", "black-box%00", "%FF", "%zz", "%", "a" * 3000, "%EF%B7%BA" * 500, "..", "%0A", "%20", "-", "%ED%A0%80"],
)
def test_what_can_be_no_slug_is_not_found(client: Client, black_box: Item, slug: str) -> None:
    assert status(client, slug) == 404


def test_what_is_no_slug_costs_no_look_up(client: Client, db: None, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        status(client, "a" * 3000)


def test_a_miss_costs_three_look_ups(client: Client, black_box: Item, django_assert_num_queries) -> None:
    with django_assert_num_queries(3):
        client.get("/api/v1/entries/nowhere/")
    with django_assert_num_queries(2):
        client.get("/api/v1/entries/closed-box/")


# --- drafts ---


def test_a_draft_is_unknown(client: Client, entry: Save) -> None:
    entry("Secret", front='previousSlugs: ["older"]', publish=False)
    entry("Marked", front="draft: true", publish=False)
    unknown = client.get("/api/v1/entries/nowhere/").json()
    for slug in ("secret", "marked", "older"):
        assert status(client, slug) == 404
        found = client.get(f"/api/v1/entries/{slug}/").json()
        assert {**found, "detail": ""} == {**unknown, "detail": ""}
        assert found["detail"] == unknown["detail"].replace("nowhere", slug)
    assert client.get("/api/v1/entries/").json()["count"] == 0


def test_a_draft_of_a_published_entry_changes_nothing(
    client: Client, black_box: Item, again: Save, an_hour_ago: Callable[[], None]
) -> None:
    an_hour_ago()
    paths = ["", "black-box/", "black-box.md"]
    before = [client.get(f"/api/v1/entries/{path}") for path in paths]
    again(black_box, "Secret title", "secret-slug", front='previousSlugs: ["secret-alias"]', publish=False)
    for path, old in zip(paths, before, strict=True):
        new = client.get(f"/api/v1/entries/{path}")
        assert (new.content, new["ETag"], new["Last-Modified"]) == (old.content, old["ETag"], old["Last-Modified"])
    assert status(client, "secret-slug") == 404
    assert status(client, "secret-alias") == 404


def test_a_deleted_draft_was_never_there(client: Client, entry: Save, delete: Delete) -> None:
    delete(entry("Secret", publish=False))
    assert status(client, "secret") == 404


def test_the_draft_of_a_new_slug_stays_unknown_after_deletion(
    client: Client, black_box: Item, again: Save, delete: Delete
) -> None:
    delete(again(black_box, "Secret title", "secret-slug", publish=False))
    assert status(client, "secret-slug") == 404


def test_an_entry_that_was_unpublished_before_its_deletion_is_gone_too(
    client: Client, black_box: Item, unpublish: Delete, delete: Delete
) -> None:
    delete(unpublish(black_box))
    assert status(client, "black-box") == 410


def test_an_unpublished_entry_and_its_previous_slugs_are_not_found_since_it_may_come_back(
    client: Client, black_box: Item, unpublish: Delete
) -> None:
    unpublish(black_box)
    for slug in ("black-box", "closed-box"):
        assert status(client, slug) == 404
