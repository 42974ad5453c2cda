from django.conf import settings
from django.db import models
from django.db.models import Q

from .items import Blob, Item
from .revisions import Revision


class Schedule(models.Model):
    """What is to become of an item at some time, without anybody there. `run_scheduled` carries it out."""

    class Action(models.TextChoices):
        PUBLISH = "publish"
        UNPUBLISH = "unpublish"

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        # A person has to look: `error` says why.
        FAILED = "failed"
        # Another schedule took its place, somebody published by hand, or it was called off.
        CANCELLED = "cancelled"

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="schedules", db_index=False)
    action = models.CharField(max_length=10, choices=Action.choices)
    at = models.DateTimeField()
    # What is published is this text and not what is typed afterwards; null to unpublish.
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    # The filed text at the time of scheduling: what the file says by then is merged into the revision.
    filed = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True)
    # Written into the published text as `lastUpdated`.
    last_updated = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    error = models.TextField(blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", db_index=False, null=True, blank=True
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "action"], condition=Q(state="waiting"), name="item_is_scheduled_once"
            ),
        ]
        indexes = [models.Index(fields=["at"], condition=Q(state="waiting"), name="schedule_that_waits")]

    def __str__(self) -> str:
        return f"{self.action} {self.item} at {self.at:%Y-%m-%d %H:%M}"
