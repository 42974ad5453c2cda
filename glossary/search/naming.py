"""Published entries by any of their names; and their names in a text."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from django.db import connection

from glossary.search import vocabulary, words
from glossary.search.backends.common import NAMES, PUBLISHED
from glossary.search.models import Name
from glossary.search.vocabulary import Named
from publishing import asking

__all__ = ["Described", "Match", "Named", "annotate", "described", "lookup", "qualifier"]

# "Transformer (electrical)": what stands in the parentheses tells entries of one name apart.
_QUALIFIED = re.compile(r"(.*\S)\s*\(([^()]+)\)\s*")


class Match(NamedTuple):
    """`start` and `end` index the text by code points. The best of several entries of that name first."""

    start: int
    end: int
    entries: list[Named]


class Described(NamedTuple):
    """One of several entries of a name, with its row in a list."""

    named: Named
    summary: dict[str, Any]


def lookup(name: str, kind: str, locale: str) -> list[Named]:
    """The items that the name means: by title, slug or alias, else by a previous slug; without them the same for its
    plural or singular; without them those of that name with a qualifier. One query, and one more if there are none or
    several.

    Deprecated ones come last, and not at all beside the one to be used instead.
    """
    forms = _forms(words.name_key(name))
    by_form: dict[str, list[tuple[int, Named]]] = defaultdict(list)
    for key, item, named in _by_key(forms, kind, locale):
        by_form[key].append((item, named))
    current: list[tuple[int, Named]] = []
    for wanted in (forms[:1], forms[1:]):
        found = [pair for form in wanted for pair in by_form[form]]
        current = [pair for pair in found if pair[1].source != Name.Source.PREVIOUS] or found
        if current:
            break
    return _ordered(current or _qualified(forms, kind, locale), kind)


def described(found: Sequence[Named], kind: str, locale: str) -> list[Described]:
    """What there is to say about each, to choose by. One that was withdrawn since is left out. One query."""
    statement = (
        f"SELECT p.slug, p.summary FROM {PUBLISHED} p WHERE p.kind = %s AND p.locale = %s "  # noqa: S608
        f"AND p.slug IN ({', '.join(['%s'] * len(found))})"
    )
    rows = asking.rows(statement, [kind, locale, *(named.slug for named in found)])
    summaries = {slug: orjson.loads(bytes(summary)) for slug, summary in rows}
    return [Described(named, summaries[named.slug]) for named in found if named.slug in summaries]


def qualifier(title: str) -> str | None:
    """
    >>> qualifier("Transformer (electrical)"), qualifier("Transformer")
    ('electrical', None)
    """
    match = _QUALIFIED.fullmatch(title)
    return match[2].strip() if match else None


def annotate(text: str, kind: str, locale: str) -> Iterator[Match]:
    """Where the text has names of items, also in the plural or singular: the longest at each place, none within
    another. Deprecated items come behind others of the same name.
    """
    for found in vocabulary.finder(kind, locale).find(text):
        # They came by source and slug, and stay so among equals.
        yield Match(found.start, found.end, sorted(found.owners, key=lambda one: one.is_deprecated))


def _forms(key: str) -> list[str]:
    """The key, and what it may be the plural or singular of, in English.

    >>> _forms("large language models"), _forms("policy")
    (['large language models', 'large language model'], ['policy', 'policys', 'policies'])
    """
    if not key or "\0" in key or len(key) > 300:
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


def _ordered(found: Sequence[tuple[int, Named]], kind: str) -> list[Named]:
    best: dict[str, tuple[int, Named]] = {}
    for item, named in sorted(found, key=lambda pair: (pair[1].source, pair[1].slug)):
        best.setdefault(named.slug, (item, named))
    if len(best) < 2:
        return [named for _, named in best.values()]
    stands = vocabulary.standing(kind, [item for item, _ in best.values()])
    full = [named._replace(**_stand(*stands.get(item, (False, None)))) for item, named in best.values()]
    usable = {named.slug for named in full if not named.is_deprecated}
    kept = [named for named in full if not (named.is_deprecated and named.successor in usable)]
    return sorted(kept, key=lambda one: one.is_deprecated)


def _stand(is_deprecated: bool, successor: str | None) -> dict[str, Any]:
    return {"is_deprecated": is_deprecated, "successor": successor}


def _qualified(forms: Sequence[str], kind: str, locale: str) -> list[tuple[int, Named]]:
    """Those that have one of the names with something in parentheses behind it; of the first form that has any."""
    ranges = " OR ".join(["(n.key > %s AND n.key < %s)"] * len(forms))
    bounds = [bound for form in forms for bound in (f"{form} ", f"{form}!")]
    found = _rows(f"({ranges}) AND n.label LIKE %s", [*bounds, "%)"], kind, locale)
    for form in forms:
        pairs = [(item, named) for _, item, named in found if _is_qualified(named, form)]
        if pairs:
            return pairs
    return []


def _is_qualified(named: Named, form: str) -> bool:
    match = _QUALIFIED.fullmatch(named.label)
    return named.source != Name.Source.PREVIOUS and match is not None and words.name_key(match[1]) == form


def _by_key(keys: Sequence[str], kind: str, locale: str) -> list[tuple[str, int, Named]]:
    if connection.vendor == "postgresql":
        return _rows("n.key = ANY(%s)", [list(keys)], kind, locale)
    return _rows("n.key IN (SELECT value FROM json_each(%s))", [orjson.dumps(list(keys)).decode()], kind, locale)


def _rows(condition: str, values: Sequence[Any], kind: str, locale: str) -> list[tuple[str, int, Named]]:
    statement = (
        "SELECT n.key, p.item_id, p.slug, p.title, n.label, n.source "  # noqa: S608
        f"FROM {NAMES} n JOIN {PUBLISHED} p ON p.id = n.position WHERE {condition} AND n.kind = %s AND n.locale = %s"
    )
    return [(row[0], row[1], Named(*row[2:])) for row in asking.rows(statement, [*values, kind, locale])]
