"""What was published last, as an Atom feed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.feedgenerator import Atom1Feed

from formats.items import Item
from formats.site import Site
from formats.xml import legal

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class News:
    """html: what to show of it, which is safe."""

    item: Item
    uuid: str
    at: datetime
    html: str


class _Feed(Atom1Feed):
    """`changed`: when the newest was published. Where there is none no clock is asked: one state has one feed."""

    changed = _LONG_AGO

    def latest_post_date(self) -> datetime:
        return self.changed


def feed(news: Iterable[News], site: Site, address: str) -> str:
    """The newest first. An item keeps its id whatever it is called, so a reader shows it as changed, not as new."""
    found = _Feed(
        title=legal(site.title),
        link=site.root,
        description="",
        language=site.language,
        author_name=legal(site.title),
        feed_url=address,
        feed_guid=site.glossary,
    )
    for one in news:
        found.changed = max(found.changed, one.at)
        found.add_item(
            title=legal(one.item.title),
            link=site.page(one.item.kind, one.item.slug),
            description=legal(one.html),
            unique_id=f"urn:uuid:{one.uuid}",
            updateddate=one.at,
            categories=[legal(word) for word in _categories(one.item.said)],
        )
    return str(found.writeString("utf-8"))


def _categories(said: dict[str, Any]) -> list[str]:
    return [word for word in [said.get("category"), *said.get("tags", ())] if word]
