"""What the commands of sync have in common: their arguments, and how they end."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from sync import console, engine, runs
from sync.places import Place, SyncError, places
from sync.reports import Exit, Report


class SyncCommand(BaseCommand, ABC):
    """Folders in, a report out, and an exit code that says how folder and database stand."""

    half: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("root", nargs="?", help="the content folder (CONTENT_ROOT)")
        parser.add_argument("--entries", default="", metavar="DIR", help="the folder of the entries (terms)")
        parser.add_argument("--books", default="", metavar="DIR", help="the folder of the books (books)")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._recorded(self.places(options), options)
        except SyncError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            # Of the folder as a whole; what concerns one file is in the report.
            raise CommandError(f"{error.filename or 'The folder'}: {error.strerror or error}.") from error
        except (OperationalError, ProgrammingError) as error:
            said = str(error).partition("\n")[0]
            hint = "If Lemma was updated, run manage.py migrate; manage.py doctor says more."
            raise CommandError(f"The database refused it: {said}. {hint}") from error
        self.end(report, options)

    def _recorded(self, folders: list[Place], options: dict[str, Any]) -> Report:
        """Whatever may write is kept for the admin to show."""
        if self.is_dry(options) or options.get("watch"):
            return self.run(folders, options)
        with runs.recorded(self.half, folders, run=options.get("run")) as recording:
            if recording.run:
                options["progress"] = runs.noting(recording.run, lambda: engine.size(folders))
            recording.report = self.run(folders, options)
        return recording.report

    @abstractmethod
    def run(self, folders: list[Place], options: dict[str, Any]) -> Report:
        """Does what the command is for."""

    def places(self, options: dict[str, Any]) -> list[Place]:
        return places(Path(options["root"] or settings.CONTENT_ROOT), options["entries"], options["books"])

    def end(self, report: Report, options: dict[str, Any]) -> None:
        """Prints the report. Raises CommandError where the command has to end with another code than 0."""
        self.show(report, options)
        if report.failure:
            raise CommandError(report.failure, returncode=Exit.PROBLEMS)
        if report.exit is Exit.PROBLEMS:
            raise CommandError(self.complaint(report, options), returncode=Exit.PROBLEMS)
        if report.exit is Exit.CONFLICTS:
            number = len(report.conflicts)
            what = "1 conflict waits" if number == 1 else f"{number} conflicts wait"
            raise CommandError(
                f"{what} for a person. Decide in the admin under Conflicts, or with sync_content --prefer.",
                returncode=Exit.CONFLICTS,
            )

    def complaint(self, report: Report, options: dict[str, Any]) -> str:
        number = report.total("bad")
        what = "1 file was" if number == 1 else f"{number} files were"
        return f"{what} left alone; the reason of each is above."

    def show(self, report: Report, options: dict[str, Any]) -> None:
        if options["json"]:
            console.print_json(self.stdout, report)
            return
        everything = options["verbosity"] > 1
        console.print_problems(self.stdout, self.stderr, report, all_of_them=everything)
        for path, reason in report.skipped:
            self.stdout.write(f"{path}: skipped ({reason})")
        for path, fields in report.conflicts:
            self.stdout.write(f"{path}: conflict in {', '.join(fields) or 'the whole file: one side deleted it'}")
        for diff in report.diffs:
            self.stdout.write(diff)
        for path, step in report.steps if everything or self.shows_steps(options) else ():
            self.stdout.write(f"{path}: {step}")
        console.print_table(self.stdout, report)
        for commit in report.commits:
            self.stdout.write(f"Committed {commit}")
        if self.is_dry(options):
            self.stdout.write("Nothing was written.")

    def shows_steps(self, options: dict[str, Any]) -> bool:
        return self.is_dry(options)

    def is_dry(self, options: dict[str, Any]) -> bool:
        return bool(options.get("dry_run") or options.get("check") or options.get("diff"))
