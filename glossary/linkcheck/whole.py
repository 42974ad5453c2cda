"""A whole check: what is due, asked, recorded as a run, and told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from glossary.linkcheck import addresses, checking, results, runs
from glossary.linkcheck.models import CheckedLink, LinkRun
from glossary.linkcheck.pacing import Limits
from glossary.linkcheck.verdicts import Verdict
from outgoing.network import Network

# What somebody should look at.
_TOLD = {Verdict.BROKEN: "broken", Verdict.SUSPECT: "gone, until now once", Verdict.MOVED: "moved"}


@dataclass(frozen=True, slots=True)
class Report:
    """asked: of how many the check was; links: those that were asked, those of hosts left alone are missing."""

    asked: int
    links: list[CheckedLink]

    def as_json(self) -> dict[str, Any]:
        return {
            "due": self.asked,
            "checked": len(self.links),
            "counts": checking.counted(self.links),
            "links": [
                {
                    "address": link.address,
                    "verdict": str(link.verdict),
                    "reason": link.reason,
                    "status": link.status,
                    "hops": [{"address": address, "status": status} for address, status in link.hops],
                    "movedTo": link.moved_to or None,
                    "failures": link.failures,
                    "firstFailureAt": link.first_failure_at.isoformat() if link.first_failure_at else None,
                    "checkedAt": link.checked_at.isoformat(),
                    "dueAt": link.due_at.isoformat(),
                }
                for link in self.links
            ],
        }

    def lines(self, *, in_full: bool = False) -> Iterator[str]:
        """For people: what to look at, and the counts. in_full: also what nothing could be found out about."""
        for link in self.links:
            verdict = Verdict(link.verdict)
            if verdict is Verdict.MOVED:
                yield f"{link.address}: moved to {link.moved_to}"
            elif verdict in _TOLD:
                yield f"{link.address}: {_TOLD[verdict]} ({link.reason})"
            elif in_full and link.reason:
                yield f"{link.address}: unknown ({link.reason})"
        counts = ", ".join(f"{count} {name}" for name, count in checking.counted(self.links).items() if count)
        left = self.asked - len(self.links)
        yield f"{len(self.links)} checked{': ' if counts else ''}{counts}." + (
            f" {left} left for later: their hosts want to be left alone, or are down." if left else ""
        )


def check(
    wanted: Sequence[str] = (),
    *,
    every: bool = False,
    run: int | None = None,
    by: Any = None,
    network: Network | None = None,
    limits: Limits | None = None,
) -> Report:
    """
    Args:
        wanted: these and no others, due or not.
        every: also those that are not due.
        run: the key of a run that was begun already.

    Raises:
        ValueError: one of those wanted is no web address.
        runs.Busy: a check is at work already.
        checking.Offline: no host could be reached.
    """
    for address in wanted:
        if not addresses.is_checkable(address):
            raise ValueError(f"{address} is no web address such as https://example.org/page.")
    record = LinkRun.objects.filter(pk=run, running=True).first() if run else None
    record = record or runs.begin(by=by)
    counts: dict[str, int] = {}
    failure = "It ended early."
    try:
        pages = set(map(results.page, wanted)) or addresses.in_use()
        if not wanted:
            checking.forget(pages)
        due = checking.due(pages, timezone.now(), every=every or bool(wanted))
        runs.note(record, 0, len(due))
        links = checking.check(due, network, limits, progress=lambda done: runs.note(record, done, len(due)))
        counts, failure = checking.counted(links), ""
        return Report(len(due), links)
    except checking.Offline as error:
        failure = str(error)
        raise
    finally:
        # Also when somebody stopped it with Ctrl+C.
        runs.end(record, counts, failure)
