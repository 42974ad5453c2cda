"""A password that is not there yet, or lost: an administrator makes an address, and its owner chooses one there."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.cache import cache
from django.test import Client

from config.logs import JsonFormatter, LineFormatter
from config.signing_in.sealing import seal
from publishing.auditing.models import Event
from tests.operations.codes import PASSWORD, confirm, known, sign_in

pytestmark = pytest.mark.django_db

NEW = "entirely new and long"
BOTH = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture(autouse=True)
def nobody_was_counted() -> None:
    cache.clear()


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password=PASSWORD, is_staff=True)


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password=PASSWORD))
    return known(client)


def made(admin: Client, user: User) -> str:
    """The path of a new address."""
    page = admin.post(f"/admin/auth/user/{user.pk}/password/").content.decode()
    found = re.search(r'value="http://testserver(/admin/login/new-password/[^"]+)"', page)
    assert found, page
    return found[1]


def choose(path: str, data: dict[str, str] = BOTH, *, client: Client | None = None) -> Any:
    client = client or Client()
    answer = client.get(path)
    if answer.status_code != 302:
        return answer
    return client.post(answer["Location"], data)


def test_a_new_account_gets_its_password_from_its_owner(admin: Client) -> None:
    role = Group.objects.get_or_create(name="Writer")[0]
    new = {"username": "bob", "email": "bob@example.org", "is_staff": "on", "groups": [role.pk]}
    answer = admin.post("/admin/auth/user/add/", new)
    bob = User.objects.get(username="bob")
    assert (answer.status_code, answer["Location"]) == (302, f"/admin/auth/user/{bob.pk}/password/")
    assert (bob.has_usable_password(), bob.is_staff, list(bob.groups.all())) == (False, True, [role])
    assert b"Make the address" in admin.get(answer["Location"]).content
    answer = choose(made(admin, bob))
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/")
    assert sign_in("bob", NEW, client=Client())["Location"] == "/admin/"
    assert list(Event.objects.order_by("pk").values_list("actor_name", "action", "target", "detail"))[1:] == [
        ("root", "account made", "bob", ""),
        ("root", "role changed", "bob", "+active +staff; group +Writer"),
        ("root", "account changed", "bob", "address for a new password"),
        ("bob", "password changed", "bob", "at an address for it"),
        ("bob", "signed in", "", ""),
    ]


def test_no_page_takes_a_password_for_somebody_else(admin: Client, ada: User) -> None:
    """Not by fields that Django's own pages had."""
    sent = {"username": "bob", "password1": NEW, "password2": NEW, "usable_password": "true", "is_staff": "on"}
    for path in ("/admin/auth/user/add/", f"/admin/auth/user/{ada.pk}/password/"):
        assert b'type="password"' not in admin.get(path).content
        admin.post(path, sent)
    assert not User.objects.get(username="bob").has_usable_password()
    assert User.objects.get(username="ada").check_password(PASSWORD)


def test_an_address_opens_once(admin: Client, ada: User) -> None:
    path, other = made(admin, ada), made(admin, ada)
    assert choose(path).status_code == 302
    for used in (path, other):
        answer = choose(used, {"new_password1": "somebody elses choice", "new_password2": "somebody elses choice"})
        assert answer.status_code == 200
        assert b"good no more" in answer.content
    assert User.objects.get(username="ada").check_password(NEW)


def test_a_page_that_was_open_meanwhile_sets_nothing_either(admin: Client, ada: User) -> None:
    path, early = made(admin, ada), Client()
    opened = early.get(path)["Location"]
    assert choose(path).status_code == 302
    assert b"good no more" in early.post(opened, {"new_password1": "x" * 20, "new_password2": "x" * 20}).content
    assert User.objects.get(username="ada").check_password(NEW)


def test_an_address_ends_after_a_day(admin: Client, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(admin, ada)
    for hours, status in ((23, 302), (25, 200)):
        later = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=hours)
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self, later=later: later)
        assert Client().get(path).status_code == status


def test_an_address_ends_with_a_sign_in(admin: Client, ada: User) -> None:
    """Whoever has a password and uses it needs no other."""
    path = made(admin, ada)
    sign_in("ada", client=Client())
    assert b"good no more" in choose(path).content


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_it_opens_nothing_for_who_may_not_sign_in(admin: Client, ada: User, change: dict[str, bool]) -> None:
    path = made(admin, ada)
    User.objects.filter(pk=ada.pk).update(**change)
    assert b"good no more" in choose(path).content
    answer = admin.post(f"/admin/auth/user/{ada.pk}/password/")
    assert b"may not sign in" in answer.content
    assert b"new-password" not in answer.content


def test_what_is_easily_guessed_is_refused_there_too(admin: Client, ada: User) -> None:
    answer = choose(made(admin, ada), {"new_password1": "passwordpassword", "new_password2": "passwordpassword"})
    assert answer.status_code == 200
    assert b"became public" in answer.content or b"too common" in answer.content
    assert User.objects.get(username="ada").check_password(PASSWORD)


def test_sessions_end_and_the_second_factor_stays(admin: Client, ada: User) -> None:
    there = Client()
    sign_in("ada", client=there)
    factor = Authenticator.objects.create(user=ada, type="totp", data={"secret": seal("ABCDEFGHIJKLMNOP")})
    assert choose(made(admin, ada)).status_code == 302
    assert there.get("/admin/").status_code == 302
    assert Authenticator.objects.filter(pk=factor.pk).exists()
    assert sign_in("ada", NEW, client=Client())["Location"].startswith("/admin/login/code/")


def administrator(name: str) -> User:
    """May manage accounts, and no more."""
    made = User.objects.create_user(name, password=PASSWORD, is_staff=True)
    made.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    return made


@pytest.mark.parametrize("change", ["superuser", "more rights", "maker closed", "maker without the right"])
def test_it_ends_when_who_made_it_may_not_make_it_any_more(ada: User, change: str) -> None:
    """Else whoever keeps it could be somebody later who may do more than they."""
    boss, client = administrator("boss"), Client()
    client.force_login(boss)
    path = made(known(client), ada)
    if change == "superuser":
        User.objects.filter(pk=ada.pk).update(is_superuser=True)
    elif change == "more rights":
        ada.user_permissions.add(Permission.objects.get(codename="change_entry"))
    elif change == "maker closed":
        User.objects.filter(pk=boss.pk).update(is_active=False)
    else:
        boss.user_permissions.clear()
    assert b"good no more" in choose(path).content
    assert User.objects.get(username="ada").check_password(PASSWORD)


def test_whoever_is_signed_in_sets_their_password_there_too(admin: Client, ada: User) -> None:
    client, path = Client(), made(admin, ada)
    client.force_login(ada)
    # A sign-in ends addresses that were made before.
    assert b"good no more" in choose(path, client=client).content
    answer = choose(made(admin, ada), client=client)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/")
    assert client.get("/admin/").status_code == 302
    assert User.objects.get(username="ada").check_password(NEW)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {"password": "another"}])
def test_what_somebody_changes_in_that_moment_stays(
    admin: Client, ada: User, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    path, client = made(admin, ada), Client()
    opened = client.get(path)["Location"]

    def meanwhile(text: str) -> str:
        User.objects.filter(pk=ada.pk).update(**change)
        return make_password(text)

    monkeypatch.setattr("config.signing_in.new_passwords.make_password", meanwhile)
    assert b"good no more" in client.post(opened, BOTH).content
    assert User.objects.filter(pk=ada.pk, **change).exists()
    assert not User.objects.get(pk=ada.pk).check_password(NEW)


@pytest.mark.parametrize("who", ["MQ", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "!", "%00", "A" * 5000, "4pyT"])
@pytest.mark.parametrize("token", ["none", "set-password", "a-b", "%00", "c" * 5000])
def test_whatever_else_stands_there_opens_nothing(ada: User, who: str, token: str) -> None:
    answer = Client().get(f"/admin/login/new-password/{who}/{token}/")
    assert answer.status_code in (200, 404)
    assert b'type="password"' not in answer.content


def test_the_address_is_in_no_log(admin: Client, ada: User, caplog: pytest.LogCaptureFixture, settings: Any) -> None:
    settings.LOG_REQUESTS = True
    caplog.set_level("INFO")
    path = made(admin, ada)
    token = path.split("/")[-2]
    choose(path)
    lines = [one.getMessage() for one in caplog.records if one.name == "lemma.requests"]
    assert any(line.startswith("GET /admin/login/new-password/… 302") for line in lines), lines
    # What others say, Django among them, is cleaned as it is written.
    Client(enforce_csrf_checks=True).post(path, BOTH)
    Client().get("/" + path)
    for formatter in (LineFormatter("%(message)s"), JsonFormatter()):
        written = [formatter.format(one) for one in caplog.records]
        assert any("Forbidden" in line for line in written)
        assert all(token not in line for line in written)


def test_without_its_last_sign_it_opens_all_the_same(admin: Client, ada: User) -> None:
    """And does not go to the login, with the secret in its address."""
    answer = choose(made(admin, ada).rstrip("/"))
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/")


def test_the_own_password_is_wanted_before_accounts_are_deleted_in_the_list(ada: User) -> None:
    User.objects.create_superuser("root", password=PASSWORD)
    client = Client()
    sign_in("root", client=client)
    for model, key in (("user", ada.pk), ("group", Group.objects.get_or_create(name="Writer")[0].pk)):
        chosen = {"action": "delete_selected", "_selected_action": [key], "post": "yes"}
        assert client.post(f"/admin/auth/{model}/", chosen)["Location"].startswith("/admin/account/password/?next=")
    assert User.objects.filter(pk=ada.pk).exists()
    assert Group.objects.filter(name="Writer").exists()


def test_the_page_leads_nowhere_with_its_secret(admin: Client, ada: User) -> None:
    client, path = Client(), made(admin, ada)
    answer = client.get(path)
    assert answer["Location"].endswith("/set-password/")
    assert "no-store" in client.get(answer["Location"])["Cache-Control"]
    assert "no-store" in admin.post(f"/admin/auth/user/{ada.pk}/password/")["Cache-Control"]


@pytest.mark.parametrize("path", ["add/", "{ada}/change/", "{ada}/delete/", "{ada}/password/", "{ada}/second-factor/"])
def test_the_own_password_is_wanted_before_an_account_changes(ada: User, path: str) -> None:
    User.objects.create_superuser("root", password=PASSWORD)
    client, address = Client(), f"/admin/auth/user/{path.format(ada=ada.pk)}"
    sign_in("root", client=client)
    before = (User.objects.count(), User.objects.get(pk=ada.pk).password)
    data = {"username": "bob", "is_staff": "on", "post": "yes"}
    assert client.post(address, data)["Location"].startswith("/admin/account/password/?next=")
    assert confirm(client, address)["Location"] == address
    assert (User.objects.count(), User.objects.get(pk=ada.pk).password) == before, "What was sent before is not done."
    assert client.get(address).status_code == 200


def test_looking_at_accounts_wants_no_password() -> None:
    User.objects.create_superuser("root", password=PASSWORD)
    client = Client()
    sign_in("root", client=client)
    assert client.get("/admin/auth/user/").status_code == 200
