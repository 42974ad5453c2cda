"""Slugs where only ASCII letters, digits and hyphens are names."""

import re

_OTHER = re.compile(r"[^A-Za-z0-9_-]")


def ascii_name(slug: str) -> str:
    """Another one for every slug: a slug holds no dot.

    >>> ascii_name("naïve-bayes")
    'na.ef.ve-bayes'
    """
    return _OTHER.sub(lambda found: f".{ord(found[0]):x}.", slug)
