"""Authenticator apps and recovery codes: set up, used, lost."""

import base64
import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.core.cache import cache, caches
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.cache_url import read_cache_url
from config.signing_in.sealing import seal
from publishing.auditing.models import Event
from tests.operations.codes import ACCOUNT, PASSWORD, code_of, confirm, set_up_app, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_was_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password=PASSWORD, is_staff=True)


@pytest.fixture
def client(ada: User) -> Client:
    client = Client()
    assert sign_in("ada", client=client).status_code == 302
    return client


def second_step(secret_or_code: str, *, name: str = "ada", address: str = "2.2.2.2") -> tuple[Client, Any]:
    client = Client()
    answer = sign_in(name, client=client, address=address)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/code/")
    code = code_of(secret_or_code, later=1) if len(secret_or_code) == 32 else secret_or_code
    return client, client.post("/admin/login/code/", {"code": code}, REMOTE_ADDR=address)


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def events(*actions: str) -> list[tuple[str, str, str, str]]:
    found = Event.objects.filter(action__in=actions) if actions else Event.objects.all()
    return [(one.actor_name, one.action, one.target, one.detail) for one in found.order_by("pk")]


# --- setting it up ---


def test_a_password_is_not_enough_any_more(client: Client) -> None:
    secret, _ = set_up_app(client)
    there = Client()
    sign_in("ada", client=there)
    assert not is_in(there)
    there, answer = second_step(secret)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert is_in(there)
    assert events("signed in")[-1] == ("ada", "signed in", "", "password, authenticator app")


def test_the_password_is_wanted_before_anything_changes(client: Client) -> None:
    for path in ("app/add/", "passkeys/add/", "recovery-codes/renew/"):
        answer = client.get(ACCOUNT + path)
        assert answer["Location"].startswith(f"{ACCOUNT}password/?next="), path
        assert client.post(ACCOUNT + path, {"code": "123456"}).status_code == 302
    assert confirm(client, f"{ACCOUNT}app/add/", password="wrong").status_code == 200
    assert client.get(f"{ACCOUNT}app/add/").status_code == 302
    assert not Authenticator.objects.exists()


def test_after_five_minutes_it_is_wanted_again(client: Client, settings: Settings) -> None:
    confirm(client, f"{ACCOUNT}app/add/")
    assert client.get(f"{ACCOUNT}app/add/").status_code == 200
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert client.get(f"{ACCOUNT}app/add/").status_code == 302


def test_a_wrong_code_turns_nothing_on(client: Client) -> None:
    confirm(client, f"{ACCOUNT}app/add/")
    client.get(f"{ACCOUNT}app/add/")
    answer = client.post(f"{ACCOUNT}app/add/", {"code": "000000"})
    assert b"not right" in answer.content
    assert not Authenticator.objects.exists()


def test_the_qr_code_is_in_the_page_and_comes_from_nowhere_else(client: Client) -> None:
    confirm(client, f"{ACCOUNT}app/add/")
    page = client.get(f"{ACCOUNT}app/add/")
    assert b'src="data:image/svg+xml;base64,' in page.content
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_sessions_elsewhere_end_and_this_one_goes_on(
    ada: User, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    elsewhere = Client()
    sign_in("ada", client=elsewhere)
    assert is_in(elsewhere)
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(client)
    assert (is_in(client), is_in(elsewhere)) == (True, False)


def test_each_change_is_written_down(client: Client, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(client)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{ACCOUNT}recovery-codes/renew/")
    client.post(f"{ACCOUNT}app/remove/")
    assert events("second factor added", "second factor changed", "second factor removed") == [
        ("ada", "second factor added", "ada", "authenticator app"),
        ("ada", "second factor added", "ada", "recovery codes"),
        ("ada", "second factor changed", "ada", "recovery codes"),
        ("ada", "second factor removed", "ada", "authenticator app"),
        ("ada", "second factor removed", "ada", "recovery codes"),
    ]
    assert not Authenticator.objects.exists()


def test_a_copy_of_the_database_does_not_give_the_secrets_away(client: Client) -> None:
    secret, codes = set_up_app(client)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_secrets_outlive_a_change_of_the_key_if_the_old_one_is_named(
    client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    secret, _ = set_up_app(client)
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    with caplog.at_level(logging.ERROR, "lemma.accounts"):
        there, answer = second_step(secret)
    assert (answer.status_code, is_in(there)) == (200, False)
    assert "SECRET_KEY_FALLBACKS" in caplog.text
    settings.SECRET_KEY_FALLBACKS = [old]
    there, answer = second_step(secret)
    assert answer.status_code == 302


# --- using it ---


def test_a_code_opens_only_once(client: Client) -> None:
    secret, _ = set_up_app(client)
    code = code_of(secret, later=1)
    assert second_step(code)[1].status_code == 302
    # As in a process that does not share the cache, in which allauth keeps used codes for half a minute.
    cache.clear()
    there, answer = second_step(code)
    assert (answer.status_code, is_in(there)) == (200, False)
    assert b"used already" in answer.content


def test_a_code_before_the_last_that_was_used_opens_nothing(client: Client) -> None:
    secret, _ = set_up_app(client)
    assert second_step(code_of(secret, later=1))[1].status_code == 302
    assert second_step(code_of(secret, later=0))[1].status_code == 200


@pytest.mark.parametrize("later", [-3, 3])
def test_a_code_of_another_time_opens_nothing(client: Client, later: int) -> None:
    secret, _ = set_up_app(client)
    assert second_step(code_of(secret, later=later))[1].status_code == 200


@pytest.mark.parametrize("code", ["", "1", "٠١٢٣٤٥", "12345\0", "9" * 5000, "null"])
def test_nonsense_is_a_wrong_code(client: Client, code: str) -> None:
    set_up_app(client)
    there, answer = second_step(code)
    assert (answer.status_code, is_in(there)) == (200, False)


def test_the_second_step_alone_opens_nothing(client: Client) -> None:
    secret, _ = set_up_app(client)
    stranger = Client()
    for path in ("/admin/login/code/", ACCOUNT, f"{ACCOUNT}recovery-codes/"):
        assert stranger.post(path, {"code": code_of(secret, later=1)}).status_code in (302, 405)
        assert not is_in(stranger)


def test_one_may_start_over(client: Client) -> None:
    set_up_app(client)
    there, _ = second_step("000000")
    assert there.get("/admin/login/")["Location"] == "/admin/login/code/"
    assert there.get("/admin/login/start-over/").status_code == 405
    there.post("/admin/login/start-over/")
    assert there.get("/admin/login/").status_code == 200


def test_the_session_has_another_key_after_each_step(client: Client) -> None:
    secret, _ = set_up_app(client)
    there = Client()
    sign_in("ada", client=there)
    between = there.cookies["sessionid"].value
    there.post("/admin/login/code/", {"code": code_of(secret, later=1)})
    assert is_in(there)
    assert there.cookies["sessionid"].value != between


# --- recovery codes ---


def test_a_recovery_code_opens_once(client: Client) -> None:
    _, codes = set_up_app(client)
    there, answer = second_step(codes[3])
    assert (answer.status_code, is_in(there)) == (302, True)
    assert second_step(codes[3])[1].status_code == 200
    assert second_step(codes[4])[1].status_code == 302
    assert b"8 codes are left" in there.get(ACCOUNT).content


def test_recovery_codes_are_shown_once_to_be_kept(client: Client) -> None:
    confirm(client, f"{ACCOUNT}app/add/")
    page = client.get(f"{ACCOUNT}app/add/").content.decode()
    secret = re.findall(r'id="totp-key"[^>]*value="([A-Z2-7]+)"', page)[0]
    client.post(f"{ACCOUNT}app/add/", {"code": code_of(secret)})
    first, second = (client.get(f"{ACCOUNT}recovery-codes/").content.decode() for _ in range(2))
    assert 'download="recovery-codes.txt"' in first
    assert "data:text/plain" in first
    assert "They were shown once" in second
    assert "<code>" not in second
    assert "data:text/plain" not in second


def test_renewed_codes_replace_the_old_ones(client: Client) -> None:
    _, old = set_up_app(client)
    answer = client.post(f"{ACCOUNT}recovery-codes/renew/", follow=True)
    assert b"shown only now" in answer.content
    assert old[0].encode() not in answer.content
    assert second_step(old[0])[1].status_code == 200


# --- somebody tries codes ---


def test_wrong_codes_are_counted_as_wrong_passwords_are(client: Client) -> None:
    secret, _ = set_up_app(client)
    there, _ = second_step("000000")
    for _ in range(3):
        assert there.post("/admin/login/code/", {"code": "000000"}, REMOTE_ADDR="2.2.2.2").status_code == 200
    answer = there.post("/admin/login/code/", {"code": "000000"}, REMOTE_ADDR="2.2.2.2")
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    # Also the right one, and from the first step on.
    right = {"code": code_of(secret, later=1)}
    assert there.post("/admin/login/code/", right, REMOTE_ADDR="2.2.2.2").status_code == 429
    assert sign_in("ada", client=Client()).status_code == 429
    assert not is_in(there)
    assert events("sign-in refused")[0] == ("", "sign-in refused", "ada", "second factor")
    assert events("locked out")[0] == ("", "locked out", "ada", "")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    cache.clear()
    assert second_step(secret)[1].status_code == 302


def test_a_right_password_does_not_forget_wrong_codes(client: Client) -> None:
    set_up_app(client)
    statuses = [second_step("000000")[1].status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]


def test_whoever_tries_from_many_addresses_gets_five_codes_in_five_minutes(client: Client) -> None:
    secret, _ = set_up_app(client)
    for number in range(5):
        assert second_step("000000", address=f"3.3.3.{number}")[1].status_code == 200
    there, answer = second_step(secret, address="4.4.4.4")
    assert (answer.status_code, is_in(there)) == (200, False)
    assert b"Tried too often" in answer.content
    cache.clear()
    assert second_step(secret, address="4.4.4.4")[1].status_code == 302


def test_processes_that_share_a_cache_count_together(client: Client, settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared"}}
    call_command("createcachetable", verbosity=0)
    secret, _ = set_up_app(client)
    for number in range(5):
        # Each as in a process of its own, which keeps nothing in memory.
        del caches["default"]
        assert second_step("000000", address=f"3.3.3.{number}")[1].status_code == 200
    assert b"Tried too often" in second_step(secret, address="4.4.4.4")[1].content


def test_without_the_shared_cache_one_signs_in_and_codes_are_still_counted(client: Client, settings: Settings) -> None:
    secret, _ = set_up_app(client)
    settings.CACHES = {"default": read_cache_url("redis://127.0.0.1:1/0")}
    there, answer = second_step(secret)
    assert (answer.status_code, is_in(there)) == (302, True)
    assert second_step(code_of(secret, later=1))[1].status_code == 200, "it was used already"
    assert [second_step("000000")[1].status_code for _ in range(4)] == [200, 200, 200, 429]


def test_wrong_passwords_before_a_change_are_counted_too(client: Client) -> None:
    answers = [confirm(client, f"{ACCOUNT}app/add/", password="wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]


# --- somebody lost it ---


@pytest.fixture
def administrator(db: None) -> Client:
    user = User.objects.create_user("eve", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Administrator"))
    client = Client()
    sign_in("eve", client=client)
    return client


def test_an_administrator_takes_a_lost_factor_away(ada: User, client: Client, administrator: Client) -> None:
    set_up_app(client)
    path = f"/admin/auth/user/{ada.pk}/second-factor/"
    assert administrator.post(path)["Location"].startswith(f"{ACCOUNT}password/?next=")
    # The password is for a look at the page; what was sent before is not done with it.
    confirm(administrator, path)
    assert b"authenticator app" in administrator.get(path).content
    assert Authenticator.objects.count() == 2, "looking at the page removes nothing"
    assert administrator.post(path)["Location"] == f"/admin/auth/user/{ada.pk}/change/"
    assert not is_in(client)
    assert sign_in("ada", client=client)["Location"] == "/admin/"
    assert ("eve", "second factor removed", "ada", "authenticator app, recovery codes") in events()


def test_of_a_superuser_only_another_one_does(administrator: Client) -> None:
    superuser = User.objects.create_superuser("root", password=PASSWORD)
    root = Client()
    sign_in("root", client=root)
    set_up_app(root)
    path = f"/admin/auth/user/{superuser.pk}/second-factor/"
    assert administrator.get(path).status_code == 403
    assert administrator.post(path).status_code == 403
    assert Authenticator.objects.count() == 2


def test_whoever_runs_the_machine_takes_any_factor_away(ada: User, client: Client) -> None:
    set_up_app(client)
    out = StringIO()
    call_command("remove_second_factor", "ada", stdout=out)
    assert out.getvalue() == "Removed: authenticator app, recovery codes. Their sessions have ended.\n"
    assert not is_in(client)
    assert ("", "second factor removed", "ada", "authenticator app, recovery codes") in events()
    call_command("remove_second_factor", "ada", stdout=(again := StringIO()))
    assert again.getvalue() == "ada has no second factor.\n"
    with pytest.raises(CommandError, match="There is no account “nobody”"):
        call_command("remove_second_factor", "nobody")


def test_the_list_of_accounts_says_who_has_one(client: Client, administrator: Client) -> None:
    before = administrator.get("/admin/auth/user/").content.decode().count('data-label="Second factor"')
    set_up_app(client)
    page = administrator.get("/admin/auth/user/").content.decode()
    assert before == page.count('data-label="Second factor"') == 2


# --- passkeys, as no browser sends them ---


def signed(**response: Any) -> str:
    return json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": response})


ASKED = base64.urlsafe_b64encode(b'{"type":"webauthn.get","challenge":"AA","origin":"https://x"}').decode().rstrip("=")
PARTS = {"clientDataJSON": ASKED, "authenticatorData": "A" * 50, "signature": "AA", "userHandle": "MQ"}
NO_PASSKEYS = {
    "nothing": "", "no JSON": "x", "null": "null", "a list": "[]", "a number": "1", "an object": "{}",
    "an id": '{"id": 1}', "no parts": signed(), "parts that are a list": signed(**PARTS).replace("{", "[", 2),
    "cut parts": signed(clientDataJSON="AA", attestationObject="AA", authenticatorData="AA", signature="AA"),
    "empty parts": signed(clientDataJSON="e30", attestationObject="oA", authenticatorData="AA", signature="AA"),
    "another challenge": signed(**PARTS),
    "no account": signed(**{**PARTS, "userHandle": None}),
    "an account that is no text": signed(**{**PARTS, "userHandle": "__8"}),
    "an account that is no number that fits": signed(**{**PARTS, "userHandle": "OTk5" * 12}),
    "deep": "[" * 60_000, "deep objects": '{"a":' * 12_000, "NUL": signed(**{**PARTS, "more": "\0"}),
    "half a letter": signed(**{**PARTS, "more": "\ud800"}), "large": signed(**{**PARTS, "more": "A" * 70_000}),
}  # fmt: skip


@pytest.mark.parametrize("credential", NO_PASSKEYS.values(), ids=NO_PASSKEYS.keys())
def test_what_is_no_passkey_opens_and_adds_nothing(ada: User, client: Client, credential: str) -> None:
    stranger = Client()
    asked = stranger.get("/admin/login/passkey/", headers={"accept": "application/json"}).json()
    assert asked["request_options"]["publicKey"]["userVerification"] == "required"
    answer = stranger.post("/admin/login/passkey/", {"credential": credential})
    assert (answer.status_code, answer["Location"], is_in(stranger)) == (302, "/admin/login/", False)
    confirm(client, f"{ACCOUNT}passkeys/add/")
    client.get(f"{ACCOUNT}passkeys/add/")
    answer = client.post(f"{ACCOUNT}passkeys/add/", {"credential": credential, "name": "Mine"})
    assert answer.status_code == 200
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("path", ["/admin/login/code/", f"{ACCOUNT}passkey/"])
def test_nor_as_the_second_step(ada: User, client: Client, path: str) -> None:
    Authenticator.objects.create(user=ada, type="totp", data={"secret": seal("A" * 32)})
    there = Client()
    sign_in("ada", client=there)
    for credential in NO_PASSKEYS.values():
        cache.clear()
        at = client if path.startswith(ACCOUNT) else there
        assert at.post(path, {"credential": credential}).status_code in (200, 302)
        assert not is_in(there)
