"""Finished JSON put together, without reading it."""

from collections.abc import Iterable

import orjson

from api import resources
from api.resources import Resource


def with_fields(finished: bytes, fields: dict[str, str]) -> bytes:
    """Finished JSON of an object with fields added at its end."""
    return finished[:-1] + b"," + orjson.dumps(fields)[1:]


def with_addresses(resource: Resource, root: str, slug: str, finished: bytes) -> bytes:
    """A payload with the addresses of its item, which it cannot know."""
    addresses = {resource.url_field: resources.detail(root, slug), "markdownUrl": resources.markdown(root, slug)}
    return with_fields(finished, addresses)


def page(count: int, following: str | None, previous: str | None, results: Iterable[bytes]) -> bytes:
    head = orjson.dumps({"count": count, "next": following, "previous": previous})
    return head[:-1] + b',"results":[' + b",".join(results) + b"]}"
