"""DATABASE_URL read into what Django wants, with the options each database needs to be safe under load."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ
from django.core.exceptions import ImproperlyConfigured

SCHEMES = ("sqlite", "postgres", "postgresql")

SQLITE_OPTIONS = {
    # Takes the write lock at BEGIN: a transaction that reads first and writes later never fails with "locked".
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # A new file gets pages that hold a whole entry: an import spends a quarter less on SQL than with 4 kB.
    # FULL: a commit survives a power cut, also under WAL.
    # What was written goes into the file itself after 4,000 pages: pages that every save changes go there a quarter as
    # often as after SQLite's own 1,000, and a publication among 10,000 entries takes a tenth less.
    "init_command": "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
    "PRAGMA wal_autocheckpoint=4000;",
}
POSTGRES_OPTIONS = {
    # A statement that a connection has sent some times stays planned. To plan that of a list took longer than to find
    # its rows: a page of a category takes PostgreSQL a third of the time, and a detail half of it.
    "server_side_binding": True,
    "prepare_threshold": 3,
}
# A server that was cut off refuses nothing: without these a request waits for it for minutes, and its thread, too. In
# seconds, but for the milliseconds after which what was sent counts as lost. A Unix socket needs none of them.
POSTGRES_PATIENCE = {
    "connect_timeout": 3,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 4,
    "keepalives_interval": 1,
    "keepalives_count": 2,
}
# Seconds that a thread keeps its connection from one request to the next.
_MAX_AGE = 60


def read_database_url(url: str, *, default: Path, relative_to: Path) -> dict[str, Any]:
    """The entry of `DATABASES`. An empty URL means the SQLite file `default`.

    Messages name the scheme alone, because the rest of a URL may hold a password.
    """
    if not url:
        return _sqlite(str(default), relative_to)
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in SCHEMES:
        shown = f"“{scheme}://”" if separator else "no scheme at all"
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {shown}, but Lemma knows SQLite and PostgreSQL. "
            "Write sqlite:///var/lemma.sqlite3 or postgres://user:password@host:5432/name."
        )
    try:
        database: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except ValueError:
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read. Write postgres://user:password@host:5432/name, with the special characters "
            "of the password percent-encoded (%40 for @, %2F for /, %23 for #)."
        ) from None
    if scheme == "sqlite":
        return _sqlite(database["NAME"], relative_to)
    if not database["NAME"]:
        raise ImproperlyConfigured("DATABASE_URL names no database. Write postgres://user:password@host:5432/name.")
    # The folder of a Unix socket, written as PostgreSQL itself wants it in a URL: %2Fvar%2Frun%2Fpostgresql.
    database["HOST"] = unquote(database["HOST"])
    options = {**POSTGRES_PATIENCE, **database.get("OPTIONS", {})}
    # Ours, and none of PostgreSQL's.
    if str(options.pop("prepare", 1)) != "0":
        options = {**POSTGRES_OPTIONS, **options}
    return {"CONN_MAX_AGE": _MAX_AGE, "CONN_HEALTH_CHECKS": True, **database, "OPTIONS": options}


def _sqlite(name: str, relative_to: Path) -> dict[str, Any]:
    if name != ":memory:":
        path = relative_to / Path(name).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        name = str(path)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": dict(SQLITE_OPTIONS),
        # Opening a file costs more than most answers: the pragmas, Django's functions, and a checkpoint by the last to
        # close it.
        "CONN_MAX_AGE": _MAX_AGE,
    }
