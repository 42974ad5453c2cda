"""Real git repositories, in which neither the machine's configuration nor the developer's own plays a part."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model

import documents
from books.editing import save_book
from documents import Document
from glossary.editing import save_entry
from publishing.models import Item
from tests.sync import folders
from tests.sync.cast import item

KEEPER = ("File Keeper", "keeper@example.org")


def alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on git reads one file of settings, which is in `home`."""
    home.mkdir()
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name, value in {
        "user.name": KEEPER[0],
        "user.email": KEEPER[1],
        "init.defaultBranch": "main",
        "advice.detachedHead": "false",
    }.items():
        subprocess.run(["git", "config", "--global", name, value], check=True, cwd=home)


@dataclass(frozen=True)
class Clone:
    """A work tree as a person at a terminal sees it."""

    top: Path

    def git(
        self,
        *words: object,
        data: bytes = b"",
        accepted: tuple[int, ...] = (0,),
        also_complaints: bool = False,
        **env: str,
    ) -> str:
        """What a command prints, and what it complains of if asked. It fails the test if it ends otherwise than
        accepted.
        """
        done = subprocess.run(
            ["git", *map(str, words)], cwd=self.top, env=os.environ | env, input=data, capture_output=True, check=False
        )
        assert done.returncode in accepted, f"git {words}: {done.stderr.decode()}{done.stdout.decode()}"
        return (done.stdout + done.stderr * also_complaints).decode("utf-8", "surrogateescape")

    @property
    def folder(self) -> Path:
        return Path(self.git("rev-parse", "--absolute-git-dir").strip())

    def write(self, files: Mapping[str, bytes | str]) -> None:
        folders.write(self.top, files)

    def commit(self, message: str, files: Mapping[str, bytes | str] | None = None, author: str = "") -> str:
        """Writes files and commits all there is, as a person does. Gives the commit."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message, *([f"--author={author}"] if author else []))
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    def count(self, commits: str = "HEAD") -> int:
        return int(self.git("rev-list", "--count", commits))

    def status(self) -> str:
        """What differs from the last commit, with the blobs of the index and of the commit."""
        self.git("update-index", "-q", "--refresh", accepted=(0, 1))
        return self.git("status", "--porcelain=v2", "--untracked-files=all")

    def index(self) -> str:
        return self.git("ls-files", "--stage")

    def show(self, path: str, commit: str = "HEAD") -> bytes:
        return self.git("cat-file", "blob", f"{commit}:{path}").encode("utf-8", "surrogateescape")

    def blobs(self) -> set[bytes]:
        """Every text that was ever stored."""
        lines = self.git("cat-file", "--batch-check", "--batch-all-objects").splitlines()
        names = [line.split(" ")[0] for line in lines if " blob " in line]
        return {self.git("cat-file", "blob", name).encode("utf-8", "surrogateescape") for name in names}

    def files(self, commit: str = "HEAD") -> list[str]:
        return self.git("ls-tree", "-r", "-z", "--name-only", commit).split("\0")[:-1]

    def changes(self, commit: str = "HEAD") -> dict[str, tuple[int, int]]:
        """By path, how many lines a commit added and removed, against its first parent; none of what has no lines."""
        out = self.git("show", "--format=", "--first-parent", "--numstat", "--no-renames", "-z", commit)
        found = {}
        for line in out.split("\0")[:-1]:
            added, removed, path = line.lstrip("\n").split("\t")
            found[path] = (0, 0) if added == "-" else (int(added), int(removed))
        return found

    def field(self, form: str, commit: str = "HEAD") -> str:
        return self.git("log", "-1", f"--format={form}", commit).rstrip("\n")

    def authors(self, commits: str = "HEAD") -> list[str]:
        """Of each commit, the newest first."""
        return self.git("log", "--first-parent", "--format=%an <%ae>", commits).splitlines()

    def message(self, commit: str = "HEAD") -> str:
        return self.field("%B", commit).rstrip("\n")


def init(top: Path, files: Mapping[str, bytes | str] | None = None) -> Clone:
    """A new repository; with files, which are its first commit."""
    top.mkdir(parents=True, exist_ok=True)
    made = Clone(top)
    made.git("init", "--quiet")
    if files:
        made.commit("Begin", files)
    return made


def person(name: str, *, first: str = "", last: str = "", email: str = "") -> Any:
    """The account of that name."""
    values = {"email": email, "first_name": first, "last_name": last}
    return get_user_model().objects.get_or_create(username=name, defaults=values)[0]


def change(slug: str, edits: Mapping[str, Any], author: Any, message: str = "", *, kind: str = "entry") -> Item:
    """Edits fields and sections of an item and publishes it. A name with a capital letter is that of a section."""
    found = item(slug, kind)
    document = documents.parse(bytes(found.working.data), found.path)
    for name, value in edits.items():
        _set(document, name, value)
    save = save_entry if kind == "entry" else save_book
    return save(document, item=found, base_revision=found.revision, author=author, message=message, publish=True)


def make(title: str, slug: str, author: Any, message: str = "", *, path: str = "") -> Item:
    document = documents.new_document({"title": title, "slug": slug})
    return save_entry(document, author=author, message=message, publish=True, path=path)


def _set(document: Document, name: str, value: Any) -> None:
    if name[0].isupper():
        document.sections[name] = value
    else:
        document[name] = value
