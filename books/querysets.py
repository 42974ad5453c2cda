"""Books with all that belongs to them, in a fixed number of queries."""

from django.db import models
from django.db.models import Prefetch

from publishing.models import Reference


class BookQuerySet(models.QuerySet):
    def with_item(self) -> "BookQuerySet":
        return self.select_related("item")

    def with_everything(self) -> "BookQuerySet":
        """Item, references and previous slugs: three queries for any number of books."""
        return self.with_item().prefetch_related(
            Prefetch("item__references", queryset=Reference.objects.with_existence()),
            "item__previous_slugs",
        )
