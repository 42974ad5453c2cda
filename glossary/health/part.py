"""A part of what is kept: whose findings a change may concern, and all that the checks of those texts ask for."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any

import orjson
from django.db.models import Count, Max, Min, Q
from rapidfuzz.distance import OSA

from glossary.health import body, cycles, loading, topics
from glossary.health.checks import likeness
from glossary.health.checks.links import slug_in, web_addresses
from glossary.health.checks.mentions import said_as
from glossary.health.checks.names import once_used, rarely_used
from glossary.health.checks.references import DANGLING
from glossary.health.facts import Facts
from glossary.health.models import Edition, Finding, KeptText, Topic
from glossary.health.problem import Problem
from glossary.health.snapshot import (
    CIRCULAR,
    LIKE,
    Name,
    Rules,
    Snapshot,
    name_key,
    names_of,
    stems_of,
    tag_key,
    usual_categories,
    usual_spelling,
)
from glossary.health.topics import SEPARATOR
from glossary.linkcheck import results
from publishing import bulk, kinds, names

_SOME = 500
# As many names as one question looks for in all texts.
_NAMES = 50
# Beyond this share of the texts it is less work to make everything anew.
_SHARE = 0.2
_FEW = 200

# number, says, label
Row = tuple[int, int, str]


def is_part(size: int, count: int) -> bool:
    return count <= max(_FEW, size * _SHARE)


def number(edition: str, topic: str) -> int:
    """Of a topic, in one edition."""
    return _number(f"{edition}\n{topic}")


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)


def read(data: bytes) -> Facts:
    return Facts(**orjson.loads(data))


@dataclass(slots=True)
class _Texts:
    """Those of an edition that were looked up, by item."""

    edition: Edition
    found: dict[int, Facts] = field(default_factory=dict)

    def load(self, items: Iterable[int]) -> None:
        wanted = [item for item in set(items) if item not in self.found]
        for some in in_parts(wanted):
            rows = KeptText.objects.filter(edition=self.edition, item__in=some)
            self.found.update((item, read(bytes(data))) for item, data in rows.values_list("item", "facts"))


class Change:
    """The step from what is kept to what these items say now; `coming` are those of them that are still there."""

    def __init__(self, edition: Edition, rules: Rules, items: Collection[int], coming: Iterable[Facts]):
        self.edition, self.rules, self.items = edition, rules, set(items)
        self.coming = {facts.item: facts for facts in coming}
        self.size_before = KeptText.objects.filter(edition=edition).count()
        self._texts: dict[int, int] = {}
        self._old: dict[int, Facts] = {}
        for some in in_parts(self.items):
            rows = KeptText.objects.filter(edition=edition, item__in=some)
            for key, item, data in rows.values_list("pk", "item", "facts"):
                self._texts[item], self._old[item] = key, read(bytes(data))
        self._before = {item: self._rows(facts) for item, facts in self._old.items()}
        self._after = {item: self._rows(facts) for item, facts in self.coming.items()}
        # What is said otherwise than before, or by another.
        self._changed = {
            row for item in self.items for row in self._before.get(item, set()) ^ self._after.get(item, set())
        }

    @property
    def size(self) -> int:
        return self.size_before - len(self._old) + len(self.coming)

    @property
    def crosses_one(self) -> bool:
        """A text that is alone is judged otherwise."""
        return self.size != self.size_before and min(self.size, self.size_before) < 2

    @property
    def concerns_all(self) -> bool:
        """Whether the checks over all texts at once may find something else."""
        if any(_of_all(self._old.get(item)) != _of_all(self.coming.get(item)) for item in self.items):
            return True
        found = Finding.objects.filter(edition=self.edition, is_of_all=True)
        return any(found.filter(item__in=some).exists() for some in in_parts(self.items))

    def woken(self) -> set[int]:
        """The items whose findings may be others now. Called before `store`."""
        numbers = {row[0] for row in self._changed}
        found = self.items & self.coming.keys()
        found |= self._items(numbers, asking=True)
        found |= self._of_tags() | self._of_categories() | self._of_slugs() | self._of_circles()
        found |= self._of_mentions(found, numbers)
        return found - (self.items - self.coming.keys())

    def store(self, rows: Iterable[Any]) -> None:
        """Puts the texts and what they say in the place of the old ones. rows: those of `KeptText`."""
        old = list(self._texts.values())
        bulk.delete(Topic, "text", old)
        bulk.delete(KeptText, "id", old)
        bulk.insert(KeptText, TEXT, rows)
        keys = text_keys(self.edition, self.coming)
        bulk.insert(Topic, TOPIC, ((keys[item], *row) for item, rows in self._after.items() for row in rows))

    def ask(self, checked: Collection[Facts], snapshot: Snapshot) -> None:
        """Keeps what these texts depend on."""
        keys = text_keys(self.edition, [facts.item for facts in checked])
        for some in in_parts(keys.values()):
            Topic.objects.filter(text__in=some, says=0).delete()
        bulk.insert(
            Topic,
            TOPIC,
            (
                (keys[facts.item], number(self.edition, topic), 0, "")
                for facts in checked
                for topic in topics.asked(facts, snapshot)
            ),
        )

    def snapshot(self, woken: Collection[int]) -> "Part":
        """All that the checks of these items ask for. Called after `store`."""
        return Part.of(self.edition, self.rules, woken, self.coming)

    # --- who is woken ---

    def _rows(self, facts: Facts) -> set[Row]:
        return set(made_rows(self.edition, facts))

    def _items(self, numbers: Collection[int], *, asking: bool) -> set[int]:
        return _items_of(numbers, asking=asking)

    def _of_tags(self) -> set[int]:
        """Those that have a tag of which another spelling is the usual one now."""
        change: dict[str, Counter[str]] = defaultdict(Counter)
        for sign, texts in ((-1, self._old), (1, self.coming)):
            for facts in texts.values():
                for tag in facts.tags:
                    change[tag_key(tag)][tag] += sign
        keys = {number(self.edition, topics.tag(key)): key for key, counts in change.items() if any(counts.values())}
        before = _counts(keys)
        waking = []
        for each, key in keys.items():
            now = Counter(before[each])
            now.update(change[key])
            now = +now
            if now and before[each] and usual_spelling(now) != usual_spelling(before[each]):
                waking.append(each)
        return self._items(waking, asking=False)

    def _of_categories(self) -> set[int]:
        change: Counter[str] = Counter()
        for sign, texts in ((-1, self._old), (1, self.coming)):
            for facts in texts.values():
                if facts.category:
                    change[facts.category] += sign
        if not any(change.values()):
            return set()
        each = number(self.edition, topics.CATEGORIES)
        counts = _counts([each])[each]
        after = Counter(counts)
        after.update(change)
        before, now = usual_categories(counts, self.rules), usual_categories(+after, self.rules)
        keys = {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
        if sorted(before.values()) != sorted(now.values()):
            # They are told which ones are usual.
            keys |= {key for name in counts | after if (key := names.key(name)) not in before or key not in now}
        return self._items([number(self.edition, topics.category(key)) for key in keys], asking=False)

    def _of_slugs(self) -> set[int]:
        """Those that name a slug nobody has, and may be told another one that is nearly like it."""
        before = {(facts.kind, facts.slug) for facts in self._old.values()}
        changed: dict[str, set[str]] = defaultdict(set)
        for kind, slug in before ^ {(facts.kind, facts.slug) for facts in self.coming.values()}:
            changed[kind].add(slug)
        if not changed:
            return set()
        codes = [*DANGLING.values(), "link.dangling"]
        rows = Finding.objects.filter(edition=self.edition, code__in=codes)
        return {
            item
            for item, held, code, value in rows.values_list("item", "item__kind", "code", "value")
            if _is_like_one(
                slug_in(value) if code == "link.dangling" else value,
                changed.get(held if code == "link.dangling" else "book" if code == "book.missing" else "entry", ()),
            )
        }

    def _of_circles(self) -> set[int]:
        found: set[int] = set()
        for name in CIRCULAR:
            each = number(self.edition, topics.edges(name))
            gone = {row for row in self._changed if row[0] == each}
            if not gone:
                continue
            own = {row for rows in self._before.values() for row in rows if row[0] == each}
            labels = set(Topic.objects.filter(number=each).values_list("label", flat=True))
            labels -= {label for _, _, label in own}
            labels |= {label for rows in self._after.values() for one, _, label in rows if one == each}
            rings = cycles.rings(_edges(labels))
            now = {key: _way(ring, key) for key, ring in rings.items()}
            rows = Finding.objects.filter(edition=self.edition, code=f"{name}.cycle").values_list("item", "value")
            was = dict(rows)
            found |= was.keys()
            known = KeptText.objects.filter(edition=self.edition, kind="entry")
            for some in in_parts(now):
                found.update(known.filter(slug_key__in=some).values_list("item", flat=True))
        return found

    def _of_mentions(self, woken: Collection[int], numbers: Collection[int]) -> set[int]:
        """Those whose text says a name that leads elsewhere now, or to one entry more or less."""
        said = {
            label
            for each, _, label in self._changed
            if label and number(self.edition, topics.said(label.split(" ")[0])) == each
        }
        # Who shares a name asks about it, and so is woken.
        sharing = _Texts(self.edition)
        sharing.load(woken)
        for facts in sharing.found.values():
            if facts.kind == "entry" and facts.is_readable:
                for text, what in names_of(facts):
                    if number(self.edition, topics.name(name_key(text))) in numbers:
                        said.update(" ".join(words) for words, _ in said_as(text, what))
        found: set[int] = set()
        for some in in_parts(said - {""}, _NAMES):
            condition = Q()
            for words in some:
                condition |= Q(words__contains=f" {words} ")
            rows = KeptText.objects.filter(condition, edition=self.edition, kind="entry")
            found.update(rows.values_list("item", flat=True))
        return found


class Part(Snapshot):
    """What the checks of some texts ask for is here or was counted; nothing else is."""

    # How many texts there are in all.
    total = 0
    # Keys of names of which every holder is here.
    whole_names: Collection[str] = ()
    edition: Edition

    @classmethod
    def of(cls, edition: Edition, rules: Rules, woken: Collection[int], coming: Mapping[int, Facts]) -> "Part":
        texts = _Texts(edition, dict(coming))
        texts.load(woken)
        own = [texts.found[item] for item in woken if item in texts.found]
        wanted = {topic for facts in own for topic in topics.needed(facts)}
        named = {name_key(text) for facts in own for text, _ in names_of(facts)}
        named |= {name_key(slug) for facts in own for slug in topics.written(facts)}
        texts.load(_items_of(_numbers(edition, wanted), asking=False))
        # What is said in the texts, where a successor is, and who links what nobody names.
        said = _said_in(edition, own)
        texts.load(said.keys())
        named |= {
            name_key(text)
            for item, labels in said.items()
            for text, what in names_of(texts.found[item])
            if any(" ".join(words) in labels for words, _ in said_as(text, what))
        }
        more = {topics.name(key) for key in named}
        more |= {
            topics.slug("entry", names.key(slug))
            for facts in texts.found.values()
            if facts.status == "deprecated"
            for slug in facts.slugs("replacedBy")
        }
        texts.load(_items_of(_numbers(edition, more), asking=False))
        fronts = _named_by_others(edition, own)
        lonely = [facts for facts in own if facts.item not in fronts]
        linking = (topics.linked(key) for facts in lonely for key in stems_of(facts))
        linkers = _items_of(_numbers(edition, linking), asking=False)
        texts.load(linkers)
        everything = sorted(texts.found.values(), key=lambda facts: (facts.kind, facts.slug_key))
        part = cls(everything, rules, loading.edited(own) if edition == Edition.WORKING else {}, _checked(own))
        part.edition, part.total, part.whole_names = edition, KeptText.objects.filter(edition=edition).count(), named
        part._fronts, part._own = fronts, own
        part._linkers = [texts.found[item] for item in linkers if item in texts.found]
        return part

    _fronts: Collection[int] = ()
    _own: Collection[Facts] = ()
    _linkers: Collection[Facts] = ()

    @property
    def size(self) -> int:
        return self.total

    @cached_property
    def named(self) -> dict[str, list[Name]]:
        # Of the others it is not known who else has them.
        everything = super().named
        return defaultdict(list, {key: everything[key] for key in self.whole_names if key in everything})

    @cached_property
    def spellings(self) -> dict[str, Counter[str]]:
        keys = {number(self.edition, topics.tag(key)): key for facts in self._own for key in map(tag_key, facts.tags)}
        return {keys[each]: counts for each, counts in _counts(keys).items()}

    @cached_property
    def categories(self) -> dict[str, str]:
        each = number(self.edition, topics.CATEGORIES)
        return usual_categories(_counts([each])[each], self.rules)

    @cached_property
    def missing(self) -> Counter[tuple[str, str]]:
        wanted = {
            number(self.edition, topics.named(kind, names.key(slug))): kind
            for facts in self._own
            for _, kind, slug, _ in facts.targets
            if not self.find(kind, slug)
        }
        found: Counter[tuple[str, str]] = Counter()
        for some in in_parts(wanted):
            for each, label in Topic.objects.filter(number__in=some).exclude(says=0).values_list("number", "label"):
                count, _, slug = label.partition(SEPARATOR)
                found[wanted[each], slug] += int(count)
        return found

    @cached_property
    def slugs(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {kind: [] for kind in kinds.names()}
        rows = KeptText.objects.filter(edition=self.edition).order_by("kind", "slug_key")
        for kind, slug in rows.values_list("kind", "slug"):
            found[kind].append(slug)
        return found

    def is_named(self, facts: Facts) -> bool:
        if facts.item in self._fronts:
            return True
        return any(
            isinstance(target := self.linked(address, other), Facts) and target.item == facts.item
            for other in self._linkers
            if other.item != facts.item
            for address, _ in other.links
        )

    def edges(self, name: str) -> dict[str, list[str]]:
        if not any(facts.slugs(name) for facts in self._own):
            return {}
        labels = Topic.objects.filter(number=number(self.edition, topics.edges(name))).exclude(says=0)
        return _edges(labels.values_list("label", flat=True))


# --- all texts at once ---


def of_all(edition: Edition, rules: Rules) -> list[Problem]:
    """What the checks over all texts at once find, from what is kept."""
    rows = KeptText.objects.filter(edition=edition).order_by("kind", "slug_key")
    compared = list(rows.exclude(brief="").values_list("item", "brief"))
    pairs = [(compared[one][0], compared[other][0]) for one, other in likeness.alike([text for _, text in compared])]
    each = number(edition, topics.TAGS)
    tags = list(
        Topic.objects.filter(number=each)
        .exclude(says=0)
        .values("label")
        .annotate(count=Count("pk"), holder=Min("text__item"))
        .values_list("label", "count", "holder")
    )
    holders = {tag: item for tag, _, item in tags}
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for tag, count, _ in tags:
        spellings[tag_key(tag)][tag] = count
    texts = _Texts(edition)
    texts.load({item for pair in pairs for item in pair})
    found = []
    for one, other in pairs:
        first, second = texts.found[one], texts.found[other]
        found += [likeness.found(first, second), likeness.found(second, first)]
    if rows.count() > 1 and (once := once_used(spellings)):
        texts.load([holders[once[0]]])
        found.append(rarely_used(once, texts.found[holders[once[0]]]))
    return found


# --- rows ---

TEXT = ["edition", "item", "kind", "slug", "slug_key", "due", "brief", "words", "facts"]
TOPIC = ["text", "number", "says", "label"]


def made_rows(edition: Edition, facts: Facts) -> Iterator[Row]:
    for topic, says, label in topics.made(facts):
        # 0 is for who asks.
        yield number(edition, topic), _number(f"{says}\n{label}") or 1, label


def write_topics(edition: Edition, texts: Collection[Facts], asked: Mapping[int, Iterable[str]]) -> None:
    keys = text_keys(edition, None)
    # Half a million rows at once would take more memory than all texts.
    for some in in_parts(texts):
        bulk.insert(Topic, TOPIC, ((keys[facts.item], *row) for facts in some for row in made_rows(edition, facts)))
        bulk.insert(
            Topic,
            TOPIC,
            ((keys[facts.item], number(edition, topic), 0, "") for facts in some for topic in asked[facts.item]),
        )


def text_keys(edition: Edition, items: Iterable[int] | None) -> dict[int, int]:
    """Keys of the kept texts by item; None: of all."""
    rows = KeptText.objects.filter(edition=edition)
    if items is None:
        return dict(rows.values_list("item", "pk"))
    found: dict[int, int] = {}
    for some in in_parts(items):
        found.update(rows.filter(item__in=some).values_list("item", "pk"))
    return found


def empty(edition: Edition) -> None:
    Topic.objects.filter(text__edition=edition).delete()
    KeptText.objects.filter(edition=edition).delete()


# --- questions ---


def _items_of(numbers: Collection[int], *, asking: bool) -> set[int]:
    """Who asks about one of the topics, or who makes it."""
    found: set[int] = set()
    for some in in_parts(numbers):
        rows = Topic.objects.filter(number__in=some)
        rows = rows.filter(says=0) if asking else rows.exclude(says=0)
        found.update(rows.values_list("text__item", flat=True))
    return found


def _numbers(edition: Edition, wanted: Iterable[str]) -> set[int]:
    return {number(edition, topic) for topic in wanted}


def _counts(numbers: Collection[int]) -> dict[int, Counter[str]]:
    """How many texts have each label of these topics."""
    found: dict[int, Counter[str]] = {each: Counter() for each in numbers}
    for some in in_parts(numbers):
        rows = Topic.objects.filter(number__in=some).exclude(says=0)
        for each, label, count in (
            rows.values("number", "label").annotate(n=Count("pk")).values_list("number", "label", "n")
        ):
            found[each][label] = count
    return found


def _said_in(edition: Edition, own: Collection[Facts]) -> dict[int, set[str]]:
    """Entries that are spoken of in one of the texts, with the words by which they are called there."""
    texts = [body.words(facts.prose) for facts in own if facts.kind == "entry"]
    every = {word for text in texts for word in text.split()}
    found: dict[int, set[str]] = defaultdict(set)
    for some in in_parts(_numbers(edition, (topics.said(word) for word in every))):
        rows = Topic.objects.filter(number__in=some).exclude(says=0)
        for item, label in rows.values_list("text__item", "label"):
            if any(f" {label} " in words for words in texts):
                found[item].add(label)
    return found


def _named_by_others(edition: Edition, own: Collection[Facts]) -> set[int]:
    """Those that the front matter of another names."""
    wanted = {number(edition, topics.named(facts.kind, facts.slug_key)): facts.item for facts in own}
    found = set()
    for some in in_parts(wanted):
        rows = Topic.objects.filter(number__in=some).exclude(says=0).values("number")
        for each, first, last in rows.annotate(a=Min("text__item"), z=Max("text__item")).values_list(
            "number", "a", "z"
        ):
            if {first, last} != {wanted[each]}:
                found.add(wanted[each])
    return found


def _checked(own: Collection[Facts]) -> dict[str, Any]:
    return results.read({address for facts in own for address in web_addresses(facts)})


def _edges(labels: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for label in sorted(labels):
        source, _, target = label.split(SEPARATOR)
        found.setdefault(source, []).append(target)
    return found


def _way(ring: list[str], key: str) -> str:
    at = ring.index(key)
    return " → ".join([*ring[at:], *ring[:at], key])


def _is_like_one(slug: str, others: Collection[str]) -> bool:
    return any(OSA.normalized_similarity(slug, other, score_cutoff=LIKE) for other in others)


def _of_all(facts: Facts | None) -> Any:
    if facts is None:
        return None
    return likeness.compared_brief(facts), facts.tags, facts.slug, facts.path


def in_parts(values: Iterable[Any], size: int = _SOME) -> Iterator[list[Any]]:
    every = list(values)
    for start in range(0, len(every), size):
        yield every[start : start + size]
