"""A rename as the keeper of the files sees it."""

import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.publishing.conftest import text

pytestmark = pytest.mark.django_db


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "core.autocrlf=false"]
    return subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_one_command_changes_31_files_and_only_the_lines_concerned(tmp_path: Path) -> None:
    terms = tmp_path / "terms"
    terms.mkdir()
    (tmp_path / "books").mkdir()
    (terms / "black-box.md").write_bytes(text("Black box", slug='"black-box"'))
    (terms / "bystander.md").write_bytes(text("Bystander", body="No black box here: black-box."))
    for number in range(30):
        source = text(f"Term {number}", body=f"Line {number}.\n\nSee [it](black-box.md).", related='["x", "black-box"]')
        # Every other one from somebody's Windows.
        (terms / f"term-{number}.md").write_bytes(source.replace(b"\n", b"\r\n") if number % 2 else source)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "before")
    call_command("import_content", tmp_path, verbosity=0)

    call_command("rename_item", "entry", "black-box", "opaque-box", verbosity=0)
    call_command("export_content", tmp_path, "--prune", verbosity=0)

    git(tmp_path, "add", "--all")
    lines = git(tmp_path, "diff", "--cached", "--numstat", "--find-renames=40%").splitlines()
    assert len(lines) == 31
    counts = {line.split("\t")[2]: line.split("\t")[:2] for line in lines}
    assert counts.pop("terms/{black-box.md => opaque-box.md}") == ["2", "1"]
    assert all(count == ["2", "2"] for count in counts.values())
    call_command("import_content", tmp_path, verbosity=0)
    call_command("export_content", tmp_path, "--check", verbosity=0)
