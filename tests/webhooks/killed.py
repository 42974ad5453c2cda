"""A worker that is killed without notice as soon as its request was answered: between sending and writing it down."""

import os
import signal

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    from webhooks import recording

    recording.record = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    call_command("deliver_webhooks", "--once", "--hands", "1")


if __name__ == "__main__":
    main()
