"""Who is told, what there is to tell, and every attempt to. Content is read by all of this, and never written."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from publishing.fields import KeyField
from publishing.models import Item


class Endpoint(models.Model):
    """An address that is told of changes."""

    class Off(models.TextChoices):
        """Why nothing is sent. Empty: it is on."""

        BY_HAND = "hand", _("somebody switched it off")
        # It answered 410.
        GONE = "gone", _("its server says that it is gone for good (410)")
        FAILING = "failing", _("nothing got through for a day")
        # SECRET_KEY is another one, so that the secret is lost.
        KEY = "key", _("SECRET_KEY was changed, so its secret is lost: make a new one")

    name = models.CharField(max_length=100)
    address = models.TextField()
    # What it wants to hear of; an empty list is everything.
    kinds = models.JSONField(default=list, blank=True)
    actions = models.JSONField(default=list, blank=True)
    categories = models.JSONField(default=list, blank=True)
    tags = models.JSONField(default=list, blank=True)
    # Whether it gets the whole published item, and not only which one it is.
    with_item = models.BooleanField(default=False)
    # The secret is made of these and SECRET_KEY, so that no copy of the database gives it away; see `signing`.
    salt = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    # For a while after a change of the secret both are good.
    previous_salt = models.CharField(max_length=64, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    off = models.CharField(max_length=10, choices=Off.choices, blank=True)
    off_at = models.DateTimeField(null=True, blank=True)
    # Up to this position of the feed deliveries were made.
    position = models.PositiveBigIntegerField()
    # Failed attempts in a row, over all deliveries, and since when; until when nobody asks.
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    rest_until = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", db_index=False, null=True, blank=True
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "webhook"

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message for one endpoint. It says what happened and not what to send, which is made when it is sent."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        # Not within a day, although others got through; or it was a test.
        FAILED = "failed", _("failed")

    # In the order of their keys those of an item are sent.
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    # None: a test.
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False, null=True, blank=True)
    # In the feed; 0: a test.
    position = models.PositiveBigIntegerField(default=0)
    # The same whenever it is sent again, so that it can be told that it is the same.
    message = KeyField(max_length=80)
    # As in entry.published.
    event = KeyField(max_length=40)
    slug = KeyField(max_length=255, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Since it was first sent, or sent again by hand.
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    # Whose it is at the moment, and until when.
    lease = KeyField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    # HTTP status and reason of the last attempt.
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = KeyField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="delivery_that_waits"),
            models.Index(fields=["endpoint", "item", "id"], condition=Q(state="waiting"), name="delivery_in_order"),
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
            models.Index(fields=["finished_at"], condition=~Q(state="waiting"), name="delivery_that_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.slug}".rstrip()


class Attempt(models.Model):
    """One request, and what came of it. Long texts are cut, and secrets left out."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="sendings")
    at = models.DateTimeField()
    seconds = models.FloatField()
    # The network address that was asked, if it came to that.
    network_address = models.CharField(max_length=45, blank=True)
    request_headers: Any = models.JSONField(default=list)
    request_body = models.TextField(blank=True)
    request_size = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    # Empty if it got through; else http.500, timeout, address.private …
    reason = KeyField(max_length=40, blank=True)
    answer_headers: Any = models.JSONField(default=list)
    answer_body = models.TextField(blank=True)
    answer_is_cut = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.status or self.reason}"


class Heartbeat(models.Model):
    """When a worker was last at work. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"
