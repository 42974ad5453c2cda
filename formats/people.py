"""Names of people as books write them, for citations."""

import re
from typing import NamedTuple

# As BibTeX has it: small words before the last one belong to it.
_PARTICLE = re.compile(r"[a-zà-öø-ÿ]['’\w]*\.?")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?")
_BODY = re.compile(r"\b(?:and|of|for|Inc|Ltd|LLC|University|Institute|Association|Foundation|Team)\b|[&\d]")


class Person(NamedTuple):
    """An organisation, and whoever has one name, has only `family`. `is_literal`: to be printed as it is."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""
    is_literal: bool = False


def person(name: str) -> Person:
    """The parts of a name. One in another script, or of a body, is left whole.

    >>> person("Guido van Rossum"), person("Knuth, Donald E.").given
    (Person(family='Rossum', given='Guido', particle='van', suffix='', is_literal=False), 'Donald E.')
    """
    words = name.split()
    name = " ".join(words)
    if _BODY.search(name) or not _is_latin(name):
        return Person(name, is_literal=True)
    family, comma, given = name.partition(",")
    if comma:
        is_plain = family.strip() and "," not in given
        return Person(family.strip(), given.strip()) if is_plain else Person(name, is_literal=True)
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    if len(words) < 2:
        return Person(name, is_literal=True)
    start = len(words) - 1
    while start > 1 and _PARTICLE.fullmatch(words[start - 1]):
        start -= 1
    return Person(words[-1], " ".join(words[:start]), " ".join(words[start:-1]), suffix)


def _is_latin(name: str) -> bool:
    return all(char < "\u0250" or "\u1e00" <= char < "\u1f00" for char in name if char.isalpha())
