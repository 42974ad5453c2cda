"""Values that had no text before, as YAML text in the style of their surroundings."""

from collections.abc import Mapping
from typing import Any

from .scalars import Context, emit, emit_key

# Key to scalar style, learnt from a neighbour: a new link looks like the one above it.
Styles = Mapping[Any, str]


def flow(value: Any, context: Context, style: str = "?", styles: Styles | None = None) -> str:
    """A value on one line.

    >>> flow(["a", "b"], Context("\\n"))
    '["a", "b"]'
    """
    if isinstance(value, list):
        inside = context.inside_flow()
        return "[" + ", ".join(flow(item, inside, style) for item in value) + "]"
    if isinstance(value, dict):
        inside = context.inside_flow()
        pairs = (
            f"{emit_key(key, inside)}: {flow(item, inside, (styles or {}).get(key, '?'))}"
            for key, item in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    return emit(value, style, context)


def after_colon(value: Any, column: int, context: Context, style: str = "?", indent: int = 2) -> str:
    """What follows `key:`, the leading blank or line end included; `column` is that of the key.

    indent: columns by which a block list or map stands further right than its key.
    """
    if isinstance(value, dict) and value:
        return context.newline + " " * (column + 2) + block_map(value, column + 2, context)
    if isinstance(value, list) and _in_block(value, context):
        start = context.newline + " " * (column + indent) + "- "
        return "".join(start + block_item(item, column + indent + 2, context, style) for item in value)
    return " " + flow(value, context, style)


def block_map(value: dict[Any, Any], column: int, context: Context, styles: Styles | None = None) -> str:
    """The lines of a map, the first without its indent and the last without its line end."""
    styles = styles or {}
    lines = (
        f"{emit_key(key, context)}:{after_colon(item, column, context, styles.get(key, '?'))}"
        for key, item in value.items()
    )
    return (context.newline + " " * column).join(lines)


def block_item(value: Any, column: int, context: Context, style: str = "?", styles: Styles | None = None) -> str:
    """What follows the dash and its blanks; `column` is where that begins."""
    if isinstance(value, dict) and value:
        return block_map(value, column, context, styles)
    return flow(value, context, style)


def _in_block(value: list[Any], context: Context) -> bool:
    return bool(value) and (context.habits.block_lists or any(isinstance(item, dict) and item for item in value))
