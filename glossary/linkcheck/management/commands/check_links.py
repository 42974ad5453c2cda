import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from glossary.linkcheck import whole
from glossary.linkcheck.checking import Offline
from glossary.linkcheck.runs import Busy


class Command(BaseCommand):
    help = "Looks whether the web pages that the glossary links to are still there. Asks those that are due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", nargs="*", help="only these, due or not")
        parser.add_argument("--all", action="store_true", help="also those that are not due")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--run", type=int, help="a check that was begun in the admin")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = whole.check(options["address"], every=options["all"], run=options["run"])
        except (Busy, Offline, ValueError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(report.lines(in_full=options["verbosity"] > 1)))
