"""A check of many addresses: those that are due are asked, and what comes of it is written down as it comes."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from glossary.linkcheck import results
from glossary.linkcheck.following import Answer, Follower
from glossary.linkcheck.judging import Knowledge, judge
from glossary.linkcheck.models import CheckedLink
from glossary.linkcheck.pacing import Limits, Resting
from glossary.linkcheck.verdicts import Verdict
from outgoing.network import Network

_SOME = 500
# Seconds between two times that results are written.
_WRITTEN = 2.0
# What happens to every address where there is no network.
_OFFLINE = frozenset(["dns", "dns.failed", "connect", "timeout"])
# Known without asking anybody.
_UNASKED = frozenset(["address.unlisted", "address.port"])
_FIELDS = [field.name for field in fields(Knowledge)]

Answered = tuple[str, Answer]


class Offline(Exception):
    """No host at all could be reached, which says more about this machine than about them."""

    def __init__(self, hosts: int) -> None:
        super().__init__(f"None of {hosts} hosts could be reached. Nothing was written; look at the network.")


def due(pages: Collection[str], now: datetime, *, every: bool = False) -> list[str]:
    """Those to be asked now, in order. `every`: all but those whose hosts want to be left alone."""
    resting = set(CheckedLink.objects.filter(rest_until__gt=now).values_list("host", flat=True))
    waiting = set() if every else set(CheckedLink.objects.filter(due_at__gt=now).values_list("address", flat=True))
    return sorted(page for page in pages if page not in waiting and host(page) not in resting)


def forget(pages: Collection[str]) -> None:
    """Forgets all that no text links to any more."""
    gone = [key for key, address in CheckedLink.objects.values_list("key", "address") if address not in pages]
    for start in range(0, len(gone), _SOME):
        CheckedLink.objects.filter(pk__in=gone[start : start + _SOME]).delete()


def check(
    pages: Sequence[str],
    network: Network | None = None,
    limits: Limits | None = None,
    *,
    progress: Callable[[int], None] = lambda done: None,
    now: Callable[[], datetime] = timezone.now,
) -> list[CheckedLink]:
    """Asks about each and gives what is known then; those are left out whose host wants to be left alone.

    Meant for a process of its own: it takes as long as the hosts do. progress: told now and then how many are done.

    Raises:
        Offline: see there.
    """
    found: list[CheckedLink] = []
    held: list[Answered] = []
    is_online = False
    with _asking(pages, network or Network(hosts=settings.LEMMA_OUTGOING_HOSTS), limits or Limits()) as batches:
        for done, answers in batches:
            is_online = is_online or any(answer.reason not in _OFFLINE | _UNASKED for _, answer in answers)
            held += answers
            # Until somebody answers, it may be our fault that nobody does.
            if is_online:
                found += _written(held, now())
                held = []
            progress(done)
    hosts = {host(page) for page, answer in held if answer.reason not in _UNASKED}
    if len(hosts) > 1:
        raise Offline(len(hosts))
    return found + _written(held, now())


def host(page: str) -> str:
    return (urlsplit(page).hostname or "")[:255]


# --- asking ---


@contextmanager
def _asking(pages: Sequence[str], network: Network, limits: Limits) -> Iterator[Iterator[tuple[int, list[Answered]]]]:
    """(how many are done, new answers), every few seconds until all are done.

    The loop stands still in between, so that results are written outside of it.
    """
    with asyncio.Runner() as runner:
        answers: list[Answered] = []
        work = _Work(pages, network, limits, answers)

        def batches() -> Iterator[tuple[int, list[Answered]]]:
            is_over = False
            while not is_over:
                is_over = runner.run(work.some(_WRITTEN))
                batch = answers[:]
                answers.clear()
                yield work.done, batch

        yield batches()


class _Work:
    """One task for each host, since a host is asked one thing at a time anyway."""

    def __init__(self, pages: Sequence[str], network: Network, limits: Limits, answers: list[Answered]) -> None:
        self.done = 0
        self._network, self._limits, self._answers = network, limits, answers
        self._by_host: dict[str, list[str]] = defaultdict(list)
        for page in pages:
            self._by_host[host(page)].append(page)
        self._all: asyncio.Task[None] | None = None

    async def some(self, seconds: float) -> bool:
        """Goes on for so long; gives whether all is done. What went wrong in it is raised here."""
        if self._all is None:
            self._all = asyncio.create_task(self._everything())
        await asyncio.wait([self._all], timeout=seconds)
        if self._all.done():
            self._all.result()
        return self._all.done()

    async def _everything(self) -> None:
        async with self._network.transport() as transport, asyncio.TaskGroup() as group:
            follower = Follower(self._network, transport, self._limits)
            for pages in self._by_host.values():
                group.create_task(self._one_host(follower, pages))

    async def _one_host(self, follower: Follower, pages: Iterable[str]) -> None:
        for page in pages:
            # Of a host that rests another run will ask.
            with suppress(Resting):
                self._answers.append((page, await follower.follow(page)))
            self.done += 1


# --- writing down ---


def _written(answers: Sequence[Answered], now: datetime) -> list[CheckedLink]:
    rows: list[CheckedLink] = []
    changed: list[str] = []
    for start in range(0, len(answers), _SOME):
        some = answers[start : start + _SOME]
        before = CheckedLink.objects.in_bulk([results.key(page) for page, _ in some])
        for page, answer in some:
            old = before.get(results.key(page))
            known = judge(_knowledge(old) if old else None, answer, now)
            rows.append(_row(page, answer, known))
            if old is None or known.verdict_at != old.verdict_at:
                changed.append(page)
        CheckedLink.objects.bulk_create(
            rows[start : start + _SOME],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["hops", *_FIELDS],
        )
    if changed:
        results.announce(changed)
    return rows


def _knowledge(row: CheckedLink) -> Knowledge:
    values = {name: getattr(row, name) for name in _FIELDS}
    return Knowledge(**{**values, "verdict": Verdict(row.verdict)})


def _row(page: str, answer: Answer, known: Knowledge) -> CheckedLink:
    hops = [[hop.address, hop.status] for hop in answer.hops]
    return CheckedLink(key=results.key(page), address=page, host=host(page), hops=hops, **asdict(known))


def counted(rows: Iterable[CheckedLink]) -> dict[str, int]:
    """How many have which verdict."""
    found = Counter(row.verdict for row in rows)
    return {verdict.value: found[verdict] for verdict in Verdict}
