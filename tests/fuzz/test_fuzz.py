"""A little of what `make fuzz` does at length, and all that it ever found."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.seeds import kept, seeds
from tests.fuzz.targets import BETWEEN, TARGETS, Broken, edit

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_that_was_ever_tried_breaks_a_promise(target: str) -> None:
    known = [*seeds(target), *kept(target).values()]
    assert len(known) > 1_000
    for data in known:
        TARGETS[target](data)


@pytest.mark.parametrize(("target", "runs"), [("parse", 4_000), ("edit", 4_000), ("merge", 2_500)])
def test_made_up_bytes_break_no_promise(target: str, runs: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz", target, f"--runs={runs}"]
    ran = subprocess.run(
        command, cwd=ROOT, env={"LEMMA_VAR": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
    done = re.search(r"Done (\d+) runs", ran.stderr)
    assert done, ran.stderr[-2000:]
    assert int(done[1]) >= runs


def test_a_promise_that_is_broken_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from documents import Document

    real = Document.__setitem__

    def careless(self: Document, key: str, value: object) -> None:
        real(self, key, f"{value}!")

    monkeypatch.setattr(Document, "__setitem__", careless)
    with pytest.raises(Broken):
        edit(b"s0B" + BETWEEN + b"---\ntitle: A\n---\n")
