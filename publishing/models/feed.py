from secrets import token_hex

from django.db import models

from publishing.fields import KeyField

from .items import Item


def new_epoch() -> str:
    return token_hex(8)


class FeedCounter(models.Model):
    """The last position given out. One locked row: positions are in commit order on every database."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.PositiveBigIntegerField(default=0)
    # Another one after a restore from a backup: what readers got since then is no longer what the feed says.
    epoch = models.CharField(max_length=32, default=new_epoch)

    def __str__(self) -> str:
        return str(self.position)


class Change(models.Model):
    """One line of the change feed: what readers of the published state have to do to keep up."""

    class Action(models.TextChoices):
        PUBLISHED = "published"
        UNPUBLISHED = "unpublished"
        RENAMED = "renamed"
        DELETED = "deleted"

    position = models.PositiveBigIntegerField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="changes", db_index=False)
    kind = KeyField(max_length=20)
    locale = KeyField(max_length=35)
    slug = KeyField(max_length=255)
    action = models.CharField(max_length=12, choices=Action.choices)
    # The slug before a rename; empty otherwise.
    previous_slug = KeyField(max_length=255, blank=True, default="")
    revision = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position} {self.action} {self.slug}"
