from django.conf import settings
from django.db import models

from .items import Blob, Item


class Share(models.Model):
    """A secret address under which the text of an item can be read by people without an account, for a while."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    # It ends with the account that made it.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False, null=True, blank=True
    )
    # What was filed when it was made: publishing files another text, and ends it.
    filed = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.item} until {self.expires_at:%Y-%m-%d %H:%M}"
