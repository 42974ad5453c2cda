from typing import Any

import orjson
from django.core.management import BaseCommand, CommandError, CommandParser

from glossary.health import dismissing, keeping, loading, mending, report
from glossary.health.models import Edition
from glossary.health.problem import Problem, Severity
from glossary.health.report import Report
from publishing import batches
from publishing.collecting import rare_collections
from publishing.errors import WriteRefused
from publishing.models import Revision

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
        parser.add_argument(
            "--fix", nargs="+", metavar="CODE", help="mend all problems of these codes that can be mended"
        )
        parser.add_argument(
            "--keep", action="store_true", help="also make the findings for the admin, or with --published for the API"
        )
        parser.add_argument("--dry-run", action="store_true", help="with --fix: only show what would be changed")

    @rare_collections()
    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"] and not options["fix"]:
            raise CommandError("--dry-run goes with --fix.")
        if options["published"] and options["fix"]:
            raise CommandError("--fix mends what editors see; leave out --published.")
        snapshot, every = self._report(published=options["published"], keep=options["keep"])
        dismissed = dismissing.Dismissed({one.item for one in every})
        found = [one for one in every if not dismissed.covers(one.item, one.code, one.value)]
        if options["fix"]:
            self._fix(found, options["fix"], dry_run=options["dry_run"])
            return
        shown = [one for one in found if one.severity is not Severity.HINT or not options["without_hints"]]
        if options["json"]:
            self.stdout.write(orjson.dumps({"problems": [one.as_json() for one in shown]}).decode())
        else:
            for one in shown:
                self.stdout.write(str(one))
            self._summarise(snapshot, found, len(every) - len(found))
        failing = [one for one in found if one.severity in _FAILS.get(options["fail_on"] or "", set())]
        if failing:
            what = "1 problem" if len(failing) == 1 else f"{len(failing)} problems"
            raise CommandError(f"{what} to mend.", returncode=1)

    def _report(self, *, published: bool, keep: bool) -> Report:
        edition = Edition.PUBLISHED if published else Edition.WORKING
        if keep and (made := keeping.catch_up(edition, whole=True)):
            return made
        snapshot = loading.snapshot(published=published)
        return Report(snapshot, report.problems(snapshot))

    def _summarise(self, snapshot: Any, found: list[Any], dismissed: int) -> None:
        by_severity = {level: sum(one.severity is level for one in found) for level in Severity}
        parts = ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in by_severity.items())
        self.stdout.write(f"{len(snapshot.all)} texts: {parts}. Score {report.score(found, len(snapshot.all))} of 100.")
        if dismissed:
            self.stdout.write(f"{dismissed} more were dismissed by somebody and do not count.")
        wanted = report.wanted(snapshot)[:10]
        if wanted:
            self.stdout.write("Wanted most: " + ", ".join(f"{slug} ({count})" for _, slug, count in wanted) + ".")

    def _fix(self, found: list[Problem], codes: list[str], *, dry_run: bool) -> None:
        chosen = [one for one in found if one.code in codes]
        if not chosen:
            raise CommandError(f"There is no problem of {' or '.join(codes)}.")
        fixes = mending.of(one.fix for one in chosen if one.fix)
        if not fixes:
            raise CommandError("None of these problems can be mended without somebody who decides.")
        if dry_run:
            for planned in mending.plan(fixes):
                self.stdout.write(
                    planned.diff or f"{planned.item.path or planned.item.slug}: {planned.reason}\n", ending=""
                )
            return
        keys = list(fixes)
        for start in range(0, len(keys), batches.LIMIT):
            some = {key: fixes[key] for key in keys[start : start + batches.LIMIT]}
            label = f"Mended: {', '.join(codes)}"
            try:
                outcome = mending.carry_out(some, label=label, author=None, origin=Revision.Origin.COMMAND)
            except WriteRefused as error:
                raise CommandError(str(error)) from error
            count = len(outcome.changed)
            self.stdout.write(f"{label}: {'1 item' if count == 1 else f'{count} items'}.")
            for skipped in outcome.skipped:
                self.stdout.write(f"Left out: {skipped.item.path or skipped.item.slug}: {skipped.reason}")
