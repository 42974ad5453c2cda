"""Links to the entries that rendered HTML mentions."""

from collections.abc import Sequence

from django.conf import settings

from api import resources
from glossary.search import autolink, vocabulary
from publishing import names


class Linker:
    """For the items of one answer, so that the names are asked for once."""

    def __init__(self, root: str) -> None:
        """root: the address of the list of entries."""
        self._root = root
        self._finder = vocabulary.finder(resources.ENTRIES.kind, settings.LEMMA_LOCALE)

    def linked(self, parts: Sequence[str], itself: str | None) -> list[str]:
        """The parts of one text, in which each entry is linked once: never itself, nor one that is linked by hand."""
        seen = {names.key(itself)} if itself else set()
        for html in parts:
            seen.update(autolink.linked_slugs(html))
        return [autolink.link(html, self._finder, self._address, seen) for html in parts]

    def _address(self, slug: str) -> str:
        return resources.detail(self._root, slug)
