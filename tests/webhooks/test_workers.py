"""Several workers, and workers that are killed: processes and threads over one real database."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from tests.sync.installation import PROJECT
from tests.webhooks.conftest import publish
from tests.webhooks.receiving import Answer, Received, Receiver
from webhooks import managing
from webhooks.models import Delivery, Endpoint, Heartbeat
from webhooks.working import Worker

pytestmark = pytest.mark.django_db(transaction=True)

Make = Callable[..., Endpoint]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """That of another process on the database of this test."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = f"postgres://{database['USER']}@{database['HOST'].replace('/', '%2F')}/{database['NAME']}"
    return os.environ | {
        "DEBUG": "1",
        "SECRET_KEY": "not a secret",
        "LEMMA_VAR": str(tmp_path),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LEMMA_WEBHOOK_NETWORKS": "127.0.0.1/32",
    }


@contextmanager
def worker(environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "manage.py", "deliver_webhooks"],
        cwd=PROJECT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.05)


def test_two_workers_share_the_work_and_keep_the_order(make_endpoint: Make, receiver: Receiver) -> None:
    make_endpoint()
    make_endpoint()
    for box in range(8):
        item = publish(f"Box {box}")
        for edit in range(3):
            item = publish(f"Box {box} {edit}", item=item)
    # Long enough for both to be at it.

    def slowly(received: Received) -> Answer:
        time.sleep(0.005)
        return Answer()

    receiver.answer = slowly
    failures: list[BaseException] = []

    def work() -> None:
        try:
            Worker(hands=2).once()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    # What one of them left because the other had the message before it in hand.
    Worker(hands=1).once()
    assert failures == []
    assert len(receiver.received) == 2 * 8 * 4
    for box in range(8):
        told = [one.said["data"]["position"] for one in receiver.received if one.event[1] == f"box-{box}"]
        # Those of the two endpoints are mixed, and each of them is in order.
        assert sorted(told) == sorted([*set(told)] * 2)
        firsts = list(dict.fromkeys(told))
        assert firsts == sorted(firsts)
    assert Delivery.objects.filter(state=Delivery.State.DELIVERED, attempts=1).count() == 64


def test_killed_between_sending_and_writing_it_down_it_is_sent_again(
    make_endpoint: Make, receiver: Receiver, environment: dict[str, str], secrets: dict[int, str]
) -> None:
    endpoint = make_endpoint()
    publish("Black box")
    killed = subprocess.run([sys.executable, "-m", "tests.webhooks.killed"], cwd=PROJECT, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    [delivery] = Delivery.objects.all()
    assert (delivery.state, delivery.attempts) == (Delivery.State.WAITING, 0)
    assert delivery.leased_until
    assert len(receiver.received) == 1
    # Nobody is faster than its lease.
    Worker(hands=1).once()
    assert len(receiver.received) == 1
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    Worker(hands=1).once()
    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    assert second.is_signed_with(secrets[endpoint.pk])
    assert Delivery.objects.get().state == Delivery.State.DELIVERED


def test_a_worker_that_is_stopped_ends_what_it_began(
    make_endpoint: Make, receiver: Receiver, environment: dict[str, str]
) -> None:
    make_endpoint()
    under_way, go_on = threading.Event(), threading.Event()

    def slowly(received: Received) -> Answer:
        under_way.set()
        go_on.wait(20)
        return Answer()

    receiver.answer = slowly
    publish("Black box")
    with worker(environment) as process:
        assert under_way.wait(60)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert process.poll() is None
        go_on.set()
        assert process.wait(30) == 0
        assert process.stderr
        assert process.stderr.read() == ""
    assert Delivery.objects.get().state == Delivery.State.DELIVERED
    assert Heartbeat.objects.filter(at__gt=timezone.now() - timedelta(minutes=2)).exists()


def test_two_processes_tell_what_is_published_while_they_run_though_one_is_killed(
    make_endpoint: Make, receiver: Receiver, environment: dict[str, str]
) -> None:
    make_endpoint()
    with worker(environment) as one, worker(environment) as other:
        publish("First")
        until(lambda: len(receiver.received) > 0)
        wanted = {"first", *(f"box-{number}" for number in range(10))}
        for number in range(10):
            publish(f"Box {number}")
            if number == 4:
                other.kill()
                # What it had in hand is free again after its lease.
                other.wait()
                Delivery.objects.filter(state=Delivery.State.WAITING).update(leased_until=None)
        until(lambda: {event[1] for event in receiver.events} == wanted)
        one.send_signal(signal.SIGTERM)
        assert one.wait(30) == 0
    assert not Delivery.objects.filter(state=Delivery.State.WAITING).exclude(lease="").exists()


@pytest.mark.postgres
def test_a_database_that_goes_away_is_waited_for(
    make_endpoint: Make, receiver: Receiver, environment: dict[str, str]
) -> None:
    make_endpoint()
    with worker(environment) as process:
        publish("First")
        until(lambda: len(receiver.received) == 1)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert len(cursor.fetchall()) > 0
        publish("Second")
        until(lambda: len(receiver.received) == 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_worker_tells_that_it_is_there(make_endpoint: Make) -> None:
    assert not managing.is_nobody_at_work()
    make_endpoint()
    assert managing.is_nobody_at_work()
    Worker(hands=1).once()
    assert not managing.is_nobody_at_work()
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=3))
    assert managing.is_nobody_at_work()
