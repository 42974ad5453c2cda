from django.conf import settings
from django.db import models
from django.db.models import Q

from .items import Item


class Review(models.Model):
    """Somebody asks that a text be published, and somebody else answers."""

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        RETURNED = "returned"
        # Taken back, asked anew, or overtaken: it was published, discarded or deleted in another way.
        ENDED = "ended"

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="reviews", db_index=False)
    # The newest one when it was asked.
    revision = models.PositiveIntegerField()
    note = models.TextField(blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", db_index=False, null=True, blank=True
    )
    # Kept as text, so that it stays readable when the account is gone.
    author_name = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    comment = models.TextField(blank=True)
    answered_by_name = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(state="waiting"), name="item_is_reviewed_once"),
        ]
        indexes = [models.Index(fields=["item", "-id"], name="review_of_item")]

    def __str__(self) -> str:
        return f"{self.item}: {self.state}"
