import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from glossary.health import loading, report
from glossary.health.problem import Severity

_FAILS = {
    "error": {Severity.ERROR},
    "warning": {Severity.ERROR, Severity.WARNING},
}


class Command(BaseCommand):
    help = "Says what is wrong with the content of the glossary, and what to do about it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help='print {"problems": […]}')
        parser.add_argument("--fail-on", choices=list(_FAILS), help="end with 1 if there is such a problem, or worse")
        parser.add_argument("--published", action="store_true", help="what readers see, instead of the working copy")
        parser.add_argument("--without-hints", action="store_true", help="only errors and warnings")

    def handle(self, *args: Any, **options: Any) -> None:
        snapshot = loading.snapshot(published=options["published"])
        found = report.problems(snapshot)
        shown = [one for one in found if one.severity is not Severity.HINT or not options["without_hints"]]
        if options["json"]:
            self.stdout.write(json.dumps({"problems": [one.as_json() for one in shown]}, ensure_ascii=False))
        else:
            for one in shown:
                self.stdout.write(str(one))
            self._summarise(snapshot, found)
        failing = [one for one in found if one.severity in _FAILS.get(options["fail_on"] or "", set())]
        if failing:
            what = "1 problem" if len(failing) == 1 else f"{len(failing)} problems"
            raise CommandError(f"{what} to mend.", returncode=1)

    def _summarise(self, snapshot: Any, found: list[Any]) -> None:
        by_severity = {level: sum(one.severity is level for one in found) for level in Severity}
        parts = ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in by_severity.items())
        self.stdout.write(f"{len(snapshot.all)} texts: {parts}. Score {report.score(found, len(snapshot.all))} of 100.")
        wanted = report.wanted(snapshot)[:10]
        if wanted:
            self.stdout.write("Wanted most: " + ", ".join(f"{slug} ({count})" for _, slug, count in wanted) + ".")
