from typing import Any

from django import template

from publishing.times import ago

register = template.Library()
register.filter("ago", ago)


@register.simple_tag
def quick_views(changelist: Any) -> list[dict[str, Any]]:
    """The views that stand above a list: `display`, `query_string`, `selected`."""
    specs = [spec for spec in changelist.filter_specs if getattr(spec, "is_above_list", False)]
    return [choice for spec in specs for choice in spec.choices(changelist)]
