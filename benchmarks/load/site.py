"""A Lemma as docs/operators.md sets it up: content in git, where a colleague pushes, and a worker for webhooks."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from benchmarks import ours
from benchmarks.api.serving import OURS, ROOT, free_port, wait
from benchmarks.api.sites import Site
from benchmarks.load.asking import Asked
from benchmarks.load.plans import Cast

SYNC, SCHEDULE = "sync", "schedule"
JOBS = {SYNC: "`sync_content --pull --commit --push`", SCHEDULE: "`run_scheduled`"}
# Those of deploy/systemd.
_GUNICORN = ("--threads", "4", "--keep-alive", "75", "--graceful-timeout", "30", "--no-control-socket")
_EVERY = 60
_FILES = 3
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Lemma:
    site: Site

    @property
    def content(self) -> Path:
        return self.site.folder / "files"

    @property
    def environment(self) -> dict[str, str]:
        more = {"CONTENT_ROOT": str(self.content), "LEMMA_WEBHOOK_NETWORKS": "127.0.0.0/8"}
        return self.site.environment(OURS) | more

    @property
    def log(self) -> Path:
        """What servers and worker have to say, which is errors alone."""
        return self.site.folder / "errors.log"

    def python(self, *arguments: object) -> str:
        """What it prints. Raises RuntimeError with what it said if it does not end well."""
        command = [sys.executable, *map(str, arguments)]
        run = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=_LONGEST, check=False
        )
        if run.returncode:
            raise RuntimeError(f"{' '.join(command[1:])} ended with {run.returncode}:\n{run.stdout}{run.stderr}")
        return run.stdout

    def into_git(self) -> None:
        """The content folder as a clone of a repository, which a colleague has a clone of, too."""
        _git(self.content, "init", "--quiet", "--initial-branch=main")
        _git(self.content, "add", "--all")
        _git(self.content, "commit", "--quiet", "--message=All")
        upstream = self.site.folder / "upstream.git"
        _git(self.site.folder, "clone", "--quiet", "--bare", str(self.content), str(upstream))
        _git(self.content, "remote", "add", "origin", str(upstream))
        _git(self.content, "fetch", "--quiet", "origin")
        _git(self.content, "branch", "--quiet", "--set-upstream-to=origin/main")
        self.sync()
        _git(self.site.folder, "clone", "--quiet", str(upstream), str(self._clone))

    def sync(self) -> None:
        self.python("manage.py", "sync_content", "--pull", "--commit", "--push", "--json")

    def push_some(self, cast: Cast, number: int) -> None:
        """The colleague edits a few files and pushes them."""
        _git(self._clone, "pull", "--quiet", "--rebase")
        for place in range(_FILES):
            slug = cast.colleague[(number * _FILES + place) % len(cast.colleague)]
            file = self._clone / f"terms/{slug}.md"
            file.write_bytes(ours.edit(file.read_bytes(), f"{slug.replace('-', ' ').capitalize()}, {number}"))
        _git(self._clone, "commit", "--quiet", "--all", f"--message=Edit {number}")
        _git(self._clone, "push", "--quiet")

    @contextmanager
    def process(self, *arguments: object) -> Iterator[subprocess.Popen[bytes]]:
        """One that goes on, until the end of the block."""
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, *map(str, arguments)], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        try:
            yield started
        finally:
            started.send_signal(signal.SIGTERM)
            try:
                started.wait(60)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()

    @contextmanager
    def servers(self, count: int, workers: int) -> Iterator[list[tuple[int, int]]]:
        """Port and process of each."""
        with ExitStack() as stack:
            found = []
            for _ in range(count):
                port = free_port()
                options = ("--bind", f"127.0.0.1:{port}", "--workers", workers, "--log-level", "error", *_GUNICORN)
                process = stack.enter_context(self.process("-m", "gunicorn", "config.wsgi", *options))
                wait(process, port, workers)
                found.append((port, process.pid))
            yield found

    @property
    def _clone(self) -> Path:
        return self.site.folder / "colleague"


@dataclass
class Timers:
    """What systemd runs every minute, from `start` to the end of the block; what is at work is not started again."""

    lemma: Lemma
    cast: Cast
    start: float
    every: float = _EVERY
    asked: list[Asked] = field(default_factory=list)
    _over: Event = field(default_factory=Event)

    def __enter__(self) -> "Timers":
        self._threads = [Thread(target=self._go_on, args=(what,)) for what in JOBS]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, what: str) -> None:
        number = 0
        # Not both at the same moment, nor at once.
        first = self.start + self.every / (2 if what == SYNC else 4)
        self._over.wait(first - time.monotonic())
        while not self._over.is_set():
            number += 1
            at = time.monotonic()
            try:
                if what == SYNC:
                    self.lemma.push_some(self.cast, number)
                    at = time.monotonic()
                    self.lemma.sync()
                else:
                    self.lemma.python("manage.py", "run_scheduled")
            except (RuntimeError, subprocess.SubprocessError) as error:
                self.asked.append(Asked(what, at, time.monotonic() - at, str(error)))
            else:
                self.asked.append(Asked(what, at, time.monotonic() - at))
            self._over.wait(max(0.0, at + self.every - time.monotonic()))


def _git(folder: Path, *arguments: str) -> None:
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", "Cleo Colleague"), ("EMAIL", "cleo@example.org"))
    }
    run = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=os.environ | who, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise RuntimeError(f"git {' '.join(arguments)}: {run.stderr}")
