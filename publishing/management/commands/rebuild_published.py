from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from publishing import rebuilding


class Command(BaseCommand):
    help = "Renews what readers get where older code made it. For after an upgrade; the site may go on serving."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=200, metavar="N", help="items in one transaction (200)")

    def handle(self, *args: Any, **options: Any) -> None:
        renewed = 0
        refused = []
        for batch in rebuilding.rebuild(options["batch"]):
            renewed += batch.renewed
            refused += batch.refused
        if renewed or options["verbosity"] > 1:
            self.stdout.write(f"{renewed} renewed.")
        for item, reason in refused:
            self.stderr.write(f'"{item}" ({item.path}) was left as it is: {reason}')
        if refused:
            raise CommandError(f"{len(refused)} could not be renewed. Correct and publish them.")
