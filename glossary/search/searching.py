"""Search over what is published: the same on both databases, up to the order among equals."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from glossary.search import query as queries
from glossary.search import ranking, spelling, words
from glossary.search.backends import backend
from glossary.search.backends.common import PUBLISHED, RANKED, TEXTS, Candidate, Candidates, Scope
from glossary.search.query import Query
from glossary.search.snippets import Marker
from publishing import asking
from publishing.models import Change, FeedCounter

__all__ = ["RANKED", "Hit", "Scope", "Search", "search"]


class Hit(NamedTuple):
    """`summary` is the row in a list; `snippet` is safe HTML."""

    kind: str
    summary: dict[str, Any]
    matched_label: str | None
    snippet: str


@dataclass(frozen=True)
class Value:
    value: str
    label: str
    count: int


@dataclass
class Search:
    """What the database had at one position of the feed.

    `count` is exact unless `approximate`; then only the best `RANKED` are given, and it and the facets are estimates.

    `corrected`: what was found instead of what was typed.
    """

    position: int
    epoch: str
    changed: datetime | None
    count: int = 0
    approximate: bool = False
    corrected: str | None = None
    hits: list[Hit] = field(default_factory=list)
    facets: dict[str, list[Value]] = field(default_factory=dict)


def search(text: str, scope: Scope, *, start: int = 0, size: int = 20) -> Search:
    """At most three queries, of which the last gets the texts of the page."""
    query = queries.parse(text)
    if not query.terms:
        return Search(*_feed())
    find = backend().candidates
    found = find(query, scope)
    full = False
    if not found.rows and (others := spelling.alternatives(query)):
        query, full = queries.corrected(query, others), True
        found = find(query, scope, full=True)
    result = Search(
        found.position, found.epoch, found.changed, count=len(found.rows), approximate=len(found.rows) > RANKED
    )
    rows = found.rows
    if result.approximate:
        # A word that most texts have. What is called by it comes first; of the others some are as good as any.
        if not full:
            named = find(query, scope, names_only=True, limit=RANKED)
            seen = {row.key for row in named.rows}
            rows = [*named.rows, *(row for row in rows if row.key not in seen)]
        result.count = _estimate(found)
    tier = ranking.tiers(query)
    ranked = sorted(rows, key=lambda row: (tier(row.labels), -row.score, row.labels))[:RANKED]
    result.facets = _facets(found.rows[:RANKED], result.count if result.approximate else len(found.rows))
    page = ranked[start : start + size]
    if not full:
        page = _with_texts(page)
    marker = Marker(query)
    result.hits = [_hit(row, query, marker) for row in page]
    if full and found.rows:
        result.corrected = _as_found(query, ranked[0])
    return result


def _estimate(found: Candidates) -> int:
    """Rows come by position: how far one had to go for them tells how many there are."""
    keys = [row.key for row in found.rows]
    seen = (max(keys) - min(keys) + 1) / (found.position - min(keys) + 1)
    guess = len(keys) / seen
    # Two digits, so that nobody takes it for a count.
    return max(len(keys), min(found.total, int(float(f"{guess:.2g}"))))


def _facets(rows: Sequence[Candidate], count: int) -> dict[str, list[Value]]:
    found = Counter(line for row in rows if row.facets for line in row.facets.split("\n"))
    factor = count / len(rows) if rows else 1
    spellings: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for line, number in found.items():
        name, value, label = line.split("\x1f")
        spellings.setdefault((name, value), []).append((number, label))
    result: dict[str, list[Value]] = {}
    for (name, value), variants in spellings.items():
        # Of several spellings the usual one is shown.
        label = min(variants, key=lambda pair: (-pair[0], pair[1]))[1]
        total = sum(number for number, _ in variants)
        result.setdefault(name, []).append(Value(value, label, round(total * factor)))
    return {name: sorted(values, key=lambda one: (-one.count, one.value)) for name, values in sorted(result.items())}


def _with_texts(page: Sequence[Candidate]) -> list[Candidate]:
    if not page:
        return []
    marks = ", ".join(["%s"] * len(page))
    statement = (
        f"SELECT s.id, s.text, p.summary, s.kind FROM {TEXTS} s JOIN {PUBLISHED} p ON p.id = s.id "  # noqa: S608
        f"WHERE s.id IN ({marks})"
    )
    found = asking.rows(statement, [row.key for row in page])
    texts = {key: (text, bytes(summary), kind) for key, text, summary, kind in found}
    # One that was withdrawn since is no hit any more.
    return [
        row._replace(text=text, summary=summary, kind=kind)
        for row in page
        if row.key in texts
        for text, summary, kind in [texts[row.key]]
    ]


def _hit(row: Candidate, query: Query, marker: Marker) -> Hit:
    summary = orjson.loads(row.summary)
    labels = [summary["title"], *summary.get("aliases", []), summary["slug"], *summary.get("tags", [])]
    return Hit(row.kind, summary, ranking.matched_label(labels, query), marker.snippet(row.text))


def _as_found(query: Query, best: Candidate) -> str:
    """The query in the words that the best hit has. Never a word that no published text has any more."""
    has = {*best.labels.split(), *words.keys(best.text)}
    return " ".join(
        next((word for word in term.others if word in has), term.phrase) if term.others else term.phrase
        for term in query.terms
    )


def _feed() -> tuple[int, str, datetime | None]:
    counter = FeedCounter.objects.first()
    newest = Change.objects.order_by("-position").values_list("created_at", flat=True).first()
    return (counter.position, counter.epoch, newest) if counter else (0, "", None)
