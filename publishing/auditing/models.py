from django.conf import settings
from django.db import models


class Event(models.Model):
    """Something that somebody may have to account for. Never changed."""

    class Action(models.TextChoices):
        SIGNED_IN = "signed in"
        SIGNED_OUT = "signed out"
        SIGNED_OUT_EVERYWHERE = "signed out everywhere"
        REFUSED = "sign-in refused"
        LOCKED = "locked out"
        ACCOUNT_MADE = "account made"
        ACCOUNT_CHANGED = "account changed"
        ACCOUNT_DELETED = "account deleted"
        PASSWORD_CHANGED = "password changed"  # noqa: S105 (words)
        FACTOR_ADDED = "second factor added"
        FACTOR_REMOVED = "second factor removed"
        FACTOR_CHANGED = "second factor changed"
        ROLE_CHANGED = "role changed"
        TOKEN_MADE = "token made"  # noqa: S105
        TOKEN_REVOKED = "token revoked"  # noqa: S105
        # These are called as the feed calls them.
        PUBLISHED = "published"
        UNPUBLISHED = "unpublished"
        RENAMED = "renamed"
        DELETED = "deleted"

    at = models.DateTimeField()
    action = models.CharField(max_length=30, choices=Action.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", db_index=False, null=True, blank=True
    )
    # Kept as text, so that it stays readable when the account is gone; empty for a command.
    actor_name = models.CharField(max_length=300, blank=True)
    # What it was done to, and the difference that it made.
    target = models.CharField(max_length=300, blank=True)
    detail = models.TextField(blank=True)
    # From where; empty for a command.
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["-at"], name="event_by_time")]
        verbose_name_plural = "audit log"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name or '–'} {self.action} {self.target}".rstrip()
