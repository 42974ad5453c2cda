"""People in front of forms: what they have typed and not saved, and who is there. Nothing of it is content."""

from django.conf import settings
from django.db import models

from publishing.fields import KeyField

from .items import Item


class Autosave(models.Model):
    """The fields of a form as somebody typed them, with the revision they started from."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = KeyField(max_length=20)
    # None: the form of an item that does not exist yet.
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    base_revision = models.PositiveIntegerField(null=True, blank=True)
    # One page in one browser, so that two windows with the same form do not take each other's text.
    window = KeyField(max_length=40)
    title = models.CharField(max_length=300, blank=True)
    # As a form is sent, so that any text fits into any database.
    form = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "window"], name="window_has_one_autosave")]
        indexes = [models.Index(fields=["user", "kind", "item"], name="autosave_of_form")]

    def __str__(self) -> str:
        return f"{self.title} at {self.saved_at:%Y-%m-%d %H:%M}"


class Presence(models.Model):
    """Somebody has the form of an item open, or had a moment ago."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    window = KeyField(max_length=40)
    # Whether something in it is typed and not saved.
    is_editing = models.BooleanField(default=False)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "window"], name="window_is_present_once")]
        indexes = [
            models.Index(fields=["item", "seen_at"], name="presence_by_item"),
            models.Index(fields=["seen_at"], name="presence_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.item}"
