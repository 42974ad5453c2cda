"""Two app hosts, database and cache, each on a machine of its own behind nginx, as deploy/ has them: what users see
while one of them is away, and that all is well afterwards without a hand.
"""

import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from django.db import connection

from tests.chaos.ledger import Ledger, Outcome, make_word
from tests.chaos.network import Network, network
from tests.chaos.parts import ROOT, Part, Postgres, gunicorn, strike, until
from tests.chaos.people import outcome_of
from tests.operations.nginx import DEPLOY, HOST, Nginx
from tests.operations.servers import program
from tests.sync import folders
from tests.sync.cast import entry

DEEP = bool(os.environ.get("LEMMA_DEEP"))
# Seconds for which something is away, until all has to be as before, and for which users are looked at then.
AWAY, SETTLING, AFTER = (45, 10, 20) if DEEP else (8, 4, 2)
READERS, EDITORS = 3, 2
_SLOW = 1.0

_SET_UP = """
from django.core.management import call_command as run
from django.contrib.auth.models import User
run("migrate", verbosity=0)
run("import_content", verbosity=0)
for number in range(2):
    User.objects.create_superuser(f"editor-{number}", password="not-to-be-guessed")
    run("api_token", "create", f"editor-{number}", "--scopes", "read,write,publish")
"""


# What goes wrong, for as long as it lasts.
Trouble = Callable[["World"], AbstractContextManager[None]]


@dataclass
class Seen:
    """What users got, one after the other: when it was asked, whether it is a read, how it ended, and its seconds."""

    answers: list[tuple[float, bool, str, float]] = field(default_factory=list)

    def between(self, begin: float, end: float) -> "Seen":
        return Seen([one for one in self.answers if begin <= one[0] < end])

    def counts(self, *, reads: bool) -> Counter[str]:
        return Counter(how for _, is_read, how, _ in self.answers if is_read is reads)

    def slowest(self) -> float:
        return max((seconds for *_, seconds in self.answers), default=0.0)

    def slow(self) -> int:
        return sum(seconds > _SLOW for *_, seconds in self.answers)

    def told(self) -> str:
        parts = []
        for name, reads in (("reads", True), ("writes", False)):
            counts = ", ".join(f"{how}: {count}" for how, count in sorted(self.counts(reads=reads).items()))
            parts.append(f"{name} {counts or 'none'}")
        return f"{'; '.join(parts)}; slower than a second {self.slow()}, the slowest {self.slowest():.1f} s"


@dataclass
class World:
    network: Network
    nginx: Nginx
    apps: list[Part]
    postgres: Postgres
    redis: Part
    tokens: list[str]
    ledger: Ledger = field(default_factory=Ledger)
    seen: Seen = field(default_factory=Seen)
    figures: list[str] = field(default_factory=list)

    @contextmanager
    def users(self) -> Iterator[None]:
        """They read and edit all the time, each one thing after the other."""
        is_over = threading.Event()
        people = [threading.Thread(target=self._read, args=(who, is_over)) for who in range(READERS)]
        people += [threading.Thread(target=self._edit, args=(who, is_over)) for who in range(EDITORS)]
        for person in people:
            person.start()
        try:
            yield
        finally:
            is_over.set()
            for person in people:
                person.join(120)

    def _ask(self, client: httpx.Client, method: str, address: str, **options: object) -> httpx.Response | None:
        began = time.monotonic()
        answer = None
        try:
            answer = client.request(method, address, **options)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            how = type(error).__name__
        else:
            how = str(answer.status_code)
        self.seen.answers.append((began, method == "GET", how, time.monotonic() - began))
        return answer

    def _read(self, who: int, is_over: threading.Event) -> None:
        self.network.enter("users")
        # A cookie: nothing comes from the cache of nginx.
        with self.nginx.client({"Cookie": f"reader={who}"}, 120) as client:
            number = 0
            while not is_over.wait(0.05):
                number += 1
                paths = "/api/v1/entries/entry-0/", "/api/v1/entries/?pageSize=50", "/api/v1/search/?q=entry"
                self._ask(client, "GET", paths[number % 3])

    def _edit(self, who: int, is_over: threading.Event) -> None:
        rng = random.Random(f"{who} {time.monotonic()}")
        self.network.enter("users")
        slug = f"entry-{who}"
        with self.nginx.client({"Authorization": f"Bearer {self.tokens[who]}"}, 120) as client:
            while not is_over.wait(0.1):
                draft = self._ask(client, "GET", f"/api/v1/entries/{slug}/?draft=true")
                if draft is None or draft.status_code != 200:
                    continue
                word = make_word(rng)
                write = self.ledger.write(slug, "briefDefinition", word, f"editor {who}")
                answer = self._ask(
                    client, "PATCH", f"/api/v1/entries/{slug}/?publish=true",
                    json={"briefDefinition": f"Here is {word}"}, headers={"If-Match": draft.headers["ETag"]},
                )  # fmt: skip
                write.outcome = outcome_of(answer)

    def lost(self) -> list[str]:
        """Acknowledged words of which the history of their entries has nothing."""
        texts = self.postgres.ask("SELECT convert_from(data, 'UTF8') FROM publishing_blob")
        return [
            write.word for write in self.ledger.writes
            if write.outcome is Outcome.ACKNOWLEDGED and write.word not in texts
        ]  # fmt: skip

    def is_whole(self) -> None:
        """Both hosts answer, each by itself."""
        for name in ("app1", "app2"):
            address = f"http://{self.network.machines[name]}:8001/readyz"

            def is_ready(address: str = address) -> bool:
                try:
                    return httpx.get(address, headers={"Host": HOST}, timeout=20).status_code == 200
                except httpx.HTTPError:
                    return False

            until(lambda: bool(self.network.there("edge", is_ready)), f"An answer of {name}", 20)

    def scene(self, scene: "Scene") -> tuple[Seen, Seen]:
        """What users see meanwhile, and once it is over."""
        with self.users():
            time.sleep(2)
            begin = time.monotonic()
            with scene.trouble(self):
                time.sleep(AWAY)
            end = time.monotonic()
            time.sleep(SETTLING + AFTER)
            over = time.monotonic()
        during, after = self.seen.between(begin, end + SETTLING), self.seen.between(end + SETTLING, over)
        bad = [began - begin for began, _, how, _ in during.answers if how != "200"]
        told = f"refusals until second {max(bad):.1f}" if bad else "nobody refused"
        self.figures.append(f"{scene.name}, {end - begin:.0f} s: {during.told()}; {told}; afterwards {after.told()}")
        return during, after


def kernel_settings() -> dict[str, str]:
    """Those of deploy/sysctl."""
    return dict(re.findall(r"(?m)^([a-z0-9_.]+) = (\d+)$", (DEPLOY / "sysctl/lemma.conf").read_text()))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if connection.vendor != "sqlite":
        # It has a PostgreSQL of its own, whatever the tests run on.
        pytest.skip("It is the same on both databases of the tests.")
    nginx, redis = program("nginx"), program("redis-server")
    program("ip")
    folder = tmp_path_factory.mktemp("parted")
    with ExitStack() as stack:
        net = stack.enter_context(network())
        for name in ("edge", "app1", "app2", "db", "cache", "users"):
            net.add(name)
        for name in ("edge", "app1", "app2"):
            net.set(name, kernel_settings())
        postgres = Postgres(net.within("db"), net.machines["db"], 5432)
        stack.callback(postgres.stop)
        postgres.start()
        content = folders.write(
            folder / "content",
            {f"terms/entry-{number}.md": entry(f"Entry {number}", f"entry-{number}", body="# Brief Definition\nNone.\n")
             for number in range(20)},
        )  # fmt: skip
        environment = {
            "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "0",
            "SECRET_KEY": "n0t-a-s3cret-key-of-the-length-that-it-has-in-earnest", "ALLOWED_HOSTS": HOST,
            "LEMMA_VAR": str(folder / "var"), "CONTENT_ROOT": str(content), "DATABASE_URL": postgres.network_url,
            "CACHE_URL": f"redis://{net.machines['cache']}:6379/0", "LEMMA_BEHIND_PROXY": "1",
            "LEMMA_TRUSTED_PROXIES": net.machines["edge"],
            # So that each request asks the cache.
            "LEMMA_RATE_ANONYMOUS": "100000/min", "LEMMA_RATE_TOKEN": "100000/min", "LEMMA_RATE_WRITE": "100000/min",
        }  # fmt: skip
        command = [redis, "--bind", net.machines["cache"], "--protected-mode", "no", "--save", "", "--dir", str(folder)]
        cache = Part("redis", [*net.within("cache"), *command], environment, folder)
        apps = []
        for name in ("app1", "app2"):
            bind = gunicorn(f"{net.machines[name]}:8001")
            apps.append(Part(name, [*net.within(name), *bind], environment, folder))
        done = subprocess.run(
            [*net.within("app1"), sys.executable, "manage.py", "shell", "-v", "0", "-c", _SET_UP], cwd=ROOT,
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        site = Nginx(
            folder / "nginx", [f"{net.machines[name]}:8001" for name in ("app1", "app2")], net.machines["edge"]
        )
        edge = Part("nginx", [*net.within("edge"), nginx, "-c", str(site.write())], environment, folder)
        for part in (cache, *apps, edge):
            stack.callback(part.stop)
            part.start()
        tokens = [word for word in done.stdout.split() if word.startswith("lemma_")]
        made = World(net, site, apps, postgres, cache, tokens)

        def is_ready() -> bool:
            try:
                with site.client({}) as client:
                    return all(client.get("/readyz").status_code == 200 for _ in range(8))
            except httpx.HTTPError:
                return False

        until(lambda: net.there("users", is_ready), "Lemma behind nginx")
        yield made


# --- what goes wrong ---


@contextmanager
def database_is_killed(world: World) -> Iterator[None]:
    """With kill -9, and started again, as systemd does."""
    strike(world.postgres.part.pids[:1])
    yield
    until(world.postgres.is_ready, "PostgreSQL")


@contextmanager
def cache_is_killed(world: World) -> Iterator[None]:
    """Started again it has forgotten everything."""
    strike(world.redis.pids)
    yield


def cut_off(name: str) -> Trouble:
    return lambda world: world.network.cut_off(name)


@dataclass(frozen=True)
class Scene:
    """What users may get meanwhile, reads and writes, and seconds for which an answer may take on a busy machine.

    Nothing is cut off for less than the time after which it is given up.
    """

    name: str
    trouble: Trouble
    reads: frozenset[str]
    writes: frozenset[str]
    slowest: float
    is_deep: bool = False


_WELL, _LATER = frozenset({"200"}), frozenset({"200", "503"})
SCENES = [
    Scene("an app host is cut off", cut_off("app1"), _WELL, _LATER, 15),
    Scene("the database is killed", database_is_killed, _LATER, _LATER, 15),
    Scene("the database is cut off", cut_off("db"), _LATER, _LATER, 25, is_deep=True),
    Scene("the cache is cut off", cut_off("cache"), _WELL, _WELL, 8),
    Scene("the cache is killed", cache_is_killed, _WELL, _WELL, 8, is_deep=True),
]


def check(world: World, scene: Scene, record_property) -> None:
    during, after = world.scene(scene)
    record_property("figures", world.figures[-1])
    assert set(during.counts(reads=True)) <= scene.reads
    assert set(during.counts(reads=False)) <= scene.writes
    assert during.counts(reads=True)["200"] > 0
    assert during.slowest() < scene.slowest
    # Nobody did anything, and it is as before.
    assert set(after.counts(reads=True)) == {"200"} == set(after.counts(reads=False))
    assert world.lost() == []
    assert world.ledger.count(Outcome.ACKNOWLEDGED) > 0
    world.is_whole()


@pytest.mark.parametrize("scene", [one for one in SCENES if not one.is_deep], ids=lambda one: one.name)
def test_users_go_on_and_all_is_well_by_itself_when(world: World, scene: Scene, record_property) -> None:
    check(world, scene, record_property)


@pytest.mark.deep
@pytest.mark.parametrize("scene", SCENES, ids=lambda one: one.name)
def test_users_go_on_and_all_is_well_by_itself_when_for_long(world: World, scene: Scene, record_property) -> None:
    check(world, scene, record_property)
