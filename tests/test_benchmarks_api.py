"""That the benchmark of the API measures what it says: with wrk where it is there, and in full in the deep run."""

import os
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from benchmarks.api import loading, questions, serving, tables
from benchmarks.api.loading import Load, Loads
from benchmarks.api.questions import RARE, SEARCH, Questions
from benchmarks.api.serving import Server

ROOT = Path(__file__).resolve().parent.parent
needs_wrk = pytest.mark.skipif(not loading.is_there(), reason=loading.MISSING)


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that answers from memory."""
    folder = tmp_path_factory.mktemp("answers")
    (folder / "answers.pickle").write_bytes(pickle.dumps({"one": b"[1]", "two": b"[2]"}))
    with serving.served("benchmarks.api.bare:application", os.environ | {"BENCH_ANSWERS": str(folder)}) as server:
        yield server


@needs_wrk
def test_answers_are_counted(memory: Server, tmp_path: Path) -> None:
    assert memory.get("/two") == (200, b"[2]")
    load = loading.run(memory, loading.write(tmp_path / "asked.txt", ["/one", "/two"]), seconds=1)
    assert load.rate > 0
    assert load.middle > 0


@needs_wrk
def test_errors_are_not_counted_as_answers(memory: Server, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="errors"):
        loading.run(memory, loading.write(tmp_path / "asked.txt", ["/one", "/nothing"]), seconds=1)


@needs_wrk
def test_servers_are_gone_afterwards() -> None:
    with serving.served("wsgiref.simple_server:demo_app", os.environ) as server:
        pids = [server.pid, *server.workers()]
        assert len(pids) == 1 + serving.WORKERS
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_the_work_of_an_answer_is_counted(memory: Server, tmp_path: Path) -> None:
    before = memory.work()
    deadline = time.monotonic() + 30
    while memory.work() == before and time.monotonic() < deadline:
        memory.get("/one")
    assert memory.work() > before


def test_no_search_is_typed_twice_in_two_rounds() -> None:
    asked = Questions(10, [], [], ["gradient", "signal"], 0.7, "")
    for what, words in ((SEARCH, {"gradient", "signal"}), (RARE, {questions.RARE_WORD})):
        first, second = (asked.ours(what, number) for number in (1, 2))
        assert len(set(first)) == len(first)
        assert len({*first, *second}) > len(first) * 1.4
        assert {unquote(address.rpartition("q=")[2]).strip().lower() for address in first} == words


def test_a_ratio_compares_what_was_measured_in_one_round() -> None:
    loads = Loads()
    for ours, theirs in ((20, 10), (900, 300), (4, 1)):
        loads.add("ours", "detail", Load(ours, 1))
        loads.add("theirs", "detail", Load(theirs, 1))
    assert loads.ratio(("ours", "detail"), ("theirs", "detail")) == 3
    assert loads.median("ours", "detail").rate == 20


def test_a_ratio_by_work_is_how_many_answers_the_work_of_another_makes() -> None:
    loads = Loads()
    for ours, theirs in ((2, 4), (1, 3), (1, 9)):
        loads.add("ours", "detail", Load(1, 1, ours))
        loads.add("theirs", "detail", Load(1, 1, theirs))
    assert loads.by_work(("ours", "detail"), ("theirs", "detail")) == 3


@needs_wrk
@pytest.mark.deep
def test_a_whole_run_fills_every_line_of_the_tables() -> None:
    # Wagtail would have to be installed first.
    sizes = ["--entries", "120", "--base", "60", "--rounds", "1", "--seconds", "1", "--without-wagtail"]
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.api", *sizes],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    compared, floors, growth, export = re.findall(r"(?:^\|.*\n?)+", run.stdout, re.MULTILINE)
    titles = [title for title, _ in tables.COMPARISONS.values()]
    assert _titles(compared) == [*titles, "Detail, 304"]
    assert _titles(floors) == [tables.COMPARISONS[what][0] for what in questions.COMPARED]
    assert _titles(growth) == [title for title, _ in tables.GROWTH.values()]
    assert len(_titles(export)) == 3
    assert all(float(ratio) > 0 for ratio in re.findall(r"\*\*([0-9.]+)\*\*", run.stdout))


def _titles(table: str) -> list[str]:
    return re.findall(r"^\| (.+?) \|", table, re.MULTILINE)[1:]
