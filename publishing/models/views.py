from django.conf import settings
from django.db import models

from publishing.fields import KeyField


class SavedView(models.Model):
    """Filters, search and order of a list, under a name that somebody gave them."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views", db_index=False
    )
    kind = KeyField(max_length=20)
    name = models.CharField(max_length=60)
    # As in the address of the list.
    query = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "kind", "name"], name="saved_view_has_its_name")]

    def __str__(self) -> str:
        return self.name
