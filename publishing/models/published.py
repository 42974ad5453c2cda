"""The read model: what the public sees, finished at the moment of publishing."""

from django.db import models

from .items import Blob, Item


class Published(models.Model):
    item = models.OneToOneField(Item, on_delete=models.CASCADE, primary_key=True, related_name="published")
    kind = models.CharField(max_length=20)
    locale = models.CharField(max_length=35)
    slug = models.CharField(max_length=255)
    slug_key = models.CharField(max_length=255)
    title = models.CharField(max_length=300)
    sort_key = models.CharField(max_length=300)
    # Finished JSON bytes of the detail answer and of the row in a list.
    payload = models.BinaryField()
    summary = models.BinaryField()
    file = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    # "<revision>-<hash>"; the revision is the merge base of a later write.
    etag = models.CharField(max_length=80)
    revision = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    # 1-based rank of the difficulty, 0 where there is none, so that ordering by it is not alphabetical.
    difficulty_rank = models.PositiveSmallIntegerField(default=0)
    last_updated = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("kind", "locale", "slug_key", name="published_slug_is_unique"),
        ]
        indexes = [
            models.Index("kind", "locale", "sort_key", "item", name="published_by_title"),
            models.Index("kind", "locale", "-last_updated", "item", name="published_by_date"),
        ]

    def __str__(self) -> str:
        return self.title


class Facet(models.Model):
    """One value readers filter by: category, difficulty, status, tag, related, book, initial, has …"""

    published = models.ForeignKey(Published, on_delete=models.CASCADE, related_name="facets")
    name = models.CharField(max_length=30)
    # Case-folded for comparison; `label` is what the file says.
    value = models.CharField(max_length=300)
    label = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint("published", "name", "value", name="facet_is_named_once"),
        ]
        indexes = [models.Index("name", "value", "published", name="facet_by_value")]

    def __str__(self) -> str:
        return f"{self.name}={self.label}"
