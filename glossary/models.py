"""What the working documents of entries say, as rows. The document is the truth, these are its projection."""

from django.db import models

from glossary.querysets import EntryQuerySet
from publishing.fields import KeyField
from publishing.models import Item


class Category(models.Model):
    name = models.CharField(max_length=100)
    # Case-folded NFKC of the name.
    key = KeyField(max_length=100, unique=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    # Exactly as written; variants in letter case are tags of their own and a health finding.
    name = KeyField(max_length=100, unique=True)
    key = KeyField(max_length=100, db_index=True)

    class Meta:
        ordering = ["key", "name"]

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        DEPRECATED = "deprecated"

    item = models.OneToOneField(Item, on_delete=models.CASCADE, primary_key=True, related_name="entry")
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="entries", db_index=False
    )
    # As written; beginner, intermediate and advanced are known, others are kept and reported.
    difficulty = models.CharField(max_length=100, blank=True)
    # What the status means (an unknown one counts as published) and what the file says.
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PUBLISHED)
    status_label = models.CharField(max_length=100, blank=True)
    last_updated = models.DateField(null=True, blank=True)
    brief_definition = models.TextField(blank=True)
    detailed_explanation = models.TextField(blank=True)
    # Lists of strings where the section is one flat list, else null.
    key_concepts = models.JSONField(null=True, blank=True)
    common_applications = models.JSONField(null=True, blank=True)
    prerequisites = models.JSONField(null=True, blank=True)
    preamble = models.TextField(blank=True)
    # [{"heading": …, "markdown": …}] of the sections the seed does not know, in file order.
    extra_sections = models.JSONField(default=list, blank=True)
    # Front-matter keys the format does not know.
    extra = models.JSONField(default=dict, blank=True)
    tags = models.ManyToManyField(Tag, through="EntryTag", related_name="entries")

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        # What readers see: publish, unpublish, schedule, rename, merge.
        permissions = [("publish_entry", "Can publish entry")]
        indexes = [
            models.Index(fields=["category"], name="entry_by_category"),
            models.Index(fields=["difficulty"], name="entry_by_difficulty"),
            models.Index(fields=["status"], name="entry_by_status"),
        ]

    def __str__(self) -> str:
        return self.item.title

    @property
    def slug(self) -> str:
        return self.item.slug

    @property
    def title(self) -> str:
        return self.item.title


class EntryTag(models.Model):
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="entry_tags", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="entry_tags", db_index=False)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            # The tag first, so that it also finds the entries of a tag.
            models.UniqueConstraint(fields=["tag", "entry"], name="entry_has_tag_once"),
            models.UniqueConstraint(fields=["entry", "position"], name="entry_tag_has_its_place"),
        ]

    def __str__(self) -> str:
        return self.tag.name


class Alias(models.Model):
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="aliases", db_index=False)
    name = models.CharField(max_length=300)
    # Case-folded NFKC, for look-ups.
    key = KeyField(max_length=300)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "aliases"
        constraints = [models.UniqueConstraint(fields=["entry", "position"], name="alias_has_its_place")]
        indexes = [models.Index(fields=["key"], name="alias_by_key")]

    def __str__(self) -> str:
        return self.name


class ExternalLink(models.Model):
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="external_links", db_index=False)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=500, blank=True)
    url = models.CharField(max_length=2048)
    description = models.TextField(blank=True)
    type = models.CharField(max_length=100, blank=True)
    difficulty = models.CharField(max_length=100, blank=True)
    # Keys of the map the format does not know.
    extra = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "position"], name="link_has_its_place"),
            models.CheckConstraint(condition=~models.Q(url=""), name="link_has_url"),
        ]

    def __str__(self) -> str:
        return self.title or self.url
