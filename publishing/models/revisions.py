from django.conf import settings
from django.db import models

from publishing.fields import KeyField

from .items import Blob, Item


class Revision(models.Model):
    """One saved state of an item: its text, who saved it, where, when and why. Never changed."""

    class Origin(models.TextChoices):
        ADMIN = "admin"
        API = "api"
        FILES = "files"
        COMMAND = "command"

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField()
    # Slug at that time.
    slug = KeyField(max_length=255)
    document = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Number of the revision this one was made from; null for the first.
    parent = models.PositiveIntegerField(null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", db_index=False, null=True, blank=True
    )
    # Kept as text, so that history stays readable when the account is gone.
    author_name = models.CharField(max_length=300, blank=True)
    author_email = models.CharField(max_length=320, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["item", "-number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="revision_number_is_unique")]

    def __str__(self) -> str:
        return f"{self.slug} #{self.number}"
