from typing import Any

from django.core.management import CommandError, CommandParser

from sync import console, engine
from sync.arguments import SyncCommand
from sync.places import Place
from sync.plan import Half
from sync.reports import Report


class Command(SyncCommand):
    half = "export"
    help = "Writes published items to the Markdown files of a content folder; only files whose bytes change."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
        parser.add_argument("--diff", action="store_true", help="write nothing; show what would change")
        parser.add_argument("--prune", action="store_true", help="remove files of items that are gone")

    def run(self, folders: list[Place], options: dict[str, Any]) -> Report:
        chosen = engine.Options(
            half=Half.FILES,
            prune=options["prune"],
            dry_run=options["check"] or options["diff"],
            diff=options["diff"],
        )
        with console.progress("Comparing", lambda: engine.size(folders)) as progress:
            return engine.run(folders, chosen, progress=progress)

    def end(self, report: Report, options: dict[str, Any]) -> None:
        super().end(report, options)
        if options["check"] and report.total("new") + report.total("changed") + report.total("removed"):
            raise CommandError("Files would change.")

    def shows_steps(self, options: dict[str, Any]) -> bool:
        return bool(options["check"])
