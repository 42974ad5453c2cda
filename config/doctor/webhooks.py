"""Whether other programs are told of changes."""

from collections.abc import Iterator

from config.doctor.finding import Finding, ok, warning
from webhooks import managing, watching


def are_told() -> Iterator[Finding]:
    now = watching.standing()
    if now.off:
        yield warning(
            "webhooks.off",
            f"{now.off} webhooks were switched off after failures.",
            "Look at them in the admin: each says why, and is switched on there.",
        )
    if managing.is_nobody_at_work():
        yield warning(
            "webhooks.nobody",
            f"No worker was seen in the last minutes; {now.waiting} messages wait, and {now.behind} changes.",
            "Run manage.py deliver_webhooks as a service; the page for operators has one.",
        )
    elif not now.off:
        yield ok("webhooks.told", "Webhooks are told of changes, or there are none.")
