"""On what the findings of a text depend: topics that texts make, and topics that texts ask about.

After a change those are checked again that ask about a topic whose makers, or what they say of it, are others than
before. A topic that is asked about for nothing costs time; one that is forgotten would leave a finding as it was.
"""

from collections import Counter
from typing import NamedTuple

from glossary.health.checks.links import slug_in, web_addresses
from glossary.health.checks.mentions import said_as
from glossary.health.facts import Facts
from glossary.health.snapshot import CIRCULAR, Snapshot, edges_of, name_key, names_of, stem_of, stems_of, tag_key
from glossary.linkcheck import results
from publishing import names

# What many texts make and the database counts.
CATEGORIES, TAGS = "categories", "tags"
SEPARATOR = "\x1f"


class Made(NamedTuple):
    """says: all that others may read of it. label: what is counted or read from the database."""

    topic: str
    says: str = ""
    label: str = ""


def made(facts: Facts) -> set[Made]:
    replaced = SEPARATOR.join(facts.slugs("replacedBy"))
    face = (facts.slug, facts.status, str(facts.rank), facts.difficulty, str(facts.is_readable), facts.path, replaced)
    shown = SEPARATOR.join(face)
    found = {Made(slug(facts.kind, facts.slug_key), shown)}
    found.update(
        Made(slug(facts.kind, names.key(each)), f"previous{SEPARATOR}{facts.slug}") for each in facts.previous_slugs
    )
    found.update(Made(stem(each), f"{facts.kind}{SEPARATOR}{shown}") for each in stems_of(facts))
    places = Counter((kind, each) for _, kind, each, _ in facts.targets)
    for (kind, each), count in places.items():
        found.add(Made(named(kind, names.key(each)), str(count), f"{count}{SEPARATOR}{each}"))
    found.update(Made(back(names.key(each), facts.slug_key)) for each in facts.slugs("related"))
    found.update(Made(linked(each)) for address, _ in facts.links if (each := stem_of(address)))
    if facts.isbn:
        found.add(Made(isbn(facts.isbn), facts.slug))
    if facts.kind != "entry":
        return found
    if facts.category:
        found.add(Made(CATEGORIES, "", facts.category))
        found.add(Made(category(names.key(facts.category))))
    for each in facts.tags:
        found |= {Made(tag(tag_key(each)), "", each), Made(TAGS, "", each)}
    for field in CIRCULAR:
        for place, target in enumerate(edges_of(facts, field)):
            found.add(Made(edges(field), "", SEPARATOR.join((facts.slug_key, f"{place:05}", target))))
    if facts.is_readable:
        for text, what in names_of(facts):
            key = name_key(text)
            found.add(Made(name(key), SEPARATOR.join((text, what, shown))))
            for words, form in said_as(text, what):
                found.add(Made(said(words[0]), SEPARATOR.join((text, form.name, shown)), " ".join(words)))
    return found


def asked(facts: Facts, snapshot: Snapshot) -> set[str]:
    found = {back(facts.slug_key, names.key(each)) for each in facts.slugs("related")}
    for _, kind, written, _ in facts.targets:
        found.add(slug(kind, names.key(written)))
        other = snapshot.find(kind, written)
        if other is None:
            found |= {named(kind, names.key(written)), *_nearest(kind, written)}
        elif other.status == "deprecated":
            found.update(slug("entry", names.key(each)) for each in other.slugs("replacedBy"))
    for address, _ in facts.links:
        if each := stem_of(address):
            found.add(stem(each))
            if snapshot.linked(address, facts) is None:
                found |= _nearest(facts.kind, slug_in(address))
    # Who leads here, and who else could be meant by that.
    found.add(named(facts.kind, facts.slug_key))
    for each in stems_of(facts):
        found |= {linked(each), stem(each)}
    if facts.isbn:
        found.add(isbn(facts.isbn))
    if facts.kind == "entry" and facts.is_readable:
        found.update(name(name_key(text)) for text, _ in names_of(facts))
    found.update(page(each) for each in web_addresses(facts))
    return found


def needed(facts: Facts) -> set[str]:
    """The topics whose makers the checks of a text look at, whoever they are."""
    found = {slug(kind, names.key(each)) for _, kind, each, _ in facts.targets} | set(map(stem, stems_of(facts)))
    for each in written(facts):
        found.add(name(name_key(each)))
    for address, _ in facts.links:
        if each := stem_of(address):
            found |= {stem(each), slug(facts.kind, names.key(slug_in(address)))}
    if facts.isbn:
        found.add(isbn(facts.isbn))
    if facts.kind == "entry" and facts.is_readable:
        found.update(name(name_key(text)) for text, _ in names_of(facts))
    return found


def written(facts: Facts) -> set[str]:
    """All slugs that it names or links, whether somebody has them or not."""
    found = {each for _, _, each, _ in facts.targets}
    return found | {slug_in(address) for address, _ in facts.links if stem_of(address)}


def _nearest(kind: str, written: str) -> set[str]:
    return {slug(kind, names.key(written)), name(name_key(written))}


def slug(kind: str, key: str) -> str:
    return f"slug:{kind}:{key}"


def stem(key: str) -> str:
    return f"stem:{key}"


def named(kind: str, key: str) -> str:
    return f"named:{kind}:{key}"


def back(one: str, other: str) -> str:
    return f"back:{one}:{other}"


def linked(key: str) -> str:
    return f"linked:{key}"


def isbn(number: str) -> str:
    return f"isbn:{number}"


def category(key: str) -> str:
    return f"category:{key}"


def tag(key: str) -> str:
    return f"tag:{key}"


def edges(field: str) -> str:
    return f"edges:{field}"


def name(key: str) -> str:
    return f"name:{key}"


def said(word: str) -> str:
    return f"said:{word}"


def page(address: str) -> str:
    return f"page:{results.page(address)}"
