from rest_framework import serializers

from benchmarks.api.peer.models import Entry, Link


class LinkSerializer(serializers.ModelSerializer):
    class Meta:
        model = Link
        fields = ["title", "url", "description", "type", "difficulty"]


class LightSerializer(serializers.ModelSerializer):
    """What a row of our list has."""

    url = serializers.HyperlinkedIdentityField(view_name="light-detail", lookup_field="slug")
    category = serializers.SlugRelatedField(slug_field="name", read_only=True)
    tags = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    lastUpdated = serializers.CharField(source="last_updated")
    briefDefinition = serializers.CharField(source="brief_definition")

    class Meta:
        model = Entry
        fields = [
            "slug",
            "title",
            "category",
            "difficulty",
            "tags",
            "aliases",
            "status",
            "lastUpdated",
            "briefDefinition",
            "url",
        ]


class FullSerializer(LightSerializer):
    """What our detail answer has, but for fields that are empty in every made-up entry."""

    detailedExplanation = serializers.CharField(source="detailed_explanation")
    keyConcepts = serializers.JSONField(source="key_concepts")
    commonApplications = serializers.JSONField(source="common_applications")
    externalLinks = LinkSerializer(source="links", many=True)
    related = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    recommendedBooks = serializers.SlugRelatedField(source="books", slug_field="slug", many=True, read_only=True)
    publishedAt = serializers.DateTimeField(source="published_at")

    class Meta:
        model = Entry
        fields = [
            *LightSerializer.Meta.fields,
            "detailedExplanation",
            "keyConcepts",
            "commonApplications",
            "prerequisites",
            "preamble",
            "sections",
            "externalLinks",
            "related",
            "recommendedBooks",
            "extra",
            "version",
            "publishedAt",
        ]
