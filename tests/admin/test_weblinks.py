"""The list of web links and its button."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from glossary.linkcheck import results, runs
from glossary.linkcheck.models import CheckedLink, LinkRun

LIST = "/admin/linkcheck/checkedlink/"


@pytest.fixture
def looker(person: Callable[..., User]) -> Client:
    client = Client()
    client.force_login(person("looker", "view_checkedlink"))
    return client


@pytest.fixture
def checker(person: Callable[..., User]) -> Client:
    client = Client()
    client.force_login(person("checker", "view_checkedlink", "add_linkrun"))
    return client


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    commands: list[list[str]] = []
    monkeypatch.setattr("subprocess.Popen", lambda command, **options: commands.append(command))
    return commands


def known(address: str, verdict: str, **others: object) -> None:
    now = timezone.now()
    times = {"verdict_at": now, "checked_at": now, "due_at": now}
    CheckedLink.objects.create(
        key=results.key(address), address=address, host="example.org", verdict=verdict, **times, **others
    )


def test_the_list_says_what_is_known(looker: Client) -> None:
    day = timezone.now() - timedelta(hours=30)
    known("https://example.org/a?b=1&c=2", "broken", reason="http.404", failures=3, first_failure_at=day)
    known("https://example.org/old", "moved", moved_to="https://example.org/new")
    page = looker.get(LIST).content.decode()
    assert 'href="https://example.org/a?b=1&amp;c=2"' in page
    assert "http.404, 3 times since" in page
    assert 'href="https://example.org/new"' in page
    assert "Check now" not in page
    assert "example.org/old" not in looker.get(LIST + "?verdict__exact=broken").content.decode()


def test_the_button_starts_a_check_in_the_background(checker: Client, started: list[list[str]]) -> None:
    page = checker.get(LIST).content.decode()
    assert "Check now" in page
    assert "Nothing was checked yet." in page
    answer = checker.post(LIST + "start/", follow=True)
    run = LinkRun.objects.get()
    assert started[0][-3:] == ["check_links", "--run", str(run.pk)]
    assert run.started_by
    assert run.started_by.username == "checker"
    assert "At work" in answer.content.decode()


def test_one_check_at_a_time(checker: Client, started: list[list[str]]) -> None:
    runs.begin()
    answer = checker.post(LIST + "start/", follow=True)
    assert "A link check is at work already." in answer.content.decode()
    assert started == []


def test_to_look_is_not_to_check(looker: Client, started: list[list[str]]) -> None:
    assert looker.post(LIST + "start/").status_code == 403
    assert started == []


def test_how_a_check_ended_is_said(looker: Client) -> None:
    runs.end(runs.begin(), {"ok": 1200, "broken": 2})
    assert "Last check just now: 1,200 ok, 2 broken." in looker.get(LIST).content.decode()
    runs.end(runs.begin(), {}, "No network.")
    assert "The last check failed: No network." in looker.get(LIST).content.decode()
