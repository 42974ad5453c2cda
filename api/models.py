"""Who may ask for more than readers get, and which requests were answered already."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager


class Scope(StrEnum):
    """What a token may do at most; its account has to be allowed to do it too."""

    READ = "read"
    WRITE = "write"
    PUBLISH = "publish"


class TokenManager(AuthTokenManager):
    def make(self, user: Any, scopes: Iterable[str], *, name: str = "", days: int | None) -> tuple["Token", str]:
        """The token, and its text, which is told this once. days: None is for ever."""
        wanted = set(scopes)
        expiry = None if days is None else timedelta(days=days)
        token, text = self.create(
            user, expiry=expiry, name=name, scopes=" ".join(scope for scope in Scope if scope in wanted)
        )
        return token, text


class Token(AbstractAuthToken):
    """A key for a program. Only a digest of it is kept."""

    name = models.CharField(_("name"), max_length=100, help_text=_("What it is for."))
    # Words of `Scope` with blanks between.
    scopes = models.CharField(_("scopes"), max_length=100, blank=True)

    objects = TokenManager()

    class Meta:
        ordering = ["-created"]
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name or self.token_key

    @property
    def said(self) -> str:
        """Which one it is, in a log that outlives it."""
        return f"{self.token_key} {self.name} of {self.user.get_username()}"

    def allows(self, scope: Scope) -> bool:
        return scope.value in self.scopes.split()


class Answered(models.Model):
    """The answer to a POST that came with an Idempotency-Key, to be given again to whoever repeats it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    # Of method, address and body.
    fingerprint = models.CharField(max_length=64)
    # Null as long as the first request is at work.
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="answered_once")]

    def __str__(self) -> str:
        return self.key
