"""JSON by orjson. In a module of its own: DRF imports it while it reads the settings."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    # JSON is UTF-8 and its media type has no charset.
    charset = None
    render_style = "binary"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Bytes are finished JSON already and pass through; no data is an empty body."""
        if data is None:
            return b""
        return data if isinstance(data, bytes) else orjson.dumps(data)
