"""Reading what is known of web addresses; never asks the network.

    >>> from glossary.linkcheck import results
    >>> known = results.read(["https://example.org/a", "https://example.org/b"])    # doctest: +SKIP
    >>> known["https://example.org/a"].verdict, known["https://example.org/a"].moved_to    # doctest: +SKIP
    (<Verdict.MOVED: 'moved'>, 'https://example.org/c')

An address that was never checked is not in the answer. `Verdict` says which verdict is which finding.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from glossary.linkcheck.models import CheckedLink
from glossary.linkcheck.verdicts import Verdict

_SOME = 500
_FIELDS = (
    "verdict",
    "reason",
    "status",
    "moved_to",
    "checked_at",
    "failures",
    "first_failure_at",
)


@dataclass(frozen=True, slots=True)
class Result:
    """The last word on an address. `reason` says in short why it is no better: http.404, dns.unknown, timeout …"""

    address: str
    verdict: Verdict
    reason: str
    status: int | None
    # Where it is now; only if the verdict is moved.
    moved_to: str
    checked_at: datetime
    failures: int
    first_failure_at: datetime | None

    @property
    def is_offered(self) -> bool:
        """Whether the new address may be put in the place of the old one without looking.

        Sites that threw a page away like to lead from it to their front page.
        """
        deep, now = urlsplit(self.address), urlsplit(self.moved_to)
        is_front = not now.path.strip("/") and not now.query and now.fragment in ("", deep.fragment)
        return self.verdict is Verdict.MOVED and not (is_front and deep.path.strip("/"))


def page(address: str) -> str:
    """The address without its fragment, which no server gets to see: pages are checked, and not places on them.

    >>> page("https://example.org/a#b")
    'https://example.org/a'
    """
    return address.partition("#")[0]


def key(address: str) -> str:
    """The key of the row of its page."""
    return hashlib.sha256(page(address).encode("utf-8", "surrogatepass")).hexdigest()


def read(addresses: Iterable[str]) -> dict[str, Result]:
    """What is known of each of them; one query for every 500."""
    keys = {address: key(address) for address in addresses}
    wanted = sorted(set(keys.values()))
    rows: dict[str, tuple[Any, ...]] = {}
    for start in range(0, len(wanted), _SOME):
        found = CheckedLink.objects.filter(pk__in=wanted[start : start + _SOME]).order_by()
        rows.update((row[0], row[1:]) for row in found.values_list("key", *_FIELDS))
    return {address: _result(address, *rows[key]) for address, key in keys.items() if key in rows}


def _result(address: str, verdict: str, reason: str, status: int | None, moved_to: str, *others: Any) -> Result:
    fragment = address[len(page(address)) :]
    if moved_to and "#" not in moved_to:
        moved_to += fragment
    return Result(address, Verdict(verdict), reason, status, moved_to, *others)


# The pages (addresses without fragments) whose verdict, or whose new address, is another since.
Follower = Callable[[Sequence[str]], None]
_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Called in `AppConfig.ready()` by whoever keeps findings made of results. A check calls it as it goes, with some
    addresses at a time, after their results were written.
    """
    _followers.append(follower)


def announce(pages: Sequence[str]) -> None:
    """Tells those that registered. Called by the check."""
    for follower in _followers:
        follower(pages)
