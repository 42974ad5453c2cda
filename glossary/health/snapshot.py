"""All texts a check can look at, with the questions that checks ask of them. Nothing here reads a database."""

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from documents import links
from glossary.health import cycles
from glossary.health.facts import Facts
from glossary.linkcheck.results import Result
from publishing import kinds, names

# References that must not lead back.
CIRCULAR = ("requires", "broader")
_GAPS = re.compile(r"[-_\s]+")
# How like a slug has to be for us to say "perhaps you mean".
LIKE = 0.84
_README = re.compile(r"(?:^|/)(?:readme|license|contributing|changelog|_template)\.md$", re.IGNORECASE)


def name_key(name: str) -> str:
    """What names are compared by: case, hyphens and spaces do not count, marks such as in C++ do.

    >>> name_key("Black  Box") == name_key("black-box"), name_key("C++") == name_key("C#")
    (True, False)
    """
    return _GAPS.sub(" ", names.key(name)).strip()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a glossary may set differently. months: after which an entry is stale, by category in lower case."""

    today: date
    stale_months: int = 36
    months: Mapping[str, int] = field(default_factory=dict)
    categories: Sequence[str] = ("Fundamentals", "Algorithms", "Applications", "Theory", "Tools")


class Name(NamedTuple):
    text: str
    # title, alias, slug or previous slug
    what: str
    facts: Facts


class Snapshot:
    """edited: the day on which the body of an item was last changed here, where that is later than its first text.
    checked: what the last link check found out, by address.
    """

    def __init__(
        self,
        all_facts: Iterable[Facts],
        rules: Rules,
        edited: Mapping[int, date] | None = None,
        checked: Mapping[str, Result] | None = None,
    ):
        self.all = list(all_facts)
        self.rules = rules
        self.edited = edited or {}
        self.checked = checked or {}
        # Names of entries, made by the first check that looks for them in running text.
        self.vocabulary: Any = None
        self._by_slug = {(each.kind, each.slug_key): each for each in self.all}

    def find(self, kind: str, slug: str) -> Facts | None:
        """Who has the slug, in any letter case."""
        return self._by_slug.get((kind, names.key(slug)))

    def related(self, facts: Facts) -> set[str]:
        """Keys of the slugs that an entry names as related."""
        found = self._related.get(facts.item)
        if found is None:
            found = self._related[facts.item] = set(map(names.key, facts.slugs("related")))
        return found

    @cached_property
    def _related(self) -> dict[int, set[str]]:
        return {}

    @cached_property
    def previous(self) -> dict[tuple[str, str], Facts]:
        return {(each.kind, names.key(slug)): each for each in self.all for slug in each.previous_slugs}

    @cached_property
    def files(self) -> dict[str, Facts]:
        return {each.path: each for each in self.all}

    @cached_property
    def incoming(self) -> dict[tuple[str, str], set[int]]:
        """Which other items name a slug in their front matter or link it in their body."""
        found: dict[tuple[str, str], set[int]] = defaultdict(set)
        for each in self.all:
            for _, kind, slug, _ in each.targets:
                if (kind, names.key(slug)) != (each.kind, each.slug_key):
                    found[kind, names.key(slug)].add(each.item)
            for address, _ in each.links:
                target = self.linked(address, each)
                if isinstance(target, Facts) and target.item != each.item:
                    found[target.kind, target.slug_key].add(each.item)
        return found

    def linked(self, address: str, holder: Facts) -> Facts | str | None:
        """What a link in a body leads to: the text, "" for none of ours, None for one of ours that is not there."""
        if (address, holder.item) not in self._linked:
            self._linked[address, holder.item] = self._lead(address, holder)
        return self._linked[address, holder.item]

    @cached_property
    def _linked(self) -> dict[tuple[str, int], Facts | str | None]:
        return {}

    def _lead(self, address: str, holder: Facts) -> Facts | str | None:
        local = links.local_path(address)
        if local is None:
            return ""
        resolved = links.resolve(local.path, holder.path)
        if resolved is not None and (found := self.files.get(resolved) or self.files.get(f"{resolved}.md")):
            return found
        bare = local.path.rstrip("/")
        stem = posixpath.basename(bare).removesuffix(".md")
        folders = {posixpath.basename(kinds.get(kind).folder): kind for kind in kinds.names()}
        named = next((folders[part] for part in reversed(bare.split("/")[:-1]) if part in folders), "")
        for kind in [named] if named else [holder.kind, *(other for other in kinds.names() if other != holder.kind)]:
            if found := self.find(kind, stem) or self.previous.get((kind, names.key(stem))):
                return found
        is_ours = bare.endswith(".md") and not _README.search(bare) and not local.path.startswith("/")
        if is_ours and resolved is not None:
            roots = [f"{kinds.get(kind).folder}/" for kind in kinds.names()]
            return None if any(resolved.startswith(root) for root in roots) else ""
        return ""

    @cached_property
    def named(self) -> dict[str, list[Name]]:
        """Entries by each of their names."""
        found: dict[str, list[Name]] = defaultdict(list)
        for each in self.all:
            if each.kind != "entry" or not each.is_readable:
                continue
            for text, what in names_of(each):
                if key := name_key(text):
                    found[key].append(Name(text, what, each))
        return found

    @cached_property
    def spellings(self) -> dict[str, Counter[str]]:
        """Spellings of each tag, with how many entries have them."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for each in self.all:
            for tag in each.tags:
                found[tag_key(tag)][tag] += 1
        return found

    def spelling(self, tag: str) -> str:
        """The one most entries have; of equals the one in lower case, then the first."""
        found = self._usual.get(tag)
        if found is None:
            found = self._usual[tag] = usual_spelling(self.spellings[tag_key(tag)])
        return found

    @cached_property
    def _usual(self) -> dict[str, str]:
        return {}

    @cached_property
    def categories(self) -> dict[str, str]:
        """Known categories by key: the usual ones, and those that several entries have, in their commonest spelling."""
        return usual_categories(Counter(each.category for each in self.all if each.category), self.rules)

    @cached_property
    def isbns(self) -> dict[str, list[Facts]]:
        found: dict[str, list[Facts]] = defaultdict(list)
        for each in self.all:
            if each.isbn:
                found[each.isbn].append(each)
        return found

    @cached_property
    def missing(self) -> Counter[tuple[str, str]]:
        """How many places name each slug that nobody has."""
        return Counter(
            (kind, slug) for each in self.all for _, kind, slug, _ in each.targets if not self.find(kind, slug)
        )

    def wanted(self, kind: str, slug: str) -> int:
        """How many places name a slug that nobody has."""
        return self.missing[kind, slug]

    def is_named(self, facts: Facts) -> bool:
        """Whether another item leads there."""
        return bool(self.incoming.get((facts.kind, facts.slug_key)))

    @property
    def size(self) -> int:
        return len(self.all)

    def nearest(self, kind: str, slug: str) -> str:
        """A slug somebody has that is written nearly like this one, or ""."""
        if (kind, slug) not in self._nearest:
            self._nearest[kind, slug] = self._look(kind, slug)
        return self._nearest[kind, slug]

    @cached_property
    def _nearest(self) -> dict[tuple[str, str], str]:
        return {}

    def _look(self, kind: str, slug: str) -> str:
        if known := self.previous.get((kind, names.key(slug))):
            return known.slug
        if kind == "entry" and (same := self.named.get(name_key(slug))):
            return same[0].facts.slug
        found = process.extractOne(slug, self.slugs[kind], scorer=OSA.normalized_similarity, score_cutoff=LIKE)
        return found[0] if found else ""

    @cached_property
    def slugs(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {kind: [] for kind in kinds.names()}
        for each in self.all:
            found[each.kind].append(each.slug)
        return found

    def cycle(self, name: str, facts: Facts) -> list[str]:
        """The slugs of the circle of `requires` or `broader` that the entry is in, itself first; else nothing."""
        ring = self._rings[name].get(facts.slug_key, [])
        at = ring.index(facts.slug_key) if ring else 0
        return ring[at:] + ring[:at]

    @cached_property
    def _rings(self) -> dict[str, dict[str, list[str]]]:
        return {name: cycles.rings(self.edges(name)) for name in CIRCULAR}

    def edges(self, name: str) -> dict[str, list[str]]:
        """Of each entry the keys of the slugs in a field, itself left out."""
        return {each.slug_key: found for each in self.all if each.kind == "entry" and (found := edges_of(each, name))}


def edges_of(facts: Facts, name: str) -> list[str]:
    return [key for slug in facts.slugs(name) if (key := names.key(slug)) != facts.slug_key]


def tag_key(tag: str) -> str:
    """What tags are compared by: neither case nor gaps count.

    >>> tag_key("Deep Learning") == tag_key("deep-learning")
    True
    """
    return _GAPS.sub("", names.key(tag))


def usual_spelling(counts: Counter[str]) -> str:
    return min(counts, key=lambda one: (-counts[one], one != one.lower(), one))


def usual_categories(counts: Counter[str], rules: Rules) -> dict[str, str]:
    """By key. counts: how many entries have each spelling."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for name, count in counts.items():
        found[names.key(name)][name] += count
    known = {key: min(each, key=lambda one: (-each[one], one)) for key, each in found.items() if each.total() > 1}
    return known | {names.key(name): name for name in rules.categories}


def stem_of(address: str) -> str:
    """The key of what a link to a file of ours is called, without folder and suffix; "" for another link.

    >>> stem_of("../terms/Black-Box.md#top")
    'black-box'
    """
    local = links.local_path(address)
    return "" if local is None else names.key(posixpath.basename(local.path.rstrip("/")).removesuffix(".md"))


def stems_of(facts: Facts) -> set[str]:
    """All that a link to the text may be called."""
    found = {facts.slug_key, *map(names.key, facts.previous_slugs)}
    found.add(names.key(posixpath.basename(facts.path).removesuffix(".md")))
    return found


def names_of(facts: Facts) -> list[tuple[str, str]]:
    """The names of an entry, each once, with what they are."""
    every = [
        (facts.title, "title"),
        *((alias, "alias") for alias in facts.aliases),
        (facts.slug, "slug"),
        *((slug, "previous slug") for slug in facts.previous_slugs),
    ]
    return list({name_key(text): (text, what) for text, what in reversed(every)}.values())[::-1]
