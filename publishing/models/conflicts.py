from django.conf import settings
from django.db import models
from django.db.models import Q

from publishing.fields import KeyField

from .items import Blob, Item


class Conflict(models.Model):
    """Two texts of an item that a person has to decide between. Both stay readable until then, and afterwards."""

    class Origin(models.TextChoices):
        # A file and the filed text were changed in the same field since the sync base.
        FILES = "files"
        # The filed text and the edits that wait to be published were changed in the same field.
        DRAFT = "draft"

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="conflicts", db_index=False)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    # The content root whose file it is, and the file's path below its kind's folder; empty for a draft.
    root = KeyField(max_length=1024, blank=True, default="")
    path = KeyField(max_length=1024, blank=True, default="")
    # None: deleted, or never there. `ours` is the text of this database, `theirs` that of the file, or, for a draft,
    # the one that was filed on top of it.
    base = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True)
    ours = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True)
    theirs = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True)
    # [{"field": …, "base": …, "ours": …, "theirs": …}] of what both sides changed.
    fields = models.JSONField(default=list)
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", db_index=False, null=True, blank=True
    )

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "origin", "root"], condition=Q(resolved_at=None), name="conflict_is_open_once"
            ),
        ]
        indexes = [models.Index(fields=["-created_at"], condition=Q(resolved_at=None), name="conflict_that_waits")]

    def __str__(self) -> str:
        return f"{self.origin}: {self.item}"
