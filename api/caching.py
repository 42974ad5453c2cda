"""What readers and proxies may keep, and when the answer is that nothing changed."""

from datetime import datetime
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from api.problems import ApiError

# A minute takes the load of a popular entry off the database, and is the longest that something unpublished can still
# be seen; after it a cache asks again, which costs a 304. A cache that cannot ask must not answer by itself.
READ = "public, max-age=60, must-revalidate"


def etag_of(body: bytes) -> str:
    """A strong ETag of exactly these bytes."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def conditional(
    request: HttpRequest, response: HttpResponse, etag: str, changed: datetime | None = None
) -> HttpResponse:
    """The response with its validators, or 304 in its place.

    Raises:
        ApiError: 412 for a precondition that the answer does not meet.
    """
    modified = int(changed.timestamp()) if changed else None
    response.headers["ETag"] = etag
    if modified is not None:
        response.headers["Last-Modified"] = http_date(modified)
    response.headers["Cache-Control"] = READ
    answer = get_conditional_response(request, etag, modified, response)
    assert answer is not None
    if answer.status_code == 412:
        raise ApiError(
            412, "precondition.failed", "What is published is not what If-Match or If-Unmodified-Since asks for."
        )
    return answer
