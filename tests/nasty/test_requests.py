"""Groups 31 to 41: requests to the API. Each is answered soon, never with an error of ours; what is refused is named,
and nothing was written.
"""

from typing import Any

import pytest
from django.test import Client

import documents
from glossary.editing import save_entry
from publishing.models import Change, Item, Published, Revision
from tests.api.conftest import BLACK_BOX
from tests.api.test_writing import Program
from tests.nasty import doors
from tests.nasty.asking import ASKS, Ask

pytestmark = pytest.mark.django_db

DRAFT = b'---\ntitle: "Not yet"\nslug: "not-yet"\n---\n\n# Brief Definition\n\nNobody knows.\n'


def all_there_is() -> list[Any]:
    """What is in the tables, down to the number of the newest revision."""
    counts = [model.objects.count() for model in (Revision, Published, Change)]
    return [list(Item.objects.order_by("pk").values_list("slug", "revision", "working", "filed")), *counts]


@pytest.fixture
def glossary(db: None) -> None:
    save_entry(documents.parse(BLACK_BOX), publish=True)
    save_entry(documents.parse(DRAFT))


@pytest.mark.parametrize("ask", ASKS, ids=str)
def test_asked_through_the_api(ask: Ask, glossary: None, request: pytest.FixtureRequest) -> None:
    headers = {"accept": "*/*", **ask.headers}
    if ask.program:
        program: Program = request.getfixturevalue("program")
        headers["authorization"] = program.client.defaults["HTTP_AUTHORIZATION"]
        headers.setdefault("if-match", '"1-a"')
    before = all_there_is()
    client = Client(headers=headers)
    with doors.soon():
        # The test client names no type for a body without a byte.
        answer = client.generic(ask.method.upper(), ask.address, ask.body, content_type=ask.type)
    assert answer.status_code == ask.status, answer.content[:500]
    assert all_there_is() == before
    if ask.status >= 400 and ask.method != "head" and ask.address.startswith("/api/"):
        errors = doors.refusal(answer, ask.status)
        assert answer.json()["detail"]
        assert len(answer.content) < 20_000
        assert ask.field is None or ask.field in [error["field"] for error in errors], errors
        assert all(error["message"] for error in errors)
