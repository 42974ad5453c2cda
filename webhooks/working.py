"""The worker: makes deliveries of the feed and sends them, with some hands, until it is told to stop."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import Error, connection
from django.utils import timezone

from outgoing.network import Network
from webhooks import leasing, queueing, recording, tidying
from webhooks.models import Endpoint, Heartbeat
from webhooks.sending import SecretLost, Sender

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

# How long an idle worker waits before it looks again, and a worker whose database is gone.
_PAUSE, _LONG_PAUSE = 1.0, 5.0
_BEAT = timedelta(seconds=15)
_TIDY = timedelta(hours=1)
# What is left of a lease when sending begins. Less of it is left to who was stopped in between, by the system or by a
# sleeping machine: somebody else may be at it.
_TIME_TO_SEND = timedelta(seconds=30)


def deliver_one(sender: Sender, clock: Clock = timezone.now) -> bool:
    """Sends what is due next, and writes down what came of it. Whether there was anything."""
    delivery = leasing.take(clock())
    if delivery is None:
        return False
    assert delivery.leased_until is not None
    if clock() > delivery.leased_until - _TIME_TO_SEND:
        return True
    try:
        sent = sender.send(delivery, clock())
    except SecretLost:
        log.error("Webhook %s is switched off: SECRET_KEY was changed. Make a new secret.", delivery.endpoint_id)
        recording.give_back(delivery, Endpoint.Off.KEY, clock())
        return True
    recording.record(sent, clock())
    return True


class Worker:
    def __init__(self, *, hands: int = 4, network: Network | None = None, clock: Clock = timezone.now) -> None:
        self._hands, self._network, self._clock = hands, network, clock
        # A plain flag: it is set by a signal, in the midst of anything.
        self._is_over = False
        self._beaten: datetime | None = None
        self._tidied: datetime | None = None

    def stop(self) -> None:
        """What is under way is still sent and written down."""
        self._is_over = True

    def once(self) -> None:
        """Until nothing is due any more."""
        with ThreadPoolExecutor(self._hands) as pool:
            while not self._is_over:
                self._housekeeping()
                is_new = queueing.fill(self._clock())
                for ended in [pool.submit(self._hand, goes_on=False) for _ in range(self._hands)]:
                    ended.result()
                if not is_new:
                    return

    def run(self) -> None:
        """Until it is stopped. A database that goes away is waited for."""
        with ThreadPoolExecutor(self._hands) as pool:
            hands = [pool.submit(self._hand, goes_on=True) for _ in range(self._hands)]
            while not self._is_over:
                pause = _PAUSE
                try:
                    self._housekeeping()
                    if queueing.fill(self._clock()):
                        pause = 0
                except Error as error:
                    pause = _lost(error)
                time.sleep(pause)
            for hand in hands:
                hand.result()

    def _hand(self, *, goes_on: bool) -> None:
        sender = Sender(self._network)
        try:
            while not self._is_over:
                pause = _PAUSE
                try:
                    if deliver_one(sender, self._clock):
                        continue
                except Error as error:
                    if not goes_on:
                        raise
                    pause = _lost(error)
                except Exception:
                    if not goes_on:
                        raise
                    # One message that cannot be sent must not keep the others back. Its lease ends in a while.
                    log.exception("A webhook could not be sent.")
                    connection.close()
                if not goes_on:
                    return
                time.sleep(pause)
        finally:
            sender.close()
            connection.close()

    def _housekeeping(self) -> None:
        now = self._clock()
        if self._beaten is None or now - self._beaten >= _BEAT:
            Heartbeat.objects.update_or_create(pk=1, defaults={"at": now})
            self._beaten = now
        if self._tidied is None or now - self._tidied >= _TIDY:
            tidying.tidy(now)
            self._tidied = now


def _lost(error: Error) -> float:
    """A connection that is broken is thrown away; for so long nobody asks for another."""
    log.warning("The database does not answer: %s", error)
    connection.close()
    return _LONG_PAUSE
