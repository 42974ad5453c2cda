"""Uploads in a bucket of S3, or of a server that speaks like it. Loaded only where a setting says so."""

from typing import Any

from botocore.config import Config
from storages.backends.s3 import S3Storage

# Somebody waits for the picture. Three tries of these fit into what a browser waits.
_CONNECT, _READ, _TRIES = 2, 10, 3


class ObjectStorage(S3Storage):
    """An object is there whole or not at all. A name always has the same content, so that one may be written twice.

    Readers get pictures from Lemma as they do from the folder, with the same policy; nothing in the bucket is public.
    """

    def __init__(self, **settings: Any):
        # Others than Amazon's do not know every bucket as a host, nor its newer checksums.
        other: dict[str, Any] = {}
        if settings.get("endpoint_url"):
            other = {
                "s3": {"addressing_style": "path"},
                "request_checksum_calculation": "when_required",
                "response_checksum_validation": "when_required",
            }
        retries = {"total_max_attempts": _TRIES, "mode": "standard"}
        config = Config(connect_timeout=_CONNECT, read_timeout=_READ, retries=retries, **other)
        super().__init__(client_config=config, file_overwrite=True, **settings)
