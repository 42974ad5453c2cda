"""Whether all is well at the end: `python -m benchmarks.load.checking` waits for the webhooks, then asks the doctor."""

import json
import time

_PATIENCE = 120
# What the load may have broken. The settings are those of a benchmark, and the disk is that of the machine.
_ABOUT = ("database.", "migrations.", "search.", "feed.", "counts.", "published.", "texts.", "schedules.", "sync.")


def main() -> None:
    import django

    django.setup()
    from config.doctor import examining
    from config.doctor.finding import Status
    from webhooks.models import Attempt, Delivery
    from webhooks.watching import standing

    until = time.monotonic() + _PATIENCE
    while (now := standing()).waiting or now.behind:
        if time.monotonic() > until:
            break
        time.sleep(0.5)
    wrong = [
        f"{found.code}: {found.message}"
        for found in examining.examine(deep=True)
        if found.status is not Status.OK and found.code.startswith(_ABOUT)
    ]
    if now.waiting or now.behind or now.off:
        wrong.append(f"webhooks: {now.waiting} wait, {now.behind} changes were not looked at, {now.off} are off.")
    delivered = Delivery.objects.filter(state=Delivery.State.DELIVERED).count()
    if again := Attempt.objects.count() - delivered:
        wrong.append(f"webhooks: {again} attempts failed.")
    print(json.dumps({"wrong": wrong, "delivered": delivered}))


if __name__ == "__main__":
    main()
