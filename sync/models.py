from django.db import models

from publishing.models import Blob, Item


class Base(models.Model):
    """The text on which a content root and the database last agreed, per item. Written last in a sync."""

    # Real path of the root folder, or its configured name.
    root = models.CharField(max_length=1024)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="bases")
    # As in `Item.path`, at the time of the sync.
    path = models.CharField(max_length=1024)
    document = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("root", "item", name="base_is_one_per_root_and_item"),
        ]

    def __str__(self) -> str:
        return f"{self.path} in {self.root}"
