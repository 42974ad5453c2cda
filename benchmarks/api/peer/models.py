"""The glossary as somebody would model it who writes a plain API. `Stored` has finished answers."""

from django.db import models


class Stored(models.Model):
    key = models.CharField(max_length=255, primary_key=True)
    body = models.BinaryField()


class Category(models.Model):
    name = models.CharField(max_length=100, unique=True)


class Tag(models.Model):
    name = models.CharField(max_length=100, unique=True)


class Book(models.Model):
    slug = models.CharField(max_length=255, unique=True)
    title = models.CharField(max_length=300)


class Entry(models.Model):
    slug = models.CharField(max_length=255, unique=True)
    title = models.CharField(max_length=300, db_index=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="entries")
    difficulty = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20)
    last_updated = models.CharField(max_length=40)
    aliases = models.JSONField(default=list)
    brief_definition = models.TextField()
    detailed_explanation = models.TextField()
    preamble = models.TextField()
    key_concepts = models.JSONField(null=True)
    common_applications = models.JSONField(null=True)
    prerequisites = models.JSONField(null=True)
    sections = models.JSONField(default=list)
    extra = models.JSONField(default=dict)
    version = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    tags = models.ManyToManyField(Tag, related_name="entries")
    related = models.ManyToManyField("self", symmetrical=False, related_name="referrers")
    books = models.ManyToManyField(Book, related_name="entries")


class Link(models.Model):
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="links")
    title = models.CharField(max_length=500)
    url = models.CharField(max_length=2048)
    description = models.TextField()
    type = models.CharField(max_length=100)
    difficulty = models.CharField(max_length=100)

    class Meta:
        ordering = ["pk"]
