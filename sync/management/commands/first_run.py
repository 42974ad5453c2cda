from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser, call_command

from sync import first_run


class Command(BaseCommand):
    help = "Fills an empty database with the content folder, makes the first account, and says where Lemma will be."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="the port the server is about to use (8000)")

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        if first_run.is_taken(port):
            raise CommandError(
                f"Port {port} is in use by another program, or not yours to use. "
                f"Choose another one, as in: make run PORT={port + 1}"
            )
        if first_run.is_empty():
            self._import_content()
        password = first_run.create_editor()
        self.stdout.write(f"\n  Admin  http://127.0.0.1:{port}/admin/")
        self.stdout.write(f"  API    http://127.0.0.1:{port}/api/v1/")
        if password:
            self.stdout.write(f"\n  Sign in as {first_run.EDITOR} with the password {password}")
            self.stdout.write("  It is shown only this once; change it under Account security.")
        self.stdout.write("\n  Ctrl+C stops the server.\n")

    def _import_content(self) -> None:
        try:
            call_command("import_content", stdout=self.stdout, stderr=self.stderr)
        except CommandError as error:
            # A bad file must not keep the server from starting: the admin is where it can be looked at.
            self.stderr.write(f"{error}\nLemma starts without them; the next `make run` tries again.")
