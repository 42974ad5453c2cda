"""Questions about items and references, each answered in one query."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef

from publishing import names

if TYPE_CHECKING:
    from publishing.models import Item, Reference  # noqa: F401 (a type in quotes below)


class ItemQuerySet(models.QuerySet["Item"]):
    def live(self) -> "ItemQuerySet":
        return self.filter(deleted_at=None)

    def of_kind(self, kind: str) -> "ItemQuerySet":
        return self.live().filter(kind=kind)

    def by_slug(self, kind: str, slug: str) -> "Item":
        """The live item that has the slug, in any spelling. Raises Item.DoesNotExist."""
        return self.of_kind(kind).get(locale=settings.LEMMA_LOCALE, slug_key=names.key(slug))


class ReferenceQuerySet(models.QuerySet["Reference"]):
    def with_existence(self) -> "ReferenceQuerySet":
        """Adds `exists`: whether a live item answers to the slug today."""
        return self.annotate(exists=self._target())

    def dangling(self) -> "ReferenceQuerySet":
        return self.filter(~self._target())

    def _target(self) -> Exists:
        targets = ItemQuerySet(self.model._meta.get_field("source").related_model).live()
        return Exists(targets.filter(kind=OuterRef("target_kind"), slug_key=OuterRef("slug_key")))
