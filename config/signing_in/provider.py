"""Whom single sign-on asks, as the settings say."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Provider:
    """issuer: its address, below which it describes itself.

    domains: of the mail addresses of those who may come in; none: all whom the provider knows.
    roles: a role for each group in the claim; none: roles are given by administrators alone.
    """

    issuer: str
    client_id: str
    # Not to be seen where the settings are shown.
    client_secret: str = field(repr=False)
    name: str
    domains: frozenset[str]
    claim: str
    roles: dict[str, str]


def provider(
    *, issuer: str, client_id: str, client_secret: str, name: str, domains: Sequence[str], claim: str,
    roles: Sequence[str],
) -> Provider | None:  # fmt: skip
    """None: there is no issuer.

    roles: such as editors=Editor.
    """
    if not issuer:
        return None
    if not client_id or not client_secret:
        raise ImproperlyConfigured(
            "LEMMA_OIDC_ISSUER is set, so LEMMA_OIDC_CLIENT_ID and LEMMA_OIDC_CLIENT_SECRET must be, too. The provider "
            "shows both where Lemma is registered with it."
        )
    given = {}
    for pair in roles:
        group, separator, role = pair.rpartition("=")
        if not separator or not group or not role:
            raise ImproperlyConfigured(
                f"LEMMA_OIDC_ROLES has “{pair}”. Write groups of the provider with roles of Lemma, as in "
                "LEMMA_OIDC_ROLES=glossary-editors=Editor,glossary-admins=Administrator."
            )
        given[group] = role
    lower = frozenset(domain.lower().removeprefix("@") for domain in domains)
    return Provider(issuer.rstrip("/"), client_id, client_secret, name, lower, claim, given)
