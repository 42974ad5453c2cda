"""Search over what is published: the same on both databases, up to the order among equals."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

import orjson

from glossary.search import query as queries
from glossary.search import ranking, spelling, words
from glossary.search.backends import backend
from glossary.search.backends.common import FEED, PUBLISHED, TEXTS, Candidate, Found, Scope, Stand
from glossary.search.query import Query
from glossary.search.snippets import Marker
from publishing import asking
from publishing.models import Change, FeedCounter

__all__ = ["RANKED", "Hit", "Scope", "Search", "Stand", "search"]

# So many are ranked against each other. A query that finds more is better narrowed than paged through.
RANKED = 500
# How a row of facets tells that an item is deprecated; see `index`.
_OUTDATED = "status\x1fdeprecated\x1f"


class Hit(NamedTuple):
    """`summary` is the row in a list; `snippet` is safe HTML."""

    kind: str
    summary: dict[str, Any]
    matched_label: str | None
    snippet: str


class Value(TypedDict):
    value: str
    label: str
    count: int


@dataclass
class Search:
    """What the database had when the feed stood there.

    `count` is exact unless `approximate`; then only the best `RANKED` are given, and it and the facets are estimates.

    `corrected`: what was found instead of what was typed.

    `unchanged`: the feed stands where it was known to stand, and nothing was looked for.

    `moved`: something was published meanwhile, so that some of it may be newer than `stand`.
    """

    stand: Stand
    changed: datetime | None
    count: int = 0
    approximate: bool = False
    corrected: str | None = None
    unchanged: bool = False
    moved: bool = False
    hits: list[Hit] = field(default_factory=list)
    facets: dict[str, list[Value]] = field(default_factory=dict)


def search(text: str, scope: Scope, *, start: int = 0, size: int = 20, known: Stand | None = None) -> Search:
    """At most three queries, of which the last gets the texts of the page; a fourth where a correction finds nothing.

    known: if the feed still stands there, that is all that is asked.
    """
    query = queries.parse(text)
    if not query.terms:
        return Search(*_feed())
    search_in = backend()
    found: Found = search_in.find(query, scope, most=RANKED, known=known)
    if found.stand == known:
        return Search(found.stand, found.changed, unchanged=True)
    result = Search(found.stand, found.changed, count=len(found.keys))
    page: Sequence[_Shown] = []
    # Where the feed stood when the last of it was read.
    stands: set[Stand] = {found.stand}
    facets: Sequence[str] = []
    sampled = 0
    if len(found.keys) > RANKED:
        # Nearly every text has the words. What is called by them comes first; of the others some are as good as any.
        result.approximate = True
        result.count = _estimate(found.keys, found)
        named = search_in.named(query, scope, limit=start + size)
        keys = list(dict.fromkeys([*named, *found.keys]))[:RANKED]
        page, stands = _shown(keys[start : start + size])
        facets, sampled = [found.facets], found.sampled
    elif found.keys:
        rows = search_in.candidates(query, scope, most=RANKED)
        facets = [row.facets for row in rows]
        ranked = _ranked(query, rows)
        page, stands = _shown([row.key for row in ranked[start : start + size]])
    elif others := spelling.alternatives(query):
        query = queries.corrected(query, others)
        rows = search_in.candidates(query, scope, most=RANKED + 1, full=True)
        ranked = _ranked(query, rows)[:RANKED]
        facets = [row.facets for row in ranked]
        page = [_Shown(row.kind, row.summary, row.text) for row in ranked[start : start + size]]
        result.approximate = len(rows) > RANKED
        result.count = _estimate([row.key for row in rows], found) if result.approximate else len(rows)
        result.corrected = _as_found(query, ranked[0]) if ranked else None
        stands = {row.stand for row in rows} or {_stand()}
    else:
        # The words that there are were asked for.
        stands = {_stand()}
    result.moved = stands != {found.stand}
    result.facets = _facets(facets, result.count / (sampled or len(facets) or 1))
    marker = Marker(query)
    result.hits = [_hit(row, query, marker) for row in page]
    return result


def _ranked(query: Query, rows: Sequence[Candidate]) -> list[Candidate]:
    """Deprecated items come behind the others that are called by the query as well."""
    tier = ranking.tiers(query)
    return sorted(rows, key=lambda row: (tier(row.labels), _OUTDATED in row.facets, -row.score, row.labels))


def _estimate(keys: Sequence[int], found: Found) -> int:
    """keys: the first positions. How far one had to go for them tells how many there are."""
    seen = (keys[-1] - keys[0] + 1) / (found.stand.position - keys[0] + 1)
    guess = len(keys) / seen
    # Two digits, so that nobody takes it for a count.
    return max(len(keys), min(found.total, int(float(f"{guess:.2g}"))))


def _facets(texts: Sequence[str], factor: float) -> dict[str, list[Value]]:
    """texts: of what was found, or of a part of it. factor: how many times as much was found."""
    # One text of all, because thousands of lines are counted sooner than hundreds of texts.
    found = Counter("\n".join(filter(None, texts)).split("\n"))
    found.pop("", None)
    values: dict[str, dict[str, tuple[int, int, str]]] = {}
    for line, number in found.items():
        name, value, label = line.split("\x1f")
        own = values.setdefault(name, {})
        total, most, usual = own.get(value, (0, 0, ""))
        if number > most or (number == most and label < usual):
            # Of several spellings the usual one is shown.
            most, usual = number, label
        own[value] = (total + number, most, usual)
    result: dict[str, list[Value]] = {}
    for name, own in values.items():
        ranked = sorted((-total, value, label) for value, (total, _, label) in own.items())
        result[name] = [
            {"value": value, "label": label, "count": round(-less * factor)} for less, value, label in ranked
        ]
    return result


class _Shown(NamedTuple):
    kind: str
    summary: bytes
    text: str


def _shown(page: Sequence[int]) -> tuple[list[_Shown], set[Stand]]:
    """What a page says of the items at these positions, and where the feed stands. One that was withdrawn since is no
    hit any more.
    """
    marks = ", ".join(["%s"] * len(page)) or "NULL"
    # The feed first, so that it is there without any of them.
    statement = (
        f"SELECT f.position, f.epoch, x.id, p.kind, p.summary, x.text FROM {FEED} f "  # noqa: S608
        f"LEFT JOIN {TEXTS} x ON x.id IN ({marks}) LEFT JOIN {PUBLISHED} p ON p.id = x.id"
    )
    rows = asking.rows(statement, page)
    found = {key: _Shown(kind, *shown) for _, _, key, kind, *shown in rows if kind}
    return [found[key] for key in page if key in found], {Stand(position, epoch) for position, epoch, *_ in rows}


def _hit(shown: _Shown, query: Query, marker: Marker) -> Hit:
    # psycopg gives bytes as a memoryview, which orjson reads too.
    summary = orjson.loads(shown.summary)
    labels = [summary["title"], *summary.get("aliases", []), summary["slug"], *summary.get("tags", [])]
    return Hit(shown.kind, summary, ranking.matched_label(labels, query), marker.snippet(shown.text))


def _as_found(query: Query, best: Candidate) -> str:
    """The query in the words that the best hit has. Never a word that no published text has any more."""
    has = {*best.labels.split(), *words.keys(best.text)}
    return " ".join(
        next((word for word in term.others if word in has), term.phrase) if term.others else term.phrase
        for term in query.terms
    )


def _stand() -> Stand:
    return Stand(*(FeedCounter.objects.values_list("position", "epoch").first() or (0, "")))


def _feed() -> tuple[Stand, datetime | None]:
    stand = _stand()
    newest = Change.objects.order_by("-position").values_list("created_at", flat=True).first()
    return stand, newest if stand.position else None
