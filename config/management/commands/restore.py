from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from config.backups import restoring
from config.backups.errors import BackupError


class Command(BaseCommand):
    help = "Goes back to a backup: database, uploads, and the content files where there are none."
    # There may be nothing yet to be checked.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="a file that backup made")
        parser.add_argument("--check", action="store_true", help="read and check it, and write nothing")
        parser.add_argument(
            "--replace", action="store_true", help="back up what is there beside the source, and replace it"
        )
        parser.add_argument("--discard", action="store_true", help="replace what is there without a backup of it")
        parser.add_argument("--wait", type=float, default=60, metavar="SECONDS", help="for a sync that is at work (60)")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Path(options["source"])
        try:
            if options["check"]:
                manifest = restoring.verify(source)
                self.stdout.write(
                    f"{source} is whole: of {manifest['made_at']}, {manifest['engine']}, "
                    f"{sum(manifest['rows'].values())} rows, {len(manifest['files']) - 1} files."
                )
                return
            restored = restoring.restore(
                source,
                replace=options["replace"],
                discard=options["discard"],
                seconds=options["wait"],
                say=self._say if options["verbosity"] else lambda text: None,
            )
        except BackupError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self._tell(restored)

    def _say(self, text: str) -> None:
        self.stdout.write(text)

    def _tell(self, restored: restoring.Restored) -> None:
        self._say(
            f"Restored what was backed up at {restored.made_at}: {restored.rows} rows, {restored.uploads} uploads."
        )
        if restored.content is None:
            self._say("The content folder has files and was left as it is; the next sync takes what is newer there.")
        else:
            self._say(f"{restored.content} content files were written.")
        if restored.kept:
            self._say(f"What was there before is in {restored.kept}")
        for note in restored.notes:
            self._say(note)
        if restored.behind:
            self._say("It was made by an older Lemma. Run: manage.py migrate, rebuild_published, reindex")
        self._say("Restart Lemma, and see what manage.py doctor says.")
