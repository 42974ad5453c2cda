from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from publishing import kinds, previews, uniting
from publishing.errors import WriteRefused
from publishing.models import Item
from publishing.problems import InvalidDocument


class Command(BaseCommand):
    help = "Deletes an item and gives its slugs and names to another one, to which references and links then lead."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=kinds.names())
        parser.add_argument("slug", help="of the item that goes")
        parser.add_argument("into", help="slug of the item that stays")
        parser.add_argument("--dry-run", action="store_true", help="write nothing; show what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            item, into = (self._item(options["kind"], options[name]) for name in ("slug", "into"))
            plan = uniting.plan_merge(item, into)
            if options["dry_run"]:
                for change in plan.changes:
                    self.stdout.write(previews.diff(change), ending="")
                self.stdout.write(
                    f'{len(plan.changes)} texts would change, and "{item}" would go. Nothing was written.'
                )
                return
            uniting.merge_items(item, into, origin="command")
        except (WriteRefused, InvalidDocument) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f'{len(plan.changes)} texts were changed, and "{item}" is gone. Export to write the files.')

    def _item(self, kind: str, slug: str) -> Item:
        try:
            return Item.objects.by_slug(kind, slug)
        except Item.DoesNotExist as error:
            raise CommandError(f'There is no {kind} with the slug "{slug}".') from error
