"""What is published is told: at least once, in order for each item, signed, however the receiver behaves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from documents import parse
from glossary.editing import delete_entry
from publishing import kinds, lifecycle, renaming, writer
from publishing.authors import Author
from publishing.models import Item, Revision
from tests.webhooks.conftest import Clock, Rounds, publish
from tests.webhooks.receiving import Answer, Received, Receiver
from webhooks import leasing, managing, queueing, recording, tidying
from webhooks.deciding import Came
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.sending import Sender, Sent

Make = Callable[..., Endpoint]
State = Delivery.State


def refuses(status: int, **headers: str) -> Callable[[Received], Answer]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda received: Answer(status, named)


# --- what arrives ---


def test_a_publication_arrives_signed(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, secrets: dict[int, str]
) -> None:
    item = publish("Black box")
    assert worker.run() == 1
    [received] = receiver.received
    assert received.path == "/hook"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"] == "Lemma-Webhooks/1.0"
    change = item.changes.get()
    stamp = change.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert received.said == {
        "type": "entry.published",
        "timestamp": stamp,
        "data": {
            "position": change.position,
            "id": str(item.uuid),
            "kind": "entry",
            "action": "published",
            "slug": "black-box",
            "previousSlug": None,
        },
    }
    assert received.is_signed_with(secrets[endpoint.pk])
    assert not received.is_signed_with("whsec_" + "A" * 43 + "=")


def test_the_library_of_the_standard_accepts_what_arrives_and_nothing_that_was_changed(
    make_endpoint: Make, receiver: Receiver, secrets: dict[int, str]
) -> None:
    endpoint = make_endpoint(with_item=True)
    publish("Black box", 'aliases: ["Boîte noire", "黑箱"]\n')
    # By the clock on the wall, since the library looks at it too.
    rounds = Rounds(Clock())
    rounds.clock.now = timezone.now()
    rounds.run()
    rounds.close()
    [received] = receiver.received
    verifier = Webhook(secrets[endpoint.pk])
    assert verifier.verify(received.body, dict(received.headers)) == received.said
    for changed in (
        (received.body.replace(b"black", b"white"), {}),
        (received.body, {"webhook-id": "chg_0_0"}),
        (received.body, {"webhook-timestamp": str(int(received.headers["webhook-timestamp"]) - 1)}),
    ):
        with pytest.raises(WebhookVerificationError):
            verifier.verify(changed[0], {**received.headers, **changed[1]})


def test_all_that_happens_to_an_item_is_told_in_order(endpoint: Endpoint, receiver: Receiver, worker: Rounds) -> None:
    item = publish("Black box")
    publish("Black box", "difficulty: advanced\n", item)
    item.refresh_from_db()
    renaming.rename(item, "opaque-box")
    item.refresh_from_db()
    lifecycle.unpublish(item)
    item.refresh_from_db()
    publish("Black box again", item=item)
    item.refresh_from_db()
    delete_entry(item, base_revision=item.revision)
    worker.run()
    assert receiver.events == [
        ("entry.published", "black-box"),
        ("entry.published", "black-box"),
        ("entry.renamed", "opaque-box"),
        ("entry.unpublished", "opaque-box"),
        ("entry.published", "opaque-box"),
        ("entry.deleted", "opaque-box"),
    ]
    positions = [one.said["data"]["position"] for one in receiver.received]
    assert positions == sorted(set(positions))
    assert len({one.id for one in receiver.received}) == 6
    assert receiver.received[2].said["data"]["previousSlug"] == "black-box"


def test_what_was_published_before_is_not_told(receiver: Receiver, make_endpoint: Make, worker: Rounds) -> None:
    publish("Black box")
    make_endpoint()
    publish("White box")
    worker.run()
    assert receiver.events == [("entry.published", "white-box")]


def test_drafts_are_nobodys_business(endpoint: Endpoint, receiver: Receiver, worker: Rounds) -> None:
    publish("Black box", publish=False)
    worker.run()
    assert receiver.received == []


def test_the_whole_text_is_sent_to_who_wants_it_and_never_an_old_one(
    receiver: Receiver, make_endpoint: Make, worker: Rounds
) -> None:
    make_endpoint(with_item=True)
    item = publish("Black box")
    publish("White box", item=item)
    worker.run()
    first, second = (one.said["data"]["item"] for one in receiver.received)
    assert first is None
    assert (second["title"], second["slug"], second["version"]) == ("White box", "black-box", 2)


class TestFilters:
    def heard(self, receiver: Receiver, worker: Rounds) -> list[str]:
        worker.run()
        return [f"{event} {slug}" for event, slug in receiver.events]

    def test_by_kind_and_by_what_happens(self, receiver: Receiver, make_endpoint: Make, worker: Rounds) -> None:
        make_endpoint(kinds=["book"])
        make_endpoint(actions=["unpublished"], kinds=["entry"])
        item = publish("Black box")
        lifecycle.unpublish(item)
        assert self.heard(receiver, worker) == ["entry.unpublished black-box"]

    def test_by_category_with_what_leaves_it(self, receiver: Receiver, make_endpoint: Make, worker: Rounds) -> None:
        make_endpoint(categories=["tools"])
        publish("Elsewhere", "category: Theory\n")
        item = publish("Black box", "category: Theory\n")
        item = publish("Coming in", "category: Tools\n", item)
        item = publish("Going out", "category: Theory\n", item)
        item = publish("Being out", "category: Theory\n", item)
        other = publish("Hammer", "category: Tools\n")
        delete_entry(other, base_revision=other.revision)
        assert self.heard(receiver, worker) == [
            "entry.published black-box",
            "entry.published black-box",
            "entry.published hammer",
            "entry.deleted hammer",
        ]

    def test_by_tag(self, receiver: Receiver, make_endpoint: Make, worker: Rounds) -> None:
        make_endpoint(tags=["trust", "bias"], categories=["Theory"])
        publish("One", "category: Theory\ntags: [Bias]\n")
        publish("Two", "category: Tools\ntags: [bias]\n")
        publish("Three", "category: Theory\ntags: [other]\n")
        assert self.heard(receiver, worker) == ["entry.published one"]


# --- order and retries ---


def test_a_message_that_does_not_get_through_holds_up_its_item_and_no_other(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    item = publish("Black box")
    receiver.answer = lambda received: Answer(400 if received.event[1] == "black-box" else 200)
    worker.run()
    publish("Newer", item=item)
    publish("White box")
    clock.pass_by(seconds=7)
    worker.run()
    clock.pass_by(minutes=2)
    worker.run()
    black = [one.said["data"]["position"] for one in receiver.received if one.event[1] == "black-box"]
    assert len(black) >= 2
    assert len(set(black)) == 1
    assert ("entry.published", "white-box") in receiver.events
    receiver.answer = lambda received: Answer()
    clock.pass_by(hours=1)
    worker.run()
    told = [one.said["data"]["position"] for one in receiver.received if one.event[1] == "black-box"]
    assert told == sorted(told)
    assert len(set(told)) == 2
    assert not Delivery.objects.exclude(state=State.DELIVERED).exists()


def test_it_waits_longer_each_time_and_not_at_the_same_time_as_others(
    make_endpoint: Make, receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    make_endpoint()
    receiver.answer = refuses(500)
    publish("Black box")
    times = worker.run_until(clock.now + timedelta(hours=12))
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    for number, gap in enumerate(gaps):
        wanted = min(5 * 1.5**number, 3600)
        # Message and endpoint wait by chances of their own, and the longer of the two counts.
        assert 0.75 * wanted <= gap <= 1.25 * wanted, number
    assert len({gap / min(5 * 1.5**number, 3600) for number, gap in enumerate(gaps)}) == len(gaps)


def test_an_outage_of_five_minutes_costs_a_few_attempts_and_loses_nothing(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock, record_property: Callable[[str, object], None]
) -> None:
    receiver.stop()
    began = clock.now
    items = [publish(f"Box {number}") for number in range(20)]
    items[0] = publish("Box zero", item=items[0])
    attempts = worker.run_until(began + timedelta(minutes=5))
    assert 7 <= len(attempts) <= 11
    receiver.start()
    worker.run_until(began + timedelta(minutes=15))
    assert len(receiver.received) == 21
    first = [one for one in receiver.received if one.event[1] == "box-0"]
    assert [one.said["data"]["position"] for one in first] == sorted(one.said["data"]["position"] for one in first)
    last = Delivery.objects.latest("finished_at")
    assert last.finished_at
    late = (last.finished_at - began - timedelta(minutes=5)).total_seconds()
    # A wait is about a third of the outage until then, and by chance a quarter more.
    assert late <= 180
    record_property("figures", f"{len(attempts)} attempts in five minutes, all told {late:.0f} s after its end")


@pytest.mark.parametrize("in_words", [False, True], ids=["seconds", "date"])
def test_who_asks_for_more_time_gets_it(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock, in_words: bool
) -> None:
    at = datetime.now(UTC) + timedelta(seconds=600)
    receiver.answer = refuses(503, Retry_After=format_datetime(at, usegmt=True) if in_words else "600")
    publish("Black box")
    worker.run()
    publish("White box")
    receiver.answer = refuses(200)
    clock.pass_by(seconds=580)
    assert worker.run() == 0
    clock.pass_by(seconds=30)
    assert worker.run() == 2


@pytest.mark.parametrize("text", ["-1", "1e9", "soon", "9" * 400, "Thu, 01 Jan 1970 00:00:00 GMT", "\u0663"])
def test_nonsense_for_a_time_is_no_time(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock, text: str
) -> None:
    receiver.answer = refuses(503, Retry_After=text.encode().decode("latin-1"))
    publish("Black box")
    worker.run()
    receiver.answer = refuses(200)
    # At most a day, whatever it says.
    clock.pass_by(days=1, seconds=1)
    assert worker.run() == 1


def test_who_is_gone_is_left_alone_at_once(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    receiver.answer = refuses(410)
    publish("Black box")
    publish("White box")
    assert worker.run() == 1
    endpoint.refresh_from_db()
    assert endpoint.off == Endpoint.Off.GONE
    clock.pass_by(days=2)
    assert worker.run() == 0
    receiver.answer = refuses(200)
    publish("Meanwhile")
    managing.switch_on(endpoint)
    assert worker.run() == 3
    assert receiver.events[1:] == [("entry.published", slug) for slug in ("black-box", "white-box", "meanwhile")]


@pytest.mark.parametrize("hours", [(23,), (0.1, 0.2, 0.3), (1, 20, 22, 23.9), (23.5, 23.9, 23.99)], ids=str)
def test_after_a_day_without_success_it_is_switched_off_and_loses_nothing(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock, hours: tuple[float, ...]
) -> None:
    receiver.answer = refuses(500)
    began = clock.now
    publish("Black box")
    for number, hour in enumerate(hours):
        worker.run_until(began + timedelta(hours=hour))
        publish(f"White box {number}")
    worker.run_until(began + timedelta(hours=24))
    endpoint.refresh_from_db()
    assert endpoint.off == ""
    attempts = worker.run_until(began + timedelta(days=3))
    endpoint.refresh_from_db()
    assert endpoint.off == Endpoint.Off.FAILING
    assert endpoint.off_at
    # The first attempt after the day decides, with whatever message. After the last one within the day the endpoint
    # rests for an hour and a quarter at most, and its message waits for no longer.
    assert timedelta(days=1) <= endpoint.off_at - began <= timedelta(days=1, hours=1.25)
    assert len(attempts) == 1
    assert Delivery.objects.filter(state=State.WAITING).count() == 1 + len(hours)
    receiver.answer = refuses(200)
    managing.switch_on(endpoint)
    assert worker.run() == 1 + len(hours)


@pytest.mark.parametrize(("hours", "expected"), [(10, 4), (20, 3), (24, 2)])
def test_who_asks_for_much_time_is_tried_as_often_as_it_wants_before_it_is_switched_off(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock, hours: int, expected: int
) -> None:
    receiver.answer = refuses(503, Retry_After=str(hours * 3600))
    began = clock.now
    publish("Black box")
    worker.run_until(began + timedelta(hours=5))
    publish("White box")
    worker.run_until(began + timedelta(days=5))
    assert len(receiver.received) == expected
    endpoint.refresh_from_db()
    assert endpoint.off == Endpoint.Off.FAILING
    assert endpoint.off_at == began + timedelta(hours=hours * (expected - 1))
    assert Delivery.objects.filter(state=State.WAITING).count() == 2


def test_after_a_week_without_news_one_failure_does_not_switch_it_off(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    publish("Black box")
    receiver.answer = lambda received: Answer(422 if received.event[1] == "black-box" else 200)
    worker.run()
    clock.pass_by(hours=23)
    publish("White box")
    worker.run_until(clock.now + timedelta(hours=3))
    assert Delivery.objects.get(state=State.FAILED).slug == "black-box"
    endpoint.refresh_from_db()
    # The last thing that was heard of it is a failure.
    assert endpoint.failing_since
    clock.pass_by(days=7)
    began = clock.now
    receiver.answer = refuses(500)
    publish("Newer box")
    worker.run_until(began + timedelta(days=1))
    endpoint.refresh_from_db()
    assert endpoint.off == ""
    worker.run_until(began + timedelta(days=3))
    endpoint.refresh_from_db()
    assert endpoint.off == Endpoint.Off.FAILING
    assert endpoint.off_at
    assert timedelta(days=1) <= endpoint.off_at - began <= timedelta(days=1, hours=1.25)
    assert Delivery.objects.get(state=State.WAITING).slug == "newer-box"


def test_what_was_dropped_before_a_silence_does_not_switch_it_off_afterwards(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    receiver.answer = refuses(500)
    publish("Black box")
    worker.run()
    managing.replay(endpoint, 10**9)
    clock.pass_by(days=7)
    publish("White box")
    worker.run_until(clock.now + timedelta(hours=23))
    endpoint.refresh_from_db()
    assert endpoint.off == ""


def test_one_bad_message_is_given_up_after_a_day_and_frees_its_item(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    item = publish("Black box")
    bad = item.changes.get().position
    receiver.answer = lambda received: Answer(422 if received.said["data"]["position"] == bad else 200)
    began = clock.now
    worker.run()
    publish("Newer", item=item)
    for hour in range(1, 28):
        publish(f"Other {hour}")
        worker.run_until(began + timedelta(hours=hour))
    endpoint.refresh_from_db()
    assert endpoint.off == ""
    failed = Delivery.objects.get(state=State.FAILED)
    assert (failed.position, failed.status, failed.reason) == (bad, 422, "http.422")
    assert [one.event[1] for one in receiver.received if one.said["data"]["position"] != bad].count("black-box") == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(endpoint: Endpoint, receiver: Receiver, worker: Rounds, status: int) -> None:
    with Receiver() as other:
        receiver.answer = refuses(status, Location=other.address)
        publish("Black box")
        worker.run()
        assert other.received == []
    assert len(receiver.received) == 1
    assert Delivery.objects.get().reason == f"http.{status}"


def test_an_endpoint_that_is_down_for_long_does_not_fill_the_database(
    endpoint: Endpoint, receiver: Receiver, clock: Clock, worker: Rounds
) -> None:
    kind = kinds.get("entry")
    writes = []
    for number in range(250):
        data = f"---\ntitle: Box {number}\nslug: box-{number}\n---\n".encode()
        record = kind.read(parse(data), f"box-{number}.md").record
        writes.append(writer.Write("entry", data, record, path=f"box-{number}.md", publish=True))
    writer.write(writes, author=Author.of(None), origin=Revision.Origin.FILES)
    while queueing.fill(clock()):
        pass
    assert Delivery.objects.count() == 200
    assert worker.run() == 250
    assert len({one.id for one in receiver.received}) == 250


# --- leases ---


def test_what_a_dead_worker_had_is_taken_up_by_another(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    publish("Black box")
    queueing.fill(clock())
    assert leasing.take(clock())
    assert worker.run() == 0
    clock.pass_by(seconds=89)
    assert worker.run() == 0
    clock.pass_by(seconds=2)
    assert worker.run() == 1


def test_a_worker_that_was_too_slow_decides_nothing(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    publish("Black box")
    queueing.fill(clock())
    slow = leasing.take(clock())
    assert slow
    clock.pass_by(minutes=2)
    worker.run()
    attempt = Attempt(delivery=slow, at=clock(), seconds=100)
    recording.record(Sent(attempt, Came("http.410", 410)), clock())
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.sendings.count()) == (State.DELIVERED, 1, 2)
    endpoint.refresh_from_db()
    assert endpoint.off == ""


def test_an_endpoint_that_is_deleted_while_it_is_told_is_no_problem(endpoint: Endpoint, clock: Clock) -> None:
    publish("Black box")
    queueing.fill(clock())
    delivery = leasing.take(clock())
    assert delivery
    sender = Sender()
    sent = sender.send(delivery, clock())
    sender.close()
    managing.delete(endpoint)
    recording.record(sent, clock())
    assert not Delivery.objects.exists()
    assert not Attempt.objects.exists()


def test_a_failing_endpoint_is_asked_one_thing_at_a_time_and_a_slow_one_three(endpoint: Endpoint, clock: Clock) -> None:
    for number in range(5):
        publish(f"Box {number}")
    queueing.fill(clock())
    assert [leasing.take(clock()) is not None for _ in range(4)] == [True, True, True, False]
    clock.pass_by(minutes=2)
    Endpoint.objects.update(failures=1)
    assert [leasing.take(clock()) is not None for _ in range(2)] == [True, False]


# --- by hand ---


def test_a_test_event_is_tried_once_also_while_it_is_off(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    managing.switch_off(endpoint)
    managing.send_test(endpoint)
    receiver.answer = refuses(500)
    assert worker.run() == 1
    clock.pass_by(days=1)
    assert worker.run() == 0
    [received] = receiver.received
    assert received.said["type"] == "test"
    assert received.id.startswith("test_")
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.off) == (0, Endpoint.Off.BY_HAND)
    assert Delivery.objects.get().state == State.FAILED


def test_sent_again_it_has_the_same_name_and_says_the_same(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock, secrets: dict[int, str]
) -> None:
    publish("Black box")
    worker.run()
    clock.pass_by(hours=1)
    managing.resend(Delivery.objects.get())
    worker.run()
    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert second.is_signed_with(secrets[endpoint.pk])
    assert Delivery.objects.get().sendings.count() == 2


def test_a_replay_tells_everything_after_a_position_again(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds
) -> None:
    items = [publish(f"Box {number}") for number in range(4)]
    worker.run()
    positions = [item.changes.get().position for item in items]
    managing.replay(endpoint, positions[1])
    worker.run()
    told = [one.said["data"]["position"] for one in receiver.received]
    assert told == positions + positions[2:]
    assert receiver.received[2].id == receiver.received[4].id


def test_a_replay_from_the_newest_skips_what_waits(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    receiver.answer = refuses(500)
    for number in range(3):
        publish(f"Box {number}")
    worker.run()
    managing.replay(endpoint, 10**9)
    receiver.answer = refuses(200)
    clock.pass_by(hours=1)
    assert worker.run() == 0
    publish("Newest")
    assert worker.run() == 1


def test_since_a_moment_is_after_the_last_change_before_it(db: None) -> None:
    first = publish("One").changes.get()
    second = publish("Two").changes.get()
    assert managing.position_at(first.created_at) == 0
    assert managing.position_at(second.created_at) == first.position
    assert managing.position_at(timezone.now() + timedelta(days=1)) == second.position


# --- secrets ---


def test_for_a_day_both_secrets_are_good(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock, secrets: dict[int, str]
) -> None:
    old, new = secrets[endpoint.pk], managing.renew_secret(endpoint)
    assert old != new
    publish("Black box")
    worker.run()
    clock.pass_by(days=1)
    publish("White box")
    worker.run()
    signed = [(one.is_signed_with(old), one.is_signed_with(new)) for one in receiver.received]
    assert signed == [(True, True), (False, True)]


def test_with_another_secret_key_nothing_is_sent_until_there_is_a_new_secret(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, settings: Settings, secrets: dict[int, str]
) -> None:
    settings.SECRET_KEY = "another one"
    publish("Black box")
    worker.run()
    endpoint.refresh_from_db()
    assert (receiver.received, endpoint.off) == ([], Endpoint.Off.KEY)
    new = managing.renew_secret(endpoint)
    managing.switch_on(endpoint)
    worker.run()
    [received] = receiver.received
    assert received.is_signed_with(new)
    # Nobody could sign with the old one any more.
    assert len(received.headers["webhook-signature"].split(" ")) == 1


def test_a_key_that_was_put_aside_goes_on_signing(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, settings: Settings, secrets: dict[int, str]
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one"
    publish("Black box")
    worker.run()
    assert receiver.received[0].is_signed_with(secrets[endpoint.pk])


def test_no_secret_is_in_the_database(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, secrets: dict[int, str]
) -> None:
    receiver.answer = refuses(200, Set_Cookie="session=very-private")
    publish("Black box")
    worker.run()
    kept = repr([list(model.objects.values()) for model in (Endpoint, Delivery, Attempt)])
    signature = receiver.received[0].headers["webhook-signature"].removeprefix("v1,")
    for secret in (secrets[endpoint.pk].removeprefix("whsec_"), signature, "very-private"):
        assert secret not in kept
    assert "webhook-signature" in kept
    assert "(not kept)" in kept


# --- clean-up ---


def test_old_deliveries_are_forgotten_and_those_that_wait_are_not(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    publish("Old box")
    worker.run()
    receiver.answer = refuses(500)
    publish("Black box")
    worker.run()
    assert tidying.tidy(clock() + timedelta(days=29)) == 0
    tidying.tidy(clock() + timedelta(days=31))
    [left] = Delivery.objects.all()
    assert (left.slug, left.sendings.count()) == ("black-box", 1)
    assert Attempt.objects.count() == 1
    assert Item.objects.count() == 2
