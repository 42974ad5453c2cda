"""Single sign-on, against a provider of OpenID Connect that is really asked."""

import hashlib
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django.fixtures import Settings

from config.checks import check_single_sign_on
from config.signing_in.provider import provider
from publishing.auditing.models import Event
from tests.operations.codes import PASSWORD, code_of, set_up_app, sign_in
from tests.operations.identity import CLIENT, SECRET, Identity, new_key, serving

pytestmark = pytest.mark.django_db

ADA = {
    "sub": "1815", "preferred_username": "ada", "given_name": "Ada", "family_name": "Lovelace",
    "email": "ada@example.org", "email_verified": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def running() -> Iterator[Identity]:
    with serving(Identity()) as identity:
        yield identity


@pytest.fixture
def identity(running: Identity, settings: Settings) -> Identity:
    cache.clear()
    fresh = Identity(address=running.address, person=dict(ADA), key=running.key)
    for name in ("person", "forged", "apart", "signing", "methods", "codes", "asked"):
        setattr(running, name, getattr(fresh, name))
    use(settings, running)
    return running


def use(settings: Settings, identity: Identity, **changes: Any) -> None:
    options = {"issuer": identity.address, "client_id": CLIENT, "client_secret": SECRET, "name": "Example University",
               "domains": [], "claim": "groups", "roles": []}  # fmt: skip
    settings.LEMMA_OIDC = provider(**options | changes)


def go(client: Client, *, to: str = "/admin/") -> str:
    """Presses the button; gives where the browser is sent."""
    answer = client.post("/admin/login/sso/", {"next": to})
    assert answer.status_code == 200, answer
    found = re.search(r'href="(http[^"]+/authorize[^"]+)"', answer.content.decode())
    assert found
    assert answer["Refresh"] == f"0; url={unescape(found[1])}"
    return unescape(found[1])


def enter(client: Client, *, to: str = "/admin/") -> Any:
    """All of it: to the provider and back."""
    back = httpx.get(go(client, to=to), follow_redirects=False).headers["Location"]
    assert back.startswith("http://testserver/admin/login/sso/back/?code=")
    return client.get(back.removeprefix("http://testserver"))


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def refused(client: Client, answer: Any) -> bool:
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/")
    page = client.get("/admin/login/")
    return b"You could not be signed in by Example University." in page.content and not is_in(client)


def events() -> list[tuple[str, str, str, str]]:
    return [(one.actor_name, one.action, one.target, one.detail) for one in Event.objects.order_by("pk")]


# --- who comes in, and as whom ---


def test_whoever_comes_first_gets_an_account_that_may_nothing(identity: Identity, client: Client) -> None:
    answer = enter(client, to="/admin/glossary/entry/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/glossary/entry/")
    ada = User.objects.get()
    assert (ada.username, ada.email, ada.get_full_name()) == ("ada", "ada@example.org", "Ada Lovelace")
    assert not ada.has_usable_password()
    assert not ada.is_superuser
    assert not ada.get_all_permissions()
    assert b"Your account has no role yet." in client.get("/admin/").content
    assert client.get("/admin/glossary/entry/").status_code == 403
    assert client.get("/api/v1/entries/?draft=true").status_code == 403
    assert events() == [
        ("ada", "account made", "ada", "single sign-on"), ("ada", "signed in", "", "single sign-on")
    ]  # fmt: skip


def test_they_are_known_the_second_time_whatever_they_are_called_then(identity: Identity, client: Client) -> None:
    enter(client)
    identity.person |= {"preferred_username": "countess", "email": "countess@example.org"}
    again = Client()
    enter(again)
    assert is_in(again)
    assert User.objects.get().username == "ada"


def test_an_account_with_their_verified_address_is_theirs(identity: Identity, client: Client) -> None:
    user = User.objects.create_user("lovelace", "Ada@Example.org", is_staff=True)
    user.groups.add(Group.objects.get(name="Editor"))
    enter(client)
    assert client.get("/admin/glossary/entry/").status_code == 200
    assert User.objects.get() == user
    assert events()[0] == ("lovelace", "account changed", "lovelace", "single sign-on connected")


@pytest.mark.parametrize("verified", [False, "false", "true", None, 1])
def test_an_address_that_is_not_verified_opens_nobodys_account(
    identity: Identity, client: Client, verified: Any
) -> None:
    User.objects.create_superuser("root", "ada@example.org")
    identity.person["email_verified"] = verified
    enter(client)
    assert is_in(client)
    assert User.objects.get(username="ada").email == ""
    assert client.get("/admin/auth/user/").status_code == 403


def test_an_address_that_only_the_database_takes_for_theirs_opens_nobodys_account(
    identity: Identity, client: Client
) -> None:
    """To PostgreSQL a dotless i is an I in capitals."""
    User.objects.create_superuser("root", "irene@example.org")
    identity.person["email"] = "\u0131rene@example.org"
    enter(client)
    assert is_in(client)
    assert User.objects.get(username="ada").email == "\u0131rene@example.org"
    assert client.get("/admin/auth/user/").status_code == 403


def test_an_address_that_several_have_opens_none(identity: Identity, client: Client) -> None:
    for name in ("one", "two"):
        User.objects.create_user(name, "ada@example.org", is_staff=True)
    assert refused(client, enter(client))
    assert User.objects.count() == 2


def test_a_name_that_somebody_has_gets_a_number(identity: Identity, client: Client) -> None:
    User.objects.create_superuser("Ada")
    identity.person["preferred_username"] = "ada <script>"
    enter(client)
    identity.person |= {"sub": "2", "email": "b@example.org", "preferred_username": "ada"}
    enter(Client())
    assert list(User.objects.order_by("pk").values_list("username", flat=True)) == ["Ada", "adascript", "ada-2"]


@pytest.mark.parametrize("flag", ["is_active", "is_staff"])
def test_an_account_that_is_closed_stays_closed(identity: Identity, client: Client, flag: str) -> None:
    enter(client)
    User.objects.update(**{flag: False})
    again = Client()
    assert enter(again)["Location"] == "/admin/login/"
    assert not is_in(again)
    assert b"may not sign in" in again.get("/admin/login/").content


def test_a_second_factor_is_asked_for_here_too(identity: Identity, client: Client) -> None:
    user = User.objects.create_user("lovelace", "ada@example.org", PASSWORD, is_staff=True)
    sign_in("lovelace", client=client)
    secret, _ = set_up_app(client)
    there = Client()
    assert enter(there)["Location"] == "/admin/login/code/"
    assert not is_in(there)
    there.post("/admin/login/code/", {"code": code_of(secret, later=1)})
    assert is_in(there)
    assert events()[-1] == (user.username, "signed in", "", "single sign-on, authenticator app")


def test_what_the_provider_knows_of_somebody_is_not_kept(identity: Identity, client: Client) -> None:
    from allauth.socialaccount.models import SocialAccount, SocialToken

    enter(client)
    enter(Client())
    account = SocialAccount.objects.get()
    assert account.extra_data == {}
    assert len(account.uid) == 64
    assert not SocialToken.objects.exists()


def test_the_same_number_from_another_issuer_is_another_person(
    identity: Identity, client: Client, settings: Settings
) -> None:
    enter(client)
    with serving(Identity(person={**ADA, "email": "eve@example.org", "preferred_username": "eve"})) as other:
        use(settings, other)
        enter(Client())
    assert set(User.objects.values_list("username", flat=True)) == {"ada", "eve"}


# --- who may, and what ---


def test_only_chosen_domains_come_in(identity: Identity, client: Client, settings: Settings) -> None:
    use(settings, identity, domains=["example.com", "@Example.ORG"])
    enter(client)
    assert is_in(client)
    for mail, verified in (("a@evil.example", True), ("a@example.org.evil.example", True), ("b@example.org", False),
                           ("b@sub.example.org", True)):  # fmt: skip
        identity.person |= {"sub": mail, "email": mail, "email_verified": verified}
        stranger = Client()
        assert refused(stranger, enter(stranger)), mail
    assert User.objects.count() == 1
    assert events()[-1][1:] == (
        "sign-in refused", "", "single sign-on: the address is of another domain, or not verified"
    )  # fmt: skip


def test_groups_give_roles_and_take_them(identity: Identity, client: Client, settings: Settings) -> None:
    use(settings, identity, roles=["glossary=editors=Editor", "staff=Viewer", "boss=Administrator"])
    identity.person["groups"] = ["glossary=editors", "staff", "choir"]
    enter(client)
    ada = User.objects.get()
    ada.groups.add(Group.objects.get(name="Writer"))
    assert set(ada.groups.values_list("name", flat=True)) == {"Editor", "Viewer", "Writer"}
    identity.person["groups"] = "boss"
    enter(Client())
    # What an administrator gave by hand, and no group stands for, stays.
    assert set(ada.groups.values_list("name", flat=True)) == {"Administrator", "Writer"}
    assert not User.objects.get().is_superuser
    assert [event[3] for event in events() if event[1] == "role changed"] == [
        "single sign-on: group +Editor +Viewer", "single sign-on: group +Administrator -Editor -Viewer"
    ]  # fmt: skip


def test_groups_give_nothing_unless_settings_say_so(identity: Identity, client: Client) -> None:
    identity.person["groups"] = ["Administrator", "Editor"]
    enter(client)
    assert not User.objects.get().groups.exists()


def test_what_is_not_in_the_token_is_asked_for(identity: Identity, client: Client) -> None:
    identity.apart = {"email": "ada@example.org", "email_verified": True}
    enter(client)
    assert "/userinfo" in identity.asked
    assert User.objects.get().email == "ada@example.org"


def test_what_is_told_of_another_person_is_refused(identity: Identity, client: Client) -> None:
    identity.person.pop("email")
    identity.forged = {"sub": "1"}
    assert refused(client, enter(client))


# --- forged and broken answers ---


def another_key(identity: Identity, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, new_key(), algorithm="RS256", headers={"kid": "one"})


def unknown_key(identity: Identity, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, new_key(), algorithm="RS256", headers={"kid": "two"})


def unsigned(identity: Identity, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", algorithm="none", headers={"kid": "one"})


def signed_with_the_public_key(identity: Identity, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, identity.keys()["keys"][0]["n"], algorithm="HS256", headers={"kid": "one"})


@pytest.mark.parametrize("signing", [another_key, unknown_key, unsigned, signed_with_the_public_key])
def test_a_token_that_the_provider_did_not_sign_is_refused(
    identity: Identity, client: Client, signing: Callable[..., str]
) -> None:
    identity.signing = signing
    assert refused(client, enter(client))
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "forged",
    [
        {"iss": "https://evil.example"}, {"aud": "another client"}, {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": 1}, {"exp": None}, {"iat": None}, {"sub": None}, {"nonce": "another"}, {"nonce": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_for_somebody_else_or_another_time_is_refused(
    identity: Identity, client: Client, forged: dict[str, Any]
) -> None:
    identity.forged = forged
    assert refused(client, enter(client))
    assert not User.objects.exists()


def test_a_new_key_of_the_provider_is_found(identity: Identity, client: Client) -> None:
    enter(client)
    old, identity.key = identity.key, new_key()
    identity.signing = lambda identity, claims: jwt.encode(
        claims, identity.key, algorithm="RS256", headers={"kid": "next"}
    )
    original = identity.keys
    identity.keys = lambda: {"keys": [{**original()["keys"][0], "kid": "next"}]}  # type: ignore[method-assign]
    try:
        again = Client()
        enter(again)
        assert is_in(again)
    finally:
        del identity.keys
        identity.key = old


def test_the_state_belongs_to_one_browser_and_one_try(identity: Identity, client: Client) -> None:
    back = httpx.get(go(client), follow_redirects=False).headers["Location"].removeprefix("http://testserver")
    stranger = Client()
    assert refused(stranger, stranger.get(back))
    client.get(back)
    assert is_in(client)
    assert refused(stranger, stranger.get(back))
    for broken in ("", "?code=x", "?state=x", "?code=x&state=x", "?error=access_denied&state=x"):
        assert refused(stranger, stranger.get(f"/admin/login/sso/back/{broken}")), broken


def test_each_try_has_its_own_state_nonce_and_challenge(identity: Identity, client: Client) -> None:
    one, two = (dict(parse_qsl(urlsplit(go(client)).query)) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name]) >= 16
        assert one[name] != two[name]
    assert one["redirect_uri"] == "http://testserver/admin/login/sso/back/"


def test_what_a_link_adds_is_not_passed_on(identity: Identity, client: Client) -> None:
    query = "?auth_params=nonce%3Dmine%26prompt%3Dnone&scope=admin&process=connect"
    page = client.post(f"/admin/login/sso/{query}").content.decode()
    assert "mine" not in page
    assert "prompt" not in page
    assert "admin+" not in page


def test_another_site_does_not_start_it(identity: Identity) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.get("/admin/login/sso/").status_code == 405
    assert strict.post("/admin/login/sso/").status_code == 403


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_led_away(identity: Identity, client: Client, to: str) -> None:
    assert enter(client, to=to)["Location"] == "/admin/"


def test_a_session_has_another_key_afterwards(identity: Identity, client: Client) -> None:
    back = httpx.get(go(client), follow_redirects=False).headers["Location"]
    before = client.cookies["sessionid"].value
    client.get(back.removeprefix("http://testserver"))
    assert client.cookies["sessionid"].value != before


def test_a_provider_that_wants_the_secret_in_a_header_gets_it(identity: Identity, client: Client) -> None:
    identity.methods = ("client_secret_basic",)
    enter(client)
    assert is_in(client)


def test_a_wrong_secret_is_no_way_in(identity: Identity, client: Client, settings: Settings) -> None:
    use(settings, identity, client_secret="wrong")
    assert refused(client, enter(client))


def test_a_provider_that_does_not_answer_is_said(identity: Identity, client: Client, settings: Settings) -> None:
    use(settings, identity, issuer="http://127.0.0.1:9")
    assert refused(client, client.post("/admin/login/sso/"))
    use(settings, identity, issuer=identity.address + "/nothing")
    assert refused(client, client.post("/admin/login/sso/"))


def test_a_provider_that_is_not_the_issuer_is_refused(identity: Identity, client: Client, settings: Settings) -> None:
    use(settings, identity, issuer=identity.address.replace("127.0.0.1", "localhost"))
    assert refused(client, client.post("/admin/login/sso/"))


def test_a_secure_provider_is_not_asked_without_https(identity: Identity, client: Client, settings: Settings) -> None:
    said = {**identity.configuration(), "issuer": "https://login.example.org"}
    said |= dict.fromkeys(("authorization_endpoint", "jwks_uri", "userinfo_endpoint"), "https://login.example.org/x")
    use(settings, identity, issuer="https://login.example.org")
    key = hashlib.sha256(b"https://login.example.org/.well-known/openid-configuration").hexdigest()
    cache.set(f"lemma-oidc-{key}", said)
    assert refused(client, client.post("/admin/login/sso/"))
    cache.set(f"lemma-oidc-{key}", {**said, "token_endpoint": "https://login.example.org/x"})
    assert client.post("/admin/login/sso/").status_code == 200


def test_no_token_and_no_secret_is_in_the_log(
    identity: Identity, client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    use(settings, identity, client_secret="wrong secret")
    assert refused(client, enter(client))
    assert "Nobody was signed in by Example University" in caplog.text
    assert "invalid_grant" not in caplog.text
    assert "wrong secret" not in caplog.text + repr(settings.LEMMA_OIDC)


def test_what_it_says_of_itself_is_asked_for_once(identity: Identity, client: Client) -> None:
    enter(client)
    enter(Client())
    assert identity.asked.count("/.well-known/openid-configuration") == identity.asked.count("/keys") == 1


# --- settings ---


def test_without_an_issuer_there_is_no_button_and_no_address(client: Client, settings: Settings) -> None:
    assert settings.LEMMA_OIDC is None
    assert b"sso" not in client.get("/admin/login/").content
    assert client.post("/admin/login/sso/").status_code == 404
    assert client.get("/admin/login/sso/back/").status_code == 404


def test_the_button_has_the_name_of_the_provider(identity: Identity, client: Client) -> None:
    assert b"Log in with Example University" in client.get("/admin/login/").content


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client_id": ""}, "LEMMA_OIDC_CLIENT_ID"),
        ({"client_secret": ""}, "LEMMA_OIDC_CLIENT_SECRET"),
        ({"roles": ["Editor"]}, "LEMMA_OIDC_ROLES has “Editor”"),
    ],
)
def test_half_a_setting_is_explained(identity: Identity, settings: Settings, change: Any, said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        use(settings, identity, **change)


@pytest.mark.parametrize(
    ("issuer", "good"),
    [
        ("https://login.example.org/realms/lemma", True), ("http://localhost:8080", True),
        ("http://login.example.org", False), ("login.example.org", False), ("https://", False),
    ],
)  # fmt: skip
def test_the_provider_is_asked_with_https(identity: Identity, settings: Settings, issuer: str, good: bool) -> None:
    use(settings, identity, issuer=issuer)
    assert [one.id for one in check_single_sign_on()] == ([] if good else ["lemma.E013"])


def test_a_role_that_there_is_none_of_is_told(
    identity: Identity, client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    use(settings, identity, roles=["staff=Reader"])
    identity.person["groups"] = ["staff"]
    enter(client)
    assert "there is no such role" in caplog.text
    assert not User.objects.get().groups.exists()
