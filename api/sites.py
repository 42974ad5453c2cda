"""Where readers find the glossary, as the settings say, or else here."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from formats.iris import iri
from formats.site import Site

# Of this API: what it answers there is what there is to read.
_ENTRY, _BOOK = "entries/{slug}/", "books/{slug}/"


def of(request: HttpRequest) -> Site:
    if settings.LEMMA_SITE_URL:
        return at(settings.LEMMA_SITE_URL)
    root = request.build_absolute_uri(reverse("api:root"))
    return Site(root, settings.LEMMA_SITE_TITLE, settings.LEMMA_LOCALE, _ENTRY, _BOOK)


def at(root: str) -> Site:
    """One whose pages are as the settings say, below another address."""
    return Site(
        root if root.endswith("/") else f"{root}/",
        settings.LEMMA_SITE_TITLE,
        settings.LEMMA_LOCALE,
        settings.LEMMA_SITE_ENTRY_PATH,
        settings.LEMMA_SITE_BOOK_PATH,
    )


def problem(root: str) -> str:
    """What is wrong with an address that names of things are to begin with; "" for nothing."""
    if not root:
        return "It has to be said where readers find the glossary."
    if iri(root) != root or "?" in root or "#" in root:
        return f"“{root}” is no address that others can begin with."
    return ""
