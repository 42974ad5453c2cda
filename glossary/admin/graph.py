"""The graph of entries as a picture, and the same as a list."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from glossary import graph
from glossary.graph import Course, Graph, Node
from publishing.admin.base import ItemPages, number

_DEPTHS = (1, 2, 3)
# As many colours as can be told apart; each category has its name beside it anyway.
_COLOURS = 10


class GraphPages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("graph/", self.admin_site.admin_view(self.graph_view), name=f"{name}_whole_graph"),
            self.item_path("graph", self.neighbourhood_view),
            self.item_path("path", self.path_view),
            *super().get_urls(),
        ]

    def graph_view(self, request: HttpRequest) -> HttpResponse:
        """The whole glossary."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return self._page(request, graph.whole(), title=_("Graph"))

    def neighbourhood_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET `depth`: what is so many lines away from one entry."""
        item = self.row_to("view", request, object_id).item
        wanted = number(request.GET.get("depth"))
        depth = wanted if wanted in _DEPTHS else 1
        title = _("Around “%s”") % item.title
        return self._page(request, graph.around(item, depth), title=title, centre=item, depth=depth, depths=_DEPTHS)

    def path_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What to read before one entry, and in which order."""
        item = self.row_to("view", request, object_id).item
        course = graph.before(item)
        context = {"centre": item, "depths": _DEPTHS, "levels": course.levels, "course": self._course(request, course)}
        return self._page(request, course.graph, "lemma/path.html", title=_("Before “%s”") % item.title, **context)

    def _course(self, request: HttpRequest, course: Course) -> dict[str, Any]:
        def row(node: Node) -> dict[str, Any]:
            return {
                "node": node,
                "address": self._address(request, node),
                "difficulty": course.difficulties.get(node.key, ""),
                "after": [(other, self._address(request, other)) for other in course.after[node.key]],
            }

        return {
            "steps": [row(node) for node in course.steps],
            "missing": [row(node) for node in course.missing],
            "cycles": [[row(node) for node in cycle] for cycle in course.cycles],
        }

    def _page(
        self, request: HttpRequest, found: Graph, template: str = "lemma/graph.html", **context: Any
    ) -> HttpResponse:
        categories = sorted({node.category for node in found.nodes if node.category}, key=str.casefold)
        colours = {name: number % _COLOURS for number, name in enumerate(categories)}
        centre = context.get("centre")
        addresses = {node.key: self._address(request, node) for node in found.nodes}
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "legend": list(colours.items()),
            "graph": _drawn(found, colours, addresses, str(centre.pk) if centre else "", context.get("levels", {})),
            "rows": _rows(found, addresses),
            "left": found.left,
            "has_dangling": any(node.is_dangling for node in found.nodes),
            "has_books": any(node.kind == "book" for node in found.nodes),
        }
        return TemplateResponse(request, template, {**shared, **context})

    def _address(self, request: HttpRequest, node: Node) -> str:
        """The form of an item; of one that is not written yet, an empty one with its slug."""
        pages = self.pages_of(node.kind)
        if not node.is_dangling:
            return pages.address("change", node.pk) if pages.has_view_or_change_permission(request) else ""
        return f"{pages.address('add')}?{urlencode({'slug': node.slug})}" if pages.has_add_permission(request) else ""


def _drawn(
    found: Graph, colours: Mapping[str, int], addresses: Mapping[str, str], centre: str, levels: Mapping[str, int]
) -> dict[str, list[dict[str, Any]]]:
    """As the script reads it."""
    nodes = [
        {
            "id": node.key,
            "label": node.title,
            "colour": colours.get(node.category, -1),
            "kind": node.kind,
            "dangling": node.is_dangling,
            "centre": node.key == centre,
            "address": addresses[node.key],
            **({"level": levels[node.key]} if levels else {}),
        }
        for node in found.nodes
    ]
    lines = [{"source": line.source, "target": line.target, "field": line.field} for line in found.lines]
    return {"nodes": nodes, "lines": lines}


def _rows(found: Graph, addresses: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each node with what it leads to and by how many it is named."""
    nodes = {node.key: node for node in found.nodes}
    leading: dict[str, dict[str, None]] = {}
    named: dict[str, set[str]] = {}
    for line in found.lines:
        leading.setdefault(line.source, {})[line.target] = None
        named.setdefault(line.target, set()).add(line.source)
    return [
        {
            "node": node,
            "address": addresses[node.key],
            "leads": [(nodes[key], addresses[key]) for key in leading.get(node.key, ())],
            "named": len(named.get(node.key, ())),
        }
        for node in sorted(found.nodes, key=lambda node: node.title.casefold())
    ]
