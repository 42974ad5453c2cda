from pathlib import Path
from typing import Any

from django.core.management import CommandParser

from sync import console, engine, library
from sync.arguments import SyncCommand
from sync.places import Place
from sync.plan import Half
from sync.reports import Exit, Report


class Command(SyncCommand):
    half = "import"
    help = "Reads the Markdown files of a content folder into the database. Nothing is imported if any file is bad."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--book-library", metavar="FILE", help="a JSON library whose books are added once")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--prune", action="store_true", help="remove items whose file is gone")
        parser.add_argument("--allow-mass-delete", action="store_true", help="even if that is most of them")
        parser.add_argument("--skip-invalid", action="store_true", help="leave bad files out and import the others")

    def run(self, folders: list[Place], options: dict[str, Any]) -> Report:
        books = library.read(Path(options["book_library"])) if options["book_library"] else None
        if books is None:
            engine.check(folders)
        chosen = engine.Options(
            half=Half.DATABASE,
            prune=options["prune"],
            allow_mass_delete=options["allow_mass_delete"],
            skip_invalid=options["skip_invalid"],
            dry_run=options["dry_run"],
        )
        with console.progress("Reading", lambda: engine.size(folders)) as progress:
            return engine.run(
                folders,
                chosen,
                books=books,
                announce=lambda plan: self._announce_removals(plan, options),
                progress=progress,
            )

    def end(self, report: Report, options: dict[str, Any]) -> None:
        if options["skip_invalid"] and report.exit is Exit.PROBLEMS:
            # Asked for, so it is no failure.
            self.show(report, options)
            return
        super().end(report, options)

    def complaint(self, report: Report, options: dict[str, Any]) -> str:
        return f"Nothing was imported: {report.total('bad')} bad. Mend them, or leave them out with --skip-invalid."

    def _announce_removals(self, plan: Report, options: dict[str, Any]) -> None:
        for path, step in () if options["json"] else plan.steps:
            if step == "removed":
                self.stdout.write(f"{path}: the file is gone, so the item is removed")
