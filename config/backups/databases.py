"""The database as one file, as it was at one moment, while others go on writing; and back."""

import os
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

from config.backups.errors import BackupError


def file_name() -> str:
    return "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"


def snapshot(path: Path) -> dict[str, Any]:
    """Writes the database to a new file.

    Returns: what the manifest says of it, of the same moment: the engine, the migrations, the rows of each table.

    Raises:
        BackupError: it does not answer, is damaged, or a program that is needed is not there.
    """
    try:
        return _snapshot_sqlite(path) if connection.vendor == "sqlite" else _snapshot_postgres(path)
    except (DatabaseError, sqlite3.Error) as error:
        raise BackupError(f"The database cannot be read: {str(error).strip()}.") from error


def load(path: Path) -> None:
    """Makes the database what the file says, all or nothing. What it held is gone.

    Raises:
        BackupError: the database refuses; it is as it was.
    """
    try:
        if connection.vendor == "sqlite":
            _load_sqlite(path)
        else:
            _load_postgres(path)
    except (DatabaseError, sqlite3.Error) as error:
        raise BackupError(f"The database cannot be restored: {str(error).strip()}.") from error


def tables() -> list[str]:
    """Those that are there, in the order of their names. Raises BackupError: the database does not answer."""
    try:
        return sorted(connection.introspection.table_names())
    except DatabaseError as error:
        raise BackupError(f"The database does not answer: {str(error).strip()}.") from error


def rows() -> dict[str, int]:
    """The number of rows of each table."""
    return {name: _ask(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")[0][0] for name in tables()}  # noqa: S608


def _ask(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _facts(engine: str, counted: dict[str, int], applied: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {"engine": engine, "migrations": sorted(f"{app}.{name}" for app, name in applied), "rows": counted}


_APPLIED = "SELECT app, name FROM django_migrations"


# --- SQLite ---


def _snapshot_sqlite(path: Path) -> dict[str, Any]:
    """By SQLite's own backup, in one step: it reads one state, and under WAL keeps no writer waiting."""
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
        # Without WAL it is one file. Whoever opens it next sets that anew.
        copy.execute("PRAGMA journal_mode=DELETE")
        [verdict, *_] = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise BackupError(f"The database is damaged: {verdict}. Go back to a backup from before.")
        names = [name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counted = {
            name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for name in sorted(names)
            if not name.startswith("sqlite_")
        }
        if "django_migrations" not in counted:
            raise BackupError("The database has no tables of Lemma. Run manage.py migrate.")
        return _facts("sqlite", counted, copy.execute(_APPLIED).fetchall())


def _load_sqlite(path: Path) -> None:
    """Into the database that is there, in one transaction: who has it open sees the new one from then on."""
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as source:
        [mode] = connection.connection.execute("PRAGMA journal_mode").fetchone()
        source.backup(connection.connection)
    connection.connection.execute(f"PRAGMA journal_mode={mode}")
    connection.close()


# --- PostgreSQL ---


def _snapshot_postgres(path: Path) -> dict[str, Any]:
    """By pg_dump, told to read the very state that is counted here."""
    with transaction.atomic():
        _ask_nothing("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        counted = rows()
        if "django_migrations" not in counted:
            raise BackupError("The database has no tables of Lemma. Run manage.py migrate.")
        applied = _ask(_APPLIED)
        [(name,)] = _ask("SELECT pg_export_snapshot()")
        _run("pg_dump", "--format=custom", f"--snapshot={name}", f"--file={path}")
    return _facts("postgresql", counted, applied)


def _load_postgres(path: Path) -> None:
    """In one transaction: the tables that are there go, those of the file come."""
    script, drop = path.with_suffix(".sql"), path.with_suffix(".drop.sql")
    options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--no-comments")
    _run("pg_restore", *options, f"--file={script}", str(path), to_database=False)
    # Those of later migrations are in no file to be cleaned by.
    quote = connection.ops.quote_name
    drop.write_text("".join(f"DROP TABLE IF EXISTS {quote(name)} CASCADE;\n" for name in tables()))
    # Not with locks of our own in its way.
    connection.close()
    _run("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
         f"--file={drop}", f"--file={script}")  # fmt: skip


def _ask_nothing(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _run(program: str, *options: str, to_database: bool = True) -> None:
    """A program of PostgreSQL, which is told how to connect as Django is; the password is not on its command line."""
    arguments, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    command = [program, *(arguments[1:-1] if to_database else ()), *options]
    if to_database:
        command.append(f"--dbname={arguments[-1]}")
    try:
        done = subprocess.run(  # noqa: S603 (a list, no shell)
            command,
            env={**os.environ, **(environment or {}), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise BackupError(
            f"There is no {program}, without which a PostgreSQL database is neither backed up nor restored. "
            "On Debian: apt install postgresql-client"
        ) from None
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip() or 'no reason given'}")
