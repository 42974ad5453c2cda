"""Web addresses as files have them, as IRIs."""

import re
from urllib.parse import quote, urlsplit

_SHAPE = re.compile(r"(https?)://([^/?#]+)((?:[/?][^#]*)?)(?:#(.*))?", re.IGNORECASE | re.DOTALL)
# Without a name or a password: nobody means to give those away.
_AUTHORITY = re.compile(r"(?:(?:[\w.~-]|%[0-9a-f]{2})+|\[[0-9a-f:.]+\])(?::[0-9]{0,5})?", re.IGNORECASE)
# Beyond ASCII what RFC 3987 allows, without blanks and what is invisible.
_BEYOND = "\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\uffef"
_HIGHER = "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in (1, 2, 3))
_UNFIT = re.compile(rf"%(?![0-9A-Fa-f]{{2}})|[^A-Za-z0-9._~:/?@!$&'()*+,;=%{_BEYOND}{_HIGHER}-]")


def iri(address: str) -> str:
    """The address with what an IRI cannot hold percent-encoded, as browsers do; "" for what is no web address.

    >>> iri("https://example.org/a b?q={x}"), iri("javascript:alert(1)")
    ('https://example.org/a%20b?q=%7Bx%7D', '')
    """
    shape = _SHAPE.fullmatch(address.strip())
    if not shape or not _AUTHORITY.fullmatch(shape[2]):
        return ""
    scheme, authority, path, fragment = shape.groups()
    found = f"{scheme.lower()}://{authority}{_fit(path)}" + ("" if fragment is None else f"#{_fit(fragment)}")
    try:
        urlsplit(found)
    except ValueError:
        return ""
    return found


def _fit(text: str) -> str:
    return _UNFIT.sub(lambda found: quote(found[0], safe="", errors="replace"), text)
