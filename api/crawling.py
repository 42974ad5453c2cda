"""What feeds, site maps and language models are given of what is published."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

import orjson
from django.conf import settings

from api import facts, resources
from api import feed as changes
from api.listing import PUBLISHED
from api.resources import Resource, Roots
from api.state import moment
from documents import markdown
from formats import atom, llms, sitemap
from formats.items import Item
from formats.site import Site
from publishing import asking

_NEWEST = 50


def feed(site: Site, address: str) -> str:
    return atom.feed(_news(), site, address)


def _news() -> Iterator[atom.News]:
    statement = (
        f"SELECT i.uuid, p.published_at, p.kind, p.slug, p.title, p.summary FROM {PUBLISHED} p "  # noqa: S608
        f"JOIN {changes.ITEMS} i ON i.id = p.item_id WHERE p.locale = %s ORDER BY p.id DESC LIMIT %s"
    )
    for uuid, at, kind, slug, title, summary in asking.rows(statement, [settings.LEMMA_LOCALE, _NEWEST]):
        said = orjson.loads(bytes(summary))
        text = said["briefDefinition"] if kind == "entry" else said["description"]
        yield atom.News(Item(kind, slug, title, "", said), changes.dashed(uuid), _utc(at), markdown.render(text))


def parts() -> int:
    """How many site maps there are: what is published, and the site itself."""
    [count] = asking.row(f"SELECT COUNT(*) FROM {PUBLISHED} WHERE locale = %s", [settings.LEMMA_LOCALE])  # noqa: S608
    return int(count) // sitemap.LARGEST + 1


def pages(site: Site, number: int) -> Iterator[tuple[str, datetime | None]]:
    """Those in one of the site maps."""
    if number == 1:
        yield site.root, None
    start = (number - 1) * sitemap.LARGEST - 1
    statement = f"SELECT kind, slug, published_at FROM {PUBLISHED} WHERE locale = %s ORDER BY id LIMIT %s OFFSET %s"  # noqa: S608
    values = [settings.LEMMA_LOCALE, sitemap.LARGEST + min(start, 0), max(start, 0)]
    for rows in asking.stream(statement, values):
        for kind, slug, at in rows:
            yield site.page(kind, slug), _utc(at)


def llms_full(site: Site) -> Iterator[str]:
    yield _head(site)
    yield from llms.full(facts.everything("entry", facts.BY_TITLE), site)


def _listed(resource: Resource, root: str, heading: str, order: str) -> Iterator[str]:
    items = facts.everything(resource.kind, order)
    return llms.listed(items, heading, facts.categories(), lambda item: resources.markdown(root, item.slug))


def llms_txt(site: Site, roots: Roots) -> Iterator[str]:
    return chain(
        [_head(site)],
        _listed(resources.ENTRIES, roots["entry"], "Entries", facts.BY_CATEGORY),
        _listed(resources.BOOKS, roots["book"], "Books", facts.BY_TITLE),
    )


def _head(site: Site) -> str:
    statement = f"SELECT kind, COUNT(*) FROM {PUBLISHED} WHERE locale = %s GROUP BY kind"  # noqa: S608
    counts = dict(asking.rows(statement, [settings.LEMMA_LOCALE]))
    return llms.head(site, counts.get("entry", 0), counts.get("book", 0))


def _utc(value: object) -> datetime:
    found = moment(value)
    assert found is not None
    return found.astimezone(UTC)
