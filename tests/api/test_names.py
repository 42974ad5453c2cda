"""Names of several entries, of deprecated ones, and links in HTML."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

import documents
from api.models import Token
from api.shapes import Choice, Match
from books.editing import save_book
from glossary.editing import save_entry, unpublish_entry
from publishing.models import Item

pytestmark = pytest.mark.django_db
ENTRIES = "/api/v1/entries/"


def entry(slug: str, title: str, body: str = "x", **front: str) -> Item:
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    text = f'---\ntitle: "{title}"\nslug: "{slug}"\n{lines}---\n\n# Brief Definition\n\n{body}\n'
    return save_entry(documents.parse(text.encode()), publish=True)


def looked_up(client: Client, name: str) -> tuple[int, Any]:
    answer = client.get("/api/v1/lookup/", {"name": name})
    return answer.status_code, answer.json()


def annotated(client: Client, text: str, **options: Any) -> list[dict[str, Any]]:
    answer = client.post("/api/v1/annotate/", {"text": text, **options}, content_type="application/json")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["matches"]
    return found


# --- homographs ---


@pytest.fixture
def transformers() -> None:
    entry("transformer-ml", "Transformer (machine learning)", "It attends.", category='"Models"')
    entry("transformer-electrical", "Transformer (electrical)", "It hums.")


@pytest.mark.parametrize("name", ["transformer", "Transformers", "TRANSFORMER"])
def test_a_name_without_its_qualifier_gives_the_choice(client: Client, transformers: None, name: str) -> None:
    status, answer = looked_up(client, name)
    assert status == 300
    assert [(one["slug"], one["qualifier"]) for one in answer["choices"]] == [
        ("transformer-electrical", "electrical"),
        ("transformer-ml", "machine learning"),
    ]
    [_, chosen] = answer["choices"]
    assert set(chosen) == set(Choice().fields)
    assert (chosen["briefDefinition"], chosen["category"], chosen["status"]) == ("It attends.", "Models", "published")


def test_a_name_with_its_qualifier_is_one_entry(client: Client, transformers: None) -> None:
    status, answer = looked_up(client, "transformer (electrical)")
    assert (status, answer["slug"]) == (200, "transformer-electrical")


def test_the_entry_that_has_the_bare_name_is_meant_by_it(client: Client, transformers: None) -> None:
    entry("transformer", "Transformer")
    status, answer = looked_up(client, "transformer")
    assert (status, answer["slug"]) == (200, "transformer")


def test_one_with_a_qualifier_is_found_without_it(client: Client) -> None:
    entry("mercury-planet", "Mercury (planet)")
    entry("mercury-rising", "Mercury rising (now)")
    assert looked_up(client, "mercury")[1]["slug"] == "mercury-planet"
    assert looked_up(client, "rising")[0] == 404


# --- deprecated entries ---


def test_deprecated_entries_come_last_and_say_what_to_use(client: Client) -> None:
    entry("a-net", "Net", status='"deprecated"', replacedBy='"other"')
    entry("b-net", "Net")
    entry("other", "Other")
    status, answer = looked_up(client, "net")
    assert status == 300
    assert [(one["slug"], one["status"], one["replacedBy"]) for one in answer["choices"]] == [
        ("b-net", "published", None),
        ("a-net", "deprecated", "other"),
    ]


def test_a_deprecated_entry_is_no_choice_beside_its_successor(client: Client) -> None:
    entry("old-net", "Net", status='"deprecated"', replacedBy='"new-net"')
    entry("new-net", "New net", aliases='["Net"]')
    status, answer = looked_up(client, "net")
    assert (status, answer["slug"]) == (200, "new-net")


def test_a_name_that_only_a_deprecated_entry_has_leads_to_it(client: Client) -> None:
    entry("old-net", "Net", status='"deprecated"', replacedBy='"new-net"')
    status, answer = looked_up(client, "net")
    assert (status, answer["status"], answer["replacedBy"]) == (200, "deprecated", "new-net")


def test_mentions_of_deprecated_entries_say_so(client: Client) -> None:
    entry("a-net", "Net", status='"deprecated"', replacedBy='"b-net"')
    entry("b-net", "Net")
    entry("old", "Old thing", status='"deprecated"', replacedBy='"b-net"')
    net, old = annotated(client, "Net and old thing.")
    assert set(net) == set(Match().fields)
    assert (net["slug"], net["deprecated"], net["replacedBy"], net["alternatives"]) == ("b-net", False, None, ["a-net"])
    assert (old["slug"], old["deprecated"], old["replacedBy"]) == ("old", True, "b-net")


# --- annotate ---


def test_plurals_are_found(client: Client) -> None:
    entry("policy", "Policy")
    entry("llm", "Large language model", aliases='["LLM"]')
    assert [one["text"] for one in annotated(client, "Policies of LLMs, not of llms.")] == ["Policies", "LLMs"]


def test_what_is_published_or_taken_back_counts_at_once(client: Client) -> None:
    assert annotated(client, "A box.") == []
    box = entry("box", "Box")
    assert [one["slug"] for one in annotated(client, "A box.")] == ["box"]
    entry("crate", "Crate", aliases='["Box"]')
    assert [one["alternatives"] for one in annotated(client, "A box.")] == [["crate"]]
    box.refresh_from_db()
    unpublish_entry(box, base_revision=box.revision)
    assert [one["slug"] for one in annotated(client, "A box.")] == ["crate"]


def test_a_rebuilt_index_counts_at_once(client: Client) -> None:
    from glossary.search.models import Name

    entry("box", "Box")
    Name.objects.all().delete()
    assert annotated(client, "A box.") == []
    call_command("reindex", verbosity=0)
    assert [one["slug"] for one in annotated(client, "A box.")] == ["box"]


def test_a_second_text_takes_one_query(client: Client, django_assert_num_queries: Any) -> None:
    from glossary.search import naming

    entry("box", "Box")
    list(naming.annotate("x", "entry", "en"))
    with django_assert_num_queries(1):
        assert [match.entries[0].slug for match in naming.annotate("A box.", "entry", "en")] == ["box"]


def test_a_million_characters_are_read(client: Client) -> None:
    entry("box", "Box")
    assert len(annotated(client, "box " * 250_000, once=True)) == 1


# --- autolink ---


def shown(client: Client, slug: str, **query: str) -> str:
    answer = client.get(f"{ENTRIES}{slug}/", {"fields": "html", "autolink": "true", **query})
    assert answer.status_code == 200, answer.content
    return str(answer.json()["html"])


@pytest.fixture
def boxes() -> None:
    entry("black-box", "Black box", "A black box is a box. See [the lid](lid.md), a lid, and a box.")
    entry("box", "Box")
    entry("lid", "Lid")


def test_mentions_in_html_are_linked_if_asked_for(client: Client, boxes: None) -> None:
    html = shown(client, "black-box")
    link = '<a href="http://testserver/api/v1/entries/box/" class="autolink" data-slug="box">box</a>'
    assert f"A black box is a {link}. See" in html
    # Itself, what is linked by hand, and the second mention are left alone.
    assert html.count("autolink") == 1
    assert "autolink" not in client.get(f"{ENTRIES}black-box/", {"fields": "html"}).json()["html"]


def test_over_all_sections_each_entry_is_linked_once(client: Client) -> None:
    entry("box", "Box")
    entry("crate", "Crate", "A box.\n\n# Key Concepts\n\n- A box\n\n# Notes\n\nBox")
    answer = client.get(f"{ENTRIES}crate/", {"fields": "sections.html", "autolink": "true"}).json()
    assert [section["html"].count("autolink") for section in answer["sections"]] == [1, 0, 0]


def test_lists_are_linked_too(client: Client, boxes: None) -> None:
    [black, *_] = client.get(ENTRIES, {"fields": "slug,html", "autolink": "true"}).json()["results"]
    assert re.findall('data-slug="([^"]*)"', black["html"]) == ["box"]


def test_books_are_linked_too(client: Client, boxes: None) -> None:
    # A book may have the slug of an entry, and is another thing.
    save_book(documents.parse(b'---\ntitle: "Boxes"\nslug: "box"\n---\n\nOf boxes and lids.\n'), publish=True)
    html = client.get("/api/v1/books/box/", {"fields": "html", "autolink": "true"}).json()["html"]
    assert re.findall('data-slug="([^"]*)"', html) == ["box", "lid"]


def test_drafts_are_linked_to_what_is_published(client: Client, boxes: None) -> None:
    user = User.objects.create_superuser("ada")
    _, token = Token.objects.make(user, ["read", "write"], days=None)
    text = '---\ntitle: "New"\nslug: "new"\nstatus: "draft"\n---\n\n# Brief Definition\n\nA new box.\n'
    save_entry(documents.parse(text.encode()))
    query = {"fields": "html", "autolink": "true", "draft": "true"}
    answer = client.get(f"{ENTRIES}new/", query, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.content
    assert re.findall('data-slug="([^"]*)"', answer.json()["html"]) == ["box"]


def test_without_html_there_is_nothing_to_link(client: Client, boxes: None) -> None:
    for query in ({"autolink": "true"}, {"autolink": "true", "fields": "slug"}, {"autolink": "yes", "fields": "html"}):
        assert client.get(f"{ENTRIES}black-box/", query).status_code == 400


def test_another_publication_changes_the_etag(client: Client, boxes: None) -> None:
    query = {"fields": "html", "autolink": "true"}
    before = client.get(f"{ENTRIES}black-box/", query)
    again = client.get(f"{ENTRIES}black-box/", query, headers={"If-None-Match": before["ETag"]})
    assert again.status_code == 304
    plain = client.get(f"{ENTRIES}black-box/", {"fields": "html"})
    assert plain["ETag"] != before["ETag"]
    entry("see", "See")
    after = client.get(f"{ENTRIES}black-box/", query, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert 'data-slug="see"' in after.json()["html"]
    same = client.get(f"{ENTRIES}black-box/", {"fields": "html"}, headers={"If-None-Match": plain["ETag"]})
    assert same.status_code == 304
