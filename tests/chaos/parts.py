"""The processes of a Lemma in production, each started again when it ends, as systemd sees to it; and how they die."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.chaos.ledger import naps
from tests.operations.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
# In place of RestartSec of the units: more dies in the same time.
_PAUSE = 0.3


def until(condition: Callable[[], bool], what: str, seconds: float = 90) -> None:
    for _ in naps(seconds):
        if condition():
            return
    raise AssertionError(f"{what} did not come to pass in {seconds} seconds.")


def children(pid: int) -> list[int]:
    """The processes that it has started, and those that they have."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    own = [int(word) for word in text.split()]
    return own + [below for child in own for below in children(child)]


def is_alive(pid: int) -> bool:
    """One that has ended and was not asked for its exit code yet is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def strike(pids: Sequence[int]) -> None:
    """kill -9, of those that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@dataclass
class Part:
    """A server that is kept running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    pause: float = _PAUSE
    process: "subprocess.Popen[bytes] | None" = None
    starts: int = 0
    _is_over: bool = False
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._is_over = False
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        while not self._is_over:
            with (self.folder / f"{self.name}.log").open("ab") as log:
                self.process = subprocess.Popen(
                    self.command, cwd=ROOT, env=dict(self.environment), stdout=log, stderr=log,
                    stdin=subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
            self.starts += 1
            pid = self.process.pid
            self.process.wait()
            # What is left of it goes, too, as the rest of a control group does.
            _end_group(pid)
            if not self._is_over:
                time.sleep(self.pause)

    @property
    def pids(self) -> list[int]:
        """All of it, the first one first."""
        process = self.process
        return [process.pid, *children(process.pid)] if process and process.poll() is None else []

    def stop(self) -> None:
        self._is_over = True
        strike(self.pids)
        if self._thread:
            self._thread.join(30)


def _end_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def gunicorn(bind: str, application: str = "config.wsgi") -> list[str]:
    """The command of deploy/systemd/lemma-web@.service, at another address."""
    unit = (ROOT / "deploy/systemd/lemma-web@.service").read_text()
    [options] = re.findall(r"-m gunicorn config\.wsgi (.*)'", unit)
    assert '"$$LEMMA_BIND:%i"' in options
    words = options.replace('"$$LEMMA_BIND:%i"', bind).split()
    return [sys.executable, "-m", "gunicorn", application, *words]


# --- PostgreSQL ---


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("There is no PostgreSQL here.")
    return found[-1].parent


@dataclass
class Postgres:
    """A server with the settings that it comes with: what it acknowledges is written.

    within: before its command, such as that of a network namespace. address: where it listens, besides its own folder.
    """

    within: Sequence[str] = ()
    address: str = ""
    port: int = field(default_factory=free_port)
    # Short, since the path of a Unix socket may have 107 characters.
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="lemma-pg.", dir="/tmp")))
    part: Part = field(init=False)

    def __post_init__(self) -> None:
        programs = _programs()
        # It refuses to run as root; its Debian package made this account.
        self._owner = [] if os.geteuid() else [
            "setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"
        ]  # fmt: skip
        if not os.geteuid():
            shutil.chown(self.home, "postgres")
        self._programs = programs
        data = str(self.home / "data")
        options = ["-c", f"listen_addresses={self.address}", "-c", f"unix_socket_directories={self.home}",
                   "-p", str(self.port)]  # fmt: skip
        command = [*self.within, *self._owner, str(programs / "postgres"), "-D", data, *options]
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        self.part = Part("postgres", command, environment, Path(tempfile.mkdtemp(prefix="lemma-pg-log.", dir="/tmp")))

    @property
    def url(self) -> str:
        return f"postgres://lemma@{str(self.home).replace('/', '%2F')}:{self.port}/lemma"

    @property
    def network_url(self) -> str:
        return f"postgres://lemma@{self.address}:{self.port}/lemma"

    def start(self) -> None:
        self._run("initdb", "--pgdata", "data", "--username", "lemma", "--auth", "trust", "--encoding", "UTF8",
                  "--locale", "C.UTF-8", "--no-sync")  # fmt: skip
        if self.address:
            # In a network that is the test's alone.
            with (self.home / "data/pg_hba.conf").open("a") as file:
                file.write("host all all all trust\n")
        self.part.start()
        until(self.is_ready, "PostgreSQL")
        self._run("createdb", "--host", str(self.home), "--port", str(self.port), "--username", "lemma", "lemma")

    def _run(self, name: str, *words: str) -> None:
        done = subprocess.run(
            [*self._owner, str(self._programs / name), *words],
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def is_ready(self) -> bool:
        asked = [str(self._programs / "pg_isready"), "--quiet", "--host", str(self.home), "--port", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0

    def ask(self, statement: str) -> str:
        """What `psql` prints."""
        done = subprocess.run(
            [str(self._programs / "psql"), "--host", str(self.home), "--port", str(self.port), "--username", "lemma",
             "--no-align", "--tuples-only", "--command", statement],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    @property
    def server(self) -> int | None:
        """The postmaster, which is the command itself: `setpriv` and `ip netns exec` give their place to it."""
        pids = self.part.pids
        return pids[0] if pids else None

    def stop(self) -> None:
        self.part.stop()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.part.folder, ignore_errors=True)


# --- syncs, one after the other ---


@dataclass
class Syncs:
    """What the timer starts, in quick succession. between: called when none is at work."""

    environment: Mapping[str, str]
    folder: Path
    between: Callable[[], None] = lambda: None
    codes: list[int] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None
    _is_over: bool = False
    _thread: threading.Thread | None = None
    _striking: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        self._is_over = False
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        while not self._is_over:
            with self._striking:
                self.between()
            self.once()
            time.sleep(_PAUSE)

    def strike(self, *, git: bool) -> bool:
        """Kills it without notice. The git that it has started is killed, too, or told to stop, as systemd does with
        what is left of a service. Whether one was at work.
        """
        with self._striking:
            if git:
                # Its git commands take a hundredth of a second each.
                for _ in naps(3, 0.002):
                    if len(self.pids) > 1:
                        break
            pids = self.pids
            strike(pids[:1])
            for pid in pids[1:]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL if git else signal.SIGTERM)
            # They are in the folder until they are gone.
            until(lambda: not any(map(is_alive, pids)), "The end of a sync")
        return bool(pids)

    def once(self) -> int:
        """The exit code of one sync, which is negative when it was killed."""
        with (self.folder / "sync.log").open("ab") as log:
            self.process = subprocess.Popen(
                # Where many are killed, many deletions wait for the next one, and nobody is there to be asked.
                [sys.executable, "manage.py", "sync_content", "--pull", "--commit", "--push", "--allow-mass-delete"],
                cwd=ROOT,
                env=dict(self.environment), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            code = self.process.wait()
            log.write(f"=== {code}\n".encode())
        self.codes.append(code)
        return code

    @property
    def pids(self) -> list[int]:
        process = self.process
        return [process.pid, *children(process.pid)] if process and process.poll() is None else []

    def stop(self) -> None:
        """The one that is at work ends first."""
        self._is_over = True
        if self._thread:
            self._thread.join(120)
            self._thread = None
