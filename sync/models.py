from django.db import models

from publishing.fields import KeyField
from publishing.models import Blob, Item


class Base(models.Model):
    """The text on which a content root and the database last agreed, per item. Written last in a sync."""

    # Real path of the root folder, or its configured name.
    root = KeyField(max_length=1024)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="bases", db_index=False)
    # As in `Item.path`, at the time of the sync.
    path = KeyField(max_length=1024)
    document = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["root", "item"], name="base_is_one_per_root_and_item"),
        ]

    def __str__(self) -> str:
        return f"{self.path} in {self.root}"
