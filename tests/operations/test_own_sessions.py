"""The page on which everybody sees where they are signed in, and ends what they do not know."""

import re

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from config.signing_in.own_sessions import browser_of
from publishing.auditing.models import Event
from tests.operations.codes import PASSWORD, confirm, known, sign_in

pytestmark = pytest.mark.django_db

PAGE = "/admin/account/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture(autouse=True)
def nobody_was_counted() -> None:
    cache.clear()


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password=PASSWORD, is_staff=True)


def signed_in(name: str, agent: str, address: str) -> Client:
    client = Client(headers={"user-agent": agent})
    assert sign_in(name, client=client, address=address).status_code == 302
    return known(client)


def names(page: str) -> list[str]:
    return re.findall(r'name="session" value="([0-9a-f]+)"', page)


def test_one_sees_ones_own_sessions_and_nobody_elses(ada: User) -> None:
    User.objects.create_user("bob", password=PASSWORD, is_staff=True)
    here, _, _ = signed_in("ada", FIREFOX, "2.2.2.2"), signed_in("ada", PHONE, "3.3.3.3"), signed_in(
        "bob", "Bobs/1.0", "4.4.4.4"
    )  # fmt: skip
    page = here.get(PAGE).content.decode()
    places = [page.index(each) for each in ("Firefox on Linux", "2.2.2.2", "Safari on iPhone", "3.3.3.3")]
    assert places == sorted(places), "This one comes first."
    assert page.index("This one") < places[2]
    assert "4.4.4.4" not in page
    assert "Bobs" not in page
    assert len(names(page)) == 1, "This one is ended by signing out."


def test_one_ends_one_of_them(ada: User) -> None:
    here, there, third = (signed_in("ada", FIREFOX, f"2.2.2.{number}") for number in range(3))
    page = here.get(PAGE).content.decode()
    wanted = next(name for name in names(page) if name in page[page.index("2.2.2.1") :].split("</form>")[0])
    assert here.post(PAGE, {"session": wanted})["Location"] == PAGE
    assert [client.get("/admin/").status_code for client in (here, there, third)] == [200, 302, 200]
    last = Event.objects.order_by("pk").last()
    assert last
    assert (last.actor_name, last.action, last.detail) == ("ada", "signed out", "Firefox on Linux, elsewhere")


def test_a_session_of_somebody_else_stays(ada: User) -> None:
    User.objects.create_user("bob", password=PASSWORD, is_staff=True)
    here, theirs, other = (signed_in(name, FIREFOX, "2.2.2.2") for name in ("ada", "bob", "bob"))
    [wanted] = names(other.get(PAGE).content.decode())
    for name in (wanted, theirs.cookies["sessionid"].value, "", "x" * 5000, "\0"):
        assert here.post(PAGE, {"session": name}, follow=True).status_code == 200
    assert [client.get("/admin/").status_code for client in (here, theirs, other)] == [200, 200, 200]


def test_the_page_has_no_key_of_a_session(ada: User) -> None:
    here, there = (signed_in("ada", FIREFOX, "2.2.2.2") for _ in range(2))
    page = here.get(PAGE).content.decode()
    assert there.cookies["sessionid"].value not in page
    assert here.cookies["sessionid"].value not in page


def test_the_password_is_wanted_first(ada: User) -> None:
    client, other = Client(), Client()
    for one in (client, other):
        sign_in("ada", client=one)
    assert client.post(PAGE, {"session": "x"})["Location"].startswith("/admin/account/password/?next=")
    assert confirm(client, PAGE)["Location"] == PAGE
    assert client.get(PAGE).status_code == 200


def test_a_session_from_before_is_shown_too(ada: User) -> None:
    here = Client()
    here.force_login(ada)
    for session in Session.objects.all():
        kept = session.get_decoded()
        for key in ("lemma_from", "lemma_since"):
            kept.pop(key, None)
        session.session_data = here.session.encode(kept)
        session.save()
    page = known(here).get(PAGE).content.decode()
    assert "Unknown browser" in page


def test_nobody_is_sent_to_the_login() -> None:
    assert Client().get(PAGE)["Location"] == f"/admin/login/?next={PAGE}"
    assert Client().post(PAGE, {"session": "x"})["Location"] == f"/admin/login/?next={PAGE}"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
         "Safari/537.36 Edg/142.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
         "Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile "
         "Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 "
         "Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("", "Unknown browser"),
    ],
)  # fmt: skip
def test_browsers_have_names_that_people_know(agent: str, said: str) -> None:
    assert browser_of(agent) == said
