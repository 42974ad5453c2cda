"""Which fields an answer has, and what stands in them: sparse fields, rendered HTML, references as objects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from api import expanding, parameters, resources, shapes
from api.resources import Resource, Roots
from api.state import State
from documents import markdown

PARAMETERS = ("fields", "expand")
# Raise it when the same Markdown gives other HTML: the ETags change.
_HTML_VERSION = 1
_ALL = "*"
_HTML = "html"
_SECTIONS_HTML = "sections.html"
_DETAIL = {"entry": tuple(shapes.Entry().fields), "book": tuple(shapes.Book().fields)}
_SUMMARY = {"entry": frozenset(shapes.EntrySummary().fields), "book": frozenset(shapes.BookSummary().fields)}


def allowed(kind: str) -> tuple[str, ...]:
    extra = (_HTML, _SECTIONS_HTML) if kind == "entry" else (_HTML,)
    return (*_DETAIL[kind], *extra, _ALL)


@dataclass(frozen=True, slots=True)
class Selection:
    """`fields` is None for those an answer has unless asked. `expand` adds its fields to them."""

    kind: str
    fields: frozenset[str] | None = None
    expand: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        return self.fields is None and not self.expand

    @property
    def is_whole(self) -> bool:
        """All that is stored and nothing that is made: payloads go out as they are."""
        return self.fields == {_ALL} and not self.expand

    def needs_payload(self) -> bool:
        """Whether a list can not be answered from its stored rows."""
        wanted = (self.fields or frozenset()) | set(self.expand)
        return not wanted <= _SUMMARY[self.kind]

    def etag(self, etag: str, now: State) -> str:
        """Of this selection from the item that has the ETag. With `expand` it depends on all that is published."""
        if self.is_plain:
            return etag
        revision = etag.strip('"').partition("-")[0]
        told = [etag, sorted(self.fields or ()), self.fields is None, self.expand, _HTML_VERSION]
        told += [now.position, now.epoch] if self.expand else []
        return f'"{revision}-{sha256(repr(told).encode()).hexdigest()[:16]}"'

    def documents(self, bodies: Iterable[tuple[str, bytes]], resource: Resource, roots: Roots) -> list[dict[str, Any]]:
        """(slug, finished JSON) as objects with what was selected."""
        items = []
        for slug, body in bodies:
            item = orjson.loads(body)
            item[resource.url_field] = resources.detail(roots[self.kind], slug)
            item["markdownUrl"] = resources.markdown(roots[self.kind], slug)
            items.append(item)
        if self.expand:
            expanding.expand(items, self.kind, self.expand, roots)
        return [self._pick(item) for item in items]

    def _pick(self, item: dict[str, Any]) -> dict[str, Any]:
        fields = self.fields
        if fields is None:
            return item
        if _HTML in fields:
            item[_HTML] = markdown.render(_body(item))
        if _SECTIONS_HTML in fields:
            for section in item["sections"]:
                section["html"] = markdown.render(section["markdown"])
        if _ALL in fields:
            return item
        wanted = {*fields, *self.expand, *(("sections",) if _SECTIONS_HTML in fields else ())}
        return {name: value for name, value in item.items() if name in wanted}


def read(values: dict[str, str], resource: Resource, *, is_list: bool) -> Selection:
    """Raises ApiError, 400, naming unknown fields."""
    expand = tuple(parameters.chosen(values, "expand", expanding.allowed(resource.kind)))
    fields = frozenset(parameters.chosen(values, "fields", allowed(resource.kind)))
    if not fields and is_list and expand:
        # To what a list has, not to all there is.
        return Selection(resource.kind, _SUMMARY[resource.kind], expand)
    return Selection(resource.kind, fields or None, expand)


def _body(item: dict[str, Any]) -> str:
    if "body" in item:
        return str(item["body"])
    parts: Sequence[str] = [
        item["preamble"],
        *(f"# {section['heading']}\n\n{section['markdown']}" for section in item["sections"]),
    ]
    return "\n\n".join(filter(None, parts))
