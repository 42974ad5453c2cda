"""Values of a front matter as JSON can say them."""

import math
from datetime import date
from typing import Any


def plain(value: Any) -> Any:
    """Dates in ISO form, keys as strings, numbers that JSON does not know as strings."""
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
