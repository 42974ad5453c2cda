"""The external links of an entry, read from its front matter."""

from dataclasses import dataclass, field
from typing import Any

from publishing.validators import validate_http_url
from publishing.values import DIFFICULTIES, Place, Reader, json_safe

TYPES = ("article", "tutorial", "video", "course", "documentation", "research")

_KEYS = frozenset(["title", "url", "description", "type", "difficulty"])
_TITLE_LIMIT = 500
_EXAMPLE = '- url: "https://…"'
_REMEDY = 'Write url: "https://…".'


@dataclass(slots=True)
class Link:
    url: str = ""
    title: str = ""
    description: str = ""
    type: str = ""
    difficulty: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def read(reader: Reader) -> list[Link]:
    found: list[Link] = []
    urls: set[str] = set()
    for place, value in reader.maps("externalLinks", _EXAMPLE):
        link = _link(reader, place, value)
        if link.url in urls:
            reader.warning("link.duplicate", f"The address {link.url} stands twice.", place, "Keep one of the two.")
        elif link.url:
            urls.add(link.url)
        found.append(link)
    return found


def _link(reader: Reader, place: Place, value: dict[Any, Any]) -> Link:
    link = Link()
    has_address = False
    for key, item in value.items():
        name = key if key in _KEYS else str(key).casefold()
        # Of `url` and `URL` in one link, the usual spelling counts.
        if name not in _KEYS or (name != key and name in value):
            link.extra[str(key)] = json_safe(item)
            continue
        here = (*place, key)
        if name == "url":
            has_address = True
            link.url = _url(reader, here, item)
        elif name == "title":
            link.title = reader.text_at(here, item, "link.title", _TITLE_LIMIT)
        elif name == "description":
            link.description = reader.text_at(here, item, "link.description")
        elif name == "type":
            link.type = reader.label_at(here, item, "link.type", TYPES)
        else:
            link.difficulty = reader.label_at(here, item, "link.difficulty", DIFFICULTIES)
    if not has_address:
        reader.error("link.url", "The link has no address.", place, f"Write {_EXAMPLE}.")
    return link


def _url(reader: Reader, place: Place, value: Any) -> str:
    url = reader.text_at(place, value, "link.url")
    if not url:
        if not isinstance(value, list | dict):
            reader.error("link.url", "The address is empty.", place, _REMEDY)
        return ""
    # Unstripped: blanks around an address are refused like blanks within.
    reader.check(validate_http_url, value if type(value) is str else url, place, "link.url", _REMEDY)
    return url
