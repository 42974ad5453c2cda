"""Signing in and out, and what is written down of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.fixtures import Settings

import documents
from api.models import Token
from config.accounts import address_of
from config.admin import _difference
from config.sessions import SINCE
from glossary.editing import delete_entry, publish_entry, rename_entry, save_entry, unpublish_entry
from publishing.auditing.models import Event
from publishing.auditing.recording import record
from tests.operations.codes import known

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def nobody_was_counted() -> None:
    cache.clear()


@pytest.fixture
def ada() -> User:
    # In whole seconds, as a form has it.
    joined = timezone.now().replace(microsecond=0)
    return User.objects.create_user("ada", password=PASSWORD, is_staff=True, date_joined=joined)


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password=PASSWORD))
    Event.objects.all().delete()
    return known(client)


def sign_in(name: str, password: str = PASSWORD, *, address: str = "2.2.2.2", client: Client | None = None) -> Any:
    data = {"username": name, "password": password, "next": "/admin/"}
    return (client or Client()).post("/admin/login/", data, REMOTE_ADDR=address)


def events() -> list[tuple[str, str, str, str]]:
    """The oldest first: who, what, to what, how."""
    return [(one.actor_name, one.action, one.target, one.detail) for one in Event.objects.order_by("pk")]


# --- passwords that somebody tries ---


def test_after_five_wrong_passwords_the_right_one_has_to_wait(ada: User) -> None:
    for _ in range(4):
        assert sign_in("ada", "wrong").status_code == 200
    assert sign_in("ada", "wrong").status_code == 429
    refused = sign_in("ada")
    assert refused.status_code == 429
    assert refused["Retry-After"] == "900"
    assert b"Wait 15 minutes" in refused.content


def test_who_waited_may_try_again(ada: User) -> None:
    from axes.models import AccessAttempt

    for _ in range(5):
        sign_in("ada", "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in("ada").status_code == 302


def test_nobody_is_kept_out_by_what_others_try_elsewhere(ada: User) -> None:
    User.objects.create_user("bob", password=PASSWORD, is_staff=True)
    for _ in range(6):
        sign_in("ada", "wrong", address="3.3.3.3")
    assert sign_in("ada", address="3.3.3.3").status_code == 429
    assert sign_in("ada", address="2.2.2.2").status_code == 302
    assert sign_in("bob", address="3.3.3.3").status_code == 302


def test_a_right_password_forgets_the_wrong_ones(ada: User) -> None:
    for _ in range(2):
        for _ in range(4):
            sign_in("ada", "wrong")
        assert sign_in("ada").status_code == 302


@pytest.mark.parametrize(
    "password",
    ["short one", "123456789012345", "ada-lovelace", "passwordpassword", "correcthorsebatterystaple",
     "1qaz2wsx3edc4rfv", "Lemma-admin-7", "glossary2026!", "Example-2026!", "Terms-Terms-26"],
)  # fmt: skip
def test_a_password_that_is_easily_guessed_is_refused(settings: Settings, password: str) -> None:
    settings.LEMMA_SITE_TITLE, settings.ALLOWED_HOSTS = "Terms of Art", ["cms.example.org"]
    with pytest.raises(ValidationError):
        validate_password(password, User(username="ada-lovelace"))


@pytest.mark.parametrize(
    "password",
    ["all small letters", "ALL CAPITALS HERE", "730482915563028174", "  blanks  at both ends  ", "ключ от дома и сада",
     "a glossary of odd birds", "x7" * 64],
)  # fmt: skip
def test_a_password_may_be_made_of_anything_and_is_taken_as_typed(ada: User, password: str) -> None:
    client = Client()
    client.force_login(ada)
    both = {"new_password1": password, "new_password2": password}
    assert client.post("/admin/password_change/", {"old_password": "wrong", **both}).status_code == 200
    assert sign_in("ada").status_code == 302, "Without the one before nothing is changed."
    assert client.post("/admin/password_change/", {"old_password": PASSWORD, **both}).status_code == 302
    assert sign_in("ada", password).status_code == 302
    assert sign_in("ada", password.swapcase() + "." * (password == password.swapcase())).status_code == 200
    assert sign_in("ada", password[:-1]).status_code == 200


def test_managers_of_passwords_may_fill_in_what_nobody_reads_along(admin: Client) -> None:
    for path, fields in {
        "/admin/login/": 1,
        "/admin/password_change/": 3,
    }.items():
        page = (Client() if "/login" in path else admin).get(path).content.decode()
        inputs = re.findall(r"<input[^>]*password[^>]*>", page)
        assert len([one for one in inputs if 'type="password"' in one]) == fields, path
        assert not re.search(r"onpaste|autocomplete=\"off\"", " ".join(inputs))


def test_no_account_comes_with_lemma() -> None:
    assert not User.objects.exists()


def test_an_address_tries_thirty_times_a_minute(ada: User) -> None:
    for number in range(30):
        assert sign_in(f"somebody-{number}", "wrong").status_code == 200
    refused = sign_in("ada")
    assert refused.status_code == 429
    assert b"Wait a minute" in refused.content
    assert sign_in("ada", address="3.3.3.3").status_code == 302


def test_who_has_no_business_in_the_admin_is_told_no_more_than_a_stranger(ada: User) -> None:
    User.objects.create_user("reader", password=PASSWORD)
    answers = [sign_in(name).content.decode() for name in ("reader", "nobody")]
    assert all("The username or the password is wrong." in answer for answer in answers)


def test_whoever_loses_their_access_while_they_are_in_is_not_sent_around_in_circles(ada: User) -> None:
    client = Client()
    sign_in("ada", client=client)
    User.objects.update(is_staff=False)
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 200
    assert b"may not sign in" in answer.content


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "email/", "account/signup/", "account/email/"])
def test_nobody_signs_up_and_nothing_is_mailed(client: Client, path: str) -> None:
    answer = client.get(f"/admin/{path}")
    assert answer.status_code in (302, 404)
    assert client.get(f"/admin/{path}", follow=True).request["PATH_INFO"] in ("/admin/login/", f"/admin/{path}")


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_the_login_leads_nobody_away(ada: User, to: str) -> None:
    data = {"username": "ada", "password": PASSWORD, "next": to}
    assert Client().post("/admin/login/", data)["Location"] == "/admin/"


# --- sessions ---


def test_a_session_ends_by_itself(settings: Settings, ada: User) -> None:
    client = Client()
    sign_in("ada", client=client)
    cookie = client.cookies["sessionid"]
    assert cookie["max-age"] == 7 * 24 * 3600
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/admin/").status_code == 302


def test_a_session_that_nobody_uses_ends_sooner(ada: User) -> None:
    client = Client()
    sign_in("ada", client=client)
    ends = Session.objects.get().expire_date
    assert timedelta(hours=23) < ends - timezone.now() <= timedelta(hours=24)
    assert client.get("/admin/").status_code == 200
    assert Session.objects.get().expire_date == ends, "Not every request is a write."
    Session.objects.update(expire_date=timezone.now() + timedelta(hours=1))
    assert client.get("/admin/").status_code == 200
    assert Session.objects.get().expire_date - timezone.now() > timedelta(hours=23)


def test_nobody_stays_in_for_longer_than_the_settings_say_however_busy(ada: User) -> None:
    client = Client()
    sign_in("ada", client=client)
    session = client.session
    session[SINCE] -= 7 * 24 * 3600 - 600
    session.save()
    assert client.get("/admin/").status_code == 200
    assert Session.objects.get().expire_date - timezone.now() < timedelta(minutes=11)


def test_a_request_that_only_prolongs_a_session_takes_nothing_back(ada: User) -> None:
    client = Client()
    sign_in("ada", client=client)
    Session.objects.update(expire_date=timezone.now() + timedelta(hours=1))
    late, early = client.session, client.session
    assert late["_auth_user_id"] == str(ada.pk)
    early["kept"] = "by another request"
    early.save()
    late.load()
    assert client.session["kept"] == "by another request"


def test_closing_an_account_ends_its_sessions_for_good(admin: Client, ada: User) -> None:
    client = Client()
    sign_in("ada", client=client)
    day, _, hour = f"{ada.date_joined:%Y-%m-%d %H:%M:%S}".partition(" ")
    address = f"/admin/auth/user/{ada.pk}/change/"
    form = {"username": "ada", "date_joined_0": day, "date_joined_1": hour, "is_staff": "on"}
    assert admin.post(address, form).status_code == 302
    assert client.get("/admin/").status_code == 302
    assert admin.post(address, {**form, "is_active": "on"}).status_code == 302
    assert client.get("/admin/").status_code == 302, "Opened again, the account has to sign in."
    assert sign_in("ada").status_code == 302


def test_a_key_of_a_session_cannot_be_guessed_and_is_nobodys_to_choose(ada: User) -> None:
    keys = set()
    for _ in range(20):
        client = Client()
        client.cookies["sessionid"] = "chosenbysomebodyelse0123456789ab"
        sign_in("ada", client=client)
        keys.add(client.cookies["sessionid"].value)
    assert len(keys) == 20
    # Of 36 signs: 165 bits.
    assert all(re.fullmatch("[a-z0-9]{32}", key) for key in keys)
    assert "chosenbysomebodyelse0123456789ab" not in keys


def test_what_is_written_down_is_in_the_log_too(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="lemma.audit")
    sign_in("ada", "hunter2-hunter2")
    sign_in("ada")
    sign_in("pasted-the-passw0rd-here")
    lines = [(one.getMessage(), one.__dict__["client"]) for one in caplog.records if one.name == "lemma.audit"]
    assert lines == [
        ("–: sign-in refused ada", "2.2.2.2"),
        ("ada: signed in ", "2.2.2.2"),
        ("–: sign-in refused ", "2.2.2.2"),
    ]
    assert "passw0rd" not in caplog.text
    assert "hunter2" not in caplog.text


def test_signing_out_everywhere_ends_all_ones_own_sessions_and_nobody_elses(ada: User) -> None:
    User.objects.create_user("bob", password=PASSWORD, is_staff=True)
    here, there, others = Client(), Client(), Client()
    for client, name in ((here, "ada"), (there, "ada"), (others, "bob")):
        sign_in(name, client=client)
    assert b"Sign out everywhere" in here.get("/admin/").content
    assert here.get("/admin/sign-out-everywhere/").status_code == 200
    assert there.get("/admin/").status_code == 200, "looking at the page ends nothing"
    assert here.post("/admin/sign-out-everywhere/").status_code == 302
    assert [client.get("/admin/").status_code for client in (here, there, others)] == [302, 302, 200]
    assert ("ada", "signed out everywhere", "ada", "2 sessions") in events()


def test_signing_out_everywhere_needs_the_token_of_the_form(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post("/admin/sign-out-everywhere/").status_code == 403
    assert client.get("/admin/").status_code == 200


def test_who_is_nobody_is_sent_to_the_login() -> None:
    answer = Client().post("/admin/sign-out-everywhere/")
    assert answer["Location"] == "/admin/login/?next=/admin/sign-out-everywhere/"


def act(client: Client, *users: User) -> Any:
    data = {"action": "sign_out", "_selected_action": [user.pk for user in users]}
    return client.post("/admin/auth/user/", data, follow=True)


def test_an_administrator_signs_others_out(admin: Client, ada: User) -> None:
    client = Client()
    sign_in("ada", client=client)
    assert b"ada: 1 sessions have ended" in act(admin, ada).content
    assert client.get("/admin/").status_code == 302
    assert events()[-1] == ("root", "signed out everywhere", "ada", "1 sessions")


def test_an_administrator_does_not_sign_a_superuser_out(ada: User) -> None:
    call_command("migrate", verbosity=0)
    administrator = User.objects.create_user("eve", is_staff=True)
    administrator.groups.add(Group.objects.get(name="Administrator"))
    client, root = Client(), Client()
    client.force_login(administrator)
    superuser = User.objects.create_superuser("root")
    root.force_login(superuser)
    assert b"may do more than you" in act(client, superuser).content
    assert root.get("/admin/").status_code == 200


# --- the log ---


def test_who_comes_and_goes_is_written_down(ada: User) -> None:
    client = Client()
    sign_in("ada", "wrong")
    sign_in("ada", client=client)
    client.post("/admin/logout/")
    assert events() == [
        ("", "sign-in refused", "ada", ""), ("ada", "signed in", "", ""), ("ada", "signed out", "", "")
    ]  # fmt: skip
    assert [one.address for one in Event.objects.order_by("pk")] == ["2.2.2.2", "2.2.2.2", "127.0.0.1"]


def test_what_was_typed_as_a_name_is_kept_only_if_there_is_one(ada: User) -> None:
    sign_in("correct horse battery", "ada")
    sign_in("nul\0", "x")
    assert {target for _, _, target, _ in events()} <= {""}
    assert "horse" not in str(list(Event.objects.values_list()))


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
        ("", ""),
    ],
)
def test_tries_are_counted_by_what_one_person_has_of_addresses(rf: RequestFactory, address: str, counted: str) -> None:
    assert address_of(rf.get("/", REMOTE_ADDR=address)) == counted


def test_a_locked_account_is_written_down(ada: User) -> None:
    for _ in range(5):
        sign_in("ada", "wrong")
    assert ("", "locked out", "ada", "") in events()


def user_form(user: User, **changes: Any) -> dict[str, Any]:
    joined = timezone.localtime(user.date_joined)
    day, time = f"{joined:%Y-%m-%d}", f"{joined:%H:%M:%S}"
    return {
        "username": user.username, "is_active": "on", "is_staff": "on", "date_joined_0": day, "date_joined_1": time,
        "initial-date_joined_0": day, "initial-date_joined_1": time,
        "groups": [group.pk for group in user.groups.all()], **changes,
    }  # fmt: skip


def test_a_role_that_is_given_or_taken_is_written_down(admin: Client, ada: User) -> None:
    writer, editor = (Group.objects.get_or_create(name=name)[0] for name in ("Writer", "Editor"))
    ada.groups.set([writer])
    data = user_form(ada, groups=[editor.pk], is_superuser="on")
    answer = admin.post(f"/admin/auth/user/{ada.pk}/change/", data)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert events() == [("root", "role changed", "ada", "+superuser; group +Editor -Writer")]


def test_accounts_that_come_and_go_are_written_down(admin: Client, ada: User) -> None:
    admin.post("/admin/auth/user/add/", {"username": "bob", "is_staff": "on"})
    admin.post(f"/admin/auth/user/{ada.pk}/password/")
    admin.post(f"/admin/auth/user/{ada.pk}/change/", user_form(ada, email="ada@example.org"))
    admin.post(f"/admin/auth/user/{ada.pk}/delete/", {"post": "yes"})
    assert [event[:3] for event in events()] == [
        ("root", "account made", "bob"),
        ("root", "role changed", "bob"),
        ("root", "account changed", "ada"),
        ("root", "account changed", "ada"),
        ("root", "account deleted", "ada"),
    ]


def test_whoever_changes_their_own_password_is_written_down_and_out_elsewhere(ada: User) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        sign_in("ada", client=client)
    new = {"new_password1": "another " + PASSWORD, "new_password2": "another " + PASSWORD}
    assert here.post("/admin/password_change/", {"old_password": "wrong", **new}).status_code == 200
    assert here.post("/admin/password_change/", {"old_password": PASSWORD, **new}).status_code == 302
    assert [client.get("/admin/").status_code for client in (here, there)] == [200, 302]
    assert Client().post("/admin/password_change/", {"old_password": PASSWORD, **new}).status_code == 302
    assert events()[2:] == [("ada", "password changed", "ada", "")]


def test_a_form_that_is_refused_leaves_no_line(admin: Client, ada: User) -> None:
    admin.post("/admin/auth/user/add/", {"username": "ADA"})
    admin.post(f"/admin/auth/user/{ada.pk}/change/", {"username": ""})
    assert events() == []


def test_what_a_group_may_do_is_written_down(admin: Client) -> None:
    group = Group.objects.get_or_create(name="Checkers")[0]
    permission = Permission.objects.get(codename="view_entry")
    admin.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Checkers", "permissions": [permission.pk]})
    admin.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    assert events() == [
        ("root", "role changed", "group Checkers", "+view_entry"), ("root", "role changed", "group Checkers", "deleted")
    ]  # fmt: skip


def test_tokens_are_written_down_without_what_they_are(admin: Client, ada: User) -> None:
    admin.post("/admin/api/token/add/", {"name": "site", "user": ada.pk, "scopes": ["read"], "days": "30"})
    token = Token.objects.get()
    admin.post("/admin/api/token/", {"action": "revoke", "_selected_action": [token.pk]})
    out = StringIO()
    call_command("api_token", "create", "ada", "--name", "nightly", stdout=out)
    text = out.getvalue().strip()
    call_command("api_token", "revoke", text[: len(token.token_key)], stdout=out)
    assert [event[:2] for event in events()] == [
        ("root", "token made"), ("root", "token revoked"), ("", "token made"), ("", "token revoked")
    ]  # fmt: skip
    assert events()[0][2:] == (f"{token.token_key} site of ada", "read")
    assert text not in str(events())


def test_the_log_is_read_and_not_changed(admin: Client, ada: User) -> None:
    record(Event.Action.SIGNED_IN, by=ada, target="<script>alert(1)</script>")
    page = admin.get("/admin/auditing/event/")
    assert b"Signed In" in page.content
    assert b"<script>alert(1)" not in page.content
    key = Event.objects.get().pk
    for path in ("add/", f"{key}/change/", f"{key}/delete/"):
        assert admin.post(f"/admin/auditing/event/{path}", {"action": "x", "post": "yes"}).status_code == 403
    assert Event.objects.count() == 1


def test_what_is_old_goes(ada: User, settings: Settings) -> None:
    settings.LEMMA_AUDIT_DAYS = 30
    for _ in range(3):
        record(Event.Action.SIGNED_IN, by=ada)
    Event.objects.update(at=timezone.now() - timedelta(days=31))
    for _ in range(100):
        record(Event.Action.SIGNED_IN, by=ada)
    assert Event.objects.count() == 100


def test_a_line_outlives_its_account(ada: User) -> None:
    record(Event.Action.SIGNED_IN, by=ada)
    ada.delete()
    assert events() == [("ada", "signed in", "", "")]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {"group ": {"Editor"}}, "group +Editor"),
        ({"": {"staff"}, "group ": set()}, {"": set(), "group ": {"A", "B"}}, "-staff; group +A +B"),
        ({"": {"staff"}}, {"": {"staff"}}, ""),
    ],
)
def test_a_difference_is_said_in_one_line(
    before: dict[str, set[str]], after: dict[str, set[str]], said: Callable[..., str]
) -> None:
    assert _difference(before, after) == said


# --- what readers see ---


def test_who_publishes_renames_takes_back_and_deletes_is_written_down(ada: User) -> None:
    new = documents.parse(b"---\ntitle: Black box\nslug: black-box\n---\n")
    item = save_entry(new, author=ada)
    assert events() == []
    item = publish_entry(item, author=ada)
    item = rename_entry(item, "opaque-box", author=ada)
    item = unpublish_entry(item, author=ada)
    item = publish_entry(item, author=ada)
    delete_entry(item, base_revision=item.revision, author=ada)
    assert [event[:3] for event in events()] == [
        ("ada", "published", "entry black-box"),
        ("ada", "renamed", "entry opaque-box"),
        ("ada", "unpublished", "entry opaque-box"),
        ("ada", "published", "entry opaque-box"),
        ("ada", "deleted", "entry opaque-box"),
    ]
    assert events()[1][3] == "slug: black-box → opaque-box"


def test_what_a_command_publishes_is_told_by_its_own_report(db: None) -> None:
    save_entry(documents.parse(b"---\ntitle: Black box\nslug: black-box\n---\n"), publish=True)
    assert events() == []


# --- what is refused, and what stays in a browser ---


def test_whoever_is_refused_is_in_the_log_with_what_they_asked_for(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    client.force_login(ada)
    for ask, path, status in (
        (client.get, "/admin/auth/user/", 403),
        (client.get, "/api/v1/entries/?drafts=true", 400),
        (Client(enforce_csrf_checks=True).post, "/admin/login/", 403),
        (Client().post, "/api/v1/entries/", 401),
    ):
        caplog.clear()
        assert ask(path).status_code == status, path
        assert [
            one for one in caplog.records if one.levelname == "WARNING" and path.partition("?")[0] in one.getMessage()
        ]


@pytest.mark.parametrize("path", ["/admin/", "/admin/glossary/entry/", "/admin/account/", "/admin/password_change/"])
def test_no_browser_keeps_a_page_of_somebody_who_is_in(admin: Client, path: str) -> None:
    answer = admin.get(path)
    assert answer.status_code == 200
    assert {"no-store", "private"} <= set(re.split(r",\s*", answer["Cache-Control"]))


@pytest.mark.parametrize("path", ["/admin/", "/admin/glossary/entry/", "/admin/account/", "/admin/password_change/"])
def test_every_page_leads_out(admin: Client, path: str) -> None:
    assert re.search(r'action="/admin/logout/"|id="logout-form"', admin.get(path).content.decode())


def test_nothing_is_changed_by_looking(admin: Client) -> None:
    """What ends, changes or removes something takes a POST; a link to it, in a picture say, does nothing."""
    Event.objects.all().delete()
    for path in ("/admin/logout/", "/admin/login/sso/", "/admin/login/start-over/"):
        assert admin.get(path).status_code in (404, 405), path
    assert admin.get("/admin/sign-out-everywhere/").status_code == 200
    assert admin.get("/admin/").status_code == 200, "Still in."
    assert events() == []
