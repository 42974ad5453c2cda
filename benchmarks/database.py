"""A database of its own, which is gone afterwards. Yours is never touched."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit


@contextmanager
def made(folder: Path, url: str, name: str = "") -> Iterator[str]:
    """Gives the DATABASE_URL of a new database: a SQLite file in the folder, or on the PostgreSQL server of `url`.
    name: tells apart those of one run.
    """
    if not url.startswith("postgres"):
        yield f"sqlite:///{folder / 'lemma.sqlite3'}"
        return
    import psycopg

    name = f"lemma_bench_{os.getpid()}{name and f'_{name}'}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def lemma(parent: str | None = None, **more: str) -> Iterator[Path]:
    """Gives a new folder, and sets the environment for a Lemma of its own there, before Django reads its settings.

    Args:
        parent: where the folder is made.
        more: variables beside the usual ones.
    """
    with (
        tempfile.TemporaryDirectory(prefix="lemma-bench-", dir=parent) as folder,
        made(Path(folder), os.environ.get("DATABASE_URL", "")) as url,
    ):
        os.environ.update(
            DATABASE_URL=url,
            # As in production: with DEBUG, Django keeps the text of every statement.
            DEBUG="0",
            SECRET_KEY="not a secret",
            ALLOWED_HOSTS="127.0.0.1",
            LEMMA_VAR=f"{folder}/var",
            CONTENT_ROOT=f"{folder}/glossary",
            LEMMA_LOCALE="en",
            LEMMA_ENTRIES_DIR="terms",
            LEMMA_BOOKS_DIR="books",
            LOG_LEVEL="ERROR",
            DJANGO_SETTINGS_MODULE="config.settings",
            **more,
        )
        yield Path(folder)


def backends(url: str) -> list[int]:
    """The processes of PostgreSQL that work for whoever asks this database. None on SQLite."""
    if not url.startswith("postgres"):
        return []
    import psycopg

    with psycopg.connect(url) as server:
        found = server.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return [pid for (pid,) in found]


def processes(url: str) -> list[int]:
    """All processes of the PostgreSQL that serves this database, if it is on this machine. None on SQLite."""
    if not url.startswith("postgres"):
        return []
    import psycopg

    with psycopg.connect(url) as server:
        found = [pid for (pid,) in server.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")]
    here = [Path(f"/proc/{pid}/status") for pid in found]
    texts = [file.read_text() for file in here if file.exists()]
    ours = [text for text in texts if text.startswith("Name:\tpostgres\n")]
    parents = {int(text.partition("PPid:")[2].split()[0]) for text in ours}
    return [*parents, *(int(text.partition("\nPid:")[2].split()[0]) for text in ours)]


def sizes(url: str) -> dict[str, float]:
    """Megabytes on the disk, of the database and of its write-ahead log, where one may ask for that."""
    if not url.startswith("postgres"):
        file = Path(url.removeprefix("sqlite:///"))
        wal = Path(f"{file}-wal")
        return {"database": file.stat().st_size / 1e6, "WAL": wal.stat().st_size / 1e6 if wal.exists() else 0.0}
    import psycopg

    found = {}
    for name, question in (
        ("database", "SELECT pg_database_size(current_database())"),
        ("WAL", "SELECT sum(size) FROM pg_ls_waldir()"),
    ):
        with suppress(psycopg.errors.InsufficientPrivilege), psycopg.connect(url) as server:
            [size] = server.execute(question).fetchone() or (0,)
            found[name] = float(size) / 1e6
    return found


def migrate() -> None:
    """Makes the tables; on SQLite, keeps a copy of the empty file."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    if connection.vendor == "sqlite":
        connection.close()
        file = _file()
        shutil.copy(file, f"{file}.empty")


def empty() -> None:
    """Empties all tables. On SQLite by the empty file, or the free pages of the last round would be filled first."""
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "sqlite":
        call_command("flush", interactive=False, verbosity=0)
        return
    connection.close()
    file = _file()
    for ending in ("-wal", "-shm"):
        Path(f"{file}{ending}").unlink(missing_ok=True)
    shutil.copy(f"{file}.empty", file)


def size() -> int:
    """Bytes on the disk."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return _file().stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _file() -> Path:
    from django.db import connection

    return Path(connection.settings_dict["NAME"])
