"""A Lemma of its own: `manage.py` in a process of its own, with a database of its own, as a person runs it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Installation:
    var: Path
    content: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DEBUG": "1",
            "SECRET_KEY": "not a secret",
            "LEMMA_VAR": str(self.var),
            "DATABASE_URL": "",
            "CONTENT_ROOT": str(self.content),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    def manage(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            # On a machine that has much else to do, starting takes long.
            timeout=180,
            check=False,
        )

    @contextmanager
    def children(self) -> Iterator["Children"]:
        """Commands that may be killed; see `tests.sync.children`."""
        with subprocess.Popen(
            [sys.executable, "-m", "tests.sync.children"],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            yield Children(process)
            assert process.stdin is not None
            process.stdin.close()

    def copy(self, folder: Path) -> "Installation":
        """Another one in the same state."""
        shutil.copytree(self.var, folder / "var")
        shutil.copytree(self.content, folder / "content")
        return Installation(folder / "var", folder / "content")


@dataclass(frozen=True)
class Children:
    process: "subprocess.Popen[str]"

    def run(self, *arguments: object, kill: tuple[str, int] | None = None) -> int:
        """The exit code; that of a killed one is negative."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"arguments": list(map(str, arguments)), "kill": kill}
        self.process.stdin.write(f"{json.dumps(order)}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())
