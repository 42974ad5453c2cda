"""Lemmas of their own, each with a database beside that of the tests: a SQLite file, or a database on its server."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from tests.sync.cast import BIG_BOOK, BLACK_BOX, GREY_BOX, WHITE_BOX
from tests.sync.folders import write
from tests.sync.installation import Installation

CAST = {
    "terms/black-box.md": BLACK_BOX,
    "terms/deep/white-box.md": WHITE_BOX,
    "terms/grey-box.md": GREY_BOX,
    "books/big-book.md": BIG_BOOK,
}


@dataclass(frozen=True)
class Site(Installation):
    url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"DATABASE_URL": self.url}

    def ok(self, *arguments: object) -> str:
        """What a command prints, which has to end well."""
        run = self.manage(*arguments)
        assert run.returncode == 0, f"{arguments}\n{run.stdout}{run.stderr}"
        return run.stdout

    def tables(self) -> dict[str, list[str]]:
        """As `tables`, of its own database."""
        if self.url:
            with psycopg.connect(self.url) as connection:
                return _postgres(connection.execute)
        with closing(sqlite3.connect(self.var / "lemma.sqlite3")) as file:
            return _sqlite(file.execute)


def tables() -> dict[str, list[str]]:
    """Every row of every table, sorted. Without the epoch of the feed, which a restore changes on purpose."""
    connection.ensure_connection()
    ask = connection.connection.execute
    return _sqlite(ask) if connection.vendor == "sqlite" else _postgres(ask)


def _sqlite(ask: Callable[[str], Any]) -> dict[str, list[str]]:
    names = [name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    return {
        name: sorted(map(repr, ask(f'SELECT {_columns(name)} FROM "{name}"').fetchall()))
        for name in names
        # A blob in which the order is that of the writes, and how pages are used.
        if not name.startswith("sqlite_")
    }


def _postgres(ask: Callable[..., Any]) -> dict[str, list[str]]:
    names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    found = {}
    for (name,) in ask(names).fetchall():
        row = "t.position::text" if name == "publishing_feedcounter" else "t::text"
        found[name] = sorted(text for (text,) in ask(f'SELECT {row} FROM "{name}" t').fetchall())
    return found


def _columns(table: str) -> str:
    return "position" if table == "publishing_feedcounter" else "*"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def maker(folder: Path) -> Iterator[Callable[..., Site]]:
    """Makes empty sites, with content where it is given; their databases are gone at the end."""
    server = os.environ["DATABASE_URL"]
    made: list[str] = []

    def make(name: str, files: Any = None) -> Site:
        url = ""
        if server:
            made.append(f"site_{os.getpid()}_{len(made)}")
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {made[-1]}")
            url = f"{server.rpartition('/')[0]}/{made[-1]}"
        content = folder / name / "content"
        if files:
            write(content, files)
        return Site(folder / name / "var", content, url)

    try:
        yield make
    finally:
        for name in made:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
