"""Entries with all that belongs to them, in a fixed number of queries."""

from django.db import models
from django.db.models import Prefetch

from publishing.models import Reference


class EntryQuerySet(models.QuerySet):
    def with_item(self) -> "EntryQuerySet":
        return self.select_related("item", "category")

    def with_everything(self) -> "EntryQuerySet":
        """Item, category, tags, aliases, links, references and previous slugs: six queries for any number."""
        return self.with_item().prefetch_related(
            "entry_tags__tag",
            "aliases",
            "external_links",
            Prefetch("item__references", queryset=Reference.objects.with_existence()),
            "item__previous_slugs",
        )
