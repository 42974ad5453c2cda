"""What readers get, made once at the moment of publishing. Pure: a record in, bytes out."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

import orjson

from publishing.kinds import Kind, Record

# Raise it when the same document gives another payload: the ETags change, and an upgrade renews the stored payloads.
PAYLOAD_VERSION = 1

_HASH_LENGTH = 16


class Answer(NamedTuple):
    """JSON of the detail answer and of the row in a list, and the ETag with its quotes."""

    payload: bytes
    summary: bytes
    etag: str


def answer(kind: Kind, record: Record, file: str, revision: int, published_at: datetime) -> Answer:
    """file: sha256 of the published text, in hex. published_at: aware."""
    moment = published_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    payload = orjson.dumps({**kind.payload(record), "version": revision, "publishedAt": moment})
    # The text counts too: two texts may say the same.
    digest = sha256(payload + file.encode() + bytes([PAYLOAD_VERSION])).hexdigest()[:_HASH_LENGTH]
    return Answer(payload, orjson.dumps(kind.summary(record)), f'"{revision}-{digest}"')
