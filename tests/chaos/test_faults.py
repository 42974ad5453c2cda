"""kill -9 of web, worker, sync and database while people edit, publish and read: nothing acknowledged is lost, and
feed, search, ETags, webhooks and files agree with it afterwards.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests.chaos.parts import Postgres
from tests.chaos.running import Run, Size
from tests.webhooks.receiving import Receiver

SMALL = Size(kills=8, pause=(0.4, 1.4), rounds=1, editors=2, readers=1, words=40, is_patient=False)
DEEP = Size(
    kills=int(os.environ.get("LEMMA_DEEP_KILLS", "220")), pause=(0.4, 2.6), rounds=6, editors=3, readers=2, words=300,
    is_patient=True,
)  # fmt: skip


@contextmanager
def running(folder: Path, seed: int, size: Size, database: str) -> Iterator[Run]:
    with ExitStack() as stack:
        postgres = None
        if database == "postgresql":
            postgres = Postgres()
            stack.callback(postgres.stop)
            postgres.start()
        receiver = stack.enter_context(Receiver())
        run = Run(folder, seed, size, postgres, receiver)
        stack.callback(run.stop)
        run.set_up()
        yield run


def test_whatever_is_killed_nothing_acknowledged_is_lost(tmp_path: Path, record_property) -> None:
    with running(tmp_path, 7, SMALL, connection.vendor) as run:
        run.go()
        record_property("figures", run.figures())
    assert run.violations == []
    assert run.kills.total() == SMALL.kills


@pytest.mark.deep
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_whatever_is_killed_two_hundred_times_nothing_acknowledged_is_lost(
    tmp_path: Path, database: str, record_property
) -> None:
    seed = int(os.environ.get("LEMMA_CHAOS_SEED", random.randrange(10**6)))
    began = time.monotonic()
    with running(tmp_path, seed, DEEP, database) as run:
        run.tell = lambda text: print(f"{time.monotonic() - began:.0f} s: {text}", file=sys.stderr, flush=True)
        run.go()
        record_property("figures", f"{run.figures()}\n{time.monotonic() - began:.0f} seconds")
    assert run.violations == []
