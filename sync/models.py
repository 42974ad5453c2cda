from django.conf import settings
from django.db import models

from publishing.fields import KeyField
from publishing.models import Blob, Item


class Base(models.Model):
    """The text on which a content root and the database last agreed, per item. Written last in a sync."""

    # Real path of the folder of the kind.
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


class Uncommitted(models.Model):
    """A file that a sync wrote or removed, and that waits for its commit. Outlives a sync that is killed in between."""

    root = KeyField(max_length=1024)
    path = KeyField(max_length=1024)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The text of the base before, to find the revisions that made the change; null for a new file.
    before = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True)

    class Meta:
        verbose_name_plural = "uncommitted"
        constraints = [models.UniqueConstraint(fields=["root", "path"], name="uncommitted_is_one_per_file")]

    def __str__(self) -> str:
        return f"{self.path} in {self.root}"


class Intent(models.Model):
    """What a sync is about to do with the file of an item. Stays where it is killed before it could record the base."""

    root = KeyField(max_length=1024)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    path = KeyField(max_length=1024)
    # What the file is to hold; null where it is to be removed.
    document = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    # Where the file lies before; empty for a new one.
    source = KeyField(max_length=1024, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root", "item"], name="intent_is_one_per_root_and_item")]

    def __str__(self) -> str:
        return f"{self.path} in {self.root}"


class Run(models.Model):
    """One sync, import or export that changed or found something: when, what, and how it ended."""

    class Outcome(models.TextChoices):
        RUNNING = "running"
        IN_STEP = "in step"
        PROBLEMS = "problems"
        CONFLICTS = "conflicts"
        FAILED = "failed"

    # sync, import or export.
    half = models.CharField(max_length=10)
    root = KeyField(max_length=1024)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    # As `Report.as_json`, without diffs, or the message of what went wrong.
    report = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", db_index=False, null=True, blank=True
    )

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["-started_at"], name="run_by_time")]

    def __str__(self) -> str:
        return f"{self.half} {self.started_at:%Y-%m-%d %H:%M} {self.outcome}"


class Upload(models.Model):
    """Files that somebody brought to be imported, until they are or a day has passed."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    # A zip of ours, with paths below the content root.
    files = models.BinaryField()
    # Problems as [where, message, hint], and what was passed over as [where, why].
    problems = models.JSONField(default=list)
    skipped = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "import and export"

    def __str__(self) -> str:
        return f"{self.name} of {self.owner}"
