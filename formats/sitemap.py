"""Site maps, as sitemaps.org has them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from formats.xml import HEAD, content

# What one file may hold. In bytes it may have 50 MB, which is five times what so many of the longest slugs take.
LARGEST = 50_000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Of an address, by the protocol.
_LONGEST = 2047


def urls(pages: Iterable[tuple[str, datetime | None]]) -> Iterator[str]:
    """pages: their addresses, and when each was published last."""
    yield f'{HEAD}<urlset xmlns="{_NAMESPACE}">\n'
    for address, changed in pages:
        if len(address) <= _LONGEST:
            yield f"<url>{_place(address, changed)}</url>\n"
    yield "</urlset>\n"


def index(parts: Iterable[tuple[str, datetime | None]]) -> Iterator[str]:
    """parts: addresses of site maps."""
    yield f'{HEAD}<sitemapindex xmlns="{_NAMESPACE}">\n'
    for address, changed in parts:
        yield f"<sitemap>{_place(address, changed)}</sitemap>\n"
    yield "</sitemapindex>\n"


def _place(address: str, changed: datetime | None) -> str:
    lastmod = f"<lastmod>{changed.isoformat(timespec='seconds')}</lastmod>" if changed else ""
    return f"<loc>{content(address)}</loc>{lastmod}"
