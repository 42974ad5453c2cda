"""One run: a Lemma as in production, people at work, and somebody who kills at random. At the end all is looked at."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.chaos import people
from tests.chaos.evidence import Change, Evidence, Found, Told
from tests.chaos.judge import judge
from tests.chaos.ledger import Ledger, Outcome
from tests.chaos.parts import ROOT, Part, Postgres, Syncs, children, gunicorn, strike, until
from tests.chaos.people import Colleague, Editor, Follower, Hand, Notes, Reader
from tests.operations.servers import free_port
from tests.sync import folders
from tests.webhooks.receiving import Receiver

# How often each is killed, to each other.
KILLS = {
    "web: all": 3, "web: a worker": 4, "webhooks": 3, "sync": 3, "sync and its git": 3, "everything": 1,
}  # fmt: skip
DATABASE_KILLS = {"database: server": 3, "database: one backend": 3}

_SET_UP = """
from django.core.management import call_command as run
from django.contrib.auth.models import User
from webhooks import managing
from webhooks.models import Endpoint
run("migrate", verbosity=0)
managing.create(Endpoint(name="Receiver", address={address!r}))
for number in range({editors}):
    User.objects.create_superuser(f"editor-{{number}}", password="not-to-be-guessed")
    run("api_token", "create", f"editor-{{number}}", "--scopes", "read,write,publish")
run("sync_content", "--pull", "--commit", "--push")
"""


@dataclass(frozen=True)
class Size:
    """kills: how many. pause: seconds between two, at least and at most. rounds: how often all is looked at.

    words: how many words are searched for. is_patient: the worker of the webhooks is the product's own to the number.
    """

    kills: int
    pause: tuple[float, float]
    rounds: int
    editors: int
    readers: int
    words: int
    is_patient: bool


@dataclass
class Run:
    """Everything of one run, and the counts to be told of it."""

    folder: Path
    seed: int
    size: Size
    postgres: Postgres | None
    receiver: Receiver
    ledger: Ledger = field(default_factory=Ledger)
    notes: Notes = field(default_factory=Notes)
    kills: Counter[str] = field(default_factory=Counter)
    looked: int = 0
    violations: list[str] = field(default_factory=list)
    tell: Callable[[str], None] = lambda text: None

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.content, self.bare, self.clone = (self.folder / name for name in ("content", "bare.git", "clone"))
        self.port = free_port()
        home = self.folder / "home"
        home.mkdir()
        (home / ".gitconfig").write_text(
            "[user]\nname = Lemma\nemail = lemma@example.org\n[init]\ndefaultBranch = main\n[gc]\nauto = 0\n"
        )
        url = self.postgres.url if self.postgres else ""
        self.environment = {
            "PATH": str(Path(sys.executable).parent) + ":/usr/local/bin:/usr/bin:/bin", "HOME": str(home),
            "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "0",
            "SECRET_KEY": "n0t-a-s3cret-key-of-the-length-that-it-has-in-earnest", "ALLOWED_HOSTS": "127.0.0.1",
            "LEMMA_VAR": str(self.folder / "var"), "CONTENT_ROOT": str(self.content), "DATABASE_URL": url,
            "LEMMA_WEBHOOK_NETWORKS": "127.0.0.1/32",
        }  # fmt: skip
        environment = self.environment
        self.web = Part("web", gunicorn(f"127.0.0.1:{self.port}"), environment, self.folder)
        worker = ["manage.py", "deliver_webhooks"] if self.size.is_patient else ["-m", "tests.chaos.worker"]
        self.webhooks = Part("webhooks", [sys.executable, *worker], environment, self.folder)
        self.keeper = self.hand("keeper", self.content)
        self.syncs = Syncs(environment, self.folder, self.keeper.act)

    def hand(self, name: str, top: Path, *, pushes: bool = False) -> Hand:
        rng = random.Random(f"{self.seed} {name}")
        return Hand(name, top, self.ledger, rng, self.environment, self.notes, pushes)

    # --- begin ---

    def set_up(self) -> None:
        files = {f"terms/{slug}.md": people.entry(slug) for slug in (*people.SHARED, *people.CONTESTED)}
        folders.write(self.content, files)
        for words in (
            ["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "Begin"],
            ["init", "--quiet", "--bare", str(self.bare)], ["remote", "add", "origin", str(self.bare)],
            ["push", "--quiet", "--set-upstream", "origin", "main"],
            ["clone", "--quiet", str(self.bare), str(self.clone)],
        ):  # fmt: skip
            subprocess.run(["git", *words], cwd=self.content, env=self.environment, check=True, capture_output=True)
        code = _SET_UP.format(address=self.receiver.address, editors=self.size.editors)
        tokens = [word for word in self.manage("shell", "-v", "0", "-c", code).split() if word.startswith("lemma_")]
        self.web.start()
        self.webhooks.start()
        self.people: list[people.Person] = []
        for number, token in enumerate(tokens):
            self.people.append(Editor(number, self.client(token), *self._common(f"editor {number}")))
        for number in range(self.size.readers):
            self.people.append(Reader(self.client(), *self._common(f"reader {number}")))
        self.follower = Follower(self.client(), *self._common("follower"), pause=0.2)
        colleague = self.hand("colleague", self.clone, pushes=True)
        self.people += [self.follower, Colleague(colleague, self.client(), *self._common("colleague"), pause=0.7)]
        until(self.is_ready, "Lemma")

    def _common(self, name: str) -> tuple[Notes, Ledger, str]:
        return self.notes, self.ledger, f"{self.seed} {name}"

    def client(self, token: str = "") -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/v1/", headers=headers, timeout=30)

    def manage(self, *words: str, code: int | None = 0) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert code is None or done.returncode == code, f"{words}\n{done.stdout}{done.stderr}"
        return done.stdout

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    # --- kill ---

    def go(self) -> None:
        """All rounds: load and kills, then quiet, and a look at everything."""
        a_round = -(-self.size.kills // self.size.rounds)
        while self.kills.total() < self.size.kills:
            for person in self.people:
                person.start()
            self.syncs.start()
            for _ in range(min(a_round, self.size.kills - self.kills.total())):
                time.sleep(self.rng.uniform(*self.size.pause))
                self.kill()
            # Whatever was killed last does something before it is over.
            time.sleep(self.size.pause[1])
            for person in self.people:
                person.stop()
            self.syncs.stop()
            found = self.look()
            self.violations += [f"after {self.kills.total()} kills: {line}" for line in judge(found)]
            self.notes.complaints.clear()
            self.tell("\n".join([self.figures(), *self.violations]))

    def kill(self) -> None:
        chances = KILLS | (DATABASE_KILLS if self.postgres else {})
        for _ in range(600):
            # Each of them once, and then as often as they are wanted.
            new = sorted(chances.keys() - self.kills.keys())
            [kind] = [self.rng.choice(new)] if new else self.rng.choices(list(chances), list(chances.values()))
            if self._kill(kind):
                self.kills[kind] += 1
                return
            # It is not there at the moment.
            time.sleep(0.1)
        raise AssertionError("There was nothing to kill.")

    def _kill(self, kind: str) -> bool:
        if kind.startswith("sync"):
            return self.syncs.strike(git=kind == "sync and its git")
        if kind == "everything":
            # As when the machine goes, but for what its memory has not written yet.
            self.syncs.strike(git=True)
            pids = [*self.web.pids, *self.webhooks.pids]
            if self.postgres:
                pids += self.postgres.part.pids
        elif kind == "web: all":
            pids = self.web.pids
        elif kind == "web: a worker":
            pids = self._one(children(self.web.pids[0]) if self.web.pids else [])
        elif kind == "webhooks":
            pids = self.webhooks.pids
        elif kind == "database: server":
            pids = [self.postgres.server] if self.postgres and self.postgres.server else []
        else:
            server = self.postgres and self.postgres.server
            pids = self._one(children(server) if server else [])
        strike(pids)
        return bool(pids)

    def _one(self, pids: list[int]) -> list[int]:
        return [self.rng.choice(pids)] if pids else []

    # --- look ---

    def look(self) -> Evidence:
        """Everything comes to rest, and is looked at from all sides."""
        self.looked += 1
        until(self.is_ready, "Lemma")
        found = Evidence(self.ledger, complaints=list(self.notes.complaints))
        # The first one may have to finish what others began, and another one takes what that pushed.
        for _ in range(3):
            found.syncs.append(self.syncs.once())
            if found.syncs[-1] in (0, 2):
                break
        before = self._sides()
        found.syncs.append(self.syncs.once())
        after = self._sides()
        found.changed_by_sync = [name for name in before if before[name] != after[name]]
        self._from_database(found, after["database"])
        found.files = {
            path.removeprefix("terms/").removesuffix(".md"): data.decode()
            for path, data in folders.read(self.content).items()
            if path.startswith("terms/")
        }
        self._from_readers(found)
        self._from_webhooks(found)
        found.unsound += self._doctor()
        found.complaints += [line for line in self.notes.complaints if line not in found.complaints]
        return found

    def _sides(self) -> dict[str, Any]:
        ran = subprocess.run(
            [sys.executable, "-m", "tests.chaos.looking"], cwd=ROOT, env=self.environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        heads = [
            subprocess.run(["git", "rev-parse", "HEAD"], cwd=top, env=self.environment, check=True,
                           capture_output=True).stdout
            for top in (self.content, self.bare)
        ]  # fmt: skip
        files = {path: stamp for path, stamp in folders.stamps(self.content).items() if not path.startswith(".git/")}
        return {"database": json.loads(ran.stdout), "files": files, "commits": heads}

    def _from_database(self, found: Evidence, told: dict[str, Any]) -> None:
        found.items = [Found(**item) for item in told["items"]]
        found.changes = [Change(*change) for change in told["changes"]]
        found.counter, found.unsound = told["counter"], list(told["unsound"])

    def _from_readers(self, found: Evidence) -> None:
        """By HTTP, as everybody else."""
        self.follower.catch_up()
        found.mirrored = self.follower.copy
        fresh = Follower(self.client(), *self._common("fresh"))
        fresh.catch_up()
        found.replayed = fresh.copy
        with self.client() as reader:
            lines = reader.get("export.ndjson").text.splitlines()
            found.export = {item["slug"]: item for item in map(json.loads, lines)}
            for item in found.export.values():
                item.pop("kind")
            for copy in (found.mirrored, found.replayed):
                for item in copy.values():
                    item.pop("kind", None)
            every = [write.word for write in self.ledger.writes]
            for word in self.rng.sample(every, min(self.size.words, len(every))):
                answer = reader.get("search/", params={"q": word}).json()
                found.found_by[word] = [hit["slug"] for hit in answer["results"]]
            addresses = [f"entries/{slug}/" for slug in found.export] + [f"entries/{slug}.md" for slug in found.export]
            for address in [*addresses, "entries/?pageSize=100", "changes/"]:
                found.asked_again[address] = self._asked_again(reader, address)
        found.bodies = {key: set(digests) for key, digests in self.notes.bodies.items()}

    def _asked_again(self, reader: httpx.Client, address: str) -> tuple[int, int | None]:
        answer = reader.get(address)
        self.notes.body(address, answer)
        etag = answer.headers["ETag"]
        older = [one for one in self.notes.etags.get(address, []) if one != etag]
        again = reader.get(address, headers={"If-None-Match": etag})
        if not older:
            return again.status_code, None
        before = reader.get(address, headers={"If-None-Match": self.rng.choice(older)})
        return again.status_code, before.status_code

    def _from_webhooks(self, found: Evidence) -> None:
        """Waits until all is told; the longest is the lease of what was in hand when its worker was killed."""
        due = {change.position for change in found.changes}

        def whole() -> list[Any]:
            """Without those that broke off, since their worker was killed."""
            came = list(self.receiver.received)
            return [one.said["data"] for one in came if len(one.body) == int(one.headers["content-length"])]

        # If one does not come, the judge says which.
        with suppress(AssertionError):
            until(lambda: due <= {data["position"] for data in whole()}, "A message of each change",
                  150 if self.size.is_patient else 40)  # fmt: skip
        found.told = [Told(data["position"], data["id"], data["action"]) for data in whole()]

    def _doctor(self) -> list[str]:
        """Of what only it looks at: the search index, the feed and the counts in lists."""
        told = json.loads(self.manage("doctor", "--deep", "--json", code=None))
        return [
            f"{one['code']}: {one['message']}" for one in told["findings"]
            if one["status"] == "error" and one["code"].split(".")[0] not in ("static", "accounts")
        ]  # fmt: skip

    # --- tell ---

    def figures(self) -> str:
        counts = {one.value: self.ledger.count(one) for one in Outcome}
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kills.items()))
        answers = ", ".join(f"{what} {count}" for what, count in sorted(self.notes.answers.items()))
        syncs = ", ".join(f"{code}: {count}" for code, count in sorted(Counter(self.syncs.codes).items()))
        return (
            f"seed {self.seed} on {'PostgreSQL' if self.postgres else 'SQLite'}: {self.kills.total()} kills ({kinds})\n"
            f"writes and steps: {counts}; syncs by exit code: {syncs}\n"
            f"answers: {answers}\n"
            f"messages of webhooks: {len(self.receiver.received)}; looked at {self.looked} times; "
            f"violations: {len(self.violations)}"
        )

    def stop(self) -> None:
        for person in getattr(self, "people", []):
            person.stop()
            person.client.close()
        self.syncs.stop()
        for part in (self.web, self.webhooks):
            part.stop()
