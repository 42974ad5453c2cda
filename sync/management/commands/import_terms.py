from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from sync import console
from sync.places import SyncError
from sync.reports import Exit, Report
from sync.terms import importing, mapping


class Command(BaseCommand):
    help = (
        "Imports terms from a table (CSV), JSON lines or a JSON list, or linked data (Turtle, JSON-LD: SKOS or "
        "schema.org) as entries. All or nothing. What entries say already stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file; .csv .tsv .jsonl .ndjson .json .ttl or .jsonld")
        parser.add_argument("--mapping", type=Path, metavar="FILE", help="YAML that says which column is which field")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--publish", action="store_true", help="publish them; without it they are drafts")
        parser.add_argument(
            "--prefer", choices=["file", "database"], default="", help="who is right where an entry says otherwise"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = importing.run(
                options["file"],
                self._mapping(options["mapping"]),
                prefer=options["prefer"],
                publish=options["publish"],
                dry_run=options["dry_run"],
            )
        except SyncError as error:
            raise CommandError(str(error)) from error
        self._show(report, options)
        if report.exit is Exit.PROBLEMS:
            raise CommandError("Nothing was imported; the reasons are above.", returncode=Exit.PROBLEMS)
        if report.exit is Exit.CONFLICTS:
            raise CommandError(
                "Nothing was imported, because entries say otherwise. Decide with --prefer file or --prefer database.",
                returncode=Exit.CONFLICTS,
            )

    def _mapping(self, file: Path | None) -> mapping.Fields:
        if file is None:
            return mapping.Fields()
        try:
            return mapping.read(file.name, file.read_text("utf-8-sig"))
        except OSError as error:
            raise SyncError(f"{file} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise SyncError(f"{file} is not in UTF-8 (byte {error.start}). Save it as UTF-8.") from error

    def _show(self, report: Report, options: dict[str, Any]) -> None:
        if options["json"]:
            console.print_json(self.stdout, report)
            return
        everything = options["verbosity"] > 1
        console.print_problems(self.stdout, self.stderr, report, all_of_them=everything)
        for place, fields in report.conflicts:
            self.stdout.write(f"{place}: the entry says otherwise in {', '.join(fields)}")
        for place, step in report.steps if everything or options["dry_run"] else ():
            self.stdout.write(f"{place}: {step}")
        console.print_table(self.stdout, report)
        if options["dry_run"]:
            self.stdout.write("Nothing was written.")
