"""Entries that a text speaks of and does not link."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum

from ahocorasick_rs import AhoCorasick

from glossary.health import body
from glossary.health.checks.made import hint
from glossary.health.facts import Facts
from glossary.health.problem import Fix, Problem
from glossary.health.snapshot import Snapshot
from glossary.search.finder import is_only_capitals, other_numbers
from glossary.search.naming import qualifier

Words = tuple[str, ...]
# No blanks, which are replaced sooner by themselves.
_SIGNS = re.compile(r"[^\w ]+")
_BLANKS = {code: " " for code in range(128) if not chr(code).isalnum()}
# Across these no name goes.
_STOPS = frozenset(".,;:!?…()[]|")


class Form(IntEnum):
    """How a text says a name; the lower one counts. The bare name of "Go (game)" may mean anything."""

    WHOLE = 0
    BARE = 1
    OTHER_NUMBER = 2


def unlinked(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """Another entry that the text speaks of and does not link; one finding for each, at its first mention."""
    if facts.kind != "entry" or facts.status == "deprecated":
        return
    vocabulary = snapshot_names(snapshot)
    if not vocabulary.may_be_in(body.joined(facts.prose)):
        return
    linked = {facts.item}
    for address, _ in facts.links:
        target = snapshot.linked(address, facts)
        if isinstance(target, Facts):
            linked.add(target.item)
    for text, line in facts.prose:
        for name, other in vocabulary.found(text):
            if other.item in linked:
                continue
            linked.add(other.item)
            fix = Fix("link", facts.item, {"name": name, "slug": other.slug, "path": other.path, "holder": facts.path})
            message = f'The text mentions "{name}" without a link.'
            yield hint("mention.unlinked", facts, line, message, f'Link it to "{other.slug}".', fix, "", other.slug)


class Vocabulary:
    """Names of entries, found in running text: the longest at each place.

    named: by the words that a text says, the name and whose it is; None for what is nobody's alone. Such a name is not
    found, nor is another one within it.
    """

    def __init__(self, named: Mapping[Words, tuple[str, Facts] | None]):
        self._named = named
        self._lengths: dict[Words, list[int]] = {}
        for key in named:
            self._lengths.setdefault(key[:2], []).append(len(key))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)
        parts = {_letters(" ".join(key)) for key, whose in named.items() if whose}
        self._automaton = AhoCorasick(list(parts), store_patterns=False) if parts else None

    def may_be_in(self, text: str) -> bool:
        """False only if no name is. Spares most texts a look for names word by word, which takes five times as long."""
        return bool(self._automaton and self._automaton.find_matches_as_indexes(_letters(text.casefold())))

    def found(self, text: str) -> Iterator[tuple[str, Facts]]:
        """Each name as the text writes it, and whose it is."""
        if not self.may_be_in(text):
            return
        words = body.tokens(text.casefold())
        spans = [match.span() for match in body.TOKEN.finditer(text)]
        if len(spans) != len(words):
            # Folding changed what is a word: such letters are rare, and a wrong place would be worse than none.
            return
        at = 0
        while at < len(words):
            length = 0
            for size in (*self._lengths.get(tuple(words[at : at + 2]), ()), 1):
                key = tuple(words[at : at + size])
                # At the end of the text there may be fewer words.
                if len(key) < size or key not in self._named:
                    continue
                whose = self._named[key]
                start, end = spans[at][0], spans[at + size - 1][1]
                if _is_together(text[start:end], whose[0] if whose else ""):
                    length = size
                    break
            if length and whose and _is_said(text[start:end], whose[0]) and not body.is_part(text, start, end):
                yield text[start:end], whose[1]
            at += length or 1


def _is_together(written: str, name: str) -> bool:
    """No name goes from one sentence or clause into the next; but "Dr. No" has its full stop."""
    return _STOPS.intersection(written) <= set(name)


def _is_said(written: str, name: str) -> bool:
    """Short names in capitals, as GAN, are names only in capitals."""
    return not is_only_capitals(name) or written.removesuffix("s").isupper()


def snapshot_names(snapshot: Snapshot) -> Vocabulary:
    """Of published entries that have the name alone; made once for a snapshot."""
    made: Vocabulary | None = snapshot.vocabulary
    if made is None:
        candidates: dict[Words, list[tuple[Form, str, Facts, bool]]] = defaultdict(list)
        for holders in snapshot.named.values():
            for name, what, facts in holders:
                for words, form in said_as(name, what):
                    candidates[words].append((form, name, facts, len(holders) == 1))
        made = snapshot.vocabulary = Vocabulary({words: _whose(each) for words, each in candidates.items()})
    return made


def _whose(candidates: Sequence[tuple[Form, str, Facts, bool]]) -> tuple[str, Facts] | None:
    """What is said as it is written is not the plural of another name."""
    best = min(form for form, _, _, _ in candidates)
    nearest = [(name, facts, alone) for form, name, facts, alone in candidates if form == best]
    name, facts, alone = nearest[0]
    is_one = alone and all(other.item == facts.item for _, other, _ in nearest)
    return (name, facts) if is_one and best is not Form.BARE and facts.status == "published" else None


def said_as(name: str, what: str) -> Iterator[tuple[Words, Form]]:
    """The words by which a text may say a name; none for names that nobody says.

    >>> [(" ".join(words), form.name) for words, form in said_as("Support vector machine (SVM)", "title")]
    [('support vector machine svm', 'WHOLE'), ('support vector machine', 'BARE'), ('support vector machines', 'BARE')]
    >>> [" ".join(words) for words, _ in said_as("Neural network", "alias")]
    ['neural network', 'neural networks']
    """
    if what not in ("title", "alias") or len(name) < 3:
        return
    words, other_form = _words(name), Form.OTHER_NUMBER
    if words:
        yield words, Form.WHOLE
    if qualifier(name) is not None:
        name = name[: name.rindex("(")].rstrip()
        words, other_form = _words(name), Form.BARE
        if words:
            yield words, Form.BARE
    for other in other_numbers(words[-1], is_acronym=is_only_capitals(name)) if words else ():
        yield (*words[:-1], other), other_form


def _words(name: str) -> Words:
    return tuple(body.tokens(name.casefold()))


def _letters(text: str) -> str:
    """Letters and digits alone, one blank where anything else stands, and one around it."""
    plain = text.translate(_BLANKS) if text.isascii() else _SIGNS.sub(" ", text).replace("_", " ")
    return f" {' '.join(plain.split())} "
