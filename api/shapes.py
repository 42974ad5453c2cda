"""The shapes of the answers, for the schema. Payloads are finished at publishing; nothing is serialised through these.

A test holds them against real answers, field by field.
"""

from rest_framework import serializers
from rest_framework.fields import CharField, DateTimeField, DictField, IntegerField, ListField, URLField

_SLUG = "The slug: letters, digits, hyphens and underscores."
_DATE = "As written in the file; usually an ISO date."
_STATUS = "published, deprecated, or a word of the file that we do not know."
_MARKDOWN = 'Markdown; "" where there is none.'
_EXTRA = "What the file says beyond the fields of the format, under its own names."


def _slugs(help_text: str) -> ListField:
    return ListField(child=CharField(), help_text=help_text)


class Section(serializers.Serializer):
    heading = CharField(help_text="As in the file.")
    key = CharField(help_text="The heading in camelCase; unique within the entry.")
    markdown = CharField(allow_blank=True)


class ExternalLink(serializers.Serializer):
    title = CharField(allow_blank=True)
    url = CharField(help_text="http or https.")
    description = CharField(allow_blank=True)
    type = CharField(allow_null=True, help_text="article, tutorial, video, course, documentation, research or another.")
    difficulty = CharField(allow_null=True)
    extra = DictField(required=False, help_text="Only where the link has more fields.")


class EntrySummary(serializers.Serializer):
    slug = CharField(help_text=_SLUG)
    title = CharField()
    category = CharField(allow_null=True)
    difficulty = CharField(allow_null=True, help_text="beginner, intermediate, advanced or another.")
    tags = ListField(child=CharField())
    aliases = ListField(child=CharField(), help_text="Other names of the term.")
    status = CharField(help_text=_STATUS)
    lastUpdated = CharField(allow_null=True, help_text=_DATE)
    briefDefinition = CharField(allow_blank=True, help_text=_MARKDOWN)
    url = URLField(help_text="The address of the entry.")


class Entry(EntrySummary):
    replacedBy = CharField(allow_null=True, help_text="The slug of the entry to use instead of a deprecated one.")
    previousSlugs = _slugs("Slugs that redirect here.")
    detailedExplanation = CharField(allow_blank=True, help_text=_MARKDOWN)
    keyConcepts = ListField(child=CharField(), allow_null=True, help_text="null unless the section is one flat list.")
    commonApplications = ListField(child=CharField(), allow_null=True, help_text="As keyConcepts.")
    prerequisites = ListField(child=CharField(), allow_null=True, help_text="As keyConcepts.")
    preamble = CharField(allow_blank=True, help_text="Markdown before the first heading.")
    sections = Section(many=True, help_text="All sections, in the order of the file.")
    externalLinks = ExternalLink(many=True)
    related = _slugs("Slugs of entries, in the order of the file. They need not exist.")
    recommendedBooks = _slugs("Slugs of books. They need not exist.")
    requires = _slugs("Slugs of entries to read first. They need not exist.")
    broader = _slugs("Slugs of more general entries. They need not exist.")
    extra = DictField(help_text=_EXTRA)
    version = IntegerField(min_value=1, help_text="The published revision.")
    publishedAt = DateTimeField()
    markdownUrl = URLField(help_text="The address of the file.")


class BookSummary(serializers.Serializer):
    slug = CharField(help_text=_SLUG)
    title = CharField()
    subtitle = CharField(allow_blank=True)
    authors = ListField(child=CharField())
    publisher = CharField(allow_null=True)
    publishYear = IntegerField(allow_null=True)
    isbn13 = CharField(allow_null=True, help_text="Thirteen digits, whatever the length in the file.")
    description = CharField(allow_blank=True)
    difficulty = CharField(allow_null=True)
    status = CharField(help_text=_STATUS)
    lastUpdated = CharField(allow_null=True, help_text=_DATE)
    apiUrl = URLField(help_text="The address of the book in this API.")


class Book(BookSummary):
    editors = ListField(child=CharField())
    edition = CharField(allow_null=True)
    isbn = CharField(allow_null=True, help_text="As written in the file.")
    pages = IntegerField(allow_null=True)
    language = CharField(allow_null=True, help_text="A BCP 47 tag.")
    topics = _slugs("Slugs of entries. They need not exist.")
    coverImage = CharField(allow_null=True, help_text="A web address, or a path below the content root.")
    url = CharField(allow_null=True, help_text="The page of the book itself, as its file has it.")
    doi = CharField(allow_null=True)
    openLibraryId = CharField(allow_null=True)
    previousSlugs = _slugs("Slugs that redirect here.")
    body = CharField(allow_blank=True, help_text=_MARKDOWN)
    extra = DictField(help_text=_EXTRA)
    version = IntegerField(min_value=1, help_text="The published revision.")
    publishedAt = DateTimeField()
    markdownUrl = URLField(help_text="The address of the file.")


class Page(serializers.Serializer):
    count = IntegerField(min_value=0)
    next = URLField(allow_null=True)
    previous = URLField(allow_null=True)


class EntryPage(Page):
    results = EntrySummary(many=True)


class BookPage(Page):
    results = BookSummary(many=True)


class Addresses(serializers.Serializer):
    entries = URLField()
    books = URLField()
    schema = URLField()
    docs = URLField()


class FieldError(serializers.Serializer):
    field = CharField(allow_blank=True)
    line = IntegerField(allow_null=True, help_text="Line of the file, where there is one.")
    message = CharField()
    hint = CharField(allow_blank=True, help_text="What to do about it.")


class Problem(serializers.Serializer):
    type = CharField()
    title = CharField()
    status = IntegerField()
    detail = CharField()
    code = CharField(help_text="Stable; for programs.")
    # A field, and no longer the property of serializers that has this name.
    errors = FieldError(many=True)  # type: ignore[assignment]
