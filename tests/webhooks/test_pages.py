"""The admin pages of webhooks, as an administrator meets them."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.roles import ADMINISTRATOR, EDITOR
from tests.webhooks.conftest import Rounds, publish
from tests.webhooks.receiving import Answer, Receiver
from webhooks import managing
from webhooks.models import Delivery, Endpoint, Heartbeat

LIST = "/admin/webhooks/endpoint/"


@pytest.fixture
def member(db: None) -> Callable[[str], Client]:
    def make(role: str) -> Client:
        user = User.objects.create_user(role.lower(), password="secret", is_staff=True)
        user.groups.set(Group.objects.filter(name=role))
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def client(member: Callable[[str], Client]) -> Client:
    return member(ADMINISTRATOR)


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def act(client: Client, endpoint: Endpoint, do: str, **data: Any) -> str:
    answer = client.post(f"{LIST}{endpoint.pk}/act/", {"do": do, **data}, follow=True)
    return unescape(answer.content.decode())


def form(receiver: Receiver, **values: Any) -> dict[str, Any]:
    return {"name": "Site", "address": receiver.address, "kinds": [], "categories": "", "tags": "", **values}


def test_a_new_one_shows_its_secret_once(client: Client, receiver: Receiver, worker: Rounds) -> None:
    made = client.post(f"{LIST}add/", form(receiver, kinds=["entry"], actions=["published"], tags="a\r\n\r\nb\r\na"))
    assert made.status_code == 302
    endpoint = Endpoint.objects.get()
    assert (endpoint.kinds, endpoint.actions, endpoint.tags) == (["entry"], ["published"], ["a", "b"])
    page = shown(client, made["Location"])
    [secret] = re.findall(r"<code>(whsec_[^<]+)</code>", page)
    assert "whsec_" not in shown(client, made["Location"])
    assert "whsec_" not in shown(client, f"{LIST}{endpoint.pk}/change/")
    managing.send_test(endpoint)
    worker.run()
    assert receiver.received[0].is_signed_with(secret)


def test_changing_it_leaves_what_the_worker_wrote(
    client: Client, endpoint: Endpoint, receiver: Receiver, worker: Rounds
) -> None:
    publish("Black box")
    worker.run()
    before = Endpoint.objects.get()
    client.post(f"{LIST}{endpoint.pk}/change/", form(receiver, name="Other site", categories="Tools", with_item="on"))
    after = Endpoint.objects.get()
    assert (after.name, after.categories, after.with_item) == ("Other site", ["Tools"], True)
    for name in ("position", "salt", "fingerprint", "delivered_at", "off"):
        assert getattr(after, name) == getattr(before, name), name


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://example.org/", "begins with https://"),
        ("https://10.0.0.1/", "not on the public internet"),
        ("https://u:p@example.org/", "user name or password"),
        ("nonsense", "begins with https://"),
    ],
)
def test_a_bad_address_is_explained_and_what_was_typed_is_still_there(
    client: Client, receiver: Receiver, settings: Settings, address: str, says: str
) -> None:
    settings.LEMMA_WEBHOOK_NETWORKS = []
    answer = client.post(f"{LIST}add/", form(receiver, address=address))
    page = unescape(answer.content.decode())
    assert says in page
    assert f'value="{address}"' in page
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize("values", [{"kinds": ["page"]}, {"actions": ["saved"]}, {"tags": "x" * 400}, {"name": ""}])
def test_what_nobody_offered_is_refused(client: Client, receiver: Receiver, values: dict[str, Any]) -> None:
    assert client.post(f"{LIST}add/", form(receiver, **values)).status_code == 200
    assert not Endpoint.objects.exists()


def test_buttons_do_what_they_say(client: Client, endpoint: Endpoint, receiver: Receiver, worker: Rounds) -> None:
    publish("Black box")
    worker.run()
    assert "was put into the queue" in act(client, endpoint, "test")
    worker.run()
    assert [event for event, _ in receiver.events] == ["entry.published", "test"]
    page = act(client, endpoint, "off")
    assert "somebody switched it off" in page
    assert "Switch on" in page
    assert "Switch off" in act(client, endpoint, "on")
    new = re.findall(r"<code>(whsec_[^<]+)</code>", act(client, endpoint, "secret"))
    assert len(new) == 1
    assert "after position 0 is sent again" in act(client, endpoint, "replay", position="0")
    worker.run()
    assert receiver.events[-1] == ("entry.published", "black-box")
    assert receiver.received[-1].is_signed_with(new[0])
    assert "is sent again" in act(client, endpoint, "replay", since="2001-01-01T10:00")


@pytest.mark.parametrize(
    "data",
    [{}, {"position": "x"}, {"position": "-1"}, {"since": "tomorrow"}, {"position": "1", "since": "2001-01-01T10:00"}],
)
def test_a_replay_from_nowhere_is_refused(client: Client, endpoint: Endpoint, data: dict[str, str]) -> None:
    publish("Black box")
    before = Endpoint.objects.get().position
    page = act(client, endpoint, "replay", **data)
    assert 'role="alert"' in page
    assert Endpoint.objects.get().position == before


def test_an_attempt_is_shown_with_request_and_answer_and_nothing_of_it_runs(
    client: Client, endpoint: Endpoint, receiver: Receiver, worker: Rounds
) -> None:
    evil = "<script>alert(1)</script>"
    receiver.answer = lambda received: Answer(500, {"X-Evil": evil, "Set-Cookie": "a=private"}, evil.encode())
    publish("Black box")
    worker.run()
    delivery = Delivery.objects.get()
    address = f"/admin/webhooks/delivery/{delivery.pk}/change/"
    raw = client.get(address).content.decode()
    assert evil not in raw
    page = unescape(raw)
    for words in ("It answered 500.", '"slug":"black-box"', f"x-evil: {evil}", "a=private"):
        assert (words in page.replace("X-Evil", "x-evil")) == (words != "a=private"), words
    assert delivery.message in page
    assert evil not in client.get(f"{LIST}{endpoint.pk}/show/").content.decode()
    assert "Send again" not in page
    receiver.answer = lambda received: Answer()
    worker.clock.pass_by(minutes=1)
    worker.run()
    page = shown(client, address)
    assert page.count("black-box") >= 3
    assert client.post(f"/admin/webhooks/delivery/{delivery.pk}/resend/").status_code == 302
    assert worker.run() == 1
    assert delivery.sendings.count() == 3


def test_the_lists_say_what_waits_and_why(
    client: Client, endpoint: Endpoint, receiver: Receiver, worker: Rounds
) -> None:
    receiver.stop()
    publish("Black box")
    worker.run()
    page = shown(client, LIST)
    assert "Failing" in page
    assert endpoint.address not in page
    page = shown(client, f"/admin/webhooks/delivery/?endpoint__id__exact={endpoint.pk}&state__exact=waiting")
    assert "Nobody took the connection." in page
    assert "entry.published" in page
    assert "black-box" in shown(client, "/admin/webhooks/delivery/?q=black")


def test_one_that_fails_can_be_tried_at_once(
    client: Client, endpoint: Endpoint, receiver: Receiver, worker: Rounds
) -> None:
    assert "Try again now" not in shown(client, f"{LIST}{endpoint.pk}/show/")
    receiver.answer = lambda received: Answer(503, {"Retry-After": "3600"})
    publish("Black box")
    worker.run()
    assert worker.run() == 0
    assert "Try again now" in shown(client, f"{LIST}{endpoint.pk}/show/")
    receiver.answer = lambda received: Answer()
    act(client, endpoint, "on")
    assert worker.run() == 1


class TestStartPage:
    def test_one_that_was_switched_off_is_named_with_the_reason(
        self, client: Client, member: Callable[[str], Client], endpoint: Endpoint, receiver: Receiver, worker: Rounds
    ) -> None:
        Heartbeat.objects.create(at=timezone.now())
        assert "Webhooks</h3>" not in shown(client, "/admin/")
        receiver.answer = lambda received: Answer(410)
        publish("Black box")
        worker.run()
        page = shown(client, "/admin/")
        assert "Webhooks</h3>" in page
        assert "gone for good" in page
        assert f"{LIST}{endpoint.pk}/show/" in page
        assert "Webhooks</h3>" not in shown(member(EDITOR), "/admin/")

    def test_so_is_that_nobody_delivers(self, client: Client, endpoint: Endpoint) -> None:
        assert "Nobody delivers" in shown(client, "/admin/")
        assert "deliver_webhooks" in shown(client, LIST)
        Heartbeat.objects.create(at=timezone.now())
        assert "Nobody delivers" not in shown(client, "/admin/")
        assert "deliver_webhooks" not in shown(client, LIST)

    def test_what_somebody_switched_off_by_hand_is_no_news(self, client: Client, endpoint: Endpoint) -> None:
        managing.switch_off(endpoint)
        assert "Webhooks</h3>" not in shown(client, "/admin/")


def test_deleting_it_takes_its_deliveries_along(
    client: Client, endpoint: Endpoint, receiver: Receiver, worker: Rounds
) -> None:
    publish("Black box")
    worker.run()
    assert "Black" not in shown(client, f"{LIST}{endpoint.pk}/delete/")
    assert client.post(f"{LIST}{endpoint.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Endpoint.objects.exists()
    assert not Delivery.objects.exists()


def test_a_page_asks_a_fixed_number_of_questions(
    client: Client, endpoint: Endpoint, receiver: Receiver, worker: Rounds, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        publish(f"Box {number}")
    worker.run()
    for address in (LIST, f"{LIST}{endpoint.pk}/show/", "/admin/webhooks/delivery/"):
        with django_assert_max_num_queries(20):
            shown(client, address)
