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
    # Finished JSON bytes of the row in a list and of the detail answer. Last, because SQLite reads a row up to the
    # column it is asked for: an ETag or a date costs one page, and not the chain of pages that a long text fills.
    summary = models.BinaryField()
    payload = models.BinaryField()

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

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="facets")
    kind = KeyField(max_length=20)
    name = KeyField(max_length=30)
    # Case-folded for comparison; `label` is what the file says.
    value = KeyField(max_length=300)
    label = models.CharField(max_length=300)
    # That of the published row, so that the items of a value come in the order of their titles without sorting.
    sort_key = KeyField(max_length=300)

    class Meta:
        constraints = [
            # In this order it also finds the items of a value, page by page.
            models.UniqueConstraint(fields=["kind", "name", "value", "sort_key", "item"], name="facet_is_named_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}={self.label}"


class FacetCount(models.Model):
    """How many published items have a value, in one spelling. Kept by the writer, so that no reader counts.

    The facet "" has the total of the kind; "has" has the names of `Published.present`.
    """

    kind = KeyField(max_length=20)
    locale = KeyField(max_length=35)
    name = KeyField(max_length=30)
    value = KeyField(max_length=300)
    label = KeyField(max_length=300)
    # Without a check for negative numbers: PostgreSQL would apply it to what is added, before it is added.
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "locale", "name", "value", "label"], name="facet_is_counted_once"),
        ]
        indexes = [models.Index(fields=["count"], condition=models.Q(count=0), name="facet_that_is_gone")]

    def __str__(self) -> str:
        return f"{self.name}={self.label}: {self.count}"
