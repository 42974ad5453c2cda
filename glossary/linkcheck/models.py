"""What is known of web addresses, and which checks were made. No content: all of it can be found out again."""

from django.conf import settings
from django.db import models

from glossary.linkcheck.verdicts import Verdict
from publishing.fields import KeyField


class CheckedLink(models.Model):
    """The address of one page, without fragment, however many texts link to it."""

    # sha256 of the address: an index on the address itself would have no room for a long one.
    key = KeyField(primary_key=True, max_length=64)
    address = models.TextField()
    host = KeyField(max_length=255)
    verdict = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Verdict])
    # When the verdict became what it is.
    verdict_at = models.DateTimeField()
    # Last answer: its HTTP status, if there was one, and why the verdict is no better, such as http.404 or timeout.
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    # How often in a row, since when and until when the page was gone.
    failures = models.PositiveIntegerField(default=0)
    first_failure_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    # [address, status] of each redirect of the last answer, and the final address of a permanent one.
    hops = models.JSONField(default=list)
    moved_to = models.TextField(blank=True)
    checked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # Until when the server asked to be left alone (Retry-After).
    rest_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["address"]
        verbose_name = "web link"
        indexes = [
            models.Index(fields=["verdict"], name="checked_link_by_verdict"),
            models.Index(fields=["verdict_at"], name="checked_link_by_change"),
        ]

    def __str__(self) -> str:
        return self.address


class LinkRun(models.Model):
    """One check of many addresses: how far it is, and how it ended."""

    # True while it runs, and then null, of which a unique column takes many: so two never run at once.
    running = models.BooleanField(null=True, unique=True)
    started_at = models.DateTimeField()
    # Noted anew while it runs, so that one that was killed is seen to be dead.
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", db_index=False, null=True, blank=True
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    # How many addresses got which verdict.
    counts = models.JSONField(default=dict)
    # Why it ended before its end.
    failure = models.TextField(blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"Check of {self.started_at:%Y-%m-%d %H:%M}"
