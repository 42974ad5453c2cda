"""Every refusal has one shape, says what to do, and gives nothing away."""

import errno
import json
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError
from django.test import Client, RequestFactory, override_settings
from rest_framework import exceptions

from api import handlers, problems, published
from publishing.models import Item

PAGE = "/api/v1/entries/"


def check(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem in the answer, which must have the shape of every other."""
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    found = json.loads(answer.content)
    assert list(found) == ["type", "title", "status", "detail", "code", "errors"]
    assert (found["type"], found["status"], found["code"]) == ("about:blank", status, code)
    assert found["detail"]
    for error in found["errors"]:
        assert list(error) == ["field", "line", "message", "hint"]
    return found


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("entries/nowhere/", 404, "entry.not_found"),
        ("entries/nowhere.md", 404, "entry.not_found"),
        ("books/nowhere/", 404, "book.not_found"),
        ("entries/?page=2", 404, "page.not_found"),
        ("entries/?page=999999999", 404, "page.not_found"),
        ("entries/?page=0", 400, "parameter.invalid"),
        ("entries/?nope=1", 400, "parameter.unknown"),
        ("entries/black-box/?nope=1", 400, "parameter.unknown"),
        ("entries/black-box.md?nope=1", 400, "parameter.unknown"),
        ("?nope=1", 400, "parameter.unknown"),
        ("schema/?nope=1", 400, "parameter.unknown"),
        ("entries/?format=xml", 400, "parameter.unknown"),
        ("entries/?page=1&page=1", 400, "parameter.repeated"),
        ("nowhere/", 404, "address.not_found"),
        ("nowhere", 404, "address.not_found"),
        ("entries/a/b/c/", 404, "address.not_found"),
        ("entries//", 404, "address.not_found"),
        ("%00/", 404, "address.not_found"),
    ],
)
def test_every_refusal_has_the_shape(client: Client, black_box: Item, path: str, status: int, code: str) -> None:
    check(client.get(f"/api/v1/{path}"), status, code)
    assert client.head(f"/api/v1/{path}").status_code == status


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("", "GET, HEAD, OPTIONS"),
        ("entries/", "GET, POST, HEAD, OPTIONS"),
        ("entries/black-box/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        ("entries/black-box.md", "GET, HEAD, OPTIONS"),
        ("entries/black-box/publish/", "POST, OPTIONS"),
        ("import/", "POST, OPTIONS"),
        ("schema/", "GET, HEAD, OPTIONS"),
    ],
)
def test_other_methods_are_refused_and_the_allowed_ones_named(client: Client, path: str, allowed: str) -> None:
    for method in {"get", "post", "put", "patch", "delete", "trace"} - set(allowed.lower().split(", ")):
        answer = getattr(client, method)(f"/api/v1/{path}")
        check(answer, 405, "method_not_allowed")
        assert answer["Allow"] == allowed


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options"])
def test_where_nothing_is_every_method_is_not_found(client: Client, method: str) -> None:
    check(getattr(client, method)("/api/v1/nowhere/"), 404, "address.not_found")


def test_a_format_we_do_not_have_is_refused(client: Client, black_box: Item) -> None:
    for path in ("", "entries/", "entries/black-box/", "entries/nowhere/"):
        check(client.get(f"/api/v1/{path}", headers={"accept": "application/xml"}), 406, "not_acceptable")


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, */*;q=0.1", "application/json"])
def test_accept_headers_of_browsers_and_clients_work(client: Client, black_box: Item, accept: str) -> None:
    assert client.get(PAGE, headers={"accept": accept}).status_code == 200


@pytest.mark.parametrize(
    "value",
    ["", "0", "-1", "1.5", "abc", "1e3", "%FF", "99999999999999999999", "%D9%A1", "+1", "%201", "9" * 5000],
)
@pytest.mark.parametrize("name", ["page", "pageSize"])
def test_numbers_of_pages_are_checked(client: Client, db: None, name: str, value: str) -> None:
    found = check(client.get(f"{PAGE}?{name}={value}"), 400, "parameter.invalid")
    [error] = found["errors"]
    assert error["field"] == name
    assert "a whole number from 1" in error["message"]
    assert len(found["detail"]) < 300


def test_a_page_has_at_most_100_rows(client: Client, db: None) -> None:
    assert client.get(f"{PAGE}?pageSize=100").status_code == 200
    found = check(client.get(f"{PAGE}?pageSize=101"), 400, "parameter.invalid")
    assert found["detail"] == (
        '"pageSize" must be a whole number from 1 to 100, but it is "101". Write pageSize=20, or leave it out for 20.'
    )


def test_unknown_parameters_are_all_named_with_those_allowed(client: Client, db: None) -> None:
    found = check(client.get(f"{PAGE}?pagesize=5&q=x"), 400, "parameter.unknown")
    assert [error["field"] for error in found["errors"]] == ["pagesize", "q"]
    [hint] = {error["hint"] for error in found["errors"]}
    assert hint.startswith("Allowed: category, difficulty, ")
    assert hint.endswith("ordering, fields, expand, autolink, page, pageSize, cursor, draft.")


def test_too_many_parameters_are_refused(client: Client, db: None) -> None:
    query = "&".join(f"a{number}=1" for number in range(6000))
    check(client.get(f"{PAGE}?{query}"), 400, "request.malformed")


def test_a_nul_character_is_refused(client: Client, db: None) -> None:
    found = check(client.get(f"{PAGE}?category=a%00b"), 400, "parameter.invalid")
    assert found["errors"][0]["field"] == "category"


def test_mistakes_are_not_kept_by_caches(client: Client, black_box: Item) -> None:
    assert client.get(f"{PAGE}?page=0")["Cache-Control"] == "no-store"
    # What is missing is, for a while: asking for it over and over must not reach the database.
    assert client.get(f"{PAGE}nowhere/")["Cache-Control"] == "public, max-age=60"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Client:
    def fail(*args: object, **options: object) -> None:
        raise DatabaseError("SELECT secret FROM vault")

    monkeypatch.setattr(published, "detail", fail)
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("debug", [True, False])
def test_a_failure_of_ours_gives_nothing_away_and_is_logged(
    broken: Client, debug: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with override_settings(DEBUG=debug):
        answer = broken.get(f"{PAGE}black-box/")
    check(answer, 500, "server.error")
    assert b"secret" not in answer.content
    assert answer["Cache-Control"] == "no-store"
    assert "SELECT secret FROM vault" in caplog.text


def test_a_failure_of_ours_reaches_the_test_client_and_error_monitors(broken: Client) -> None:
    broken.raise_request_exception = True
    with pytest.raises(DatabaseError):
        broken.get(f"{PAGE}black-box/")


def test_nested_mistakes_become_one_list() -> None:
    error = exceptions.ValidationError({"links": [{}, {"url": ["No address."]}], "non_field_errors": ["Bad."]})
    found = problems.exception_handler(error, {}).data
    assert [(one["field"], one["message"]) for one in found["errors"]] == [
        ("links.1.url", "No address."),
        ("", "Bad."),
    ]


def test_who_asks_too_often_is_told_how_long_to_wait() -> None:
    answer = problems.exception_handler(exceptions.Throttled(wait=4.2), {})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")


@pytest.mark.parametrize("path", ["/api/v1/entries/", "/api/v2/"])
def test_errors_outside_views_have_the_shape_below_api_alone(rf: RequestFactory, path: str) -> None:
    check(handlers.bad_request(rf.get(path), Exception()), 400, "request.malformed")
    check(handlers.not_found(rf.get(path), Exception()), 404, "address.not_found")
    check(handlers.server_error(rf.get(path)), 500, "server.error")
    for answer in (handlers.bad_request(rf.get("/admin/"), Exception()), handlers.server_error(rf.get("/admin/"))):
        assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/api/v1/entries/", "/api/v2/"])
def test_an_unknown_host_is_told_in_the_shape_too(client: Client, settings: Any, path: str) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    check(client.get(path, headers={"host": "evil.example"}), 400, "request.malformed")


def test_an_address_beside_the_versions_is_told_in_the_shape_too(client: Client, db: None) -> None:
    check(client.get("/api/v2/entries/"), 404, "address.not_found")


@pytest.mark.parametrize("error", [OperationalError("database is locked"), OSError(errno.ENOSPC, "No space left")])
def test_what_may_work_later_is_said_to(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(published, "detail", fail)
    answer = Client(raise_request_exception=False).get(f"{PAGE}black-box/")
    check(answer, 503, "server.unavailable")
    assert answer["Retry-After"] == "30"
    assert b"locked" not in answer.content
