"""Those who edit, read and follow while things die. What they wrote and were told is in the ledger."""

import hashlib
import random
import re
import subprocess
import threading
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.chaos.ledger import Ledger, Outcome, State, Write, make_word

# Of which item of all which editor changes what; the others are those of the two who write in files.
FIELDS = ("briefDefinition", "detailedExplanation", "title")
BY_HAND = {"keeper": "Prerequisites", "colleague": "Common Applications"}
SHARED = tuple(f"shared-{number}" for number in range(6))
# Of which everybody changes the same field.
CONTESTED = ("contested-0", "contested-1")
_CONTESTED_FIELD = "briefDefinition"


def entry(slug: str) -> str:
    """The file of a shared item, in which every writer has a place."""
    return (
        f'---\ntitle: "{slug.title()}"\nslug: "{slug}"\ncategory: "None yet"\ntags: ["chaos"]\n---\n\n'
        "# Brief Definition\n\nNothing yet.\n\n# Prerequisites\n\n- nothing yet\n\n"
        "# Detailed Explanation\n\nNothing yet.\n\n# Common Applications\n\n- nothing yet\n"
    )


@dataclass
class Notes:
    """What all of them saw."""

    answers: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    bodies: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    etags: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, what: str) -> None:
        with self._lock:
            self.answers[what] += 1

    def complain(self, text: str) -> None:
        with self._lock:
            self.complaints.append(text)

    def body(self, address: str, answer: httpx.Response) -> None:
        """A whole answer with a strong ETag."""
        etag = answer.headers.get("ETag")
        if etag is None or answer.status_code != 200:
            return
        with self._lock:
            self.bodies.setdefault((address, etag), set()).add(hashlib.sha256(answer.content).hexdigest())
            known = self.etags.setdefault(address, [])
            if etag not in known:
                known.append(etag)


class Person(ABC):
    """Somebody with a connection of their own, who goes on until the end."""

    def __init__(self, client: httpx.Client, notes: Notes, ledger: Ledger, seed: str, pause: float = 0.05) -> None:
        self.client, self.notes, self.ledger = client, notes, ledger
        self.rng, self.pause = random.Random(seed), pause
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._is_over.clear()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def _live(self) -> None:
        while not self._is_over.wait(self.pause):
            try:
                self.act()
            except Exception as error:
                self.notes.complain(f"{type(self).__name__} gave up: {error!r}")
                return

    def stop(self) -> None:
        self._is_over.set()
        if self._thread:
            self._thread.join(120)
            self._thread = None

    @abstractmethod
    def act(self) -> None:
        """One thing that this person does."""

    def ask(self, method: str, address: str, **options: Any) -> httpx.Response | None:
        """The answer, unless nobody gave one. What must never come is complained of."""
        kind = "read" if method == "GET" else "write"
        try:
            answer = self.client.request(method, address, **options)
        except httpx.HTTPError as error:
            self.notes.answer(f"{kind} {type(error).__name__}")
            # Nothing listens, perhaps, and nobody is helped by asking at once.
            self._is_over.wait(0.2)
            return None
        self.notes.answer(f"{kind} {answer.status_code}")
        if answer.status_code >= 500 and answer.status_code != 503:
            self.notes.complain(f"{method} {address} gave {answer.status_code}: {answer.text[:200]}")
        return answer


def outcome_of(answer: httpx.Response | None) -> Outcome:
    if answer is None or answer.status_code >= 500:
        return Outcome.UNKNOWN
    return Outcome.ACKNOWLEDGED if answer.status_code < 300 else Outcome.REFUSED


class Editor(Person):
    """Edits a field of the shared items, and items of their own from making to deleting."""

    def __init__(self, number: int, *rest: Any, **options: Any) -> None:
        super().__init__(*rest, **options)
        self.number, self.name = number, f"editor {number}"
        self.field = FIELDS[number]
        self.etags: dict[str, str] = {}
        self.own: dict[str, State] = {}
        self.count = 0

    def act(self) -> None:
        dice = self.rng.random()
        if dice < 0.6:
            self.edit(self.rng.choice(SHARED), self.field)
        elif dice < 0.7:
            self.edit(self.rng.choice(CONTESTED), _CONTESTED_FIELD, contested=True)
        elif dice < 0.8 or not self.own:
            self.make()
        else:
            self.move(self.rng.choice(sorted(self.own)))

    def etag(self, slug: str) -> str | None:
        # Now and then an older one: what others did meanwhile has to be merged.
        if slug in self.etags and self.rng.random() < 0.3:
            return self.etags[slug]
        answer = self.ask("GET", f"entries/{slug}/?draft=true")
        if answer is None or answer.status_code != 200:
            return None
        self.etags[slug] = answer.headers["ETag"]
        return self.etags[slug]

    def edit(self, slug: str, name: str, *, contested: bool = False) -> None:
        etag = self.etag(slug)
        if etag is None:
            return
        publish = self.rng.random() < 0.5
        word = make_word(self.rng)
        write = self.ledger.write(slug, name, word, self.name, is_published=publish, contested=contested)
        answer = self.ask(
            "PATCH", f"entries/{slug}/{'?publish=true' if publish else ''}",
            json={name: f"Here is {word}"}, headers={"If-Match": etag},
        )  # fmt: skip
        write.outcome = outcome_of(answer)
        if answer is None or not answer.is_success:
            self.etags.pop(slug, None)
            return
        self.etags[slug] = answer.headers["ETag"]
        if publish and not contested:
            self.look_for(write)

    def look_for(self, write: Write) -> None:
        """Who has published sees it at once, and only they write here."""
        answer = self.ask("GET", f"entries/{write.slug}/")
        if answer is not None and answer.status_code == 200 and write.word not in answer.text:
            self.notes.complain(f"{write.slug} does not show {write.word}, which was just published")

    def make(self) -> None:
        """With a key, so that it can be asked for again until somebody answers."""
        self.count += 1
        slug = f"own-{self.number}-{self.count}"
        to = self.rng.choice([State.DRAFT, State.PUBLISHED])
        word = make_word(self.rng)
        write = self.ledger.write(slug, "briefDefinition", word, self.name, is_published=to is State.PUBLISHED)
        step = self.ledger.step(slug, to)
        for _ in range(4):
            answer = self.ask(
                "POST", f"entries/{'?publish=true' if to is State.PUBLISHED else ''}",
                json={"title": slug.title(), "slug": slug, "briefDefinition": f"Here is {word}"},
                headers={"Idempotency-Key": f"{slug}-{word}"},
            )  # fmt: skip
            at_work = answer is not None and answer.status_code == 409 and "at_work" in answer.text
            if outcome_of(answer) is not Outcome.UNKNOWN and not at_work:
                # It was asked for more than once: a refusal would be one of what was done already.
                write.outcome = step.outcome = outcome_of(answer)
                break
        if step.outcome is Outcome.ACKNOWLEDGED:
            self.own[slug] = to

    def move(self, slug: str) -> None:
        """Publish, unpublish or delete: what it stands at allows."""
        etag = self.etag(slug)
        if etag is None:
            return
        now = self.own[slug]
        to = State.PUBLISHED if now is State.DRAFT else State.DRAFT
        if self.rng.random() < 0.3:
            to = State.DELETED
        step = self.ledger.step(slug, to)
        method, end = {
            State.PUBLISHED: ("POST", "publish/"),
            State.DRAFT: ("POST", "unpublish/"),
            State.DELETED: ("DELETE", ""),
        }[to]
        answer = self.ask(method, f"entries/{slug}/{end}", headers={"If-Match": etag})
        step.outcome = outcome_of(answer)
        self.etags.pop(slug, None)
        if step.outcome is Outcome.ACKNOWLEDGED:
            self.own[slug] = to
        if step.outcome is Outcome.UNKNOWN or self.own[slug] is State.DELETED:
            # Nobody knows how it stands now, so it is left alone.
            del self.own[slug]


class Reader(Person):
    """Reads whatever there is, often with the ETag that they have."""

    def act(self) -> None:
        known = self.ledger.writes
        word = self.rng.choice(known).word if known else "nothing"
        slug = self.rng.choice(SHARED)
        lists = ["entries/?pageSize=100", "entries/?category=None+yet", "changes/", "export.ndjson"]
        address = self.rng.choice([f"entries/{slug}/", f"entries/{slug}.md", f"search/?q={word}", *lists])
        etags = self.notes.etags.get(address, [])
        etag = self.rng.choice(etags[-2:]) if etags and self.rng.random() < 0.5 else None
        answer = self.ask("GET", address, headers={"If-None-Match": etag} if etag else {})
        if answer is None:
            return
        if answer.status_code == 304 and answer.headers["ETag"] != etag:
            self.notes.complain(f"{address} gave 304 with another ETag than was asked for")
        if answer.status_code in (200, 304):
            self.notes.body(address, answer)
        elif answer.status_code != 503:
            self.notes.complain(f"{address} gave {answer.status_code}: {answer.text[:200]}")


class Follower(Person):
    """Keeps a copy by the feed of changes, as the page about the API says."""

    def __init__(self, *rest: Any, **options: Any) -> None:
        super().__init__(*rest, **options)
        self.since = ""
        self.has_more = False
        self._by_id: dict[str, tuple[str, Any]] = {}

    @property
    def copy(self) -> dict[str, Any]:
        return dict(self._by_id.values())

    def act(self) -> None:
        answer = self.ask("GET", "changes/?pageSize=20" + (f"&since={self.since}" if self.since else ""))
        if answer is None or answer.status_code == 503:
            return
        if answer.status_code != 200:
            self.notes.complain(f"The feed gave {answer.status_code}: {answer.text[:200]}")
            return
        told = answer.json()
        for line in told["results"]:
            if line["action"] in ("unpublished", "deleted"):
                self._by_id.pop(line["id"], None)
            elif line["item"] is not None:
                self._by_id[line["id"]] = line["slug"], line["item"]
        self.since, self.has_more = told["nextCursor"], told["more"]

    def catch_up(self) -> None:
        """Until a page has nothing new."""
        for _ in range(1000):
            before = self.since
            self.act()
            if self.since == before and before and not self.has_more:
                return
        raise AssertionError("The feed has no end.")


# --- those who write in files ---


def put_word(path: Path, section: str, word: str) -> None:
    """The list below that heading gets one item, as a person at a text editor makes it."""
    text = path.read_text()
    changed, count = re.subn(rf"(?m)(^# {section}\n\n)- .*$", rf"\1- here is {word}", text)
    assert count == 1, f"{path} has no list below {section}"
    path.write_text(changed)


@dataclass
class Hand:
    """Somebody who changes files in a clone, and commits: in the content folder itself, or elsewhere to push."""

    name: str
    top: Path
    ledger: Ledger
    rng: random.Random
    environment: dict[str, str]
    notes: Notes
    pushes: bool = False

    @property
    def section(self) -> str:
        return BY_HAND[self.name]

    def git(self, *words: str) -> bool:
        done = subprocess.run(
            ["git", *words], cwd=self.top, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            self.notes.answer(f"{self.name}'s git {words[0]} failed")
        return done.returncode == 0

    def act(self) -> None:
        if self.pushes and not (self.git("fetch", "--quiet") and self.git("reset", "--quiet", "--hard", "@{upstream}")):
            return
        slug = self.rng.choice(SHARED)
        path = self.top / "terms" / f"{slug}.md"
        word = make_word(self.rng)
        write = self.ledger.write(slug, self.section, word, self.name, by_file=True)
        try:
            put_word(path, self.section, word)
        except (OSError, AssertionError) as error:
            write.outcome = Outcome.REFUSED
            self.notes.complain(f"{self.name} could not edit {slug}: {error}")
            return
        committed = self.git("commit", "--quiet", "--message", f"{word} by hand", "--", str(path))
        if self.pushes:
            # Others may have been faster: it is made anew another time.
            write.outcome = Outcome.ACKNOWLEDGED if committed and self.git("push", "--quiet") else Outcome.REFUSED
        else:
            # In the file it is, committed or not.
            write.outcome = Outcome.ACKNOWLEDGED


class Colleague(Person):
    """Pushes to the repository that all share."""

    def __init__(self, hand: Hand, *rest: Any, **options: Any) -> None:
        super().__init__(*rest, **options)
        self.hand = hand

    def act(self) -> None:
        self.hand.act()
