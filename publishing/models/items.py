"""What an entry or a book is, apart from what it says: identity, texts, names and references."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from publishing.fields import KeyField
from publishing.querysets import ItemQuerySet, ReferenceQuerySet


class Blob(models.Model):
    """Bytes under the name of their own sha256; written once, never changed.

    Working copy, filed copy, revisions, published files and sync bases all point here, so equal texts
    are stored once and compared by key.
    """

    sha256 = KeyField(primary_key=True, max_length=64)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.sha256[:12]


class Item(models.Model):
    """The identity of an entry or a book. Deleting keeps the row as the tombstone."""

    # The identity outside this database. Inside it rows point to the short number: 32 characters in each of the 20 rows
    # of an entry, and again in their indexes, would cost a quarter of the time of an import.
    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = KeyField(max_length=20)
    locale = KeyField(max_length=35)
    slug = KeyField(max_length=255)
    # NFKC and case-folded: `Generative-AI` beside `generative-ai` would be one file on some disks.
    slug_key = KeyField(max_length=255)
    title = models.CharField(max_length=300)
    sort_key = KeyField(max_length=300)
    # Below the kind's folder, with forward slashes; empty until the item has or is due a file.
    path = KeyField(max_length=1024, blank=True, default="")
    # No index on foreign keys by which nothing is looked up, here and in the other tables: every index is paid for by
    # each of the 40 rows of an imported file.
    working = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False)
    filed = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True)
    # Number of the newest revision; every write names the one it started from.
    revision = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", db_index=False, null=True, blank=True
    )
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "slug_key", "locale"], condition=Q(deleted_at=None), name="item_slug_is_unique"
            ),
            models.UniqueConstraint(
                fields=["kind", "path", "locale"],
                condition=Q(deleted_at=None) & ~Q(path=""),
                name="item_path_is_unique",
            ),
            models.CheckConstraint(condition=~Q(slug="") & ~Q(title=""), name="item_has_slug_and_title"),
        ]
        indexes = [
            models.Index(fields=["kind", "locale", "sort_key", "id"], name="item_by_title"),
            models.Index(fields=["kind", "slug_key"], condition=Q(deleted_at__isnull=False), name="tombstone_by_slug"),
            models.Index(fields=["kind", "-updated_at"], name="item_by_update"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def has_unpublished_changes(self) -> bool:
        return self.working_id != self.filed_id


class PreviousSlug(models.Model):
    """A slug under which an item was known; readers who ask for it are sent to the new one."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="previous_slugs", db_index=False)
    slug = KeyField(max_length=255)
    slug_key = KeyField(max_length=255)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["item", "slug_key"], name="previous_slug_is_named_once"),
        ]
        indexes = [models.Index(fields=["slug_key"], name="previous_slug_by_key")]

    def __str__(self) -> str:
        return self.slug


class Reference(models.Model):
    """One place in one list of slugs. The target may not exist (yet): that is ordinary data."""

    source = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="references", db_index=False)
    # The front-matter key that holds it: related, requires, broader, recommendedBooks, topics, replacedBy.
    field = KeyField(max_length=30)
    position = models.PositiveSmallIntegerField()
    target_kind = KeyField(max_length=20)
    slug = KeyField(max_length=255)
    slug_key = KeyField(max_length=255)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["field", "position"]
        constraints = [
            models.UniqueConstraint(fields=["source", "field", "position"], name="reference_has_its_place"),
            models.CheckConstraint(condition=~Q(slug=""), name="reference_has_slug"),
        ]
        indexes = [models.Index(fields=["target_kind", "slug_key"], name="reference_by_target")]

    def __str__(self) -> str:
        return f"{self.field} → {self.slug}"
