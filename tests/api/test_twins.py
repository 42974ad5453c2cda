"""Several clients at one moment: one of them is first, and nobody's work is lost."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

import documents
from glossary.editing import save_entry
from publishing.models import Item, Revision
from tests.api.conftest import BLACK_BOX
from tests.api.test_writing import ENTRY, EVERYTHING, Program

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 6


@pytest.fixture
def at_once(token: Callable[..., str]) -> Callable[..., list[Any]]:
    """Calls a function with a client of its own and a number, in several threads at the same moment."""
    text = token("read", "write", "publish", may=EVERYTHING)

    def run(function: Callable[[Program, int], Any]) -> list[Any]:
        start = Barrier(MANY)

        def one(number: int) -> Any:
            try:
                program = Program(text)
                start.wait(timeout=30)
                return function(program, number)
            finally:
                connection.close()

        with ThreadPoolExecutor(MANY) as pool:
            return list(pool.map(one, range(MANY)))

    return run


def make(program: Program, slug: str = "white-box", **headers: str) -> Any:
    return program.send("post", "/api/v1/entries/", {"title": "White box", "slug": slug}, **headers)


def test_one_slug_is_given_once(at_once: Callable[..., list[Any]]) -> None:
    answers = at_once(lambda program, number: make(program))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: MANY - 1}
    assert Item.objects.count() == Revision.objects.count() == 1


def test_one_key_is_carried_out_once(at_once: Callable[..., list[Any]]) -> None:
    answers = at_once(lambda program, number: make(program, idempotency_key="k"))
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in made}) == 1
    assert sum("Idempotent-Replayed" not in answer for answer in made) == 1
    assert all(answer.json()["code"] == "idempotency.at_work" for answer in answers if answer.status_code == 409)
    assert Revision.objects.count() == 1


def test_edits_of_different_fields_from_one_etag_are_all_kept(at_once: Callable[..., list[Any]]) -> None:
    fields = [
        {"title": "Opaque box"},
        {"category": "Theory"},
        {"difficulty": "advanced"},
        {"preamble": "Before."},
        {"briefDefinition": "Short."},
        {"keyConcepts": ["one"]},
    ]

    def change(program: Program, number: int) -> Any:
        return program.send("patch", ENTRY, fields[number], etag='"1-a"')

    save_entry(documents.parse(BLACK_BOX))
    answers = at_once(change)
    assert [answer.status_code for answer in answers] == [200] * MANY
    item = Item.objects.select_related("working").get()
    text = bytes(item.working.data).decode()
    for part in ("Opaque box", "Theory", "advanced", "Before.", "Short.", "- one"):
        assert part in text
    assert item.revision == 1 + MANY


def test_of_edits_of_one_field_the_first_wins_and_the_others_are_told(at_once: Callable[..., list[Any]]) -> None:
    save_entry(documents.parse(BLACK_BOX))
    answers = at_once(lambda program, number: program.send("put", ENTRY, {"title": f"Box {number}"}, etag='"1-a"'))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: MANY - 1}
    [winner] = [json.loads(answer.content)["title"] for answer in answers if answer.status_code == 200]
    assert winner in bytes(Item.objects.get().working.data).decode()
    for answer in answers:
        if answer.status_code == 409:
            [conflict] = answer.json()["conflicts"]
            assert (conflict["field"], conflict["theirs"]) == ("title", winner)
