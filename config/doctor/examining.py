"""Everything that is looked at, in the order of what depends on what."""

from collections.abc import Iterator, Sequence

from config.doctor import data, machine, webhooks
from config.doctor.finding import Finding, Status


def examine(*, deep: bool = False) -> Iterator[Finding]:
    """
    Args:
        deep: reads every text too, which takes a while.
    """
    yield from machine.settings_fit()
    yield from machine.secrets_are_closed()
    yield from machine.folders_can_be_used()
    yield from machine.disk_has_room()
    yield from machine.git_is_usable()
    # Without a database, or with tables of another version, everything else would only fail.
    for needed in (data.answers, data.migrated):
        found = needed()
        yield found
        if found.status is not Status.OK:
            return
    yield from data.is_sound(deep)
    yield from data.index_is_current()
    yield from data.feed_agrees()
    yield from data.counts_are_right()
    if deep:
        yield from data.texts_are_whole()
    yield from data.clock_is_right()
    yield from data.workers_work()
    yield from webhooks.are_told()
    yield from data.somebody_can_sign_in()


def worst(findings: Sequence[Finding]) -> Status:
    found = {finding.status for finding in findings}
    return next((status for status in (Status.ERROR, Status.WARNING) if status in found), Status.OK)
