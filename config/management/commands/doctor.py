import json
import sys
from typing import Any

from django.core.management import BaseCommand, CommandParser

from config.doctor import examining
from config.doctor.finding import Status

_EXIT = {Status.OK: 0, Status.ERROR: 1, Status.WARNING: 2}


class Command(BaseCommand):
    help = "Looks whether everything is as it should be, and says what to do: 0 all is well, 1 errors, 2 warnings."
    # They are among what is looked at.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help='print {"status": …, "findings": […]}')
        parser.add_argument("--deep", action="store_true", help="read every text too, which takes a while")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(examining.examine(deep=options["deep"]))
        worst = examining.worst(found)
        if options["json"]:
            told = {"status": worst.value, "findings": [finding.as_json() for finding in found]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            for finding in found:
                self.stdout.write(f"{finding.status:<8} {finding.code}: {finding.message}")
                if finding.hint:
                    self.stdout.write(f"{'':<8} {finding.hint}")
        if worst is not Status.OK:
            sys.exit(_EXIT[worst])
