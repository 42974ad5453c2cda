"""The same content in the tables of the others, taken from what ours exports."""

from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.api.peer.models import Book, Category, Entry, Link, Stored, Tag


def store(bodies: Mapping[str, bytes]) -> None:
    Stored.objects.bulk_create([Stored(key=key, body=body) for key, body in bodies.items()])


def add(items: list[dict[str, Any]]) -> None:
    """items: details. What they refer to among each other comes later, by `relate`."""
    categories = _ids(Category, "name", (item["category"] for item in items))
    tags = _ids(Tag, "name", (tag for item in items for tag in item["tags"]))
    books = _ids(Book, "slug", (slug for item in items for slug in item["recommendedBooks"]))
    Entry.objects.bulk_create([_entry(item, categories[item["category"]]) for item in items])
    ids = dict(Entry.objects.filter(slug__in=[item["slug"] for item in items]).values_list("slug", "pk"))
    pairs = [(item, ids[item["slug"]]) for item in items]
    Entry.tags.through.objects.bulk_create(
        [
            Entry.tags.through(entry_id=key, tag_id=tags[tag])
            for item, key in pairs
            for tag in dict.fromkeys(item["tags"])
        ]
    )
    Entry.books.through.objects.bulk_create(
        [
            Entry.books.through(entry_id=key, book_id=books[slug])
            for item, key in pairs
            for slug in dict.fromkeys(item["recommendedBooks"])
        ]
    )
    Link.objects.bulk_create([_link(link, key) for item, key in pairs for link in item["externalLinks"]])


def relate(related: Mapping[str, list[str]]) -> None:
    """related: slugs that a slug refers to, of entries that are all there."""
    ids = dict(Entry.objects.values_list("slug", "pk"))
    through = Entry.related.through
    rows = [
        through(from_entry_id=ids[slug], to_entry_id=ids[other])
        for slug, others in related.items()
        for other in dict.fromkeys(others)
    ]
    through.objects.bulk_create(rows, batch_size=5_000)


def _ids(model: Any, field: str, names: Iterable[str]) -> dict[str, int]:
    wanted = [model(**{field: name}) for name in dict.fromkeys(names)]
    model.objects.bulk_create(wanted, ignore_conflicts=True)
    return dict(model.objects.values_list(field, "pk"))


def _entry(item: dict[str, Any], category: int) -> Entry:
    return Entry(
        slug=item["slug"],
        title=item["title"],
        category_id=category,
        difficulty=item["difficulty"],
        status=item["status"],
        last_updated=item["lastUpdated"],
        aliases=item["aliases"],
        brief_definition=item["briefDefinition"],
        detailed_explanation=item["detailedExplanation"],
        preamble=item["preamble"],
        key_concepts=item["keyConcepts"],
        common_applications=item["commonApplications"],
        prerequisites=item["prerequisites"],
        sections=item["sections"],
        extra=item["extra"],
        version=item["version"],
        published_at=item["publishedAt"],
    )


def _link(link: dict[str, Any], entry: int) -> Link:
    return Link(
        entry_id=entry,
        title=link["title"],
        url=link["url"],
        description=link["description"],
        type=link["type"],
        difficulty=link["difficulty"],
    )
