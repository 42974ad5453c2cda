"""Whatever two editors, people with the folder and syncs do, in whatever order: nothing that anybody saved is lost.

Every saved sentence carries a word of its own. `tests.sync.world` holds the acts, and what has to be true after each;
`tests.sync.ledger` which words have to be found. Hypothesis makes the histories up and shortens those that fail.
"""

import os
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.sync.world import World

STEPS = 30
DEEP = int(os.environ.get("LEMMA_DEEP_EXAMPLES", "2000"))
SHORT = 20

# Numbers choose among what is there, so that a history that was shortened still makes sense.
some = st.integers(0, 11)
place = st.integers(0, 3)
several = st.lists(st.integers(0, 23), min_size=1, max_size=2)
few = st.lists(st.integers(0, 6), max_size=1)
lag = st.sampled_from([0, 0, 1, 1, 2, 3])
seldom = st.sampled_from([False, False, False, True])
decision = st.integers(0, (1 << 16) - 1)


# Everything is committed, as in production: some mistakes show only then.
pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = Path(__file__).parents[2]


class Counted:
    """What has happened in all histories together."""

    def __init__(self) -> None:
        self.histories = 0
        # Words that were saved, those of them that nobody took away, and those that are nowhere to be found.
        self.saved = self.owed = self.lost = 0
        self.steps: Counter[str] = Counter()
        self.results: Counter[str] = Counter()

    def lines(self) -> Iterator[str]:
        number = sum(self.steps.values())
        yield f"{self.histories} histories, {number} steps"
        yield f"{self.saved} words saved, {self.owed} of them never taken away, {self.lost} of these lost"
        for name, count in self.steps.most_common():
            yield f"  {name:16}{count:7}  {count / number:6.1%}"
            for result, times in self.results.most_common():
                act, _, came = result.partition(": ")
                if act == name:
                    yield f"      {came:30}{times:7}"


def _emptied() -> None:
    """Much faster than what tests with transactions do otherwise, since these few rows are all there is."""
    own = [app for app in apps.get_app_configs() if (PROJECT / app.name.split(".")[0]).is_dir()]
    with transaction.atomic(), connection.cursor() as cursor:
        for model in (*(model for app in own for model in app.get_models()), get_user_model()):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")


class Histories(RuleBasedStateMachine):
    """One database for all, which is emptied before each, and folders in memory."""

    counted = Counted()
    folder = Path()

    def __init__(self) -> None:
        super().__init__()
        self.seed = 0
        _emptied()
        self.world = World(Path(tempfile.mkdtemp(dir=self.folder)))

    def _did(self, act: str, came: str) -> None:
        self.counted.steps[act] += 1
        self.counted.results[f"{act}: {came}"] += 1
        self.world.check()

    @initialize(seed=st.integers(0, 1 << 16))
    def begin(self, seed: int) -> None:
        self.seed = seed

    # --- editors ---

    @rule(editor=place, slug=some, publish=st.booleans())
    def create(self, editor: int, slug: int, publish: bool) -> None:
        self._did("create", self.world.create(editor, slug, publish))

    @rule(editor=place, which=some, lag=lag, edits=several, at=some, publish=st.booleans(), decision=decision)
    def save(self, editor: int, which: int, lag: int, edits: list[int], at: int, publish: bool, decision: int) -> None:
        self._did("save", self.world.save(editor, which, lag, edits, at, publish, decision))

    @rule(editor=place, which=some, lag=lag, edits=several, at=some, publish=seldom, decision=decision)
    def save_draft(
        self, editor: int, which: int, lag: int, edits: list[int], at: int, publish: bool, decision: int
    ) -> None:
        self._did("save", self.world.save(editor, which, lag, edits, at, publish, decision))

    @rule(which=some)
    def publish(self, which: int) -> None:
        self._did("publish", self.world.publish(which))

    @rule(which=some)
    def unpublish(self, which: int) -> None:
        self._did("unpublish", self.world.unpublish(which))

    @rule(which=some)
    def discard(self, which: int) -> None:
        self._did("discard", self.world.discard(which))

    @rule(which=some, number=some, publish=st.booleans())
    def restore(self, which: int, number: int, publish: bool) -> None:
        self._did("restore", self.world.restore(which, number, publish))

    @rule(which=some)
    def delete(self, which: int) -> None:
        self._did("delete", self.world.delete(which))

    @rule(which=some, slug=some)
    def rename(self, which: int, slug: int) -> None:
        self._did("rename", self.world.rename(which, slug))

    @rule(which=some, into=some)
    def unite(self, which: int, into: int) -> None:
        self._did("unite", self.world.unite(which, into))

    @rule(which=some, decision=decision)
    def decide(self, which: int, decision: int) -> None:
        self._did("decide", self.world.decide(which, decision))

    # --- people with the folder ---

    @rule(which=some, edits=several, touches=few, at=some)
    def edit_file(self, which: int, edits: list[int], touches: list[int], at: int) -> None:
        self._did("edit file", self.world.edit_file(which, edits, touches, at))

    @rule(which=some, touches=st.lists(st.integers(0, 6), min_size=1, max_size=2), at=some)
    def touch_file(self, which: int, touches: list[int], at: int) -> None:
        self._did("edit file", self.world.edit_file(which, [], touches, at))

    @rule(folder=place, name=some, slug=some, named=st.booleans())
    def create_file(self, folder: int, name: int, slug: int, named: bool) -> None:
        self._did("create file", self.world.create_file(folder, name, slug, named))

    @rule(which=some, folder=place, name=some)
    def move_file(self, which: int, folder: int, name: int) -> None:
        self._did("move file", self.world.move_file(which, folder, name))

    @rule(which=some)
    def delete_file(self, which: int) -> None:
        self._did("delete file", self.world.delete_file(which))

    @rule(which=some, slug=some)
    def rename_in_file(self, which: int, slug: int) -> None:
        self._did("rename in file", self.world.rename_in_file(which, slug))

    @rule(which=some)
    def break_file(self, which: int) -> None:
        self._did("break file", self.world.break_file(which))

    # --- syncs ---

    @rule()
    def sync(self) -> None:
        self._did("sync", self.world.sync())

    @rule(only=some)
    def sync_one(self, only: int) -> None:
        self._did("sync one", self.world.sync(only))

    @rule(side=place)
    def prefer(self, side: int) -> None:
        self._did("prefer", self.world.prefer(side))

    @rule(prune=seldom)
    def import_content(self, prune: bool) -> None:
        self._did("import", self.world.import_(prune))

    @rule(prune=seldom)
    def export_content(self, prune: bool) -> None:
        self._did("export", self.world.export(prune))

    def teardown(self) -> None:
        try:
            self.world.settle(self.seed)
            self.counted.histories += 1
            self.counted.saved += len(self.world.ledger.written)
            self.counted.owed += len(self.world.ledger.owed)
            self.counted.lost += len(self.world.lost())
        finally:
            self.world.remove()


@pytest.fixture
def counted(transactional_db: None) -> Iterator[Counted]:
    # Many histories take longer than any command may wait.
    signal.alarm(0)
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="lemma-tests-", dir=memory if memory.is_dir() else None) as folder:
        Histories.counted, Histories.folder = Counted(), Path(folder)
        yield Histories.counted


def run(histories: int, phases: Sequence[Phase], *, derandomize: bool = False) -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=histories,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            phases=phases,
            derandomize=derandomize,
        ),
    )


def test_nothing_that_anybody_saved_is_lost(counted: Counted) -> None:
    # The same histories every time; the deep run makes up new ones.
    run(SHORT, [Phase.generate], derandomize=True)
    assert counted.histories >= SHORT


@pytest.mark.deep
def test_nothing_that_anybody_saved_is_lost_in_many_histories(
    counted: Counted, capsys: pytest.CaptureFixture[str]
) -> None:
    run(DEEP, [Phase.generate, Phase.shrink])
    with capsys.disabled():
        print("", *counted.lines(), sep="\n")
    assert counted.histories >= DEEP
