"""The page of what is wrong, and what its buttons do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from glossary.health import findings, keeping
from glossary.health.models import Dismissal, Edition, Finding, Keeping
from publishing.models import Batch, Item, Revision
from tests.admin.browsing import read_form
from tests.admin.conftest import Page

PAGE = "/admin/health/finding/"
Make = Callable[..., Item]


def text(slug: str, **front: str) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    return f'---\ntitle: "{slug.title()}"\nslug: "{slug}"\n{lines}---\n\n# Brief Definition\n\nOf {slug} alone.\n'


@pytest.fixture
def two(make_entry: Make) -> list[Item]:
    """One names the other, and a slug that nobody has."""
    return [
        make_entry(text("alpha", related='["beta", "nowhere"]'), publish=True),
        make_entry(text("beta", difficulty='"Beginner"'), publish=True),
    ]


def page_of(client: Client, query: str = "") -> str:
    answer = client.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def finding(code: str) -> Finding:
    keeping.catch_up(Edition.WORKING, whole=True)
    return Finding.objects.get(edition=Edition.WORKING, code=code)


def data(item: Item) -> bytes:
    return bytes(Item.objects.select_related("working").get(pk=item.pk).working.data)


def test_the_page_says_how_many_of_what(client: Client, two: list[Item]) -> None:
    page = page_of(client)
    assert "related.dangling · 1" in page
    assert "related.one-way · 1" in page
    assert "of 100 for 2 texts" in page
    assert "?slug=nowhere" in page, "what is wanted can be written with one click"


def test_findings_are_filtered(client: Client, two: list[Item]) -> None:
    page = page_of(client, "?severity=error")
    assert "does not exist" in page
    assert "does not name" not in page
    assert "does not name" in page_of(client, "?code=related.one-way")
    assert "Nothing." in page_of(client, "?code=no.such")


def test_one_click_mends_one_finding_and_can_be_undone(client: Client, editor: User, two: list[Item]) -> None:
    before = data(two[1])
    row = finding("related.one-way")
    assert "+related: [&quot;alpha&quot;]" in page_of(client), "what would be changed is shown beside the button"
    answer = client.post(f"{PAGE}{row.pk}/mend/", follow=True).content.decode()
    assert "Undo" in answer
    assert b'related: ["alpha"]' in data(two[1])
    keeping.catch_up(Edition.WORKING)
    assert not Finding.objects.filter(code="related.one-way").exists()
    revision = Revision.objects.filter(item=two[1]).first()
    assert revision is not None
    assert (revision.author, revision.message) == (editor, "related.one-way mended in “Alpha”")
    client.post(f"/admin/publishing/batch/{Batch.objects.get().pk}/undo/")
    assert data(two[1]) == before
    assert "mended already" in client.post(f"{PAGE}{row.pk}/mend/", follow=True).content.decode()


def test_all_of_a_code_are_shown_first_and_mended_as_one(client: Client, make_entry: Make) -> None:
    items = [make_entry(text(f"entry-{number}", difficulty='"Beginner"'), publish=True) for number in range(3)]
    page_of(client)
    shown = client.post(f"{PAGE}mend/", {"code": "vocabulary.case"}).content.decode()
    assert "Mend 3 items?" in shown
    assert shown.count("+difficulty") == 3
    assert all(b'"Beginner"' in data(item) for item in items), "nothing is done before it was confirmed"
    client.post(f"{PAGE}mend/", {"code": "vocabulary.case", "confirmed": "1"})
    assert all(b'"beginner"' in data(item) for item in items)
    batch = Batch.objects.get()
    assert batch.items.count() == 3
    client.post(f"/admin/publishing/batch/{batch.pk}/undo/")
    assert all(b'"Beginner"' in data(item) for item in items)


def test_what_is_dismissed_counts_no_more_until_it_is_lifted(client: Client, two: list[Item]) -> None:
    row = finding("related.dangling")
    assert "Say why" in client.post(f"{PAGE}{row.pk}/dismiss/", {"reason": " "}, follow=True).content.decode()
    client.post(f"{PAGE}{row.pk}/dismiss/", {"reason": "It is being written."})
    page = page_of(client)
    assert "related.dangling · 1" not in page
    assert "<strong>1</strong> dismissed" in page
    apart = page_of(client, "?show=dismissed")
    assert "It is being written." in apart
    assert "Ada Lovelace" in apart
    # It stays dismissed when the entry is saved and checked again.
    Finding.objects.all().delete()
    Keeping.objects.all().delete()
    assert "related.dangling · 1" not in page_of(client)
    client.post(f"{PAGE}{Dismissal.objects.get().pk}/lift/")
    assert "related.dangling · 1" in page_of(client)
    assert Dismissal.objects.get().lifted_by_name == "Ada Lovelace"


def test_findings_stand_beside_their_fields(page: Page, client: Client, two: list[Item]) -> None:
    form = client.get(page.address(two[0])).content.decode()
    field = form[form.index('for="id_related"') : form.index('for="id_recommendedBooks"')]
    assert "nowhere" in field
    assert "related.dangling" in field
    assert "related.one-way" in field
    assert f"/{finding('related.one-way').pk}/mend/" in field
    assert "section.missing" in form


def test_a_fix_beside_a_field_leads_back_to_the_form(page: Page, client: Client, two: list[Item]) -> None:
    address = page.address(two[1])
    client.get(address)
    posted = read_form(client.get(address), "lemma-act").data
    row = finding("vocabulary.case")
    answer = client.post(f"{PAGE}{row.pk}/mend/", posted, headers={"referer": f"http://testserver{address}"})
    assert answer["Location"].endswith(address)
    assert b'"beginner"' in data(two[1])


@pytest.mark.parametrize(
    ("value", "titles"),
    [("error", {"Alpha"}), ("any", {"Alpha", "Beta"}), ("none", set())],
)
def test_the_list_is_filtered_by_health(client: Client, two: list[Item], value: str, titles: set[str]) -> None:
    listed = client.get(f"/admin/glossary/entry/?health={value}").context["cl"].result_list
    assert {row.item.title for row in listed} == titles


def test_the_start_page_has_the_score(client: Client, two: list[Item]) -> None:
    keeping.catch_up(Edition.WORKING, whole=True)
    number = findings.summary(Edition.WORKING).score
    assert number < 100
    Keeping.objects.all().delete()
    for _ in range(2):
        assert f"<strong>{number}</strong> of 100 for health" in client.get("/admin/").content.decode()


class TestRights:
    def test_who_may_only_look_gets_no_buttons_and_changes_nothing(self, person: Any, two: list[Item]) -> None:
        client = Client()
        client.force_login(person("viewer", "view_entry", "view_book"))
        row = finding("related.one-way")
        page = page_of(client)
        assert "mend/" not in page.replace('action="/admin/health/finding/mend/"', "")
        for path in (f"{row.pk}/mend/", f"{row.pk}/dismiss/"):
            assert client.post(f"{PAGE}{path}", {"reason": "x"}).status_code == 403
        assert client.post(f"{PAGE}mend/", {"code": row.code, "confirmed": "1"}).status_code == 403
        assert not Batch.objects.exists()
        assert not Dismissal.objects.exists()

    def test_who_may_not_look_does_not(self, person: Any) -> None:
        client = Client()
        client.force_login(person("nobody"))
        assert client.get(PAGE).status_code == 403

    def test_what_a_writer_mends_waits_to_be_published(self, person: Any, two: list[Item]) -> None:
        client = Client()
        client.force_login(person("writer", "view_entry", "view_book", "change_entry"))
        client.post(f"{PAGE}{finding('related.one-way').pk}/mend/")
        item = Item.objects.get(pk=two[1].pk)
        assert item.has_unpublished_changes
        assert b"alpha" in data(item)

    def test_a_get_changes_nothing(self, client: Client, two: list[Item]) -> None:
        row = finding("related.one-way")
        for path in (f"{row.pk}/mend/", f"{row.pk}/dismiss/", "mend/"):
            assert client.get(f"{PAGE}{path}").status_code == 403
        assert not Batch.objects.exists()
