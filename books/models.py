"""What the working documents of books say, as rows. The document is the truth, these are its projection."""

from django.db import models

from books.querysets import BookQuerySet
from publishing.models import Item


class Book(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        DEPRECATED = "deprecated"

    item = models.OneToOneField(Item, on_delete=models.CASCADE, primary_key=True, related_name="book")
    subtitle = models.CharField(max_length=500, blank=True)
    authors = models.JSONField(default=list, blank=True)
    editors = models.JSONField(default=list, blank=True)
    publisher = models.CharField(max_length=300, blank=True)
    publish_year = models.PositiveSmallIntegerField(null=True, blank=True)
    edition = models.CharField(max_length=100, blank=True)
    # As typed, and as 13 digits where it is a real one.
    isbn = models.CharField(max_length=40, blank=True)
    isbn13 = models.CharField(max_length=13, blank=True)
    pages = models.PositiveIntegerField(null=True, blank=True)
    language = models.CharField(max_length=35, blank=True)
    description = models.TextField(blank=True)
    difficulty = models.CharField(max_length=100, blank=True)
    cover_image = models.CharField(max_length=2048, blank=True)
    url = models.CharField(max_length=2048, blank=True)
    doi = models.CharField(max_length=300, blank=True)
    open_library_id = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PUBLISHED)
    status_label = models.CharField(max_length=100, blank=True)
    last_updated = models.DateField(null=True, blank=True)
    body = models.TextField(blank=True)
    extra = models.JSONField(default=dict, blank=True)

    objects = BookQuerySet.as_manager()

    class Meta:
        # What readers see: publish, unpublish, schedule, rename, merge.
        permissions = [("publish_book", "Can publish book")]
        indexes = [
            models.Index(fields=["isbn13"], name="book_by_isbn"),
            models.Index(fields=["difficulty"], name="book_by_difficulty"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(publish_year=None) | models.Q(publish_year__gte=1450),
                name="book_is_printed",
            ),
        ]

    def __str__(self) -> str:
        return self.item.title

    @property
    def slug(self) -> str:
        return self.item.slug

    @property
    def title(self) -> str:
        return self.item.title
