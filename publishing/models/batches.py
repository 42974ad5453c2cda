from django.conf import settings
from django.db import models

from .items import Blob, Item


class Batch(models.Model):
    """Many items changed at once, so that it can be undone at once."""

    # What was done, in words.
    label = models.CharField(max_length=300)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", db_index=False, null=True, blank=True
    )
    # Kept as text, so that it stays readable when the account is gone.
    author_name = models.CharField(max_length=300, blank=True)
    # Whether only drafts were written, and nothing that readers see.
    only_drafts = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    # The batch that this one took back.
    undoes = models.ForeignKey("self", on_delete=models.SET_NULL, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at"], name="batch_by_time")]

    def __str__(self) -> str:
        return self.label


class BatchItem(models.Model):
    """One item of a batch, before and after."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    # None: it had no file to have.
    working_before = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False)
    filed_before = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    deleted_before = models.BooleanField(default=False)
    # As long as it is still like this, the batch can be undone.
    revision_after = models.PositiveIntegerField()
    filed_after = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    deleted_after = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "item"], name="batch_has_item_once")]

    def __str__(self) -> str:
        return f"{self.item} in {self.batch}"
