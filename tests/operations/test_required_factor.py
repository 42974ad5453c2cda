"""Where settings demand a second factor of everybody."""

from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from api.models import Token
from tests.operations.codes import ACCOUNT, PASSWORD, code_of, set_up_app, sign_in
from tests.test_settings import setting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def required(settings: Settings) -> None:
    cache.clear()
    settings.LEMMA_REQUIRE_MFA = True
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "config.signing_in.requiring.required"]


@pytest.fixture
def ada() -> User:
    return User.objects.create_superuser("ada", password=PASSWORD)


@pytest.fixture
def client(ada: User) -> Client:
    client = Client()
    sign_in("ada", client=client)
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/glossary/entry/",
        "/admin/password_change/",
        "/admin/auth/user/",
        "/admin/account/sessions/",
        "/admin/nothing/",
    ],
)
def test_whoever_has_none_is_led_to_set_one_up(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, ACCOUNT)
    assert b"A second factor is required here." in client.get(ACCOUNT).content


def test_and_changes_nothing_before(client: Client, ada: User) -> None:
    for path in ("/admin/auth/user/add/", "/admin/glossary/entry/create/", f"/admin/auth/user/{ada.pk}/delete/"):
        answer = client.post(path, {"username": "bob", "post": "yes", "title": "New", "slug": "new"})
        assert answer.status_code in (302, 401)
    assert list(User.objects.all()) == [ada]
    assert client.get("/api/v1/entries/?draft=true").status_code == 401
    assert client.get("/api/v1/entries/").status_code == 200


def test_with_one_the_admin_opens(client: Client) -> None:
    secret, _ = set_up_app(client)
    assert client.get("/admin/").status_code == 200
    assert b"is required here" not in client.get(ACCOUNT).content
    there = Client()
    sign_in("ada", client=there)
    there.post("/admin/login/code/", {"code": code_of(secret, later=1)})
    assert there.get("/admin/").status_code == 200
    assert there.get("/api/v1/entries/?draft=true").status_code == 200


def test_the_last_one_is_not_removed(client: Client, ada: User) -> None:
    set_up_app(client)
    page = client.get(f"{ACCOUNT}app/remove/").content
    assert b"A second factor is required here." in page
    client.post(f"{ACCOUNT}app/remove/")
    assert Authenticator.objects.filter(type="totp").exists()
    other = Authenticator.objects.create(user=ada, type="webauthn", data={"name": "Key", "credential": {}})
    client.post(f"{ACCOUNT}app/remove/")
    assert not Authenticator.objects.filter(type="totp").exists()
    client.post(f"{ACCOUNT}passkeys/{other.pk}/remove/")
    assert Authenticator.objects.filter(pk=other.pk).exists()


def test_whoever_lost_it_sets_up_another(client: Client) -> None:
    set_up_app(client)
    call_command("remove_second_factor", "ada", verbosity=0)
    again = Client()
    sign_in("ada", client=again)
    assert again.get("/admin/")["Location"] == ACCOUNT


def test_one_may_still_leave(client: Client) -> None:
    client.post("/admin/logout/")
    assert client.get(ACCOUNT).status_code == 302


def test_tokens_go_on(ada: User) -> None:
    _, token = Token.objects.make(ada, ["read"], days=None)
    answer = Client().get("/api/v1/entries/?draft=true", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(("value", "is_there"), [("0", False), ("1", True)])
def test_nothing_looks_for_it_unless_it_is_demanded(tmp_path: Path, value: str, is_there: bool) -> None:
    middleware = setting("MIDDLEWARE", LEMMA_VAR=tmp_path, SECRET_KEY="x", LEMMA_REQUIRE_MFA=value)
    assert ("config.signing_in.requiring.required" in middleware) == is_there
