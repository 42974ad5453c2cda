"""Glossaries of some size with their databases. What is in a folder already is used again."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.api.questions import Questions
from benchmarks.api.serving import OURS, PEER, ROOT, environment


@dataclass(frozen=True, slots=True)
class Site:
    folder: Path
    url: str
    questions: Questions

    def environment(self, settings: str = OURS) -> dict[str, str]:
        return environment(self.folder, self.url, settings) | {"BENCH_ANSWERS": str(self.folder)}


def made(folder: Path, url: str, entries: int, *, with_peers: bool) -> Site:
    """Raises RuntimeError with what building it said."""
    file = folder / "questions.json"
    if not file.exists():
        folder.mkdir(parents=True)
        (folder / "static").mkdir()
        command = [sys.executable, "-m", "benchmarks.api.building", str(folder), str(entries)]
        command += ["--peers"] if with_peers else []
        variables = environment(folder, url, PEER)
        run = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(run.stderr)
    return Site(folder, url, Questions.load(file))
