from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, CommandParser

from config.signing_in.factors import remove_all


class Command(BaseCommand):
    help = "Removes the second factor of an account whose owner lost it: app, passkeys and recovery codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="of the account, as its owner signs in")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        user = get_user_model().objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no account “{name}”.")
        names = remove_all(user)
        said = f"Removed: {', '.join(names)}. Their sessions have ended." if names else f"{name} has no second factor."
        self.stdout.write(said)
