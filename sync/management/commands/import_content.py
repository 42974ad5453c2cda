from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from sync import console, importing, library
from sync.places import SyncError, places
from sync.reports import Report


class Command(BaseCommand):
    help = "Reads the Markdown files of a content folder into the database. Nothing is imported if any file is bad."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("root", nargs="?", help="the content folder (CONTENT_ROOT)")
        parser.add_argument("--entries", default="", metavar="DIR", help="the folder of the entries (terms)")
        parser.add_argument("--books", default="", metavar="DIR", help="the folder of the books (books)")
        parser.add_argument("--book-library", metavar="FILE", help="a JSON library whose books are added once")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--prune", action="store_true", help="remove items whose file is gone")
        parser.add_argument("--allow-mass-delete", action="store_true", help="even if that is most of them")
        parser.add_argument("--skip-invalid", action="store_true", help="leave bad files out and import the others")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = importing.Options(
            prune=options["prune"],
            allow_mass_delete=options["allow_mass_delete"],
            skip_invalid=options["skip_invalid"],
            dry_run=options["dry_run"],
        )
        try:
            folders = places(Path(options["root"] or settings.CONTENT_ROOT), options["entries"], options["books"])
            books = library.read(Path(options["book_library"])) if options["book_library"] else None
            if books is None:
                importing.check(folders)
            with console.progress("Reading", lambda: importing.size(folders)) as progress:
                report = importing.run(
                    folders,
                    chosen,
                    books=books,
                    announce=lambda plan: self._announce_removals(plan, options["json"]),
                    progress=progress,
                )
        except SyncError as error:
            raise CommandError(str(error)) from error
        self._print(report, options)
        if report.errors and not chosen.skip_invalid:
            raise CommandError(
                f"Nothing was imported: {report.total('bad')} bad. Mend them, or leave them out with --skip-invalid."
            )

    def _announce_removals(self, plan: Report, as_json: bool) -> None:
        for path, step in () if as_json else plan.steps:
            if step == "removed":
                self.stdout.write(f"{path}: the file is gone, so the item is removed")

    def _print(self, report: Report, options: dict[str, Any]) -> None:
        if options["json"]:
            console.print_json(self.stdout, report)
            return
        everything = options["verbosity"] > 1
        console.print_problems(self.stdout, self.stderr, report, all_of_them=everything)
        for path, reason in report.skipped:
            self.stdout.write(f"{path}: skipped ({reason})")
        for path, step in report.steps if options["dry_run"] or everything else ():
            self.stdout.write(f"{path}: {step}")
        console.print_table(self.stdout, report)
        if options["dry_run"]:
            self.stdout.write("Nothing was written (--dry-run).")
