"""A receiver, an endpoint that leads to it, a clock that is set by hand, and a worker that runs by it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from documents import parse
from glossary.editing import save_entry
from outgoing.network import Network
from publishing.models import Item
from tests.webhooks.receiving import Receiver
from webhooks import managing, queueing
from webhooks.models import Delivery, Endpoint
from webhooks.sending import Sender
from webhooks.working import deliver_one


class Clock:
    def __init__(self) -> None:
        # What is made by hand is made by the clock on the wall, and is due by this one.
        self.now = timezone.now() + timedelta(seconds=60)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


class Rounds:
    """A worker, one step after the other."""

    def __init__(self, clock: Clock, network: Network | None = None) -> None:
        self.clock = clock
        self._sender = Sender(network)

    def close(self) -> None:
        self._sender.close()

    def run(self) -> int:
        """Until nothing is due at this moment. How many requests that were."""
        count = 0
        while queueing.fill(self.clock()) | (sent := deliver_one(self._sender, self.clock)):
            count += sent
        return count

    def run_until(self, moment: datetime) -> list[datetime]:
        """As time goes by. When requests were made."""
        times = []
        while True:
            times += [self.clock.now] * self.run()
            waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
            nexts = [
                max(one.due_at, one.endpoint.rest_until or one.due_at)
                for one in waiting.filter(endpoint__off="").select_related("endpoint")
            ]
            # What is held up by another message of its item is not asked about: the other one comes first.
            following = min((at for at in nexts if at > self.clock.now), default=moment)
            if following >= moment:
                self.clock.now = max(moment, self.clock.now)
                return times
            self.clock.now = following


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _inside(settings: Settings) -> None:
    settings.LEMMA_WEBHOOK_NETWORKS = ["127.0.0.1/32"]


@pytest.fixture
def worker(clock: Clock) -> Iterator[Rounds]:
    rounds = Rounds(clock)
    yield rounds
    rounds.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def secrets() -> dict[int, str]:
    """By the key of their endpoint."""
    return {}


@pytest.fixture
def make_endpoint(db: None, receiver: Receiver, secrets: dict[int, str]) -> Callable[..., Endpoint]:
    def make(**values: Any) -> Endpoint:
        endpoint = Endpoint(**{"name": "Site", "address": receiver.address, **values})
        secret = managing.create(endpoint)
        secrets[endpoint.pk] = secret
        return endpoint

    return make


@pytest.fixture
def endpoint(make_endpoint: Callable[..., Endpoint]) -> Endpoint:
    return make_endpoint()


def publish(title: str, front: str = "", item: Item | None = None, **options: Any) -> Item:
    """A new entry, or another text of one."""
    slug = item.slug if item else title.lower().replace(" ", "-")
    base: dict[str, Any] = {"item": item, "base_revision": item.revision} if item else {}
    text = f'---\ntitle: "{title}"\nslug: "{slug}"\n{front}---\n'
    saved = save_entry(parse(text.encode()), **base, **{"publish": True, **options})
    return Item.objects.get(pk=saved.pk)
