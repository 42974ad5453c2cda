"""Which addresses may be told of anything, as far as one can see without asking the network."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from publishing.validators import validate_http_url
from webhooks.sending import is_admitted, is_inside


def validate_address(value: str) -> None:
    """The worker looks again, at what the name stands for at that moment.

    Raises:
        ValidationError: it is no address, sends in the clear, or leads inside.
    """
    validate_http_url(value)
    parts = urlsplit(value)
    if parts.fragment:
        raise ValidationError("No server sees what comes after #. Leave it out.", code="address_fragment")
    is_clear = parts.scheme != "https"
    if is_clear and not settings.LEMMA_WEBHOOK_NETWORKS:
        raise ValidationError("Write an address that begins with https://.", code="address_clear")
    try:
        ip = ip_address(parts.hostname or "")
    except ValueError:
        return
    if not (is_inside(str(ip)) if is_clear else is_admitted(str(ip))):
        raise ValidationError(
            "This address is not on the public internet. An operator can allow it with LEMMA_WEBHOOK_NETWORKS.",
            code="address_private",
        )
