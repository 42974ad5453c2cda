"""The shapes of the answers, for the schema. Payloads are finished at publishing; nothing is serialised through these.

A test holds them against real answers, field by field.
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    DictField,
    IntegerField,
    JSONField,
    ListField,
    URLField,
    UUIDField,
)

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
    publishedAt = DateTimeField(allow_null=True, help_text="null only of a draft.")
    markdownUrl = URLField(help_text="The address of the file.")
    hasUnpublishedChanges = BooleanField(required=False, help_text="Of a draft alone.")


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
    publishedAt = DateTimeField(allow_null=True, help_text="null only of a draft.")
    markdownUrl = URLField(help_text="The address of the file.")
    hasUnpublishedChanges = BooleanField(required=False, help_text="Of a draft alone.")


class Page(serializers.Serializer):
    count = IntegerField(min_value=0)
    next = URLField(allow_null=True)
    previous = URLField(allow_null=True)


class EntryPage(Page):
    results = EntrySummary(many=True)


class BookPage(Page):
    results = BookSummary(many=True)


class Reference(serializers.Serializer):
    """What `expand` gives in place of a slug."""

    kind = ChoiceField(choices=["entry", "book"])
    slug = CharField(help_text=_SLUG)
    title = CharField(allow_null=True)
    exists = BooleanField(help_text="Whether it is published.")
    briefDefinition = CharField(allow_blank=True, help_text="Of a book its description.")
    url = URLField(allow_null=True)


class FacetValue(serializers.Serializer):
    value = CharField(help_text="As it is compared.")
    # A field, and no longer the attribute of serializers that has this name.
    label = CharField(help_text="As most items write it.")  # type: ignore[assignment]
    count = IntegerField(min_value=0)


class EntryFacets(serializers.Serializer):
    category = FacetValue(many=True)
    difficulty = FacetValue(many=True)
    status = FacetValue(many=True)
    tag = FacetValue(many=True)
    initial = FacetValue(many=True)


class BookFacets(serializers.Serializer):
    author = FacetValue(many=True)
    difficulty = FacetValue(many=True)
    status = FacetValue(many=True)
    initial = FacetValue(many=True)


class HitFacets(serializers.Serializer):
    category = FacetValue(many=True)
    difficulty = FacetValue(many=True)
    tag = FacetValue(many=True)
    status = FacetValue(many=True)


class Hit(serializers.Serializer):
    kind = ChoiceField(choices=["entry", "book"])
    slug = CharField(help_text=_SLUG)
    title = CharField()
    url = URLField(help_text="The address in this API.")
    matchedLabel = CharField(
        allow_null=True, help_text="The title, alias, slug or tag that matched; null for the text."
    )
    snippet = CharField(allow_blank=True, help_text="Safe HTML: text with <mark> around what matched.")
    category = CharField(allow_null=True)
    difficulty = CharField(allow_null=True)
    tags = ListField(child=CharField())
    aliases = ListField(child=CharField())
    status = CharField(help_text=_STATUS)
    lastUpdated = CharField(allow_null=True, help_text=_DATE)
    briefDefinition = CharField(allow_blank=True, help_text="Markdown. Of a book its description.")


class SearchPage(Page):
    query = CharField(allow_blank=True)
    correctedQuery = CharField(
        allow_null=True, help_text="What was searched instead, since nothing has what was typed."
    )
    approximate = BooleanField(help_text="Whether count and facets are estimates, because very many items match.")
    facets = HitFacets()
    results = Hit(many=True)


class Choice(serializers.Serializer):
    slug = CharField()
    title = CharField()
    matchedLabel = CharField()
    url = URLField()
    qualifier = CharField(allow_null=True, help_text="What stands in parentheses at the end of the title.")
    category = CharField(allow_null=True)
    briefDefinition = CharField()
    status = CharField(help_text=_STATUS)
    replacedBy = CharField(allow_null=True, help_text="The slug of the entry to use instead of a deprecated one.")


class Choices(serializers.Serializer):
    name = CharField()
    choices = Choice(many=True)


class VocabularyValue(FacetValue):
    url = URLField(help_text="The entries that have it.")


class Vocabulary(serializers.Serializer):
    count = IntegerField(min_value=0)
    results = VocabularyValue(many=True)


class Node(serializers.Serializer):
    id = CharField(help_text="kind:slug")
    kind = ChoiceField(choices=["entry", "book"])
    slug = CharField()
    title = CharField()
    category = CharField(allow_null=True)
    url = URLField()


class Edge(serializers.Serializer):
    source_ = CharField(help_text="The id of a node.")
    target = CharField(help_text="The id of a node.")
    type = CharField(
        help_text="The field that refers: related, requires, broader, replacedBy, recommendedBooks, topics."
    )

    def get_fields(self) -> dict[str, Any]:
        # `source` is a name that serializers use themselves.
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class Graph(serializers.Serializer):
    nodes = Node(many=True)
    edges = Edge(many=True)


class HealthProblem(serializers.Serializer):
    code = CharField(help_text="Stable, such as related.dangling.")
    severity = ChoiceField(choices=["error", "warning", "hint"])
    kind = ChoiceField(choices=["entry", "book"])
    slug = CharField()
    line = IntegerField(min_value=0, help_text="In the Markdown of the item; 0 for the file as a whole.")
    field = CharField(allow_blank=True, help_text="The front-matter key or section that is meant.")
    value = CharField(allow_blank=True, help_text="What in it is meant, such as a slug or an address.")
    message = CharField()
    hint = CharField(allow_blank=True, help_text="What to do about it.")
    url = CharField()


class HealthCode(serializers.Serializer):
    code = CharField()
    severity = ChoiceField(choices=["error", "warning", "hint"])
    count = IntegerField(min_value=1)


class Severities(serializers.Serializer):
    error = IntegerField(min_value=0)
    warning = IntegerField(min_value=0)
    hint = IntegerField(min_value=0)


class Wanted(serializers.Serializer):
    kind = ChoiceField(choices=["entry", "book"])
    slug = CharField()
    count = IntegerField(min_value=1)


class Health(serializers.Serializer):
    score = IntegerField(min_value=0, max_value=100, help_text="Of 100 texts so many have neither error nor warning.")
    texts = IntegerField(min_value=0)
    severities = Severities()
    codes = HealthCode(many=True)
    wanted = Wanted(many=True, help_text="What is named and not there, the most wanted first.")
    count = IntegerField(min_value=0, help_text="Of the problems that were asked for.")
    next = CharField(allow_null=True)
    problems = HealthProblem(many=True)


@extend_schema_field(
    {"anyOf": [{"$ref": "#/components/schemas/Entry"}, {"$ref": "#/components/schemas/Book"}, {"type": "null"}]}
)
class _Item(JSONField):
    """An entry or a book, as its address answers it; null for what is gone."""


class PathStep(serializers.Serializer):
    slug = CharField()
    title = CharField()
    difficulty = CharField(allow_null=True)
    briefDefinition = CharField(allow_blank=True, help_text=_MARKDOWN)
    level = IntegerField(min_value=0, help_text="How many entries must be read before this one, one after the other.")
    requires = _slugs("Those of the other steps that it requires itself; in a cycle, also the entry asked for.")
    url = URLField()


class MissingStep(serializers.Serializer):
    slug = CharField(help_text="Of no published entry.")
    requiredBy = _slugs("The entries that require it.")


class LearningPath(serializers.Serializer):
    slug = CharField()
    title = CharField()
    url = URLField()
    requires = _slugs("Those of the steps that the entry requires itself.")
    count = IntegerField(min_value=0, help_text="How many steps there are.")
    steps = PathStep(many=True, help_text="What to read first, in this order; the entry itself is not among them.")
    cycles = ListField(
        child=ListField(child=CharField()),
        help_text="Entries that require each other: each the next one, the last the first.",
    )
    missing = MissingStep(many=True)


class ChangeLine(serializers.Serializer):
    id = UUIDField(help_text="Of the item, whatever its slug.")
    kind = ChoiceField(choices=["entry", "book"])
    action = ChoiceField(choices=["published", "renamed", "unpublished", "deleted"])
    slug = CharField()
    previousSlug = CharField(allow_null=True, help_text="Before it was renamed.")
    changedAt = DateTimeField()
    item = _Item(
        help_text="What the detail answers now; null for what is gone, and where a later line tells of the same item.",
    )


class ChangePage(serializers.Serializer):
    results = ChangeLine(many=True)
    nextCursor = CharField(help_text="The `since` of the next request, now or next week.")
    more = BooleanField(help_text="Whether there is more already.")
    next = URLField(allow_null=True, help_text="The next page, if there is more already.")


class AnnotateRequest(serializers.Serializer):
    text = CharField(max_length=1_000_000)
    offsets = ChoiceField(choices=["codePoints", "utf16"], required=False, help_text="JavaScript counts in utf16.")
    once = BooleanField(required=False, help_text="Only the first place of each entry.")
    exclude = ListField(child=CharField(), required=False, help_text="Slugs that are not to be found.")


class Match(serializers.Serializer):
    start = IntegerField(min_value=0)
    end = IntegerField(min_value=0)
    text = CharField()
    slug = CharField()
    title = CharField()
    url = URLField()
    deprecated = BooleanField(help_text="Whether the entry is deprecated; then no other one has the name.")
    replacedBy = CharField(allow_null=True, help_text="The slug of the entry to use instead of a deprecated one.")
    alternatives = ListField(child=CharField(), help_text="Slugs of other entries of that name, deprecated ones last.")


class Matches(serializers.Serializer):
    count = IntegerField(min_value=0)
    matches = Match(many=True)


class Addresses(serializers.Serializer):
    entries = URLField()
    books = URLField()
    search = URLField()
    lookup = URLField()
    facets = URLField()
    categories = URLField()
    tags = URLField()
    graph = URLField()
    health = URLField()
    changes = URLField()
    export = URLField()
    chunks = URLField()
    annotate = URLField()
    jsonld = URLField()
    turtle = URLField()
    entriesCsv = URLField()
    entriesTbx = URLField()
    booksCsv = URLField()
    booksCsl = URLField()
    booksBibtex = URLField()
    schema = URLField()
    docs = URLField()
    feed = URLField()
    sitemap = URLField()
    llms = URLField()
    llmsFull = URLField()


class FieldError(serializers.Serializer):
    path = CharField(required=False, help_text="Of an import alone: which file.")
    field = CharField(allow_blank=True)
    line = IntegerField(allow_null=True, help_text="Line of the file, where there is one.")
    message = CharField()
    hint = CharField(allow_blank=True, help_text="What to do about it.")


class SideBySide(serializers.Serializer):
    field = CharField()
    base = JSONField(help_text="What both edits were made from; null for nothing.")
    yours = JSONField()
    theirs = JSONField(help_text="What is there now.")


class Problem(serializers.Serializer):
    type = CharField()
    title = CharField()
    status = IntegerField()
    detail = CharField()
    code = CharField(help_text="Stable; for programs.")
    # A field, and no longer the property of serializers that has this name.
    errors = FieldError(many=True)  # type: ignore[assignment]


class EditConflict(Problem):
    conflicts = SideBySide(many=True, required=False)


# --- what is written ---


def _words(help_text: str) -> ListField:
    return ListField(child=CharField(), required=False, max_length=1000, help_text=help_text)


def _line(help_text: str = "") -> CharField:
    return CharField(required=False, allow_null=True, allow_blank=True, help_text=help_text)


def _prose(help_text: str = _MARKDOWN) -> CharField:
    return CharField(required=False, allow_blank=True, help_text=help_text)


def _lines(help_text: str) -> ListField:
    return ListField(
        child=CharField(), required=False, allow_null=True, max_length=1000, help_text=f"{help_text} null: as it is."
    )


class WrittenSection(serializers.Serializer):
    heading = CharField(allow_blank=True)
    key = CharField(
        required=False, allow_null=True, allow_blank=True, help_text="Of a section that is there: it stays."
    )
    markdown = CharField(allow_blank=True)


class WrittenLink(serializers.Serializer):
    title = _line()
    url = CharField(help_text="http or https.")
    description = _line()
    type = _line()
    difficulty = _line()
    extra = DictField(required=False, help_text="As it was read; it is not changed here.")


class EntryPatch(serializers.Serializer):
    """What is left out stays."""

    title = CharField(required=False, max_length=300)
    slug = CharField(required=False, help_text="The one it has. Renaming changes it.")
    category = _line()
    difficulty = _line("beginner, intermediate, advanced or another.")
    tags = _words("Each once.")
    aliases = _words("Other names of the term.")
    status = _line("draft, published, deprecated or another.")
    replacedBy = _line("The slug of the entry to use instead.")
    lastUpdated = _line("An ISO date.")
    related = _words("Slugs of entries.")
    recommendedBooks = _words("Slugs of books.")
    requires = _words("Slugs of entries.")
    broader = _words("Slugs of entries.")
    externalLinks = WrittenLink(many=True, required=False)
    preamble = _prose("Markdown before the first heading.")
    briefDefinition = _prose()
    detailedExplanation = _prose()
    keyConcepts = _lines("One flat list.")
    commonApplications = _lines("One flat list.")
    prerequisites = _lines("One flat list.")
    sections = WrittenSection(
        many=True, required=False, help_text="All sections, in their order, in place of those by name."
    )


class EntryPut(EntryPatch):
    """What is left out is empty, but for the slug, `extra` and sections without a name of their own."""

    title = CharField(max_length=300)


class EntryPost(EntryPut):
    slug = CharField(help_text="Lower-case letters, digits and hyphens.")


class BookPatch(serializers.Serializer):
    """What is left out stays."""

    title = CharField(required=False, max_length=300)
    slug = CharField(required=False, help_text="The one it has. Renaming changes it.")
    subtitle = _line()
    authors = _words("Names.")
    editors = _words("Names.")
    publisher = _line()
    publishYear = IntegerField(required=False, allow_null=True, min_value=1450, max_value=2100)
    edition = _line()
    isbn = _line("Of 10 or 13 digits.")
    pages = IntegerField(required=False, allow_null=True, min_value=1, max_value=100_000)
    language = _line("A BCP 47 tag.")
    description = _prose("Plain text.")
    difficulty = _line()
    topics = _words("Slugs of entries.")
    coverImage = _line("A web address, or a path below the content root.")
    url = _line("The page of the book itself.")
    doi = _line()
    openLibraryId = _line()
    status = _line("draft, published, deprecated or another.")
    lastUpdated = _line("An ISO date.")
    body = _prose()


class BookPut(BookPatch):
    """What is left out is empty, but for the slug and `extra`."""

    title = CharField(max_length=300)


class BookPost(BookPut):
    slug = CharField(help_text="Lower-case letters, digits and hyphens.")


class PublishRequest(serializers.Serializer):
    lastUpdated = CharField(required=False, help_text="A day, written into the file as its `lastUpdated`.")


class UnpublishRequest(serializers.Serializer):
    pass


class RenameRequest(serializers.Serializer):
    slug = CharField(help_text="The new one.")


class RestoreRequest(serializers.Serializer):
    version = IntegerField(
        required=False, min_value=1, help_text="Whose text comes back. Of a deleted item, if left out, the newest."
    )
    publish = BooleanField(required=False)


class ImportFile(serializers.Serializer):
    path = CharField(help_text="From the content root, such as terms/black-box.md.")
    content = CharField(allow_blank=True, help_text="The whole file.")
    etag = CharField(required=False, allow_null=True, help_text="Of a file that is there: what it was made from.")


class ImportRequest(serializers.Serializer):
    files = ImportFile(many=True)
    dryRun = BooleanField(required=False, help_text="Only say what would happen, and what is wrong.")
    publish = BooleanField(required=False, help_text="Publish them all.")


class ImportResult(serializers.Serializer):
    path = CharField()
    kind = ChoiceField(choices=["entry", "book"])
    slug = CharField()
    action = ChoiceField(choices=["created", "changed", "unchanged"])
    version = IntegerField(min_value=1)


class ImportAnswer(serializers.Serializer):
    dryRun = BooleanField()
    results = ImportResult(many=True)
