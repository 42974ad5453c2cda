"""Fields and values of documents in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

# What is no content.
_PROPERTIES = {
    "lineEnds": _("Line ends of the file"),
    "byteOrderMark": _("Byte order mark of the file"),
    "lastNewline": _("Line end after the last line"),
    "keyOrder": _("Order of the keys in the file"),
    "comments": _("Comments in the file"),
    "formatting": _("Spacing in the file"),
}


def value_text(value: Any) -> str:
    """A value as a text of one or more lines; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(map(value_text, value))
    if isinstance(value, dict):
        return "\n".join(f"{key}: {value_text(item)}" for key, item in value.items())
    return str(value)


def field_label(field: str, labels: Mapping[str, str]) -> str:
    """What the form calls the field: `section:Key Concepts` is Key Concepts there."""
    if field.startswith("section:"):
        return field.removeprefix("section:")
    if field.startswith("heading:"):
        return str(_("Heading of “%s”") % field.removeprefix("heading:"))
    if field in _PROPERTIES and field not in labels:
        return str(_PROPERTIES[field])
    key, bracket, rest = field.partition("[")
    return f"{labels.get(key, key)}: {rest.replace(']', '', 1)}" if bracket else labels.get(key, key)
