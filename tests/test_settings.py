import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from config import checks
from config.database import POSTGRES_PATIENCE, read_database_url
from config.environment import outgoing_host

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


def python(code: str, **environment: object) -> subprocess.CompletedProcess[str]:
    """Runs code in a Python of its own, which reads the settings anew. Empty values stand for no value."""
    # Every name is set, so that a developer's .env cannot decide a test.
    clean = dict.fromkeys(("DEBUG", "SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS", "LOG_LEVEL", "CONTENT_ROOT"), "")
    clean |= {"DEBUG": "0", "LOG_LEVEL": "INFO", "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | clean | {name: str(value) for name, value in environment.items()},
        capture_output=True,
        text=True,
        check=False,
    )


def setting(name: str, **environment: object) -> str:
    run = python(f"from django.conf import settings; print(settings.{name})", **environment)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


# --- the secret key ---


def test_there_is_no_default_secret_in_production(var: Path) -> None:
    run = python("from django.conf import settings; settings.DEBUG", LEMMA_VAR=var)
    assert run.returncode == 1
    assert "SECRET_KEY is not set" in run.stderr
    assert "secrets.token_urlsafe" in run.stderr
    assert not var.exists()


def test_a_command_says_in_one_line_which_setting_is_missing(var: Path) -> None:
    command = "import runpy, sys; sys.argv = ['manage.py', 'import_content']"
    run = python(f"{command}; runpy.run_path('manage.py', run_name='__main__')", LEMMA_VAR=var)
    assert run.returncode == 1
    assert run.stderr.startswith("ImproperlyConfigured: SECRET_KEY is not set")
    assert len(run.stderr.splitlines()) == 1


def test_a_secret_may_begin_with_a_dollar_sign(var: Path) -> None:
    assert setting("SECRET_KEY", LEMMA_VAR=var, SECRET_KEY="$HOME") == "$HOME"


def test_debug_makes_a_secret_that_only_its_owner_reads(var: Path) -> None:
    key = setting("SECRET_KEY", LEMMA_VAR=var, DEBUG=1)
    assert len(key) > 50
    assert stat.S_IMODE((var / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in var.iterdir() if path.name.startswith(".")] == []


def test_the_made_up_secret_stays_the_same(var: Path) -> None:
    assert setting("SECRET_KEY", LEMMA_VAR=var, DEBUG=1) == setting("SECRET_KEY", LEMMA_VAR=var, DEBUG=1)


# --- the database ---


def database(url: str, folder: Path = Path("/srv/lemma")) -> dict[str, Any]:
    return read_database_url(url, default=folder / "default.sqlite3", relative_to=folder)


def test_without_a_url_it_is_the_sqlite_file_in_var(var: Path) -> None:
    assert setting("DATABASES['default']['NAME']", LEMMA_VAR=var, SECRET_KEY="x") == str(var / "lemma.sqlite3")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("", "default.sqlite3"),
        ("sqlite:///other.sqlite3", "other.sqlite3"),
        ("sqlite:///new/folder/other.sqlite3", "new/folder/other.sqlite3"),
    ],
)
def test_a_relative_sqlite_file_counts_from_the_project(tmp_path: Path, url: str, name: str) -> None:
    assert database(url, tmp_path)["NAME"] == str(tmp_path / name)
    assert (tmp_path / name).parent.is_dir()


def test_an_absolute_sqlite_file_has_four_slashes(tmp_path: Path) -> None:
    assert database(f"sqlite:///{tmp_path}/a.sqlite3", tmp_path / "elsewhere")["NAME"] == f"{tmp_path}/a.sqlite3"


def test_sqlite_waits_for_its_turn(tmp_path: Path) -> None:
    options = database("", tmp_path)["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


@pytest.mark.parametrize("url", ["", "postgres://lemma@localhost/lemma"])
def test_a_connection_outlives_its_request(url: str, tmp_path: Path) -> None:
    assert database(url, tmp_path)["CONN_MAX_AGE"] > 0


def test_postgresql_keeps_the_plans_of_a_connection_unless_a_pooler_is_between() -> None:
    assert database("postgres://lemma@localhost/lemma")["OPTIONS"]["prepare_threshold"] == 3
    read = database("postgres://lemma@localhost/lemma?prepare=0&sslmode=require")
    assert read["OPTIONS"] == {**POSTGRES_PATIENCE, "sslmode": "require"}


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_postgresql_url(scheme: str) -> None:
    read = database(f"{scheme}://lemma:p%40ss%2Fword@db.example:5433/glossary")
    assert read["ENGINE"] == "django.db.backends.postgresql"
    assert (read["USER"], read["PASSWORD"]) == ("lemma", "p@ss/word")
    assert (read["HOST"], int(read["PORT"]), read["NAME"]) == ("db.example", 5433, "glossary")


def test_a_postgresql_that_is_cut_off_is_given_up_after_seconds_unless_the_url_says_otherwise() -> None:
    options = database("postgres://lemma@db.example/glossary?connect_timeout=9&sslmode=require")["OPTIONS"]
    assert (int(options["connect_timeout"]), options["sslmode"]) == (9, "require")
    assert 1000 <= options["tcp_user_timeout"] <= 10_000


def test_a_postgresql_socket() -> None:
    read = database("postgres://lemma@%2Fvar%2Frun%2Fpostgresql/glossary")
    assert (read["HOST"], read["NAME"]) == ("/var/run/postgresql", "glossary")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://lemma:hunter2@db/glossary", "“mysql://”"),
        ("lemma:hunter2@db/glossary", "no scheme at all"),
        ("postgres://lemma:hunter2@db", "names no database"),
        ("postgres://lemma:hunter2@db:port/glossary", "cannot be read"),
        ("postgres://lemma:hunter2/x@db/glossary", "percent-encoded"),
    ],
)
def test_a_bad_url_is_explained_without_its_password(url: str, message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="postgres://user:password@host:5432/name") as caught:
        database(url)
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_traceback_does_not_show_the_password_either(var: Path) -> None:
    url = "postgres://lemma:hunter2/x@db/glossary"
    run = python("from django.conf import settings; settings.DEBUG", LEMMA_VAR=var, SECRET_KEY="x", DATABASE_URL=url)
    assert "DATABASE_URL cannot be read" in run.stderr
    assert "hunter2" not in run.stderr


# --- safe by default ---


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "False"),
        ("ALLOWED_HOSTS", "[]"),
        ("SESSION_COOKIE_SECURE", "True"),
        ("CSRF_COOKIE_SECURE", "True"),
        ("CORS_ALLOW_CREDENTIALS", "False"),
        ("SECURE_PROXY_SSL_HEADER", "None"),
    ],
)
def test_production_is_careful_unless_told_otherwise(var: Path, name: str, value: str) -> None:
    assert setting(name, LEMMA_VAR=var, SECRET_KEY="x") == value


def test_lists_are_separated_by_commas(var: Path) -> None:
    hosts = setting("ALLOWED_HOSTS", LEMMA_VAR=var, SECRET_KEY="x", ALLOWED_HOSTS="a.example, b.example,")
    assert hosts == "['a.example', 'b.example']"


# --- checks ---


def ids(messages: list[CheckMessage]) -> list[str | None]:
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


def test_the_settings_of_the_tests_pass() -> None:
    folders, site = checks.check_content_folders() + checks.check_content_root(), checks.check_site()
    assert folders + checks.check_locale() + site == []


@pytest.mark.parametrize("folder", ["/terms", "../terms", "a/../../terms", "."])
def test_content_folders_lie_inside_the_content_root(settings: Settings, folder: str) -> None:
    settings.LEMMA_ENTRIES_DIR = folder
    assert "lemma.E001" in ids(checks.check_content_folders())


@pytest.mark.parametrize(("entries", "books"), [("terms", "terms"), ("terms", "terms/books"), ("a/b", "a")])
def test_content_folders_do_not_lie_in_each_other(settings: Settings, entries: str, books: str) -> None:
    settings.LEMMA_ENTRIES_DIR, settings.LEMMA_BOOKS_DIR = entries, books
    assert ids(checks.check_content_folders()) == ["lemma.E002"]


def test_a_locale_is_a_language_tag(settings: Settings) -> None:
    settings.LEMMA_LOCALE = "not a language"
    assert ids(checks.check_locale()) == ["lemma.E003"]


@pytest.mark.parametrize("root", ["glossary.example", "https://", "https://e.example/?a", "https://e.example/#a", "/x"])
def test_a_site_has_a_web_address(settings: Settings, root: str) -> None:
    settings.LEMMA_SITE_URL = root
    assert ids(checks.check_site()) == ["lemma.E011"]


@pytest.mark.parametrize("path", ["entries/", "/entries/{slug}", "entries/{slug}#top", "a b/{slug}", "{slug}/{more}"])
def test_a_page_of_the_site_has_a_path_with_its_slug(settings: Settings, path: str) -> None:
    settings.LEMMA_SITE_URL = "https://glossary.example"
    settings.LEMMA_SITE_BOOK_PATH = path
    assert ids(checks.check_site()) == ["lemma.E012"]


def test_a_missing_content_root_is_a_warning(settings: Settings, tmp_path: Path) -> None:
    settings.CONTENT_ROOT = tmp_path / "gone"
    assert ids(checks.check_content_root()) == ["lemma.W001"]


@pytest.mark.parametrize(
    ("given", "host"),
    [("Example.org", "example.org"), ("bücher.example.", "xn--bcher-kva.example"), ("127.0.0.1", "127.0.0.1")],
)
def test_a_host_that_may_be_asked_is_named_as_requests_name_it(given: str, host: str) -> None:
    assert outgoing_host(given) == host


@pytest.mark.parametrize("given", ["https://example.org", "*.example.org", "example.org:8443", "[2606:4700::1]", "a b"])
def test_what_would_match_no_host_is_refused(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="LEMMA_OUTGOING_HOSTS"):
        outgoing_host(given)
