"""Suggestions for an entry as it stands in a form, from what is published: a few queries, whatever its length."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log2
from typing import NamedTuple

import orjson
from django.conf import settings
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from glossary.search import naming, words
from glossary.search.backends.common import PUBLISHED, TEXTS
from glossary.search.plain import plain
from glossary.suggesting import asking as index
from glossary.suggesting import likeness
from glossary.suggesting.likeness import Corpus
from publishing import asking, names
from publishing.models import Facet

_FACETS = Facet._meta.db_table
# Longer texts are no more about something else.
_LONGEST = 20_000
# As many terms are looked up, and as many entries read, however large the glossary is.
_TERMS = 40
_READ = 40
# How much a sign is worth beside the likeness of the texts, and from which worth on an entry is suggested.
MENTIONED, REFERRING, TAGGED, ENOUGH = 0.4, 0.3, 0.06, 0.35
MOST = 6

# What part of the entries most alike has a tag that is suggested, and how much of that its words in the text replace.
_NEAREST, SHARED, SAID = 6, 0.35, 0.1
# Of a hundred: definitions in their words, in whatever order.
_SAME_WORDS = 82
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as somebody writes it. pk: of the item, if there is one already."""

    title: str = ""
    aliases: Sequence[str] = ()
    tags: Sequence[str] = ()
    related: Sequence[str] = ()
    brief: str = ""
    text: str = ""
    slug: str = ""
    pk: int | None = None


class Suggested(NamedTuple):
    """An entry. why: mentioned, referring or alike; of a duplicate named or alike."""

    pk: int
    slug: str
    title: str
    brief: str
    why: str
    worth: float


@dataclass(slots=True)
class Suggestions:
    related: list[Suggested] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    duplicates: list[Suggested] = field(default_factory=list)


class _Other(NamedTuple):
    pk: int
    slug: str
    title: str
    tags: list[str]
    brief: str
    is_deprecated: bool
    terms: Counter[str]


def suggest(draft: Draft) -> Suggestions:
    """Related entries that are not named yet, tags that it does not have, and entries that may be the same."""
    text = f"{plain(draft.brief)}\n{plain(draft.text)}"[:_LONGEST]
    own = likeness.terms([draft.title, *draft.aliases, *draft.tags], text)
    mentions = _mentions(text)
    frequent = [term for term, _ in sorted(own.items(), key=lambda pair: (-pair[1], pair[0]))][:_TERMS]
    postings = index.postings(list(dict.fromkeys([*frequent, *(mention.term for mention in mentions.values())])))
    corpus = Corpus(index.total(), {term: len(keys) for term, keys in postings.items()})
    known = Counter({term: own[term] for term in likeness.best(own, corpus)})
    others = _read(_likeliest(known, corpus, postings), mentions)
    others = {key: other for key, other in others.items() if other.pk != draft.pk}
    referring = _referring(draft.slug)
    usual = sum(sum(other.terms.values()) for other in others.values()) / len(others) if others else 0.0
    alike = {key: likeness.likeness(known, other.terms, corpus, usual) for key, other in others.items()}
    mentioned = {slug: _worth(mention, corpus) for slug, mention in mentions.items()}
    return Suggestions(
        related=_related(draft, others, alike, mentioned, referring),
        tags=_tags(draft, text, others, alike),
        duplicates=_duplicates(draft, others, alike),
    )


class _Mention(NamedTuple):
    """term: the longest word of the name. times: how often the text has it."""

    term: str
    times: int


def _mentions(text: str) -> dict[str, _Mention]:
    """The entries whose names the text has, by their slugs."""
    found: dict[str, _Mention] = {}
    for match in naming.annotate(text, "entry", settings.LEMMA_LOCALE):
        # Of two or more of that name nobody knows which is meant.
        if len(match.entries) == 1:
            slug = match.entries[0].slug
            term = likeness.stem(max(words.keys(text[match.start : match.end]), key=len, default=""))
            found[slug] = _Mention(term, found[slug].times + 1 if slug in found else 1)
    return {slug: mention for slug, mention in found.items() if mention.term}


def _worth(mention: _Mention, corpus: Corpus) -> float:
    """A name that many texts have by the way says little, unless it comes again and again."""
    rare = 1 - (corpus.having.get(mention.term, corpus.total) / max(1, corpus.total)) ** 0.5
    return float(MENTIONED * max(0.0, rare) * min(1.5, 1 + log2(mention.times) / 4))


def _likeliest(own: Counter[str], corpus: Corpus, postings: dict[str, set[int]]) -> list[int]:
    """Positions of the entries that share the most with it, as far as postings tell: they are read."""
    worth: dict[int, float] = defaultdict(float)
    for term in own:
        for key in postings[term]:
            worth[key] += corpus.weight(term)
    return sorted(worth, key=lambda key: (-worth[key], key))[:_READ]


def _read(positions: Sequence[int], slugs: Iterable[str]) -> dict[int, _Other]:
    keys = sorted({names.key(slug) for slug in slugs})[:_READ]
    by_position = f"p.id IN ({', '.join(['%s'] * len(positions))})" if positions else "1 = 0"
    by_slug = f"p.slug_key IN ({', '.join(['%s'] * len(keys))})" if keys else "1 = 0"
    statement = (
        f"SELECT p.id, p.item_id, p.slug, p.title, p.summary, x.aliases, x.text FROM {PUBLISHED} p "  # noqa: S608
        f"JOIN {TEXTS} x ON x.id = p.id WHERE p.kind = 'entry' AND p.locale = %s AND ({by_position} OR {by_slug})"
    )
    found = {}
    for key, pk, slug, title, summary, aliases, text in asking.rows(
        statement, [settings.LEMMA_LOCALE, *positions, *keys]
    ):
        said = orjson.loads(bytes(summary))
        terms = likeness.terms([title, *aliases.split("\n"), *said["tags"]], text[:_LONGEST])
        is_deprecated = said["status"] == "deprecated"
        found[key] = _Other(pk, slug, title, said["tags"], said["briefDefinition"], is_deprecated, terms)
    return found


def _referring(slug: str) -> set[int]:
    """Keys of the items that name it as related."""
    if not slug:
        return set()
    statement = f"SELECT item_id FROM {_FACETS} WHERE kind = 'entry' AND name = 'related' AND value = %s"  # noqa: S608
    return {pk for (pk,) in asking.rows(statement, [names.key(slug.replace("\0", ""))])}


def _related(
    draft: Draft, others: dict[int, _Other], alike: dict[int, float], mentioned: dict[str, float], referring: set[int]
) -> list[Suggested]:
    named = {names.key(slug) for slug in draft.related}
    tags = {names.key(tag) for tag in draft.tags}
    found = []
    for key, other in others.items():
        if names.key(other.slug) in named or other.is_deprecated:
            continue
        worth = alike[key] + TAGGED * min(3, len(tags & {names.key(tag) for tag in other.tags}))
        why = "alike"
        if other.slug in mentioned:
            worth, why = worth + mentioned[other.slug], "mentioned"
        if other.pk in referring:
            worth, why = worth + REFERRING, "referring"
        if worth >= ENOUGH:
            found.append(_suggested(other, why, worth))
    return sorted(found, key=lambda one: (-one.worth, one.slug))[:MOST]


def _tags(draft: Draft, text: str, others: dict[int, _Other], alike: dict[int, float]) -> list[str]:
    """Tags that many of the entries most alike have, or some of them if the text has the words of the tag too."""
    own = {names.key(tag) for tag in draft.tags}
    said = f" {' '.join(map(likeness.stem, words.keys(f'{draft.title} {text}')))} "
    nearest = sorted(alike, key=lambda key: (-alike[key], key))[:_NEAREST]
    whole = sum(alike[key] for key in nearest)
    share: dict[str, float] = defaultdict(float)
    spelling: dict[str, str] = {}
    for key in nearest:
        for tag in others[key].tags:
            share[names.key(tag)] += alike[key] / whole if whole else 0.0
            spelling.setdefault(names.key(tag), tag)
    for folded in share:
        if f" {' '.join(map(likeness.stem, words.keys(folded)))} " in said:
            share[folded] += SAID
    chosen = [tag for tag in share if tag not in own and share[tag] >= SHARED]
    return [spelling[tag] for tag in sorted(chosen, key=lambda tag: (-share[tag], tag))[:MOST]]


def is_mistyped(one: str, other: str) -> bool:
    """Whether two names are so alike that one may be a typing mistake. Another beginning or number is another thing.

    >>> is_mistyped("backpropogation", "backpropagation"), is_mistyped("supervised", "unsupervised")
    (True, False)
    >>> is_mistyped("type 1 error", "type 2 error")
    False
    """
    if one[:1] != other[:1] or _DIGITS.findall(one) != _DIGITS.findall(other):
        return False
    allowed = 0 if min(len(one), len(other)) < 6 else 1 if len(one) < 12 else 2
    return bool(one) and OSA.distance(one, other, score_cutoff=allowed) <= allowed


def _duplicates(draft: Draft, others: dict[int, _Other], alike: dict[int, float]) -> list[Suggested]:
    title = words.name_key(draft.title)
    brief = " ".join(words.keys(plain(draft.brief)))
    found: dict[int, Suggested] = {}
    if title:
        named = {one.slug for one in naming.lookup(draft.title, "entry", settings.LEMMA_LOCALE)}
        for other in _read([], named).values():
            if other.pk != draft.pk:
                found[other.pk] = _suggested(other, "named", 1.0)
    for key, other in others.items():
        same_title = is_mistyped(title, words.name_key(other.title))
        their = " ".join(words.keys(plain(other.brief)))
        # Short ones differ in a word that matters.
        same_words = min(len(brief), len(their)) > 40 and fuzz.token_sort_ratio(brief, their) >= _SAME_WORDS
        if other.pk not in found and (same_title or same_words):
            found[other.pk] = _suggested(other, "named" if same_title else "alike", alike[key])
    return sorted(found.values(), key=lambda one: (-one.worth, one.slug))[:3]


def _suggested(other: _Other, why: str, worth: float) -> Suggested:
    return Suggested(other.pk, other.slug, other.title, plain(other.brief), why, round(worth, 3))
