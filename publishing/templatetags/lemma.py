from typing import Any

from django import template

from publishing import saved_views as keeping
from publishing.times import ago

register = template.Library()
register.filter("ago", ago)


@register.filter
def of(found: dict[str, Any] | None, name: str) -> Any:
    """What a dictionary has under a name; nothing if there is none."""
    return (found or {}).get(name, ())


@register.simple_tag(takes_context=True)
def saved_views(context: Any, changelist: Any) -> dict[str, Any]:
    """The views that the person keeps of this list.

    `views`, the key of the `selected` one, the `query` that could be kept, and the `address` that keeps and forgets.
    """
    request, page = context["request"], changelist.model_admin
    query = keeping.normal(request.GET.urlencode())
    if query.startswith("show=") and "&" not in query:
        # Everybody has that one already.
        query = ""
    views = keeping.of(request.user, page.kind)
    selected = next((view.pk for view in views if view.query == query), None)
    return {"views": views, "selected": selected if query else None, "query": query, "address": page.address("views")}


@register.simple_tag
def quick_views(changelist: Any) -> list[dict[str, Any]]:
    """The views that stand above a list: `display`, `query_string`, `selected`."""
    specs = [spec for spec in changelist.filter_specs if getattr(spec, "is_above_list", False)]
    return [choice for spec in specs for choice in spec.choices(changelist)]
