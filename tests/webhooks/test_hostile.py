"""Servers that mean no good, addresses that lead inside, and what is kept of it all."""

import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import trustme
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from outgoing.network import Network, Timeouts
from outgoing.public import is_public
from tests.linkcheck import server
from tests.linkcheck.server import Request, Server
from tests.webhooks.conftest import Clock, Rounds, publish
from tests.webhooks.receiving import Answer, Receiver
from webhooks.addresses import validate_address
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.sending import is_admitted

Make = Callable[..., Endpoint]
TIMEOUTS = Timeouts(connect=2, read=1, total=3, body=1)


def answering(*parts: bytes, then: bytes = b"") -> server.Script:
    """These bytes; and then the last ones for ever."""

    async def script(request: Request) -> AsyncIterator[bytes]:
        for part in parts:
            yield part
        while then:
            yield then

    return script


BEHAVIOURS: dict[str, tuple[server.Script, str, int | None]] = {
    # What it does, the reason that is kept, the status.
    "endless-body": (server.no_end_of_body, "", 200),
    "bomb": (server.bomb, "", 200),
    "closing-early": (server.too_short, "", 200),
    "longer-than-it-says": (server.too_long, "", 200),
    "endless-headers": (server.no_end_of_headers, "protocol", None),
    "drop-by-drop": (server.drop_by_drop, "timeout", None),
    "never": (server.nothing, "timeout", None),
    "hanging-up": (server.hanging_up, "protocol", None),
    "no-http": (server.other_language, "protocol", None),
    "two-lengths": (server.two_lengths, "protocol", None),
    "hundred-continues": (server.continuing_for_ever, "timeout", None),
    "wrong-encoding": (
        answering(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-16\r\n",
            b"X-Name: \xff\xfe\r\nContent-Length: 6\r\n\r\n",
            b"\xff\xfe\x00\x80\xed\xa0",
        ),
        "",
        200,
    ),
    "many-headers": (answering(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 3000 + b"\r\n"), "", 200),
    "script": (
        answering(b"HTTP/1.1 500 No\r\nX: <script>alert(1)</script>\r\n\r\n<script>alert(1)</script>"),
        "http.500",
        500,
    ),
    "status-999": (answering(b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"), "http.999", 999),
}  # fmt: skip


@pytest.fixture
def hostile() -> Iterator[Server]:
    with Server({f"/{name}": script for name, (script, _, _) in BEHAVIOURS.items()}) as running:
        yield running


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_whatever_a_server_does_is_over_soon_and_little_is_kept(
    name: str, make_endpoint: Make, hostile: Server, clock: Clock
) -> None:
    _, reason, status = BEHAVIOURS[name]
    make_endpoint(address=f"http://127.0.0.1:{hostile.port}/{name}")
    publish("Black box")
    worker = Rounds(clock, Network(is_admitted, timeouts=TIMEOUTS))
    began = time.monotonic()
    assert worker.run() == 1
    assert time.monotonic() - began < 15
    worker.close()
    attempt = Attempt.objects.get()
    assert (attempt.reason, attempt.status) == (reason, status)
    assert len(attempt.answer_body) <= 8000
    assert len(attempt.answer_headers) <= 50
    assert Delivery.objects.get().state == ("waiting" if reason else "delivered")
    # It was asked once, and not more than some of what it had to say was taken.
    assert len(hostile.requests) == 1
    assert hostile.written < 20_000_000


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0"],
)
def test_nobody_inside_is_asked(
    host: str, make_endpoint: Make, receiver: Receiver, settings: Settings, worker: Rounds
) -> None:
    settings.LEMMA_WEBHOOK_NETWORKS = ["10.9.9.0/24"]
    make_endpoint(address=f"http://{host}:{receiver.port}/hook")
    publish("Black box")
    worker.run()
    assert receiver.received == []
    delivery = Delivery.objects.get()
    assert (delivery.reason, delivery.status) == ("address.private", None)
    assert not Attempt.objects.get().network_address


@pytest.mark.parametrize(
    "found",
    [["93.184.215.14", "127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["64:ff9b::7f00:1"], ["fd00::1"]],
)
def test_a_name_for_somebody_inside_is_not_asked_even_if_it_is_one_of_several(
    found: list[str], make_endpoint: Make, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    settings.LEMMA_WEBHOOK_NETWORKS = []

    async def resolve(host: str, port: int) -> list[str]:
        return found

    make_endpoint(address=f"https://hooks.example:{receiver.port}/hook")
    publish("Black box")
    worker = Rounds(clock, Network(is_admitted, resolve=resolve, timeouts=TIMEOUTS))
    worker.run()
    worker.close()
    assert Delivery.objects.get().reason == "address.private"
    assert receiver.received == []


def test_where_hosts_are_listed_nothing_is_sent_to_others(
    make_endpoint: Make, receiver: Receiver, settings: Settings, clock: Clock
) -> None:
    make_endpoint(address=receiver.address)
    publish("Black box")
    for listed, reason in (["example.org"], "address.unlisted"), (["127.0.0.1"], ""):
        settings.LEMMA_OUTGOING_HOSTS = frozenset(listed)
        worker = Rounds(clock)
        worker.run()
        worker.close()
        assert Delivery.objects.get().reason == reason
        clock.pass_by(hours=2)
    assert len(receiver.received) == 1


def test_a_name_is_looked_up_once_so_that_it_cannot_change_in_between(make_endpoint: Make, clock: Clock) -> None:
    """Whoever controls it gives a good address first and a bad one afterwards."""
    asked = 0

    async def resolve(host: str, port: int) -> list[str]:
        nonlocal asked
        asked += 1
        return ["127.0.0.1"] if asked == 1 else ["127.0.0.2"]

    with Receiver() as receiver:
        make_endpoint(address=f"http://hooks.example:{receiver.port}/hook")
        publish("Black box")
        worker = Rounds(clock, Network(is_admitted, resolve=resolve, timeouts=TIMEOUTS))
        worker.run()
        worker.close()
        assert [one.headers["host"] for one in receiver.received] == [f"hooks.example:{receiver.port}"]
    assert asked == 1
    assert Attempt.objects.get().network_address == "127.0.0.1"


def test_in_the_clear_nothing_goes_to_the_public(make_endpoint: Make, clock: Clock, settings: Settings) -> None:
    settings.LEMMA_WEBHOOK_NETWORKS = ["10.9.9.0/24"]

    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.215.14"]

    make_endpoint(address="http://hooks.example/hook")
    publish("Black box")
    worker = Rounds(clock, Network(is_admitted, resolve=resolve, timeouts=TIMEOUTS))
    worker.run()
    worker.close()
    assert Delivery.objects.get().reason == "address.private"


@pytest.mark.parametrize("name", ["hooks.example", "other.example"])
def test_a_certificate_has_to_be_good_for_the_name(name: str, make_endpoint: Make, clock: Clock) -> None:
    authority = trustme.CA()
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("hooks.example").configure_cert(theirs)
    authority.configure_trust(ours)

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with Server({"/hook": server.said(204)}, theirs) as running:
        make_endpoint(address=f"https://{name}:{running.port}/hook")
        publish("Black box")
        worker = Rounds(clock, Network(is_admitted, resolve=resolve, timeouts=TIMEOUTS, tls=ours))
        worker.run()
        worker.close()
        assert len(running.requests) == (name == "hooks.example")
    assert Delivery.objects.get().reason == ("" if name == "hooks.example" else "tls")


@pytest.mark.parametrize("port", [22, 25, 993])
def test_ports_of_other_services_are_not_asked(port: int, make_endpoint: Make, worker: Rounds) -> None:
    make_endpoint(address=f"http://127.0.0.1:{port}/")
    publish("Black box")
    worker.run()
    assert Delivery.objects.get().reason == "address.port"


def test_nobody_at_the_port_and_no_such_host(make_endpoint: Make, clock: Clock) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        if host == "gone.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ["127.0.0.1"]

    with Receiver() as receiver:
        port = receiver.port
    make_endpoint(address=f"http://there.example:{port}/")
    make_endpoint(address="https://gone.example/")
    publish("Black box")
    worker = Rounds(clock, Network(is_admitted, resolve=resolve, timeouts=TIMEOUTS))
    worker.run()
    worker.close()
    assert sorted(Delivery.objects.values_list("reason", flat=True)) == ["connect", "dns"]


def test_a_failing_endpoint_does_not_keep_others_waiting(
    make_endpoint: Make, receiver: Receiver, hostile: Server, clock: Clock
) -> None:
    make_endpoint(address=f"http://127.0.0.1:{hostile.port}/never")
    make_endpoint()
    for number in range(5):
        publish(f"Box {number}")
    worker = Rounds(clock, Network(is_admitted, timeouts=TIMEOUTS))
    worker.run()
    worker.close()
    assert len(receiver.received) == 5
    assert len(hostile.requests) == 1


def test_a_long_answer_is_cut(make_endpoint: Make, receiver: Receiver, worker: Rounds) -> None:
    make_endpoint()
    receiver.answer = lambda received: Answer(200, {"X-Long": "y" * 5000}, b"x" * 100_000)
    publish("Black box")
    worker.run()
    attempt = Attempt.objects.get()
    assert (attempt.answer_body, attempt.answer_is_cut) == ("x" * 8000, True)
    assert max(len(value) for _, value in attempt.answer_headers) == 500


def test_a_long_text_is_sent_whole_and_kept_cut(make_endpoint: Make, receiver: Receiver, worker: Rounds) -> None:
    make_endpoint(with_item=True)
    publish("Black box", f'note: "{"z" * 50_000}"\n')
    worker.run()
    [received] = receiver.received
    assert received.said["data"]["item"]["extra"]["note"] == "z" * 50_000
    attempt = Attempt.objects.get()
    assert (len(attempt.request_body), attempt.request_size) == (8000, len(received.body))


class TestAddresses:
    """What the form takes, without asking anybody."""

    @pytest.mark.parametrize(
        "address",
        ["https://example.org/hook?token=1", "https://example.org:8443/", "http://127.0.0.1:8000/", "https://93.184.215.14/"],
    )  # fmt: skip
    def test_good_ones(self, address: str) -> None:
        validate_address(address)

    @pytest.mark.parametrize(
        ("address", "code"),
        [
            ("ftp://example.org/", "url_scheme"),
            ("javascript:alert(1)", "url_scheme"),
            ("https://user:password@example.org/", "url_credentials"),
            ("https://example.org/#part", "address_fragment"),
            ("https://10.0.0.1/", "address_private"),
            ("https://[::ffff:127.0.0.1]/", "address_private"),
            ("https://169.254.169.254/latest/", "address_private"),
            ("http://93.184.215.14/", "address_private"),
            ("https://exa mple.org/", "url_space"),
            ("https://example.org/" + "a" * 3000, "url_long"),
        ],
    )
    def test_bad_ones(self, address: str, code: str) -> None:
        with pytest.raises(ValidationError) as caught:
            validate_address(address)
        assert caught.value.code == code

    def test_in_the_clear_only_where_there_is_an_inside(self, settings: Settings) -> None:
        settings.LEMMA_WEBHOOK_NETWORKS = []
        with pytest.raises(ValidationError) as caught:
            validate_address("http://example.org/")
        assert caught.value.code == "address_clear"


def test_without_networks_inside_only_the_public_is_admitted(settings: Settings) -> None:
    settings.LEMMA_WEBHOOK_NETWORKS = []
    for address in ("127.0.0.1", "10.0.0.1", "93.184.215.14", "::1", "nonsense"):
        assert is_admitted(address) == is_public(address)
