"""Published entries by any of their names; and their names in a text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import orjson
from django.db import connection

from glossary.search import words
from glossary.search.backends.common import PUBLISHED
from glossary.search.models import Name
from publishing import asking

_TABLE = Name._meta.db_table
# So many words has the longest name that is looked for in a text.
_LONGEST = 12


class Named(NamedTuple):
    """`source` is one of `Name.Source`."""

    slug: str
    title: str
    label: str
    source: int


class Match(NamedTuple):
    """`start` and `end` index the text by code points. The best of several entries of that name first."""

    start: int
    end: int
    entries: list[Named]


def lookup(name: str, kind: str, locale: str) -> list[Named]:
    """The items that the name means: by title, slug or alias, else by a previous slug; without them the same for its
    plural or singular. One query.
    """
    forms = _forms(words.name_key(name))
    by_form: dict[str, list[Named]] = defaultdict(list)
    for key, named in _by("key", forms, kind, locale):
        by_form[key].append(named)
    current: list[Named] = []
    for wanted in (forms[:1], forms[1:]):
        found = [named for form in wanted for named in by_form[form]]
        current = [named for named in found if named.source != Name.Source.PREVIOUS] or found
        if current:
            break
    return list({named.slug: named for named in sorted(current, key=lambda one: (-one.source, one.slug))}.values())[
        ::-1
    ]


def _forms(key: str) -> list[str]:
    """The key, and what it may be the plural or singular of, in English.

    >>> _forms("large language models"), _forms("policy")
    (['large language models', 'large language model'], ['policy', 'policys', 'policies'])
    """
    if not key or "\\0" in key or len(key) > 300:
        return [""]
    forms = [key]
    if key.endswith("ies"):
        forms.append(key[:-3] + "y")
    if key.endswith("es"):
        forms.append(key[:-2])
    if key.endswith("s"):
        forms.append(key[:-1])
    else:
        forms.append(key + "s")
        forms.append(key[:-1] + "ies" if key.endswith("y") else key + "es")
    return [form for form in forms if form]


def annotate(text: str, kind: str, locale: str) -> Iterator[Match]:
    """Where the text has names of items: the longest at each place, none within another. One query."""
    found = list(words.name_words(text))
    names: dict[str, list[Named]] = defaultdict(list)
    for key, named in _by("first", sorted({word.key for word in found}), kind, locale):
        # Previous slugs lead old addresses on; nobody writes them in a text.
        if named.source != Name.Source.PREVIOUS:
            names[key].append(named)
    longest: dict[str, int] = defaultdict(int)
    for key in names:
        first = key.partition(" ")[0]
        longest[first] = max(longest[first], key.count(" ") + 1)
    place = 0
    while place < len(found):
        length = min(longest.get(found[place].key, 0), _LONGEST, len(found) - place)
        while length and " ".join(word.key for word in found[place : place + length]) not in names:
            length -= 1
        if length:
            key = " ".join(word.key for word in found[place : place + length])
            best = sorted(names[key], key=lambda one: (one.source, one.slug))
            yield Match(found[place].start, found[place + length - 1].end, best)
        place += length or 1


def _by(column: str, keys: Sequence[str], kind: str, locale: str) -> Iterable[tuple[str, Named]]:
    postgres = connection.vendor == "postgresql"
    these = "= ANY(%s)" if postgres else "IN (SELECT value FROM json_each(%s))"
    statement = (
        f"SELECT n.key, p.slug, p.title, n.label, n.source FROM {_TABLE} n JOIN {PUBLISHED} p ON p.id = n.position "  # noqa: S608
        f"WHERE n.{column} {these} AND n.kind = %s AND n.locale = %s"
    )
    values = list(keys) if postgres else orjson.dumps(list(keys)).decode()
    return [(row[0], Named(*row[1:])) for row in asking.rows(statement, [values, kind, locale])]
