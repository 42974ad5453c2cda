"""If-Match: which revision an edit was made from."""

import re

from django.http import HttpRequest

from api.problems import ApiError, field_error

_ETAG = re.compile(r'"([1-9][0-9]{0,8})-[0-9A-Za-z]+"')
_HINT = 'Send the ETag of the answer that you edited, such as If-Match: "7-0f3a".'


def base_revision(request: HttpRequest) -> int:
    """The revision in the ETag; whether the item has moved on since is for the writer to say.

    Raises:
        ApiError: 428 without If-Match and for `*`, which would write over what nobody has seen; 412 for what is no
            ETag of ours.
    """
    text = request.META.get("HTTP_IF_MATCH", "").strip()
    if text in ("", "*"):
        message = "A write says what it was made from." if not text else "“*” would write over what nobody has seen."
        raise ApiError(428, "precondition.required", f"{message} {_HINT}", [field_error("If-Match", message, _HINT)])
    return revision(text)


def revision(etag: str) -> int:
    """Raises ApiError, 412, for what is no ETag of ours: nothing can match it."""
    found = _ETAG.fullmatch(etag)
    if found is None:
        message = "It is no ETag of this API, or not a single strong one."
        raise ApiError(412, "precondition.failed", f"{message} {_HINT}", [field_error("If-Match", message, _HINT)])
    return int(found[1])
