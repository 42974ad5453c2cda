"""Suggestions beside the form: who gets them, of what, and in which shape."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from publishing.models import Item

ADDRESS = "/admin/glossary/entry/suggestions/"
TEXT = "---\ntitle: {0}\nslug: {1}\ntags: [animals]\n---\n\n# Brief Definition\n\n{2}\n"


@pytest.fixture
def animals(make_entry: Callable[..., Item]) -> dict[str, Item]:
    texts = {
        "Quokka": "A small marsupial that eats eucalyptus on islands.",
        "Koala": "A marsupial that eats eucalyptus and sleeps.",
        **{f"Stone {number}": f"Mineral {number} of the ground." for number in range(20)},
    }
    return {
        title: make_entry(TEXT.format(title, title.lower().replace(" ", "-"), text), publish=True)
        for title, text in texts.items()
    }


def ask(client: Client, **fields: Any) -> Any:
    return client.post(ADDRESS, fields)


def test_the_form_as_it_stands_is_answered(client: Client, animals: dict[str, Item]) -> None:
    found = ask(client, title="Wallaby", brief="A marsupial like the quokka: it eats eucalyptus.").json()
    quokka, koala = found["related"]
    assert quokka == {
        "pk": animals["Quokka"].pk,
        "value": "quokka",
        "label": "Quokka",
        "why": "The text has its name.",
        "brief": "A small marsupial that eats eucalyptus on islands.",
        "address": f"/admin/glossary/entry/{animals['Quokka'].pk}/change/",
    }
    assert koala["why"] == "It is about the same things."
    assert (found["tags"], found["duplicates"]) == (["animals"], [])
    found = ask(client, title="Wallaby", brief="It eats eucalyptus as the quokka.", related="quokka\r\nkoala").json()
    assert found["related"] == []


def test_an_entry_is_no_duplicate_of_itself(client: Client, animals: dict[str, Item]) -> None:
    fields = {"title": "Quokka", "slug": "quokka"}
    assert [one["value"] for one in ask(client, **fields).json()["duplicates"]] == ["quokka"]
    assert ask(client, **fields, item=animals["Quokka"].pk).json()["duplicates"] == []


def test_too_much_is_refused_and_nothing_is_answered(client: Client, animals: dict[str, Item]) -> None:
    assert ask(client, text="x" * 200_001).status_code == 413
    assert ask(client).json() == {"related": [], "tags": [], "duplicates": []}
    assert ask(client, title="a\0b", item="x", related="\n\n").status_code == 200
    assert client.get(ADDRESS).status_code == 405


def test_it_is_for_those_who_see_entries(animals: dict[str, Item], person: Callable[..., User]) -> None:
    assert Client().post(ADDRESS).status_code == 401
    client = Client()
    client.force_login(person("bob"))
    assert ask(client, title="Quokka").status_code == 403
    client.force_login(person("eve", "view_entry"))
    assert ask(client, title="Quokka").status_code == 200


def test_only_who_may_write_sees_the_panel(
    client: Client, animals: dict[str, Item], person: Callable[..., User]
) -> None:
    address = f"/admin/glossary/entry/{animals['Quokka'].pk}/change/"
    assert f'data-suggestions="{ADDRESS}"' in client.get(address).content.decode()
    assert f'data-suggestions="{ADDRESS}"' in client.get("/admin/glossary/entry/add/").content.decode()
    reader = Client()
    reader.force_login(person("eve", "view_entry"))
    assert "data-suggestions" not in reader.get(address).content.decode()
