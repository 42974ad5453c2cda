"""LEMMA_MEDIA_URL read into what Django wants: where uploads lie."""

from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

_OPTIONS = {"endpoint": "endpoint_url", "region": "region_name"}
_WRITE = "Write s3://bucket/folder?region=eu-central-1, and for a server other than Amazon's &endpoint=https://host."


def read_media_url(url: str) -> dict[str, Any]:
    """The entry of `STORAGES`. Without a URL it is the folder `media` in `LEMMA_VAR`.

    Messages never show the URL: somebody may have put a key into it.
    """
    if not url:
        return {"BACKEND": "publishing.storage.WholeFileStorage"}
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.netloc or set(options) - set(_OPTIONS):
        raise ImproperlyConfigured(f"LEMMA_MEDIA_URL cannot be read. {_WRITE}")
    if "@" in parts.netloc or ":" in parts.netloc:
        raise ImproperlyConfigured(
            "LEMMA_MEDIA_URL has a key or a port in it. The key goes into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            f"or into the file that AWS_SHARED_CREDENTIALS_FILE names. {_WRITE}"
        )
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ImproperlyConfigured(
            "LEMMA_MEDIA_URL needs a package that is not there. "
            "Run: .venv/bin/pip install --constraint constraints.txt 'django-storages[s3]'"
        )
    return {
        "BACKEND": "publishing.object_storage.ObjectStorage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            **{_OPTIONS[name]: value for name, value in options.items()},
        },
    }
