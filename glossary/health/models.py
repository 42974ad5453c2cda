"""What is kept of the health report, so that after a save only what may have changed is checked again.

Nothing here is content: all but the dismissals can be made anew from the texts.
"""

from django.conf import settings
from django.db import models

from glossary.health.problem import Severity
from publishing.fields import KeyField
from publishing.models import Item


class Edition(models.TextChoices):
    """Which texts are looked at: what editors see, or what readers see."""

    WORKING = "working"
    PUBLISHED = "published"


class Keeping(models.Model):
    """One edition that is kept; what nobody asks for is not."""

    edition = KeyField(primary_key=True, max_length=9, choices=Edition.choices)
    # The settings and the version of the checks by which it was made.
    made_with = models.CharField(max_length=64)
    # One more with each change, so that two who make it anew do not write over each other.
    version = models.PositiveBigIntegerField(default=0)
    # Whether the checks over all texts at once are behind.
    is_behind = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.edition


class Mark(models.Model):
    """An item that was written since it was looked at. A row for each write, so that none is lost between two."""

    edition = KeyField(max_length=9, choices=Edition.choices)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["edition"], name="health_mark_by_edition")]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.edition}"


class KeptText(models.Model):
    """What the checks know of one text."""

    edition = KeyField(max_length=9, choices=Edition.choices)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = KeyField(max_length=20)
    slug = KeyField(max_length=255)
    slug_key = KeyField(max_length=255)
    # The first day on which its findings are others without a change.
    due = models.DateField(null=True, blank=True)
    # Its Brief Definition as it is compared, and its words as names are looked for in them.
    brief = models.TextField()
    words = models.TextField()
    # Everything else; see `facts.Facts`.
    facts = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "item"], name="health_text_is_kept_once")]
        indexes = [
            models.Index(fields=["edition", "kind", "slug_key"], name="health_text_by_slug"),
            models.Index(fields=["edition", "due"], condition=models.Q(due__isnull=False), name="health_text_by_day"),
        ]

    def __str__(self) -> str:
        return self.slug


class Topic(models.Model):
    """That a text makes or asks about a topic; see `topics`.

    Topics are kept as numbers, since half a million of them as texts would be larger than the glossary. Two that have
    the same number by chance only cost time.
    """

    text = models.ForeignKey(KeptText, on_delete=models.CASCADE, related_name="+")
    number = models.BigIntegerField()
    # 0 if the text asks; otherwise a number for what it says.
    says = models.BigIntegerField()
    # What is counted or read from here.
    label = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["number", "says"], name="health_topic_by_number")]

    def __str__(self) -> str:
        return self.label or str(self.number)


class Finding(models.Model):
    """A problem as it was found; see `problem.Problem`."""

    edition = KeyField(max_length=9, choices=Edition.choices)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="findings", db_index=False)
    code = KeyField(max_length=60)
    severity = KeyField(max_length=7, choices=[(one.value, one.value) for one in Severity])
    path = KeyField(max_length=1100)
    line = models.PositiveIntegerField()
    message = models.TextField()
    hint = models.TextField()
    field = models.TextField()
    value = models.TextField()
    # {"action", "item", "values"}, or null.
    fix = models.JSONField(null=True, blank=True)
    # Found by a check over all texts at once.
    is_of_all = models.BooleanField(default=False)
    # Whether somebody said that it is to stay; see `Dismissal`.
    is_dismissed = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["edition", "code"], name="health_finding_by_code"),
            models.Index(fields=["item", "edition", "severity"], name="health_finding_by_item"),
        ]

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code}"


class Dismissal(models.Model):
    """That a finding is to stay as it is, and why. It counts no more, until somebody lifts this."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    code = KeyField(max_length=60)
    # "" for all findings of the code in this item.
    value = models.TextField(blank=True)
    reason = models.CharField(max_length=500)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", db_index=False, null=True, blank=True
    )
    author_name = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by_name = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["item", "code"], name="health_dismissal_by_item")]

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"
