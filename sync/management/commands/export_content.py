from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from sync import console, exporting
from sync.places import SyncError, places
from sync.reports import Report


class Command(BaseCommand):
    help = "Writes published items to the Markdown files of a content folder; only files whose bytes change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("root", nargs="?", help="the content folder (CONTENT_ROOT)")
        parser.add_argument("--entries", default="", metavar="DIR", help="the folder of the entries (terms)")
        parser.add_argument("--books", default="", metavar="DIR", help="the folder of the books (books)")
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
        parser.add_argument("--diff", action="store_true", help="write nothing; show what would change")
        parser.add_argument("--prune", action="store_true", help="remove files of items that are gone")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = exporting.Options(prune=options["prune"], check=options["check"], diff=options["diff"])
        try:
            folders = places(Path(options["root"] or settings.CONTENT_ROOT), options["entries"], options["books"])
            with console.progress("Comparing", lambda: exporting.size(folders)) as progress:
                report = exporting.run(folders, chosen, progress=progress)
        except SyncError as error:
            raise CommandError(str(error)) from error
        self._print(report, options)
        if report.errors:
            raise CommandError(f"{report.total('bad')} files were left alone; the reasons are above.")
        if options["check"] and report.total("new") + report.total("changed") + report.total("removed"):
            raise CommandError("Files would change.")

    def _print(self, report: Report, options: dict[str, Any]) -> None:
        if options["json"]:
            console.print_json(self.stdout, report)
            return
        everything = options["verbosity"] > 1
        console.print_problems(self.stdout, self.stderr, report, all_of_them=everything)
        for diff in report.diffs:
            self.stdout.write(diff)
        for path, step in report.steps if options["check"] or everything else ():
            self.stdout.write(f"{path}: {step}")
        console.print_table(self.stdout, report)
        if options["check"] or options["diff"]:
            self.stdout.write("Nothing was written.")
