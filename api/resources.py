"""The two kinds of things the API gives, and their addresses."""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse


@dataclass(frozen=True, slots=True)
class Resource:
    # In `publishing`, and as the noun in messages.
    kind: str
    plural: str
    # The field with the address of the item. A book has a `url` of its own in its file: the page of the publisher.
    url_field: str

    def path(self) -> str:
        return _path(self.plural, get_script_prefix())

    def root(self, request: HttpRequest) -> str:
        """The absolute address of the list. Those of its items begin with it and need no look-up of their own."""
        return request.build_absolute_uri(self.path())


@cache
def _path(plural: str, prefix: str) -> str:
    """Asked for by every answer, and the same under one prefix of the server's."""
    return reverse(f"api:{plural}")


# Kind to the absolute address of its list.
Roots = dict[str, str]

ENTRIES = Resource("entry", "entries", "url")
BOOKS = Resource("book", "books", "apiUrl")


def roots(request: HttpRequest) -> Roots:
    return {resource.kind: resource.root(request) for resource in (ENTRIES, BOOKS)}


def detail(root: str, slug: str) -> str:
    """
    >>> detail("/api/v1/entries/", "naïve-bayes")
    '/api/v1/entries/na%C3%AFve-bayes/'
    """
    return f"{root}{_quoted(slug)}/"


def markdown(root: str, slug: str) -> str:
    return f"{root}{_quoted(slug)}.md"


def linked(root: str, slug: str, suffix: str) -> str:
    return f"{root}{_quoted(slug)}.{suffix}"


def _quoted(slug: str) -> str:
    # Nearly every slug stands for itself, and a page has many.
    return slug if _PLAIN(slug) else quote(slug, safe="")


_PLAIN = re.compile("[a-z0-9-]+").fullmatch
