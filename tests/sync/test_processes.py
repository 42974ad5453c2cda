"""The commands as processes: exit codes, terminals, and ends without notice."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sync import folders
from tests.sync.cast import BLACK_BOX, CAST, entry
from tests.sync.installation import PROJECT, Installation


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Migrated, with the cast imported."""
    folder = tmp_path_factory.mktemp("installation")
    made = Installation(folder / "var", folders.write(folder / "content", CAST))
    assert made.manage("migrate", "--verbosity", "0").returncode == 0
    assert made.manage("import_content").returncode == 0
    return made


@pytest.fixture
def lemma(template: Installation, tmp_path: Path) -> Installation:
    return template.copy(tmp_path)


def test_exit_codes_are_those_of_a_good_program(lemma: Installation) -> None:
    assert lemma.manage("import_content").returncode == 0
    assert lemma.manage("export_content", "--check").returncode == 0
    folders.write(lemma.content, {"terms/bad.md": "---\n", "terms/black-box.md": BLACK_BOX + b"\n- more"})
    failed = lemma.manage("import_content")
    assert (failed.returncode, failed.stderr.splitlines()[0][:13]) == (1, "terms/bad.md:")
    assert "Traceback" not in failed.stderr
    assert lemma.manage("import_content", "--skip-invalid").returncode == 0
    assert lemma.manage("export_content", lemma.content.parent / "new", "--check").returncode == 1


def test_nothing_is_imported_from_a_folder_with_a_bad_file(lemma: Installation) -> None:
    folders.write(lemma.content, {"terms/bad.md": "---\n", "terms/new.md": entry("New")})
    before = {path: (lemma.var / path).read_bytes() for path in ("lemma.sqlite3",)}
    assert lemma.manage("import_content").returncode == 1
    assert {path: (lemma.var / path).read_bytes() for path in before} == before


def test_a_folder_of_many_files_shows_a_bar_on_a_terminal_alone(lemma: Installation) -> None:
    folders.write(lemma.content, {f"terms/e{number}.md": entry(f"E{number}") for number in range(300)})
    quiet = lemma.manage("import_content", "--dry-run")
    assert quiet.stderr == ""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "manage.py", "import_content"],
        cwd=PROJECT,
        env=lemma.environment | {"TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as run:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:
            # How Linux says that nobody writes to a terminal any more.
            pass
        os.close(ours)
        assert run.stdout is not None
        table = run.stdout.read()
    assert "Reading" in shown.decode()
    assert "/303" in shown.decode() or "/304" in shown.decode()
    assert "300" in table
    assert "Reading" not in table


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_an_export_that_is_killed_can_be_run_again(lemma: Installation, tmp_path: Path, call: str) -> None:
    """Killed at its first, second … call, until one comes to its end: whole files, and the next run finishes."""
    with lemma.children() as children:
        for number in range(1, 200):
            target = tmp_path / f"new-{number}"
            code = children.run("export_content", target, kill=(call, number))
            for path, data in folders.read(target).items():
                assert data == CAST.get(path) or path.rpartition("/")[2].startswith("."), path
            assert children.run("export_content", target) == 0
            assert folders.read(target) == CAST
            assert children.run("import_content", target) == 0
            assert children.run("export_content", target, "--check") == 0
            if code == 0:
                break
    assert code == 0
    assert number > len(CAST), f"the export never calls os.{call}"
