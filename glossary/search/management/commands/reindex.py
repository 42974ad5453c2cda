from typing import Any

from django.core.management.base import BaseCommand

from glossary.search import index
from publishing.models import Published


class Command(BaseCommand):
    help = "Makes the search index anew from what is published. The site may serve meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        total = Published.objects.count()
        done = index.rebuild(lambda done: self.stdout.write(f"\r{done} of {total}", ending=""))
        self.stdout.write(f"\rIndexed {done} published items.")
