"""Servers under gunicorn, on loopback alone, with the settings of production."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import database

ROOT = Path(__file__).resolve().parents[2]
HOST = "lemma.example"
HEADERS = {"Host": HOST, "X-Forwarded-Proto": "https"}
OURS = "config.settings"
PEER = "benchmarks.api.peer.settings"
BARE = "benchmarks.api.peer.bare_settings"
WORKERS = 2
# One request at a time in each worker, as with sync workers. Those close the connection after each answer, though, and
# these keep it.
_WORKER = ("--worker-class", "gthread", "--threads", "1")


@dataclass(frozen=True, slots=True)
class Server:
    """url: of its database."""

    port: int
    pid: int
    url: str = ""

    def work(self) -> float:
        """Seconds of CPU that its workers took so far, and PostgreSQL for whoever asks the same database."""
        return sum(map(_seconds, [*self.workers(), *database.backends(self.url)]))

    def workers(self) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def peak(self) -> float:
        """Megabytes that the largest worker ever took."""
        texts = [Path(f"/proc/{pid}/status").read_text() for pid in self.workers()]
        return max(int(peak) for text in texts for peak in re.findall(r"VmHWM:\s+(\d+) kB", text)) / 1024

    def get(self, path: str, etag: str = "") -> tuple[int, bytes]:
        """Status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request("GET", path, headers=HEADERS | ({"If-None-Match": etag} if etag else {}))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def swallow(self, path: str) -> int:
        """Reads an answer of any length and gives its length."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request("GET", path, headers=HEADERS)
            answer = connection.getresponse()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            length = 0
            while block := answer.read(1 << 16):
                length += len(block)
            return length
        finally:
            connection.close()


def environment(folder: Path, url: str, settings: str) -> dict[str, str]:
    """That of a Lemma as docs/operators.md sets it up, with its database and files in the folder."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": settings,
        "DATABASE_URL": url,
        "DEBUG": "0",
        "SECRET_KEY": "not a secret",
        "ALLOWED_HOSTS": HOST,
        "LEMMA_BEHIND_PROXY": "1",
        "LEMMA_VAR": str(folder),
        "LEMMA_LOCALE": "en",
        "LEMMA_ENTRIES_DIR": "terms",
        "LEMMA_BOOKS_DIR": "books",
        "LEMMA_API_PRIVATE": "0",
        "LEMMA_RATE_ANONYMOUS": "",
        "CACHE_URL": "",
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def served(
    application: str, variables: Mapping[str, str], *, workers: int = WORKERS, python: str = sys.executable
) -> Iterator[Server]:
    """Raises RuntimeError if it does not begin."""
    port = free_port()
    command = [python, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(workers), *_WORKER, "--log-level", "warning", "--no-control-socket"]
    process = subprocess.Popen(command, env=dict(variables), cwd=ROOT)
    try:
        wait(process, port, workers)
        yield Server(port, process.pid, variables.get("DATABASE_URL", ""))
    finally:
        process.terminate()
        process.wait()


def _seconds(pid: int) -> float:
    """0 for a process that has ended since it was listed, as those of PostgreSQL come and go."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    # After the name of the program, which may have blanks: user is the 12th field, system the 13th.
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait(process: subprocess.Popen[bytes], port: int, workers: int) -> None:
    """Until it answers and has all its workers, which come one after the other."""
    for _ in range(600):
        if process.poll() is not None:
            break
        server = Server(port, process.pid)
        try:
            server.get("/healthz")
            if len(server.workers()) == workers:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"The server on port {port} did not begin.")
