"""Questions about items and references, each answered in one query."""

from django.db import models
from django.db.models import Exists, OuterRef


class ItemQuerySet(models.QuerySet):
    def live(self) -> "ItemQuerySet":
        return self.filter(deleted_at=None)

    def of_kind(self, kind: str) -> "ItemQuerySet":
        return self.live().filter(kind=kind)


class ReferenceQuerySet(models.QuerySet):
    def with_existence(self) -> "ReferenceQuerySet":
        """Adds `exists`: whether a live item answers to the slug today."""
        targets = ItemQuerySet(self.model._meta.get_field("source").related_model).live()
        return self.annotate(exists=Exists(targets.filter(kind=OuterRef("target_kind"), slug_key=OuterRef("slug_key"))))

    def dangling(self) -> "ReferenceQuerySet":
        return self.with_existence().filter(exists=False)
