"""What doctor and numbers say about webhooks."""

from collections.abc import Callable

from config.doctor import webhooks
from tests.webhooks.conftest import Clock, Rounds, publish
from tests.webhooks.receiving import Answer, Receiver
from webhooks import managing, queueing, watching
from webhooks.models import Endpoint
from webhooks.working import Worker


def codes() -> list[str]:
    return [finding.code for finding in webhooks.are_told()]


def test_it_is_seen_how_much_waits_and_how_far_it_lags(
    make_endpoint: Callable[..., Endpoint], receiver: Receiver, worker: Rounds, clock: Clock
) -> None:
    assert watching.standing() == watching.Standing(0, 0, 0, None)
    make_endpoint()
    for number in range(3):
        publish(f"Box {number}")
    assert watching.standing().behind == 3
    queueing.fill(clock())
    assert (watching.standing().waiting, watching.standing().behind) == (3, 0)
    worker.run()
    assert watching.standing().waiting == 0
    receiver.answer = lambda received: Answer(410)
    publish("Last box")
    worker.run()
    publish("Meanwhile")
    now = watching.standing()
    assert (now.waiting, now.behind, now.off) == (1, 0, 1)


def test_the_doctor_finds_what_is_wrong(endpoint: Endpoint, receiver: Receiver, worker: Rounds) -> None:
    assert codes() == ["webhooks.nobody"]
    Worker(hands=1).once()
    assert codes() == ["webhooks.told"]
    receiver.answer = lambda received: Answer(410)
    publish("Black box")
    worker.run()
    assert codes() == ["webhooks.off"]
    managing.switch_off(endpoint)
    # By itself it stays what it was switched off for.
    assert codes() == ["webhooks.off"]
