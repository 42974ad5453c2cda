from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from api import sites
from api.exporting import FORMATS


class Command(BaseCommand):
    help = "Writes what is published in a format of others: linked data, tables, terms, citations."

    def add_arguments(self, parser: CommandParser) -> None:
        known = "; ".join(f"{one.name}: {one.says}" for one in FORMATS.values())
        parser.add_argument("--format", required=True, choices=list(FORMATS), help=known)
        parser.add_argument("--output", type=Path, metavar="FILE", help="write there, and not to standard output")
        parser.add_argument(
            "--site", default=settings.LEMMA_SITE_URL, metavar="URL", help="where readers find it; else LEMMA_SITE_URL"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if problem := sites.problem(options["site"]):
            raise CommandError(f"{problem} Give --site, or set LEMMA_SITE_URL, such as https://glossary.example/.")
        pieces = FORMATS[options["format"]].pieces(sites.at(options["site"]))
        if options["output"] is None:
            for piece in pieces:
                self.stdout.write(piece.decode(), ending="")
            return
        try:
            with options["output"].open("wb") as file:
                file.writelines(pieces)
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error.strerror}.") from error
