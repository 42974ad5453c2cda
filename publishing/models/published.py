"""The read model: what the public sees, finished at the moment of publishing."""

from django.db import models

from publishing.fields import KeyField

from .items import Blob, Item


class Published(models.Model):
    # The position of this publication in the change feed: publishing again makes a new row.
    id = models.PositiveBigIntegerField(primary_key=True)
    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="published")
    kind = KeyField(max_length=20)
    locale = KeyField(max_length=35)
    slug = KeyField(max_length=255)
    slug_key = KeyField(max_length=255)
    title = models.CharField(max_length=300)
    sort_key = KeyField(max_length=300)
    # Finished JSON bytes of the detail answer and of the row in a list.
    payload = models.BinaryField()
    summary = models.BinaryField()
    file = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False)
    # "<revision>-<hash>" with its quotes, as HTTP sends it; the revision is the merge base of a later write.
    etag = models.CharField(max_length=80)
    # `publish.PAYLOAD_VERSION` of the code that made the payload; an upgrade renews the older ones.
    payload_version = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    # 1-based rank of the difficulty, 0 where there is none, so that ordering by it is not alphabetical.
    difficulty_rank = models.PositiveSmallIntegerField(default=0)
    last_updated = models.DateField(null=True, blank=True)
    # Names of fields and sections with something in them, as in "|related|tags|". A dozen of these in every entry would
    # double the facets and a third of the time of an import.
    present = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "locale", "slug_key"], name="published_slug_is_unique"),
        ]
        indexes = [
            models.Index(fields=["kind", "locale", "sort_key", "item"], name="published_by_title"),
            models.Index(fields=["kind", "locale", "-last_updated", "item"], name="published_by_date"),
        ]

    def __str__(self) -> str:
        return self.title


class Facet(models.Model):
    """One value readers filter by: category, difficulty, status, tag, related, book, initial …"""

    published = models.ForeignKey(Published, on_delete=models.CASCADE, related_name="facets")
    name = KeyField(max_length=30)
    # Case-folded for comparison; `label` is what the file says.
    value = KeyField(max_length=300)
    label = models.CharField(max_length=300)

    class Meta:
        constraints = [
            # In this order it also finds the items of a value, in the order of their keys.
            models.UniqueConstraint(fields=["name", "value", "published"], name="facet_is_named_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}={self.label}"
