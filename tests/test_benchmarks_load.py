"""That the load measures what it says, on a glossary and in a time so small that its figures mean nothing."""

import mmap
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from benchmarks.load import asking, reading, tables, watching
from benchmarks.load.asking import Asked, Asker, Unwanted
from benchmarks.load.tables import Windows
from benchmarks.load.watching import ALL, Sample

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = Windows(start=100, end=200, length=25)


def test_a_short_run_fills_every_line_and_has_no_error() -> None:
    sizes = ["--minutes=0.15", "--warm-up=0", "--entries=200", "--editors=6", "--pause=1.2", "--rate=60", "--every=6"]
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", "--servers=1", *sizes],
        cwd=ROOT,
        env=os.environ | {"DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    times, memory, sizes_on_disk = re.findall(r"(?:^\|.*\n)+", run.stdout, re.MULTILINE)
    rows = re.findall(r"^\| (.+?) \| ([0-9,]+) \| ([0-9]+) \|", times, re.MULTILINE)
    assert {title for title, _, _ in rows} == {f"**{tables.READS}**", f"**{tables.SAVES}**", *tables.TITLES.values()}
    assert all(errors == "0" for _, _, errors in rows)
    # All that were to be asked were: nobody waits for anybody.
    reads = {title: int(count.replace(",", "")) for title, count, _ in rows}[f"**{tables.READS}**"]
    assert abs(reads - 540) <= 2
    assert re.search(rf"^\| \*\*{ALL}\*\* \| [0-9]{{3}} ", memory, re.MULTILINE)
    assert re.search(r"^\| database \| [1-9]", sizes_on_disk, re.MULTILINE)
    told = re.search(r"([0-9,]+) reads, ([0-9]+) saves, .*; ([0-9]+) webhooks delivered\. \*\*0 errors\*\*", run.stdout)
    assert told
    # How many depends on what else the machine does.
    assert min(int(told[2]), int(told[3])) >= 3


# --- what is counted ---


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(0.2)
        if self.path == "/cut":
            self.close_connection = True
            return
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", "2")
        self.send_header("Set-Cookie", "one=1; Path=/; Secure")
        self.send_header("Set-Cookie", "two=2; Path=/")
        self.end_headers()
        self.wfile.write(b"{}")
        self.server.cookies = self.headers["Cookie"]  # type: ignore[attr-defined]

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def asker(server: ThreadingHTTPServer) -> Iterator[Asker]:
    asker = Asker(server.server_address[1])
    yield asker
    asker.close()


def test_an_answer_is_timed_from_when_it_was_to_be_asked(asker: Asker) -> None:
    asker.get("late", "/", at=time.monotonic() - 5)
    asker.get("slow", "/slow")
    late, slow = asker.asked
    assert 5 < late.took < 8
    assert 0.2 < slow.took < 3


def test_whatever_is_not_the_wanted_answer_is_an_error(asker: Asker) -> None:
    for path in ("/missing", "/cut"):
        with pytest.raises(Unwanted):
            asker.get("what", path)
    asker.get("what", "/missing", 404)
    assert [bool(each.error) for each in asker.asked] == [True, True, False]
    assert "404" in asker.asked[0].error


def test_cookies_are_kept_and_sent(asker: Asker, server: ThreadingHTTPServer) -> None:
    asker.get("first", "/")
    asker.get("again", "/")
    assert server.cookies == "one=1; two=2"  # type: ignore[attr-defined]


def test_what_was_asked_comes_back_from_its_file(tmp_path: Path) -> None:
    asked = [Asked("detail", 1.5, 0.25), Asked("list", 2, 60, "timed out: “é”")]
    asking.write(tmp_path / "asked", asked)
    assert asking.read(tmp_path / "asked") == asked


def test_the_last_part_is_compared_with_the_first_and_nothing_else() -> None:
    asked = [Asked("detail", at, took) for at, took in ((90, 9.0), (110, 0.010), (150, 9.0), (190, 0.012), (205, 9.0))]
    rows = list(tables.times([*asked, Asked("detail", 195, 60, "timed out")], WINDOWS))
    [detail] = [row for row in rows if row.startswith("| Detail |")]
    # Those of the warm-up and of the end are not asked for; an error is one, whenever it was.
    assert detail.startswith("| Detail | 4 | 1 | 10.0 ms | 10.0 ms | 10.0 ms | 12.0 ms |")
    assert "| 1.20 | 1.20 | 1.20 |" in detail
    assert any(
        row.startswith("| **All reads** | 4 | 1 |") and row.endswith("| **1.20** | ≤ 1.3 | met |") for row in rows
    )


@pytest.mark.parametrize(("took", "verdict"), [(0.013, "met"), (0.0131, "MISSED")])
def test_who_became_slower_misses_the_target(took: float, verdict: str) -> None:
    rows = tables.times([Asked("save", 110, 0.01), Asked("save", 190, took)], WINDOWS)
    [saves] = [row for row in rows if row.startswith("| **All saves** |")]
    assert saves.endswith(f"| ≤ 1.3 | {verdict} |")


@pytest.mark.parametrize(("last", "verdict"), [(108, "met"), (112, "MISSED")])
def test_memory_that_grew_misses_the_target(last: float, verdict: str) -> None:
    samples = [Sample(at, {ALL: size}, {}) for at, size in ((90, 10), (105, 99), (110, 100), (115, 999), (190, last))]
    [row] = [row for row in tables.memory(samples, WINDOWS) if ALL in row]
    assert row == f"| **{ALL}** | 100 | {last} | **{last / 100:.2f}** | 999 | ≤ 1.1 | {verdict} |"


@pytest.mark.parametrize(("share", "value"), [(0.5, 51), (0.95, 96), (0.99, 100), (1, 100)])
def test_percentiles_are_values_that_were_measured(share: float, value: int) -> None:
    assert tables.percentile(range(100, 0, -1), share) == value


def test_nothing_has_no_percentile() -> None:
    assert tables.percentile([], 0.99) is None


def test_memory_is_that_of_this_process() -> None:
    before = watching.own(os.getpid())
    # Not from the allocator: after other tests it may have as much lying free, and the process would not grow.
    with mmap.mmap(-1, 50 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as much:
        much.write(b"1" * len(much))
        assert watching.own(os.getpid()) - before == pytest.approx(50, abs=5)
    assert watching.own(2**22 + 1) == 0


def test_every_reader_comes_to_its_turn() -> None:
    assert sum(reading.MIX.values()) == 100
    assert set(reading.MIX) == set(reading.TITLES)
