"""Which fields an answer has, and what stands in them: sparse fields, rendered HTML, references as objects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from api import autolinking, expanding, parameters, resources, shapes
from api.resources import Resource, Roots
from api.state import State
from documents import markdown

PARAMETERS = ("fields", "expand", "autolink")
# Raise it when the same Markdown gives other HTML: the ETags change.
_HTML_VERSION = 2
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
    """`fields` is None for those an answer has unless asked. `expand` adds its fields to them. `autolink`: in HTML the
    first mention of another entry is a link to it.
    """

    kind: str
    fields: frozenset[str] | None = None
    expand: tuple[str, ...] = ()
    autolink: bool = False

    @property
    def is_plain(self) -> bool:
        return self.fields is None and not self.expand

    @property
    def is_whole(self) -> bool:
        """All that is stored and nothing that is made: payloads go out as they are."""
        return self.fields == {_ALL} and not self.expand

    @property
    def depends_on_others(self) -> bool:
        """Whether it may change without the item itself."""
        return bool(self.expand) or self.autolink

    def needs_payload(self) -> bool:
        """Whether a list can not be answered from its stored rows."""
        wanted = (self.fields or frozenset()) | set(self.expand)
        return not wanted <= _SUMMARY[self.kind]

    def etag(self, etag: str, now: State) -> str:
        """Of this selection from the item that has the ETag. It may depend on all that is published."""
        if self.is_plain:
            return etag
        revision = etag.strip('"').partition("-")[0]
        told = [etag, sorted(self.fields or ()), self.fields is None, self.expand, _HTML_VERSION]
        told += [self.autolink] if self.autolink else []
        told += [now.position, now.epoch] if self.depends_on_others else []
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
        linker = autolinking.Linker(roots[resources.ENTRIES.kind]) if self.autolink else None
        return [self._pick(item, linker) for item in items]

    def _pick(self, item: dict[str, Any], linker: autolinking.Linker | None) -> dict[str, Any]:
        fields = self.fields
        if fields is None:
            return item
        itself = item["slug"] if self.kind == resources.ENTRIES.kind else None
        if _HTML in fields:
            [item[_HTML]] = _rendered([_body(item)], linker, itself)
        if _SECTIONS_HTML in fields:
            sections = item["sections"]
            shown = _rendered([section["markdown"] for section in sections], linker, itself)
            for section, html in zip(sections, shown, strict=True):
                section["html"] = html
        if _ALL in fields:
            return item
        wanted = {*fields, *self.expand, *(("sections",) if _SECTIONS_HTML in fields else ())}
        return {name: value for name, value in item.items() if name in wanted}


def read(values: dict[str, str], resource: Resource, *, is_list: bool) -> Selection:
    """Raises ApiError, 400, naming unknown fields, and for links where no HTML is asked for."""
    expand = tuple(parameters.chosen(values, "expand", expanding.allowed(resource.kind)))
    fields = frozenset(parameters.chosen(values, "fields", allowed(resource.kind)))
    autolink = parameters.flag(values, "autolink")
    if autolink and not fields & {_HTML, _SECTIONS_HTML}:
        message = "Links are put into HTML, and none is asked for."
        raise parameters.invalid("autolink", message, f"Write fields={_HTML}, with others if you like.")
    if not fields and is_list and expand:
        # To what a list has, not to all there is.
        return Selection(resource.kind, _SUMMARY[resource.kind], expand)
    return Selection(resource.kind, fields or None, expand, autolink)


def _rendered(texts: Sequence[str], linker: autolinking.Linker | None, itself: str | None) -> list[str]:
    """The HTML of the parts of one text; mentions are linked in the first of them."""
    shown = [markdown.render(text) for text in texts]
    return linker.linked(shown, itself) if linker else shown


def _body(item: dict[str, Any]) -> str:
    if "body" in item:
        return str(item["body"])
    parts: Sequence[str] = [
        item["preamble"],
        *(f"# {section['heading']}\n\n{section['markdown']}" for section in item["sections"]),
    ]
    return "\n\n".join(filter(None, parts))
