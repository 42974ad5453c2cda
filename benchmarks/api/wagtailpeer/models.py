"""An entry as a page, with the fields of our detail answer."""

from django.db import models
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from rest_framework.serializers import SlugRelatedField
from taggit.models import TaggedItemBase
from wagtail.api import APIField
from wagtail.models import Orderable, Page
from wagtail.search import index


class Tagged(TaggedItemBase):
    content_object = ParentalKey("Entry", on_delete=models.CASCADE, related_name="tagged_items")


class Entry(Page):
    category = models.CharField(max_length=100, blank=True, db_index=True)
    difficulty = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20)
    last_updated = models.CharField(max_length=40)
    names = models.JSONField(default=list, blank=True)
    brief_definition = models.TextField(blank=True)
    detailed_explanation = models.TextField(blank=True)
    preamble = models.TextField(blank=True)
    key_concepts = models.JSONField(null=True, blank=True)
    common_applications = models.JSONField(null=True, blank=True)
    prerequisites = models.JSONField(null=True, blank=True)
    sections = models.JSONField(default=list, blank=True)
    extra = models.JSONField(default=dict, blank=True)
    books = models.JSONField(default=list, blank=True)
    tags = ClusterTaggableManager(through=Tagged, blank=True)
    related = ParentalManyToManyField("self", symmetrical=False, blank=True)

    search_fields = [
        *Page.search_fields,
        index.SearchField("brief_definition"),
        index.SearchField("detailed_explanation"),
        index.FilterField("category"),
    ]
    api_fields = [
        *(
            APIField(name)
            for name in (
                "category",
                "difficulty",
                "status",
                "last_updated",
                "names",
                "brief_definition",
                "detailed_explanation",
                "preamble",
                "key_concepts",
                "common_applications",
                "prerequisites",
                "sections",
                "extra",
                "books",
                "tags",
                "links",
            )
        ),
        APIField("related", serializer=SlugRelatedField(slug_field="slug", many=True, read_only=True)),
    ]


class Link(Orderable):
    entry = ParentalKey(Entry, on_delete=models.CASCADE, related_name="links")
    title = models.CharField(max_length=500)
    url = models.CharField(max_length=2048)
    description = models.TextField()
    type = models.CharField(max_length=100)
    difficulty = models.CharField(max_length=100)

    api_fields = [APIField(name) for name in ("title", "url", "description", "type", "difficulty")]
