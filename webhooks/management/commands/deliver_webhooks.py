import signal
from typing import Any

from django.core.management import BaseCommand, CommandParser

from webhooks.working import Worker


class Command(BaseCommand):
    help = "Sends what was published to the webhooks, until it is stopped. Several of it share the work."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end as soon as nothing is due any more")
        parser.add_argument("--hands", type=int, default=4, choices=range(1, 33), metavar="N",
                            help="how many requests are under way at once, from 1 to 32 (4)")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker(hands=options["hands"])
        # A stop of its service, or Ctrl+C: what is under way ends, and is written down.
        before = {number: signal.signal(number, lambda *_: worker.stop()) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            worker.once() if options["once"] else worker.run()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
