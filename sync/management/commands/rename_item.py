from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from publishing import kinds, previews, renaming
from publishing.errors import WriteRefused
from publishing.models import Item
from publishing.problems import InvalidDocument


class Command(BaseCommand):
    help = "Gives an item a new slug and redirects whatever refers to it. The next export moves the files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=kinds.names())
        parser.add_argument("slug")
        parser.add_argument("new_slug")
        parser.add_argument("--dry-run", action="store_true", help="write nothing; show what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            item = Item.objects.by_slug(options["kind"], options["slug"])
            plan = renaming.plan_rename(item, options["new_slug"])
            if options["dry_run"]:
                for change in plan.changes:
                    self.stdout.write(previews.diff(change), ending="")
                self.stdout.write(f"{len(plan.changes)} texts would change. Nothing was written.")
                return
            renaming.rename(item, options["new_slug"], origin="command")
        except Item.DoesNotExist as error:
            raise CommandError(f'There is no {options["kind"]} with the slug "{options["slug"]}".') from error
        except (WriteRefused, InvalidDocument) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(plan.changes)} texts were changed. Export to write the files.")
