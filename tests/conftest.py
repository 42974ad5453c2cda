import os
import signal
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.test import Client

# The same examples each time, so that what fails is what was changed; only a deep run at somebody's desk looks for new
# ones.
hypothesis.settings.register_profile(
    "lemma", derandomize="CI" in os.environ or "LEMMA_DEEP" not in os.environ, deadline=None, print_blob=True
)
hypothesis.settings.load_profile("lemma")

# A shell that runs the tests in the background lets them ignore Ctrl+C, and with them the commands that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _only_on_postgres(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("says something about PostgreSQL alone: make test-postgres")


@pytest.fixture(autouse=True)
def _streams_end(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _django_db_marker: None
) -> Iterator[None]:
    """As a server ends them, whether a test reads them or not: on PostgreSQL one that has begun is in a transaction."""
    if "_django_db_helper" in request.fixturenames:
        # First, so that its own transaction is still there when they end.
        request.getfixturevalue("_django_db_helper")
    begun: list[Any] = []
    ask = Client.request

    def asked(client: Client, **environment: Any) -> Any:
        response = ask(client, **environment)
        if response.streaming:
            begun.append(response)
        return response

    monkeypatch.setattr(Client, "request", asked)
    yield
    for response in begun:
        response.close()


@pytest.fixture(autouse=True)
def _another_database() -> None:
    """What a process keeps of the one before, in which other things had the same keys."""
    from glossary.search import vocabulary

    vocabulary.forget()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints what a test counted: `record_property("figures", "…")`."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    figures = [
        (report.nodeid, value) for report in reports for name, value in report.user_properties if name == "figures"
    ]
    if figures:
        terminalreporter.section("figures")
    for node, value in figures:
        terminalreporter.write_line(f"{node}\n  " + "\n  ".join(str(value).splitlines()))
