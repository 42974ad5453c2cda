from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from api.models import Scope, Token
from publishing.auditing.models import Event
from publishing.auditing.recording import record


class Command(BaseCommand):
    help = "Makes, lists and revokes tokens of the API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        todo = parser.add_subparsers(dest="todo", required=True)
        make = todo.add_parser("create", help="make a token and print it, this once")
        make.add_argument("user", help="the account whose rights it has, at most")
        make.add_argument("--name", default="", help="what it is for")
        make.add_argument(
            "--scopes",
            default="",
            metavar="SCOPE,…",
            help=f"what it may do: {', '.join(Scope)}; without any it reads what is published",
        )
        make.add_argument("--days", type=int, help="after so many days it ends; without it, never")
        todo.add_parser("list", help="list all tokens")
        revoke = todo.add_parser("revoke", help="end a token")
        revoke.add_argument("key", help="its beginning, as `list` shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        {"create": self._create, "list": self._list, "revoke": self._revoke}[options["todo"]](options)

    def _create(self, options: dict[str, Any]) -> None:
        users = get_user_model()
        user = users.objects.filter(**{users.USERNAME_FIELD: options["user"]}).first()
        if user is None:
            raise CommandError(f'There is no account "{options["user"]}". createsuperuser and the admin make one.')
        scopes = [word.strip() for word in options["scopes"].split(",") if word.strip()]
        if unknown := [scope for scope in scopes if scope not in list(Scope)]:
            raise CommandError(f'There is no scope "{unknown[0]}". Known are {", ".join(Scope)}.')
        if options["days"] is not None and not 1 <= options["days"] <= 3650:
            raise CommandError(f"--days {options['days']}: write a number from 1 to 3650.")
        token, text = Token.objects.make(user, scopes, name=options["name"][:100], days=options["days"])
        record(Event.Action.TOKEN_MADE, target=token.said, detail=token.scopes)
        # Alone on its line, so that a script can take it.
        self.stdout.write(text)

    def _list(self, options: dict[str, Any]) -> None:
        for token in Token.objects.select_related("user"):
            ends = f"until {token.expiry:%Y-%m-%d}" if token.expiry else "for ever"
            words = (token.token_key, token.user.get_username(), token.scopes or "-", ends, token.name)
            self.stdout.write("  ".join(words).rstrip())

    def _revoke(self, options: dict[str, Any]) -> None:
        found = Token.objects.filter(token_key=options["key"])
        if len(found) != 1:
            raise CommandError(f'There is no token "{options["key"]}". `manage.py api_token list` lists them.')
        record(Event.Action.TOKEN_REVOKED, target=found[0].said)
        found.delete()
        self.stdout.write("Revoked.")
