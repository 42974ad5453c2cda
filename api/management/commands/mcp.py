from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from api import state
from api.assistants import guarding


class Command(BaseCommand):
    help = (
        "Serves the published glossary to an assistant, by the Model Context Protocol over standard input and output. "
        "The assistant starts it by itself; it reads and never writes."
    )
    # Standard output belongs to the protocol.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--url",
            default="",
            metavar="URL",
            help="where Lemma is reached, such as https://glossary.example.org; answers then say where entries are",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # Here, so that no other command waits for it.
        from api.assistants import server

        guarding.only_read()
        try:
            state.read()
        except DatabaseError as error:
            raise CommandError(f"The database cannot be read: {error}. Run migrate first.") from error
        server.make(options["url"]).run("stdio")
