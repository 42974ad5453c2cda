"""A POST that is sent twice with one Idempotency-Key is carried out once, and answered alike both times."""

import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request

from api.models import Answered
from api.problems import ApiError, field_error

_LONGEST = 255
_KEY = re.compile(rf"[!-~]{{1,{_LONGEST}}}")
# Long enough for whoever tries again, short enough for a table that nobody looks into.
_KEPT = timedelta(days=1)
# Of a request that never ended, because its process was killed.
_FORGOTTEN = timedelta(minutes=5)
_HEADERS = ("Content-Type", "ETag", "Location", "Cache-Control", "Vary")


def once(request: Request, body: bytes, carry_out: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer, new or from before. Only what succeeded is kept: what was refused wrote nothing.

    Raises:
        ApiError: 400 for what is no key; 409 while the first request is at work; 422 for a key of another request.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return carry_out()
    if not _KEY.fullmatch(key):
        message = f"A key has 1 to {_LONGEST} printable ASCII characters and no blank."
        raise ApiError(400, "idempotency.invalid", message, [field_error("Idempotency-Key", message)])
    told = f"{request.method} {request.get_full_path()}\0{request.content_type}\0".encode()
    fingerprint = sha256(told + body).hexdigest()
    row = _begin(request.user, key, fingerprint)
    if row.status is not None:
        return _again(row)
    try:
        # In one transaction: what was written is remembered, and what is remembered was written.
        with transaction.atomic():
            response: Any = carry_out()
            row.status = response.status_code
            row.headers = {name: response[name] for name in _HEADERS if name in response}
            row.body = response.content
            row.save(update_fields=["status", "headers", "body"])
    except BaseException:
        Answered.objects.filter(pk=row.pk, status=None).delete()
        raise
    return response  # type: ignore[no-any-return]


def _begin(user: Any, key: str, fingerprint: str) -> Answered:
    now = timezone.now()
    Answered.objects.filter(created_at__lt=now - _KEPT).delete()
    Answered.objects.filter(user=user, key=key, status=None, created_at__lt=now - _FORGOTTEN).delete()
    try:
        with transaction.atomic():
            return Answered.objects.create(user=user, key=key, fingerprint=fingerprint, created_at=now)
    except IntegrityError:
        row = Answered.objects.filter(user=user, key=key).first()
    if row is not None and row.fingerprint != fingerprint:
        raise ApiError(422, "idempotency.reused", "This key was sent with another request. Take a new key.")
    if row is None or row.status is None:
        error = ApiError(409, "idempotency.at_work", "The first request with this key is at work. Try again.")
        error.wait = 1
        raise error
    return row


def _again(row: Answered) -> HttpResponseBase:
    assert row.status is not None
    response = HttpResponse(bytes(row.body), status=row.status, headers=row.headers)
    response["Idempotent-Replayed"] = "true"
    return response
