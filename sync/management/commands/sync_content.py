from argparse import SUPPRESS
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser
from django.core.management.base import OutputWrapper

from sync import console, engine, runs, syncing
from sync.arguments import SyncCommand
from sync.places import Place, SyncError
from sync.plan import Half
from sync.reports import Report
from sync.watching import watch


class Command(SyncCommand):
    half = "sync"
    help = (
        "Brings a content folder and the database into step, both ways. Ends with 0 when they are, 1 when something is "
        "wrong, 2 when conflicts wait for a person."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything would change")
        parser.add_argument(
            "--prefer", choices=["files", "database"], default="", help="decide conflicts for this side"
        )
        parser.add_argument("--only", nargs="+", default=[], metavar="PATH", help="files that count; others stay")
        parser.add_argument("--allow-mass-delete", action="store_true", help="even if most items or files would go")
        parser.add_argument("--commit", action="store_true", help="commit what is written to git, by author")
        parser.add_argument("--pull", action="store_true", help="first take what others pushed (with --commit)")
        parser.add_argument("--push", action="store_true", help="afterwards push our commits (with --commit)")
        # Begun by the admin, which shows how far it is.
        parser.add_argument("--run", type=int, help=SUPPRESS)
        parser.add_argument("--watch", action="store_true", help="go on whenever a file is saved, until Ctrl+C")

    def run(self, folders: list[Place], options: dict[str, Any]) -> Report:
        engine.check(folders)
        if options["watch"]:
            return self._watch(folders, options)
        chosen = self._chosen(folders, options)
        if note := options.get("progress"):
            return syncing.sync(folders, chosen, progress=note)
        with console.progress("Reading", lambda: engine.size(folders)) as progress:
            return syncing.sync(folders, chosen, progress=progress)

    def _chosen(self, folders: list[Place], options: dict[str, Any]) -> syncing.Options:
        return syncing.Options(
            dry_run=options["dry_run"] or options["check"],
            prefer=options["prefer"],
            only=frozenset(_below(folders, path) for path in options["only"]),
            allow_mass_delete=options["allow_mass_delete"],
            commit=options["commit"] or options["pull"] or options["push"],
            pull=options["pull"],
            push=options["push"],
        )

    def _watch(self, folders: list[Place], options: dict[str, Any]) -> Report:
        if options["dry_run"] or options["check"]:
            raise SyncError("--watch writes; leave out --dry-run and --check.")
        last = Report(engine.COLUMNS[Half.BOTH])
        if not options["json"]:
            self._say(self.stdout, "Watching; Ctrl+C ends it.")
        with suppress(KeyboardInterrupt):
            for report in watch(folders, self._chosen(folders, options), complain=partial(self._say, self.stderr)):
                # What is wrong is said once, not at every sync.
                if report.written:
                    runs.end(runs.begin(self.half, folders), report)
                if report.written or (report.problems, report.conflicts) != (last.problems, last.conflicts):
                    self.show(report, options)
                    self.stdout.flush()
                    self.stderr.flush()
                last = report
        return last

    def _say(self, out: OutputWrapper, sentence: str) -> None:
        out.write(sentence)
        # Whoever reads a pipe wants to know it now.
        out.flush()

    def end(self, report: Report, options: dict[str, Any]) -> None:
        if options["watch"]:
            return
        super().end(report, options)
        if options["check"] and report.steps:
            raise CommandError("Folder and database are not in step.")


def _below(folders: list[Place], path: str) -> str:
    """A path as typed, below one of the folders: from the current folder, else from the content root."""
    for candidate in (Path(path), *(place.folder.parent / path for place in folders)):
        full = candidate.parent.resolve() / candidate.name
        for place in folders:
            if full.is_relative_to(place.folder):
                return full.relative_to(place.folder).as_posix()
    raise SyncError(f"{path} lies in none of the folders {', '.join(str(place.folder) for place in folders)}.")
