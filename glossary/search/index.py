"""Keeping the index in step with what is published."""

from collections.abc import Callable, Collection, Iterator, Sequence

import orjson
from django.db import transaction

from glossary.search import words
from glossary.search.backends import backend
from glossary.search.contents import contents
from glossary.search.models import Name, SearchItem, SearchText, SearchWord
from publishing import bulk
from publishing.finding import Found
from publishing.models import Facet, Published

# The facets that an answer to a search counts.
COUNTED = ("category", "difficulty", "tag", "status")
_SOME = 500
# The shortest word that is worth correcting, and the longest that anybody types.
_WORD_LENGTHS = range(4, 41)


def follow(withdrawn: Collection[int], coming: Sequence[Found]) -> None:
    """Called by the writer, inside the publishing transaction."""
    keys = list(withdrawn)
    if keys:
        backend().remove(keys)
        bulk.delete(SearchItem, "id", keys)
        bulk.delete(SearchText, "id", keys)
        bulk.delete(Name, "position", keys)
    if coming:
        _add(coming)


def rebuild(progress: Callable[[int], None] = lambda done: None) -> int:
    """Makes the whole index anew, in transactions of some hundred items while the site serves; gives their number.

    Whatever is published or taken back meanwhile is in the index already, or no more.
    """
    with transaction.atomic():
        backend().clear()
        SearchItem.objects.all().delete()
        SearchText.objects.all().delete()
        Name.objects.all().delete()
        SearchWord.objects.all().delete()
    done = after = 0
    while True:
        with transaction.atomic():
            # Locked, so that no row is withdrawn between being read here and being indexed.
            rows = list(Published.objects.select_for_update().filter(pk__gt=after).order_by("pk")[:_SOME])
            indexed = set(SearchItem.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
            _add([found for found in _found(rows) if found.position not in indexed])
        if not rows:
            backend().optimise()
            return done
        after = rows[-1].pk
        done += len(rows)
        progress(done)


def _found(rows: Sequence[Published]) -> Iterator[Found]:
    facets: dict[int, list[tuple[str, str, str]]] = {}
    found = Facet.objects.filter(item__in=[row.item_id for row in rows])
    for item, name, value, label in found.values_list("item", "name", "value", "label"):
        facets.setdefault(item, []).append((name, value, label))
    for row in rows:
        yield Found(
            row.pk,
            row.item_id,
            row.kind,
            row.locale,
            row.sort_key,
            row.present,
            bytes(row.payload),
            facets.get(row.item_id, []),
        )


def _add(coming: Sequence[Found]) -> None:
    read = [(found, contents(orjson.loads(found.payload))) for found in coming]
    bulk.insert(
        SearchText,
        ["id", "title", "aliases", "slug", "tags", "text"],
        (
            (found.position, each.title, "\n".join(each.aliases), each.slug, "\n".join(each.tags), each.text)
            for found, each in read
        ),
    )
    backend().add(
        [(found.position, found.kind, found.locale, each.labels(), _counted(found.facets)) for found, each in read],
        [each.text for _, each in read],
    )
    bulk.insert(
        Name,
        ["position", "kind", "locale", "key", "first", "label", "source"],
        (
            (found.position, found.kind, found.locale, key, key.partition(" ")[0], label, source)
            for found, each in read
            for key, label, source in each.names()
        ),
    )
    # The texts of a glossary share most of what stands between their blanks, which need be taken apart only once.
    parts: set[str] = set()
    for _, each in read:
        text = "\n".join((each.title, *each.aliases, *each.tags, each.text))
        parts.update(text.lower().split() if text.isascii() else text.split())
    _learn(set(words.keys("\n".join(part for part in parts if part.isascii()))))
    _learn(set(words.keys("\n".join(part for part in parts if not part.isascii()))))


def _counted(facets: Sequence[tuple[str, str, str]]) -> str:
    return "\n".join(["\x1f".join(facet) for facet in facets if facet[0] in COUNTED])


def _learn(found: set[str]) -> None:
    new = sorted(word for word in found if len(word) in _WORD_LENGTHS and word.isalpha())
    if new:
        backend().learn(new)
