"""What docs/security.md says of headers, hosts, proxies, sizes and secrets."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from config import proxies
from config.environment import secret
from publishing import assets, images, sharing
from publishing.models import Item
from tests.operations.test_backups import picture

ROOT = Path(__file__).resolve().parents[2]
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@pytest.fixture
def sample(db: None) -> None:
    call_command("import_content", verbosity=0)


@pytest.fixture
def admin(sample: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("ada", password="secret"))
    return client


# --- what a browser may do ---


@pytest.mark.parametrize(
    "path",
    ["/", "/healthz", "/readyz", "/api/v1/", "/api/v1/entries/", "/api/v1/entries/embedding/",
     "/api/v1/entries/embedding.md", "/api/v1/schema/", "/api/v1/nothing/", "/nothing"],
)  # fmt: skip
def test_what_is_no_page_may_do_nothing(client: Client, sample: None, path: str) -> None:
    answer = client.get(path)
    assert answer["Content-Security-Policy"] == NOTHING
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_picture_is_in_a_sandbox(client: Client, db: None, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    answer = client.get(f"/media/{assets.store(picture(1))}")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    answer.close()


def test_a_shared_page_keeps_its_own_policy(client: Client, sample: None, admin_user: User) -> None:
    share = sharing.share(Item.objects.get(slug="embedding"), 1, admin_user)
    answer = client.get(f"/preview/{sharing.token(share)}/")
    assert answer.status_code == 200
    assert "script-src" not in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_the_description_of_the_api_runs_its_own_scripts_alone(client: Client) -> None:
    answer = client.get("/api/v1/docs/")
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert inline_code(answer.content.decode()) == []


ADMIN_PAGES = [
    "/admin/", "/admin/glossary/entry/", "/admin/glossary/entry/add/", "/admin/books/book/",
    "/admin/glossary/category/", "/admin/glossary/entry/graph/", "/admin/auth/user/", "/admin/auth/user/add/",
    "/admin/api/token/", "/admin/sync/run/", "/admin/publishing/conflict/", "/admin/sync/upload/",
]  # fmt: skip


@pytest.mark.parametrize("path", ["/admin/login/", *ADMIN_PAGES])
def test_a_page_of_the_admin_loads_and_runs_nothing_from_elsewhere(admin: Client, path: str) -> None:
    if path.endswith("login/"):
        admin.logout()
    answer = admin.get(path, follow=True)
    assert answer.status_code == 200
    directives = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self' 'unsafe-eval'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert not re.search(r"https?:|\*", answer["Content-Security-Policy"])
    assert "camera=()" in answer["Permissions-Policy"]
    assert inline_code(answer.content.decode()) == []


def inline_code(page: str) -> list[str]:
    """What the policy would keep from running: scripts in the page, and attributes that are scripts."""

    class Reader(HTMLParser):
        found: list[str] = []

        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            named = dict(attributes)
            if tag == "script" and not named.get("src") and named.get("type") not in ("application/json", "text/html"):
                self.found.append(self.get_starttag_text() or "")
            self.found += [name for name in named if name.startswith("on")]

    reader = Reader()
    reader.found = []
    reader.feed(page)
    return reader.found


# --- who asks ---


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "evil.example:80", "a b", ""])
def test_a_host_that_is_not_ours_is_refused(client: Client, settings: Settings, host: str) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    assert client.get("/api/v1/entries/", headers={"host": host or "-"}).status_code == 400


def test_http_is_sent_to_https(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    answer = client.get("/admin/login/")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/admin/login/")
    # A program would send its token in the clear again and again.
    refused = client.get("/api/v1/entries/")
    assert (refused.status_code, refused.json()["code"]) == (403, "https.required")
    assert client.get("/feed.atom").status_code == 301
    # Who looks after the process does not come through the proxy.
    assert client.get("/healthz").status_code == 200


def test_browsers_are_told_to_stay_with_https(client: Client, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 3600
    assert client.get("/healthz", secure=True)["Strict-Transport-Security"] == "max-age=3600"


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "client_is"),
    [
        ("10.0.0.1", "", [], "10.0.0.1"),
        ("10.0.0.1", "2.2.2.2", [], "2.2.2.2"),
        # What the client wrote itself stands before what the proxy wrote.
        ("10.0.0.1", "1.1.1.1, 2.2.2.2", [], "2.2.2.2"),
        ("10.0.0.1", "1.1.1.1, 2.2.2.2", ["10.0.0.0/8"], "2.2.2.2"),
        ("10.0.0.1", "1.1.1.1, 2.2.2.2, 10.0.0.7", ["10.0.0.0/8"], "2.2.2.2"),
        ("10.0.0.1", "10.0.0.9, 2.2.2.2, 10.0.0.7", ["10.0.0.0/8"], "2.2.2.2"),
        ("10.0.0.1", "2001:db8::1", ["10.0.0.0/8"], "2001:db8::1"),
        ("10.0.0.1", "<script>", ["10.0.0.0/8"], "10.0.0.1"),
        ("10.0.0.1", "2.2.2.2,", [], "10.0.0.1"),
        ("", "2.2.2.2", ["10.0.0.0/8"], "2.2.2.2"),
    ],
)
def test_the_client_is_whom_the_nearest_proxies_name(
    settings: Settings, peer: str, forwarded: str, trusted: list[str], client_is: str
) -> None:
    settings.TRUSTED_PROXIES = proxies.networks(trusted)
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"x-forwarded-for": forwarded} if forwarded else {})
    proxies.proxied(lambda _: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == client_is


def test_what_a_stranger_forwards_is_dropped(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = proxies.networks(["10.0.0.0/8"])
    said = {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example"}
    request = RequestFactory().get("/", REMOTE_ADDR="3.3.3.3", headers=said)
    seen: list[HttpRequest] = []

    def answer(given: HttpRequest) -> HttpResponse:
        seen.append(given)
        return HttpResponse()

    proxies.proxied(answer)(request)
    assert seen[0].META["REMOTE_ADDR"] == "3.3.3.3"
    assert [name for name in seen[0].META if "FORWARDED" in name] == []


def test_a_network_that_is_none_is_explained() -> None:
    with pytest.raises(ImproperlyConfigured, match="LEMMA_TRUSTED_PROXIES"):
        proxies.networks(["nginx"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/.git/HEAD", "/.env", "/manage.py", "/config/settings.py", "/static/", "/static/../.env",
     "/media/", "/media/assets/", "/media/..%2f..%2f.env", "/metrics", "/__debug__/"],
)  # fmt: skip
def test_neither_sources_nor_lists_of_files_are_given_out(client: Client, path: str) -> None:
    assert client.get(path, follow=True).status_code == 404


@pytest.mark.django_db
def test_texts_say_how_they_are_to_be_read(client: Client, sample: None) -> None:
    for path in ("/admin/login/", "/api/v1/entries/embedding.md", "/api/v1/entries/embedding.ttl", "/feed.atom",
                 "/sitemap.xml", "/robots.txt", "/llms.txt", "/api/v1/entries.csv"):  # fmt: skip
        assert "charset=utf-8" in client.get(path)["Content-Type"].lower(), path
    # JSON is UTF-8 and has no such parameter.
    assert client.get("/api/v1/entries/")["Content-Type"].startswith("application/json")


def test_cookies_are_of_this_host_alone() -> None:
    """In production, where there is HTTPS; by their names browsers see to it."""
    said = """
import django, json
django.setup()
from django.conf import settings as s
from config.people import MessageStorage
cookie = MessageStorage.storage_classes[0].cookie_name
print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, cookie, s.SESSION_COOKIE_DOMAIN]))
"""
    around = {name: value for name, value in os.environ.items() if not name.startswith(("LEMMA_", "SECURE_"))}
    own = {"DEBUG": "0", "SECRET_KEY": "x", "DJANGO_SETTINGS_MODULE": "config.settings"}
    run = subprocess.run([sys.executable, "-c", said], cwd=ROOT, env=around | own, capture_output=True, check=True)
    assert json.loads(run.stdout) == ["__Host-sessionid", "__Host-csrftoken", "__Host-messages", None]


# --- what is sent ---


def test_a_body_that_is_too_large_is_refused(admin: Client) -> None:
    answer = admin.post("/admin/glossary/entry/add/", {"title": "x" * (7 << 20)})
    assert answer.status_code in (400, 413)
    assert not Item.objects.filter(title__startswith="xxx").exists()


# --- secrets ---


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    def read(**environment: str) -> str:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return secret("A_SECRET")

    return read


def test_a_secret_may_be_in_a_file(named: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("$hunter2 \n")
    assert named(A_SECRET_FILE=str(tmp_path / "key")) == "$hunter2 "


def test_a_secret_that_is_there_twice_is_refused_without_being_named(named: Callable[..., str]) -> None:
    with pytest.raises(ImproperlyConfigured, match="both set") as caught:
        named(A_SECRET="hunter2", A_SECRET_FILE="/run/key")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("data", [None, b"\xff\xfe"])
def test_a_secret_that_cannot_be_read_stops_lemma(named: Callable[..., str], tmp_path: Path, data: Any) -> None:
    if data:
        (tmp_path / "key").write_bytes(data)
    with pytest.raises(ImproperlyConfigured, match=r"A_SECRET_FILE is .* cannot be read"):
        named(A_SECRET_FILE=str(tmp_path / "key"))


def test_the_settings_of_the_operators_page_are_clean_for_deployment(tmp_path: Path) -> None:
    page = (ROOT / "docs/operators.md").read_text()
    block = page.split("Write the settings, `/etc/lemma/lemma.env`")[1].split("All settings are in")[0]
    shown = dict(re.findall(r"^    ([A-Z_]+)=(.*?)(?:\s{2,}#.*)?$", block, re.MULTILINE))
    assert set(shown) >= {"SECRET_KEY_FILE", "ALLOWED_HOSTS", "DATABASE_URL_FILE", "CONTENT_ROOT", "LEMMA_BEHIND_PROXY"}
    # In files here, such as they speak of; and no server, no folder of somebody's.
    (tmp_path / "key").write_text("n3w-" * 20 + "abcdefghij\n")
    (tmp_path / "url").write_text("")
    shown |= {"SECRET_KEY": "", "SECRET_KEY_FILE": str(tmp_path / "key"), "DEBUG": "0",
              "DATABASE_URL": "", "DATABASE_URL_FILE": str(tmp_path / "url"),
              "CONTENT_ROOT": str(ROOT / "fixtures/content"), "LEMMA_VAR": str(tmp_path),
              "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    # What the settings of the tests have put there.
    around = {name: value for name, value in os.environ.items() if not name.startswith(("LEMMA_", "SECURE_"))}
    run = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=around | shown,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "no issues" in run.stdout


def test_pictures_have_no_suffix_that_could_run() -> None:
    assert set(images.SUFFIXES.values()) == {"png", "jpg", "gif", "webp"}


@pytest.mark.django_db
def test_only_who_brings_a_cookie_has_a_session_at_the_api(client: Client) -> None:
    without = client.get("/api/v1/entries/").wsgi_request
    assert not hasattr(without, "session")
    client.cookies["sessionid"] = "of nobody"
    there = client.get("/api/v1/entries/").wsgi_request
    assert hasattr(there, "session")
    assert not there.user.is_authenticated
