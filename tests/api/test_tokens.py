"""A token may do what its scopes and its account allow, and nothing when it ended."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from api.models import Scope, Token
from publishing.models import Item

DRAFT = "/api/v1/entries/black-box/?draft=true"


def as_(text: str, **options: Any) -> Any:
    return Client(headers={"authorization": f"Bearer {text}", "accept": "*/*"}, **options)


@pytest.mark.usefixtures("black_box")
class TestWhoMaySeeDrafts:
    def test_nobody_without_a_token(self, client: Client) -> None:
        answer = client.get(DRAFT)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        assert answer["WWW-Authenticate"] == 'Bearer realm="Lemma"'
        assert answer["Cache-Control"] == "no-store"

    def test_a_token_with_the_scope_of_an_account_with_the_right(self, token: Callable[..., str]) -> None:
        answer = as_(token("read", may=["view_entry"])).get(DRAFT)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        assert "Authorization" in answer["Vary"]

    def test_no_token_without_the_scope(self, token: Callable[..., str]) -> None:
        answer = as_(token("write", "publish", may=["view_entry"])).get(DRAFT)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing")

    def test_no_account_without_the_right(self, token: Callable[..., str]) -> None:
        answer = as_(token("read", may=["view_book"])).get(DRAFT)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")

    def test_nobody_learns_whether_a_draft_is_there(self, token: Callable[..., str]) -> None:
        texts = [as_(token("read")).get(f"/api/v1/entries/{slug}/?draft=true") for slug in ("black-box", "nothing")]
        assert texts[0].json() == texts[1].json()

    def test_who_is_logged_in(self, person: Callable[..., User]) -> None:
        browser = Client()
        browser.force_login(person("ada", "view_entry"))
        assert browser.get(DRAFT).status_code == 200
        browser.force_login(person("bob"))
        assert browser.get(DRAFT).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer nothing",
        "Bearer a b",
        "Bearer \xff",
        "Basic YTpi",
        "Token x",
        "lemma_",
        f"Bearer {'x' * 5000}",
    ],
)
def test_what_is_no_token_is_refused_even_where_none_is_needed(black_box: Item, header: str) -> None:
    answer = Client(headers={"authorization": header}).get("/api/v1/entries/black-box/")
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
    assert "Bearer" in answer["WWW-Authenticate"]


def test_an_ended_a_revoked_and_a_suspended_token_are_none(black_box: Item, token: Callable[..., str]) -> None:
    ended, revoked, suspended = (token("read", may=["view_entry"]) for _ in range(3))
    Token.objects.filter(token_key=ended[:15]).update(expiry=timezone.now() - timedelta(seconds=1))
    Token.objects.filter(token_key=revoked[:15]).delete()
    User.objects.filter(auth_token_set__token_key=suspended[:15]).update(is_active=False)
    for text in (ended, revoked, suspended):
        assert as_(text).get(DRAFT).status_code == 401
        assert as_(text).get("/api/v1/entries/").status_code == 401


def test_only_a_digest_is_kept(token: Callable[..., str]) -> None:
    text = token("read")
    [kept] = Token.objects.values()
    assert text.startswith("lemma_")
    assert text not in str(kept)
    assert kept["digest"] != text


def test_a_token_in_the_address_is_no_token(black_box: Item, token: Callable[..., str], client: Client) -> None:
    assert client.get(f"{DRAFT}&token={token('read', may=['view_entry'])}").status_code == 401


class TestWhereReadingNeedsAToken:
    @pytest.fixture(autouse=True)
    def _private(self, settings: Any, black_box: Item) -> None:
        settings.LEMMA_API_PRIVATE = True

    @pytest.mark.parametrize("path", ["entries/", "entries/black-box/", "entries/black-box.md", "search/?q=box"])
    def test_nobody_reads_without(self, client: Client, token: Callable[..., str], path: str) -> None:
        assert client.get(f"/api/v1/{path}").status_code == 401
        answer = as_(token()).get(f"/api/v1/{path}")
        assert answer.status_code == 200
        assert answer["Cache-Control"].startswith("private")
        assert "Authorization" in answer["Vary"]

    @pytest.mark.parametrize("path", ["", "schema/", "docs/"])
    def test_the_description_stays_open(self, client: Client, path: str) -> None:
        assert client.get(f"/api/v1/{path}", headers={"accept": "*/*"}).status_code == 200

    def test_asking_for_names_by_post_needs_one_too(self, client: Client, token: Callable[..., str]) -> None:
        text = {"text": "A black box"}
        assert client.post("/api/v1/annotate/", text, content_type="application/json").status_code == 401
        answer = as_(token()).post("/api/v1/annotate/", text, content_type="application/json")
        assert answer.json()["count"] == 1


class TestRates:
    def test_who_asks_too_often_has_to_wait(self, settings: Any, client: Client, black_box: Item) -> None:
        settings.LEMMA_RATES = {**settings.LEMMA_RATES, "anonymous": "2/min"}
        answers = [client.get("/api/v1/entries/") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[-1].json()["code"] == "throttled"
        assert 0 < int(answers[-1]["Retry-After"]) <= 60

    def test_each_token_has_its_own(self, settings: Any, token: Callable[..., str], black_box: Item) -> None:
        settings.LEMMA_RATES = {**settings.LEMMA_RATES, "token": "1/min"}
        first, second = token("read"), token("read")
        assert [as_(text).get("/api/v1/entries/").status_code for text in (first, second, first)] == [200, 200, 429]

    def test_no_header_makes_another_client_of_one(self, settings: Any, client: Client, black_box: Item) -> None:
        settings.LEMMA_RATES = {**settings.LEMMA_RATES, "anonymous": "1/min"}
        answers = [client.get("/api/v1/entries/", headers={"x-forwarded-for": f"10.0.0.{n}"}) for n in range(2)]
        assert [answer.status_code for answer in answers] == [200, 429]


class TestCommand:
    def run(self, *words: str) -> str:
        out = StringIO()
        call_command("api_token", *words, stdout=out)
        return out.getvalue()

    def test_it_makes_lists_and_revokes(self, person: Callable[..., User], black_box: Item) -> None:
        person("ada", "view_entry")
        text = self.run("create", "ada", "--scopes", "read", "--days", "30", "--name", "the site").strip()
        assert as_(text).get(DRAFT).status_code == 200
        listed = self.run("list")
        assert text[:15] in listed
        assert text not in listed
        assert "the site" in listed
        self.run("revoke", text[:15])
        assert as_(text).get(DRAFT).status_code == 401

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            (["create", "nobody"], 'no account "nobody"'),
            (["create", "ada", "--scopes", "root"], 'no scope "root"'),
            (["create", "ada", "--days", "0"], "--days 0"),
            (["revoke", "x"], 'no token "x"'),
        ],
    )
    def test_it_says_what_is_wrong(self, person: Callable[..., User], words: list[str], complaint: str) -> None:
        person("ada")
        with pytest.raises(CommandError, match=complaint):
            self.run(*words)
        assert not Token.objects.exists()


class TestAdmin:
    @pytest.fixture
    def browser(self, person: Callable[..., User]) -> Client:
        browser = Client()
        browser.force_login(person("ada", "view_token", "add_token", "delete_token", "view_entry"))
        return browser

    def add(self, browser: Client, owner: User) -> str:
        data = {"name": "the site", "user": owner.pk, "scopes": [Scope.READ], "days": "30"}
        return browser.post("/admin/api/token/add/", data, follow=True).content.decode()

    def test_a_new_token_is_shown_once(self, browser: Client, person: Callable[..., User], black_box: Item) -> None:
        page = self.add(browser, person("bob", "view_entry"))
        text = page.partition("<code>")[2].partition("</code>")[0]
        assert as_(text).get(DRAFT).status_code == 200
        page = browser.get("/admin/api/token/").content.decode()
        assert "the site" in page
        assert text not in page
        [kept] = Token.objects.all()
        assert (kept.name, kept.scopes, kept.user.username) == ("the site", "read", "bob")

    def test_nobody_but_superusers_makes_or_revokes_a_token_of_theirs(
        self, browser: Client, person: Callable[..., User]
    ) -> None:
        root = person("root", is_superuser=True)
        assert "Select a valid choice" in self.add(browser, root)
        other, _ = Token.objects.make(root, ["read"], days=None)
        browser.post("/admin/api/token/", {"action": "revoke", "_selected_action": [other.pk]})
        assert browser.post(f"/admin/api/token/{other.pk}/delete/", {"post": "yes"}).status_code == 403
        assert Token.objects.filter(pk=other.pk).exists()

    def test_nobody_makes_or_revokes_a_token_that_may_do_more_than_they(
        self, browser: Client, person: Callable[..., User]
    ) -> None:
        editor = person("eve", "view_entry", "publish_entry")
        assert "Select a valid choice" in self.add(browser, editor)
        other, _ = Token.objects.make(editor, ["read"], days=None)
        browser.post("/admin/api/token/", {"action": "revoke", "_selected_action": [other.pk]})
        assert browser.post(f"/admin/api/token/{other.pk}/delete/", {"post": "yes"}).status_code == 403
        assert list(Token.objects.all()) == [other]

    def test_the_password_is_wanted_before_a_token_is_made_or_revoked(self, person: Callable[..., User]) -> None:
        ada = person("ada", "view_token", "add_token", "delete_token", password="correct horse battery")
        one, _ = Token.objects.make(ada, ["read"], days=None)
        browser = Client()
        browser.force_login(ada)
        for path, data in {
            "add/": {"name": "x", "user": ada.pk, "days": "30"},
            "": {"action": "revoke", "_selected_action": [one.pk]},
            f"{one.pk}/delete/": {"post": "yes"},
        }.items():
            answer = browser.post(f"/admin/api/token/{path}", data)
            assert answer["Location"].startswith("/admin/account/password/?next="), path
        assert list(Token.objects.all()) == [one]

    def test_a_token_is_revoked(self, browser: Client, person: Callable[..., User]) -> None:
        one, _ = Token.objects.make(person("bob"), ["read"], days=None)
        browser.post("/admin/api/token/", {"action": "revoke", "_selected_action": [one.pk]})
        assert not Token.objects.exists()


def test_there_is_one_table_of_tokens(db: None) -> None:
    tables = connection.introspection.table_names()
    assert "api_token" in tables
    assert "knox_authtoken" not in tables
