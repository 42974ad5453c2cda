"""States and reasons, as people read them."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webhooks.models import Delivery, Endpoint

TONES = {
    Delivery.State.WAITING: "amber",
    Delivery.State.DELIVERED: "green",
    Delivery.State.FAILED: "red",
}
_REASONS: dict[str, str | Promise] = {
    "dns": gettext_lazy("There is no such host."),
    "dns.failed": gettext_lazy("The host was not found, because its name server did not answer."),
    "address.private": gettext_lazy("Its host is not on the public internet, or it is asked in the clear."),
    "address.port": gettext_lazy("This port is none of the web."),
    "address.unlisted": gettext_lazy("Its host is not among those that LEMMA_OUTGOING_HOSTS allows."),
    "address.malformed": gettext_lazy("This is no address."),
    "connect": gettext_lazy("Nobody took the connection."),
    "tls": gettext_lazy("Its certificate is not good."),
    "timeout": gettext_lazy("It did not answer in time."),
    "protocol": gettext_lazy("What it answered is not HTTP, or it hung up."),
    "key": Endpoint.Off.KEY.label,
}


def reason(code: str) -> str:
    """Why an attempt failed, as a sentence; nothing of one that did not."""
    if code.startswith("http.3"):
        return _("It answered %s, and redirects are not followed.") % code.removeprefix("http.")
    if code.startswith("http."):
        return _("It answered %s.") % code.removeprefix("http.")
    return str(_REASONS.get(code, code))


def state(endpoint: Endpoint) -> tuple[str, str]:
    """A word for it, and its tone."""
    if endpoint.off:
        return _("Off"), "" if endpoint.off == Endpoint.Off.BY_HAND else "red"
    if endpoint.failures:
        return _("Failing"), "amber"
    return _("On"), "green"


def wishes(endpoint: Endpoint) -> str:
    """What it wants to hear of."""
    told = [*endpoint.kinds, *endpoint.actions, *endpoint.categories, *endpoint.tags]
    return ", ".join(told) or _("Everything")
