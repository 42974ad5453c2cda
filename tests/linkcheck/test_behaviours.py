"""What servers do, and what is made of it. All of it against real sockets on the loopback interface.

Loopback is reached because these tests hand in a network of their own; nothing else can.
"""

import asyncio
import dataclasses
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from glossary.linkcheck.following import AGENT, Answer, Follower
from glossary.linkcheck.pacing import Limits
from outgoing.network import Network, Timeouts
from outgoing.public import is_public
from tests.linkcheck import server
from tests.linkcheck.server import Server, by_method, leads, said

# Patient, since the machine may be busy with other tests; and not, for those that are to be found silent.
TIMEOUTS = Timeouts(connect=10, read=10, total=30)
SHORT = Timeouts(connect=10, read=1, total=2)
SHORT_CONNECT = Timeouts(connect=2, read=10, total=30)
# It is silent once, and then answers.
HALF = Timeouts(connect=10, read=1, total=30)
# Everything at once: pace has tests of its own.
AT_ONCE = Limits(overall=100, gap=0)

SCRIPTS: dict[str, server.Script] = {
    "/ok": said(200, body="hello"),
    "/empty": said(204),
    "/no-head": by_method(said(405), said(200)),
    "/head-says-404": by_method(said(404), said(200)),
    "/head-says-500": by_method(said(500), said(200)),
    "/head-hangs-up": by_method(server.hanging_up, said(200)),
    "/head-is-silent": by_method(server.nothing, said(200)),
    "/301": leads(301, "/ok"),
    "/308": leads(308, "/ok"),
    "/302": leads(302, "/ok"),
    "/303": leads(303, "/ok"),
    "/307": leads(307, "/ok"),
    "/301-301": leads(301, "/301"),
    "/301-302": leads(301, "/302"),
    "/302-301": leads(302, "/301"),
    "/301-404": leads(301, "/404"),
    "/301-head": by_method(said(403), leads(301, "/ok")),
    "/301-elsewhere": leads(301, "//other.test:{port}/ok"),
    "/301-place": leads(301, "/ok#place"),
    "/301-umlaut": leads(301, "/ok/%C3%BC?q=a%20b"),
    "/ok/": said(200),
    "/self": leads(302, "/self"),
    "/there": leads(301, "/back"),
    "/back": leads(302, "/there"),
    "/count/": server.next_number,
    "/to-nowhere": said(302),
    "/to-brackets": leads(302, "http://[::bad/"),
    "/to-script": leads(302, "javascript:alert(1)"),
    "/to-file": leads(302, "file:///etc/passwd"),
    "/to-password": leads(302, "http://user:word@site.test:{port}/ok"),
    "/to-inside": leads(302, "http://inside.test/"),
    "/to-loopback": leads(301, "http://127.0.0.2/"),
    "/to-metadata": leads(302, "http://169.254.169.254/latest/meta-data/"),
    "/to-mapped": leads(302, "http://[::ffff:10.0.0.1]/"),
    "/to-mail": leads(302, "http://site.test:25/"),
    "/300": said(300),
    "/401": said(401, "WWW-Authenticate: Basic"),
    "/403": said(403),
    "/404": said(404),
    "/410": said(410),
    "/418": said(418),
    "/429": said(429),
    "/429-seconds": said(429, "Retry-After: 120"),
    "/429-date": lambda request: said(429, f"Retry-After: {server.a_date(7200)}")(request),
    "/429-nonsense": said(429, "Retry-After: soon"),
    "/500": said(500),
    "/503": said(503, "Retry-After: 300"),
    "/silent": server.nothing,
    "/slow-headers": server.drop_by_drop,
    "/endless-headers": server.no_end_of_headers,
    "/endless-continue": server.continuing_for_ever,
    "/endless-body": by_method(said(405), server.no_end_of_body),
    "/too-short": by_method(said(405), server.too_short),
    "/too-long": by_method(said(405), server.too_long),
    "/two-lengths": server.two_lengths,
    "/bomb": by_method(said(405), server.bomb),
    "/mail": server.other_language,
    "/hangs-up": server.hanging_up,
    "/cookies": server.cookies,
    "/cookies/": server.cookies,
}

# Path -> reason. "" is a page that is there.
EXPECTED = {
    "/ok": "",
    "/empty": "",
    "/no-head": "",
    "/head-says-404": "",
    "/head-says-500": "",
    "/head-hangs-up": "",
    "/head-is-silent": "",
    "/301": "",
    "/308": "",
    "/302": "",
    "/303": "",
    "/307": "",
    "/301-301": "",
    "/301-302": "",
    "/302-301": "",
    "/301-404": "http.404",
    "/301-head": "",
    "/301-elsewhere": "",
    "/301-place": "",
    "/301-umlaut": "",
    "/self": "redirect.loop",
    "/there": "redirect.loop",
    "/count/10": "",
    "/count/11": "redirect.long",
    "/count/100000": "redirect.long",
    "/to-nowhere": "http.302",
    "/to-brackets": "redirect.malformed",
    "/to-script": "redirect.malformed",
    "/to-file": "redirect.malformed",
    "/to-password": "redirect.malformed",
    "/to-inside": "address.private",
    "/to-loopback": "address.private",
    "/to-metadata": "address.private",
    "/to-mapped": "address.private",
    "/to-mail": "address.port",
    "/300": "http.300",
    "/401": "http.401",
    "/403": "http.403",
    "/404": "http.404",
    "/410": "http.410",
    "/418": "http.418",
    "/429": "http.429",
    "/429-seconds": "http.429",
    "/429-date": "http.429",
    "/429-nonsense": "http.429",
    "/500": "http.500",
    "/503": "http.503",
    "/silent": "timeout",
    "/slow-headers": "timeout",
    "/endless-headers": "protocol",
    "/endless-continue": "timeout",
    "/endless-body": "",
    "/too-short": "",
    "/too-long": "",
    "/two-lengths": "protocol",
    "/bomb": "",
    "/mail": "protocol",
    "/hangs-up": "protocol",
    "/cookies": "",
}
# Path -> where the page is now, of all whose new address is offered.
MOVED = {
    "/301": "/ok",
    "/308": "/ok",
    "/301-301": "/ok",
    "/301-302": "/302",
    "/301-head": "/ok",
    "/301-place": "/ok#place",
    "/301-umlaut": "/ok/%C3%BC?q=a%20b",
    "/count/10": "/count/0",
}


class Names:
    """A resolver that knows what a test says, and counts."""

    def __init__(self, known: dict[str, Any]) -> None:
        self.known = known
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        found = self.known.get(host)
        if found is None and host.replace(".", "").replace(":", "").isalnum() and not host.endswith(".test"):
            # Numbers in all their forms: as the system reads them, without asking any server.
            return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if isinstance(found, Exception):
            raise found
        result = found() if callable(found) else found
        return list(await result if isinstance(result, Awaitable) else result)


def loopback(names: Callable[..., Any], tls: ssl.SSLContext | None = None, timeouts: Timeouts = TIMEOUTS) -> Network:
    """One in which 127.0.0.1 is as good as public, and nothing else that is not."""
    admits = lambda address: address == "127.0.0.1" or is_public(address)  # noqa: E731
    return Network(admits=admits, resolve=names, tls=tls, timeouts=timeouts)


def answers(network: Network, *addresses: str) -> list[Answer]:
    return asyncio.run(asked(network, *addresses))


async def asked(network: Network, *addresses: str) -> list[Answer]:
    async with network.transport() as transport:
        follower = Follower(network, transport, AT_ONCE)
        return list(await asyncio.gather(*map(follower.follow, addresses)))


def at_most(work: Callable[[], Any]) -> tuple[Any, float]:
    """What work gives, and how many megabytes more than before it takes at its peak."""
    # Forgets the peak of earlier tests, below which any other would hide.
    Path("/proc/self/clear_refs").write_text("5")
    before = _kilobytes("VmRSS")
    found = work()
    return found, (_kilobytes("VmHWM") - before) / 1024


def _kilobytes(name: str) -> int:
    [size] = re.findall(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(size)


class Everything:
    """All behaviours, asked once and at once: each at a host of its own, since a host is asked one thing at a time."""

    def __init__(self) -> None:
        scripts: dict[str, server.Script] = {}
        with Server(scripts) as running:
            self.port = running.port
            scripts.update(SCRIPTS)
            hosts = {path: f"site{number}.test" for number, path in enumerate(EXPECTED)}
            names = Names({host: ["127.0.0.1"] for host in (*hosts.values(), "site.test", "other.test")})
            names.known["inside.test"] = ["10.0.0.1"]
            self.addresses = {path: f"http://{host}:{self.port}{path}" for path, host in hosts.items()}
            began = time.monotonic()
            self.answers, self.megabytes = at_most(lambda: asyncio.run(self._asked(names)))
            self.seconds = time.monotonic() - began
            self.requests, self.written = running.requests, running.written

    async def _asked(self, names: Names) -> dict[str, Answer]:
        timeouts = {path: SHORT if reason == "timeout" else TIMEOUTS for path, reason in EXPECTED.items()}
        timeouts["/head-is-silent"] = HALF
        groups = [[path for path in EXPECTED if timeouts[path] is each] for each in (TIMEOUTS, SHORT, HALF)]
        found = await asyncio.gather(
            *(
                asked(loopback(names, timeouts=timeouts[paths[0]]), *(self.addresses[path] for path in paths))
                for paths in groups
            )
        )
        return {
            path: answer
            for paths, some in zip(groups, found, strict=True)
            for path, answer in zip(paths, some, strict=True)
        }

    def address(self, path: str, new: str) -> str:
        return self.addresses[path].removesuffix(path) + new


@pytest.fixture(scope="module")
def everything() -> Everything:
    return Everything()


@pytest.mark.parametrize("path", EXPECTED)
def test_what_a_server_does_is_seen_for_what_it_is(everything: Everything, path: str) -> None:
    assert everything.answers[path].reason == EXPECTED[path]


@pytest.mark.parametrize("path", EXPECTED)
def test_a_new_address_is_offered_where_the_old_one_leads_for_good(everything: Everything, path: str) -> None:
    expected = everything.address(path, MOVED[path]) if path in MOVED else ""
    if path == "/301-elsewhere":
        expected = f"http://other.test:{everything.port}/ok"
    assert everything.answers[path].moved_to == expected


@pytest.mark.parametrize(
    ("path", "seconds"), [("/429", 3600), ("/429-seconds", 120), ("/429-nonsense", 3600), ("/503", 300), ("/500", None)]
)
def test_it_is_told_how_long_to_wait(everything: Everything, path: str, seconds: float | None) -> None:
    assert everything.answers[path].rest == seconds


def test_it_is_told_until_when_to_wait(everything: Everything) -> None:
    assert everything.answers["/429-date"].rest == pytest.approx(7200, abs=60)


def test_every_redirect_is_kept(everything: Everything) -> None:
    hops = everything.answers["/301-302"].hops
    assert [(hop.address, hop.status) for hop in hops] == [
        (everything.addresses["/301-302"], 301),
        (everything.address("/301-302", "/302"), 302),
    ]


def test_all_of_it_ends_in_time_and_memory(everything: Everything, record_property: Callable[[str, str], None]) -> None:
    told = f"{len(EXPECTED)} behaviours at once: {everything.seconds:.1f} s, {everything.megabytes:.0f} MB more at most"
    record_property("figures", f"{told}; the server wrote {everything.written / 1e6:.1f} MB")
    # Two seconds for those that are silent, and what a busy machine adds.
    assert everything.seconds < 20
    assert everything.megabytes < 60
    # No more than fits between the two ends of the connections, though some bodies have no end.
    assert everything.written < 60e6


def test_memory_that_was_given_back_is_measured_all_the_same() -> None:
    bytearray(150_000_000)
    assert at_most(lambda: len(bytearray(80_000_000)))[1] > 60


def test_a_request_says_who_asks(everything: Everything) -> None:
    assert {request.headers["user-agent"] for request in everything.requests} == {AGENT}
    assert "Lemma" in AGENT


def test_who_is_asked_too_often_is_not_asked_again_by_get(everything: Everything) -> None:
    asked = [request.method for request in everything.requests if request.path == "/429-seconds"]
    assert asked == ["HEAD"]


# --- TLS ---


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_server(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def over_tls(authority: trustme.CA, context: ssl.SSLContext, host: str = "site.test") -> Answer:
    with Server({"/ok": said(200)}, context) as running:
        network = loopback(Names({host: ["127.0.0.1"]}), trusting(authority))
        return answers(network, f"https://{host}:{running.port}/ok")[0]


def test_a_certificate_is_held_against_the_name_and_not_the_address(authority: trustme.CA) -> None:
    assert over_tls(authority, tls_server(authority.issue_cert("site.test"))).reason == ""
    assert over_tls(authority, tls_server(authority.issue_cert("127.0.0.1"))).reason == "tls"


def test_a_name_with_a_dot_at_its_end_has_the_same_certificate(authority: trustme.CA) -> None:
    assert over_tls(authority, tls_server(authority.issue_cert("site.test")), "site.test.").reason == ""


def test_a_certificate_of_another_host_is_none(authority: trustme.CA) -> None:
    assert over_tls(authority, tls_server(authority.issue_cert("other.test"))).reason == "tls"


def test_a_certificate_that_has_expired_is_none(authority: trustme.CA) -> None:
    old = authority.issue_cert("site.test", not_after=datetime.now(UTC) - timedelta(days=1))
    assert over_tls(authority, tls_server(old)).reason == "tls"


def test_a_certificate_of_an_unknown_authority_is_none(authority: trustme.CA) -> None:
    assert over_tls(authority, tls_server(trustme.CA().issue_cert("site.test"))).reason == "tls"


def test_a_server_that_speaks_no_tls_is_unknown(authority: trustme.CA) -> None:
    with Server({"/ok": said(200)}) as running:
        network = loopback(Names({"site.test": ["127.0.0.1"]}), trusting(authority), SHORT_CONNECT)
        assert answers(network, f"https://site.test:{running.port}/ok")[0].reason in ("tls", "connect")


def test_a_redirect_away_from_tls_is_no_better_address(authority: trustme.CA) -> None:
    with Server({"/ok": said(200)}) as plain:
        scripts = {"/old": leads(301, f"http://site.test:{plain.port}/ok")}
        with Server(scripts, tls_server(authority.issue_cert("site.test"))) as running:
            network = loopback(Names({"site.test": ["127.0.0.1"]}), trusting(authority))
            answer = answers(network, f"https://site.test:{running.port}/old")[0]
    assert (answer.reason, answer.moved_to) == ("", "")


def test_two_hosts_at_one_address_never_share_a_connection(authority: trustme.CA) -> None:
    # The second one would be believed to be whom the certificate of the first one names.
    with Server({"/ok": said(200)}, tls_server(authority.issue_cert("site.test"))) as running:
        names = Names({"site.test": ["127.0.0.1"], "other.test": ["127.0.0.1"]})
        addresses = [f"https://{host}:{running.port}/ok" for host in ("site.test", "other.test")]
        network = loopback(names, trusting(authority))

        async def one_after_the_other() -> list[str]:
            async with network.transport() as transport:
                follower = Follower(network, transport, AT_ONCE)
                return [(await follower.follow(address)).reason for address in addresses]

        assert asyncio.run(one_after_the_other()) == ["", "tls"]


# --- names and addresses ---


@pytest.fixture
def running() -> Iterator[Server]:
    elsewhere = leads(301, "http://other.test/")
    with Server({"/ok": said(200), "/301": leads(301, "/ok"), "/elsewhere": elsewhere}) as one:
        yield one


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "no such host"), "dns"),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), "dns.failed"),
        (UnicodeError("label too long"), "dns"),
        (lambda: asyncio.sleep(60, ["127.0.0.1"]), "timeout"),
        ([], "dns"),
        (["10.0.0.1"], "address.private"),
        (["127.0.0.1", "10.0.0.1"], "address.private"),
        (["127.0.0.1", "fe80::1%lo"], "address.private"),
        (["127.0.0.1"], ""),
    ],
)
def test_what_the_name_of_a_host_resolves_to(running: Server, answer: Any, reason: str) -> None:
    timeouts = SHORT if reason == "timeout" else TIMEOUTS
    [found] = answers(loopback(Names({"site.test": answer}), timeouts=timeouts), f"http://site.test:{running.port}/ok")
    assert found.reason == reason
    assert len(running.requests) == (reason == "")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "localhost",
    ],
)
def test_this_machine_is_not_asked_under_any_name(running: Server, host: str) -> None:
    # The network of the product: nothing is admitted that is not public.
    [found] = answers(Network(timeouts=TIMEOUTS), f"http://{host}:{running.port}/ok")
    assert found.reason in ("address.private", "address.malformed")
    assert running.requests == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1"])
def test_a_number_is_an_address_in_every_form(running: Server, host: str) -> None:
    # They do reach it where it is admitted, so that the test above tests something.
    [found] = answers(loopback(Names({})), f"http://{host}:{running.port}/ok")
    assert found.reason == ""


def test_a_name_is_resolved_once_and_the_connection_goes_to_that_answer(running: Server) -> None:
    turns = iter([["127.0.0.1"]])
    names = Names({"rebinding.test": lambda: next(turns, ["10.0.0.1"])})
    [found] = answers(loopback(names), f"http://rebinding.test:{running.port}/ok")
    assert (found.reason, names.asked) == ("", ["rebinding.test"])
    assert running.requests[0].host == f"rebinding.test:{running.port}"


def test_a_name_that_leads_inside_after_a_redirect_is_refused(running: Server) -> None:
    turns = iter([["127.0.0.1"]])
    names = Names({"rebinding.test": lambda: next(turns, ["10.0.0.1"])})
    [found] = answers(loopback(names), f"http://rebinding.test:{running.port}/301")
    assert (found.reason, found.moved_to) == ("address.private", "")
    assert [request.path for request in running.requests] == ["/301"]


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        [found] = answers(loopback(Names({"site.test": ["127.0.0.1"]})), f"http://site.test:{taken.getsockname()[1]}/")
    assert found.reason == "connect"


def test_of_two_addresses_the_second_may_answer(running: Server) -> None:
    admits = lambda address: address.startswith("127.0.0.")  # noqa: E731
    network = Network(admits=admits, resolve=Names({"site.test": ["127.0.0.9", "127.0.0.1"]}), timeouts=TIMEOUTS)
    [found] = answers(network, f"http://site.test:{running.port}/ok")
    assert found.reason == ""


@pytest.mark.parametrize(
    ("host", "reason"),
    [("site.test", ""), ("www.site.test", ""), ("SITE.test.", ""), ("badsite.test", "address.unlisted"),
     ("site.test.evil.test", "address.unlisted"), ("test", "address.unlisted"), ("127.0.0.1", "address.unlisted")],
)  # fmt: skip
def test_where_hosts_are_listed_no_other_is_asked(running: Server, host: str, reason: str) -> None:
    names = Names({name: ["127.0.0.1"] for name in (host, host.lower(), host.lower().rstrip("."))})
    network = dataclasses.replace(loopback(names), hosts=frozenset(["site.test"]))
    [found] = answers(network, f"http://{host}:{running.port}/ok")
    assert (found.reason, len(running.requests), bool(names.asked)) == (reason, int(not reason), not reason)


def test_nor_is_one_to_which_a_listed_host_leads(running: Server) -> None:
    network = dataclasses.replace(loopback(Names({"site.test": ["127.0.0.1"]})), hosts=frozenset(["site.test"]))
    [found] = answers(network, f"http://site.test:{running.port}/elsewhere")
    assert found.reason == "address.unlisted"


@pytest.mark.parametrize("port", [22, 25, 53, 445, 1023])
def test_ports_of_other_services_are_not_asked(port: int) -> None:
    names = Names({"site.test": ["127.0.0.1"]})
    [found] = answers(loopback(names), f"http://site.test:{port}/")
    assert (found.reason, names.asked) == ("address.port", [])


def test_a_proxy_of_the_environment_is_not_used(running: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    [found] = answers(loopback(Names({"site.test": ["127.0.0.1"]})), f"http://site.test:{running.port}/ok")
    assert found.reason == ""


def test_an_address_with_letters_of_other_alphabets(running: Server) -> None:
    names = Names({"xn--bcher-kva.test": ["127.0.0.1"]})
    [found] = answers(loopback(names), f"http://bücher.test:{running.port}/ok")
    assert found.reason == ""


# --- whatever comes ---

# To read the certificates of all authorities takes longer than the rest.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Noise(Server):
    """Says what it is told to."""

    said = b""

    def __init__(self) -> None:
        super().__init__({"/noise": self._say})

    async def _say(self, request: server.Request) -> AsyncIterator[bytes]:
        yield self.said


@pytest.fixture(scope="module")
def noise() -> Iterator[Noise]:
    with Noise() as one:
        yield one


LINES = st.one_of(
    st.sampled_from([b"HTTP/1.1 301 x", b"HTTP/1.1 302", b"HTTP/1.1 200 OK", b"HTTP/9.9 200", b"HTTP/1.1 999 x", b""]),
    st.builds(lambda value: b"Location: " + value, st.binary(max_size=30)),
    st.builds(lambda value: b"Location: " + value.encode(), st.text("ht:/?#[]@%.01a\u00fc\u2028 ", max_size=30)),
    st.builds(lambda value: b"Retry-After: " + value, st.binary(max_size=30)),
    st.builds(lambda value: b"Retry-After: " + value.encode(), st.text("0123456789 FriJan:+-GMT", max_size=40)),
    st.builds(lambda value: b"Content-Length: " + value, st.binary(max_size=5)),
    st.binary(max_size=40),
)


@settings(max_examples=150, deadline=None)
@given(
    first=st.sampled_from([b"HTTP/1.1 301 x", b"HTTP/1.1 429 x", b"HTTP/1.1 200 OK"]), lines=st.lists(LINES, max_size=5)
)
def test_no_answer_of_a_server_is_more_than_an_answer(noise: Noise, first: bytes, lines: list[bytes]) -> None:
    noise.said = b"\r\n".join([first, *lines, b"", b""])
    [found] = answers(loopback(Names({"site.test": ["127.0.0.1"]}), NO_TLS), f"http://site.test:{noise.port}/noise")
    assert isinstance(found.reason, str)
    assert found.rest is None or found.rest >= 0
