"""The headings the format knows, and the keys under which the API gives any heading."""

import re
from functools import lru_cache

# Key to field of the record and of the model.
TEXTS = {"briefDefinition": "brief_definition", "detailedExplanation": "detailed_explanation"}
LISTS = {
    "keyConcepts": "key_concepts",
    "commonApplications": "common_applications",
    "prerequisites": "prerequisites",
}

# Headings of new sections, in the order of the seed.
KNOWN = {
    "briefDefinition": "Brief Definition",
    "detailedExplanation": "Detailed Explanation",
    "keyConcepts": "Key Concepts",
    "commonApplications": "Common Applications",
    "prerequisites": "Prerequisites",
}

_KEYS = {heading.casefold(): key for key, heading in KNOWN.items()}
# Letters, digits and marks of any script; \w would cut Hindi words at their vowel signs.
_WORD = re.compile(r"[^\s_\u2010-\u2027!-/:-@\[-`{-~]+")


@lru_cache(maxsize=1024)
def key_of(heading: str) -> str:
    """The camelCase key of a heading.

    >>> key_of("Key  concepts"), key_of("Common misconceptions")
    ('keyConcepts', 'commonMisconceptions')
    """
    words: list[str] = _WORD.findall(heading)
    known = _KEYS.get(" ".join(words).casefold())
    if known:
        return known
    first, *others = words or ["section"]
    camel = first[:1].lower() + first[1:] + "".join(word[:1].upper() + word[1:] for word in others)
    return camel[:100]
