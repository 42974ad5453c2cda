"""The worker of the webhooks, but for two numbers: what a killed one had in hand is free again after some seconds, and
a test need not wait for a minute and a half.
"""

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    from datetime import timedelta

    from webhooks import leasing, working

    leasing.LEASE = timedelta(seconds=6)
    working._TIME_TO_SEND = timedelta(seconds=2)
    call_command("deliver_webhooks")


if __name__ == "__main__":
    main()
