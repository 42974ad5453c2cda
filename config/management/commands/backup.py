from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from config.backups import making
from config.backups.errors import BackupError


class Command(BaseCommand):
    help = "Backs up database, uploads and content files into one file, while the site runs, and reads it back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "target", nargs="?", default=".", help="a new file, or a folder, in which it is named by the time (.)"
        )
        parser.add_argument("--keep", type=int, metavar="N", help="remove all but the newest N from that folder")
        parser.add_argument("--wait", type=float, default=60, metavar="SECONDS", help="for a sync that is at work (60)")

    def handle(self, *args: Any, **options: Any) -> None:
        target, keep = Path(options["target"]), options["keep"]
        if keep is not None and (keep < 1 or not target.is_dir()):
            raise CommandError("--keep takes a number from 1, and a folder as the target.")
        try:
            made = making.make(target, seconds=options["wait"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            size = filesizeformat(made.size).replace("\xa0", " ")
            self.stdout.write(
                f"{made.path}: {made.rows} rows, {made.uploads} uploads and {made.content} content files, {size}; "
                "read back and found whole."
            )
        if keep is not None:
            making.thin_out(target, keep, lambda path: self.stdout.write(f"Removed {path}"))
