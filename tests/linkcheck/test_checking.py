"""A whole check, from the texts to the results, against a server on the loopback interface."""

import dataclasses
import io
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from books.editing import save_book
from documents import parse
from glossary.editing import save_entry
from glossary.linkcheck import addresses, checking, results, runs, starting, whole
from glossary.linkcheck.models import CheckedLink, LinkRun
from glossary.linkcheck.pacing import Limits
from glossary.linkcheck.verdicts import Verdict
from tests.linkcheck.server import Server, leads, said
from tests.linkcheck.test_behaviours import Names, loopback

pytestmark = pytest.mark.django_db
AT_ONCE = Limits(overall=20, gap=0)
SITES = Names({f"site{number}.test": ["127.0.0.1"] for number in range(30)})


def entry(slug: str, links: Sequence[str] = (), body: str = "", status: str = "published") -> None:
    front = "".join(f'  - title: "A"\n    url: "{url}"\n' for url in links)
    front = f"externalLinks:\n{front}" if links else ""
    text = (
        f'---\ntitle: "{slug}"\nslug: "{slug}"\nstatus: "{status}"\n{front}---\n\n# Brief Definition\n\nA.\n\n{body}\n'
    )
    save_entry(parse(text.encode()))


@pytest.fixture
def site() -> Iterator[Server]:
    scripts = {"/ok": said(200), "/404": said(404), "/301": leads(301, "/ok"), "/429": said(429, "Retry-After: 600")}
    scripts["/ok/"] = said(200)
    with Server(scripts) as one:
        yield one


def address(site: Server, path: str, number: int = 0) -> str:
    return f"http://site{number}.test:{site.port}{path}"


def check(*pages: str, **others: Any) -> dict[str, CheckedLink]:
    return {row.address: row for row in checking.check(pages, loopback(SITES), AT_ONCE, **others)}


def test_the_addresses_of_all_texts_are_found_once_and_without_their_fragments() -> None:
    entry(
        "alpha",
        ["https://example.org/a", "https://example.org/a#part"],
        "See [b](HTTPS://example.org/b) and [c](c.md).",
    )
    entry("beta", ["https://example.org/a"], "<https://example.org/d> `https://example.org/code`", status="draft")
    front = 'title: "Book"\nslug: "book"\nurl: "https://example.org/book"\ncoverImage: "covers/a.png"\n'
    save_book(parse(f"---\n{front}---\n\nText.\n".encode()))
    paths = {"a", "b", "d", "book"}
    assert {each.lower() for each in addresses.in_use()} == {f"https://example.org/{path}" for path in paths}


def test_what_is_no_proper_address_is_sent_to_nobody() -> None:
    entry(
        "alpha",
        body="[a](http://me:secret@example.org/) [b](javascript:http) [c](mailto:a@http.example) [d](//http.example)",
    )
    assert addresses.in_use() == set()


def test_results_are_kept_by_address(site: Server) -> None:
    check(address(site, "/ok"), address(site, "/404", 1), address(site, "/301", 2), address(site, "/429", 3))
    known = results.read(row.address for row in CheckedLink.objects.all())
    assert {each.address.rpartition("/")[2]: each.verdict for each in known.values()} == {
        "ok": Verdict.OK,
        "404": Verdict.SUSPECT,
        "301": Verdict.MOVED,
        "429": Verdict.UNKNOWN,
    }
    row = CheckedLink.objects.get(address=address(site, "/301", 2))
    assert (row.moved_to, row.hops) == (address(site, "/ok", 2), [[row.address, 301]])


def test_it_is_broken_the_second_day(site: Server) -> None:
    page = address(site, "/404")
    start = timezone.now()
    assert check(page, now=lambda: start)[page].verdict == Verdict.SUSPECT
    assert check(page, now=lambda: start + timedelta(hours=23))[page].verdict == Verdict.SUSPECT
    assert check(page, now=lambda: start + timedelta(hours=25))[page].verdict == Verdict.BROKEN
    assert results.read([page])[page].failures == 3


def test_only_what_is_due_is_asked_and_never_a_host_that_wants_rest(site: Server) -> None:
    pages = [address(site, "/ok"), address(site, "/429", 3)]
    check(*pages)
    others = [address(site, "/ok", 1), address(site, "/404", 3)]
    now = timezone.now()
    assert checking.due([*pages, *others], now) == [others[0]]
    assert checking.due([*pages, *others], now, every=True) == sorted([pages[0], others[0]])
    assert checking.due([*pages, *others], now + timedelta(days=8)) == sorted([*pages, *others])


def test_a_host_that_says_too_many_is_asked_nothing_else(site: Server) -> None:
    pages = [address(site, path) for path in ("/429", "/ok", "/404")]
    assert list(check(*pages)) == [pages[0]]
    assert [request.path for request in site.requests] == ["/429"]


def test_who_keeps_findings_hears_of_news_alone(site: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(results, "_followers", [heard.extend])
    pages = [address(site, "/ok"), address(site, "/404", 1)]
    check(*pages)
    assert sorted(heard) == pages
    heard.clear()
    check(*pages)
    assert heard == []


def test_without_a_network_nothing_is_written() -> None:
    pages = [f"http://gone{number}.test/" for number in range(5)]
    with pytest.raises(checking.Offline, match="None of 5 hosts could be reached"):
        check(*pages)
    assert not CheckedLink.objects.exists()


def test_a_host_that_may_not_be_asked_is_no_sign_of_a_network(db: None) -> None:
    pages = [f"http://gone{number}.test/" for number in range(5)]
    network = dataclasses.replace(loopback(SITES), hosts=frozenset(["test"]))
    with pytest.raises(checking.Offline, match="None of 5 hosts could be reached"):
        checking.check([*pages, "http://elsewhere.example/"], network, Limits())
    assert not CheckedLink.objects.exists()
    [alone] = checking.check(["http://elsewhere.example/"], network, Limits())
    assert (alone.reason, alone.verdict) == ("address.unlisted", Verdict.UNKNOWN)


def test_one_host_that_is_gone_is_gone(site: Server) -> None:
    pages = ["http://gone.test/", address(site, "/ok")]
    assert check(*pages)[pages[0]].reason == "dns"
    assert check("http://gone.test/x")["http://gone.test/x"].reason == "dns"


def test_many_addresses_take_few_queries(site: Server, django_assert_max_num_queries: Any) -> None:
    pages = [address(site, f"/ok/{number}", number % 20) for number in range(200)]
    with django_assert_max_num_queries(12):
        assert len(check(*pages)) == 200


# --- the command ---


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command has no way to be let into this machine, so a test takes the place of the network itself."""
    monkeypatch.setattr(checking, "Network", lambda **options: loopback(SITES))
    monkeypatch.setattr(checking, "Limits", lambda: AT_ONCE)


def reported(*arguments: str) -> str:
    out = io.StringIO()
    call_command("check_links", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("reachable")
def test_the_command_checks_what_is_due(site: Server) -> None:
    entry("alpha", [address(site, "/ok"), address(site, "/404", 1), address(site, "/301", 2)])
    said = reported()
    assert f"{address(site, '/301', 2)}: moved to {address(site, '/ok', 2)}" in said
    assert f"{address(site, '/404', 1)}: gone, until now once (http.404)" in said
    assert "3 checked: 1 ok, 1 moved, 1 suspect." in said
    assert reported() == "0 checked.\n"
    assert "3 checked" in reported("--all")
    run = LinkRun.objects.first()
    assert run
    assert (run.running, run.total, run.done, run.counts["moved"]) == (None, 3, 3, 1)


@pytest.mark.usefixtures("reachable")
def test_the_report_as_json(site: Server) -> None:
    entry("alpha", [address(site, "/301")])
    said = json.loads(reported("--json"))
    assert (said["due"], said["checked"], said["counts"]["moved"]) == (1, 1, 1)
    [link] = said["links"]
    assert (link["verdict"], link["movedTo"], link["status"]) == ("moved", address(site, "/ok"), 200)
    assert link["hops"] == [{"address": address(site, "/301"), "status": 301}]


@pytest.mark.usefixtures("reachable")
def test_only_the_addresses_that_are_named(site: Server) -> None:
    entry("alpha", [address(site, "/ok")])
    assert "1 checked: 1 suspect." in reported(address(site, "/404"))
    assert "1 checked: 1 suspect." in reported(address(site, "/404"))
    with pytest.raises(CommandError, match="is no web address"):
        reported("example.org")


@pytest.mark.usefixtures("reachable")
def test_what_no_text_links_to_any_more_is_forgotten(site: Server) -> None:
    entry("alpha", [address(site, "/ok")])
    reported(address(site, "/404"))
    reported()
    assert [row.address for row in CheckedLink.objects.all()] == [address(site, "/ok")]


def test_the_command_itself_reaches_nothing_inside(site: Server) -> None:
    entry("alpha", [f"http://127.0.0.1:{site.port}/ok"])
    said = json.loads(reported("--json"))
    assert [(link["verdict"], link["reason"]) for link in said["links"]] == [("unknown", "address.private")]
    assert site.requests == []


def test_two_never_run_at_once() -> None:
    run = runs.begin()
    with pytest.raises(runs.Busy):
        runs.begin()
    with pytest.raises(CommandError, match="at work already"):
        reported()
    runs.end(run, {})
    reported()


def test_one_that_was_killed_does_not_block_the_next() -> None:
    run = runs.begin()
    LinkRun.objects.filter(pk=run.pk).update(seen_at=timezone.now() - timedelta(minutes=6))
    assert runs.at_work() is None
    runs.begin()
    run.refresh_from_db()
    assert run.failure


def test_a_check_that_goes_wrong_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing() -> set[str]:
        raise OSError("no")

    monkeypatch.setattr(addresses, "in_use", failing)
    with pytest.raises(OSError, match="no"):
        whole.check()
    assert runs.at_work() is None


@pytest.mark.django_db(transaction=True)
def test_the_button_runs_the_command_as_a_process() -> None:
    started: list[list[str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("subprocess.Popen", lambda command, **options: started.append(command))
        run = starting.start()
    [command] = started
    assert command[1].endswith("manage.py")
    assert command[2:] == ["check_links", "--run", str(run.pk)]
    call_command(*command[2:], stdout=io.StringIO())
    run.refresh_from_db()
    assert run.ended_at
    assert not run.failure
