"""Who somebody is, as a provider of OpenID Connect has signed it."""

from collections.abc import Callable
from typing import Any

import jwt

# Made with a key of which the provider alone has the secret half; of `none`, and of those that a shared secret signs,
# there are none here, so that a token cannot choose them.
_ALGORITHMS = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
]  # fmt: skip
_CLOCKS_DIFFER = 60


class BadTokenError(Exception):
    """It says why, for the log."""


def read(token: str, *, keys: Callable[[bool], Any], issuer: str, client_id: str) -> dict[str, Any]:
    """The claims of an ID token that is genuine, meant for us and still good.

    Args:
        keys: the provider's key set; asked again with True where the one at hand lacks the key.
    """
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = _chosen(keys(False), kid) or _chosen(keys(True), kid)
        if key is None:
            raise BadTokenError("it is signed with a key that the provider does not name")
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=_ALGORITHMS,
            audience=client_id,
            issuer=issuer,
            leeway=_CLOCKS_DIFFER,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except jwt.PyJWTError as error:
        raise BadTokenError(str(error)) from error
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != client_id:
        raise BadTokenError("it was made for somebody else")
    return claims


def _chosen(keys: Any, kid: str | None) -> jwt.PyJWK | None:
    """By its name; without one, the only one there is."""
    fit = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use in (None, "sig")]
    if kid is None:
        return fit[0] if len(fit) == 1 else None
    return next((key for key in fit if key.key_id == kid), None)
