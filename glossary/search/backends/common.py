"""What the statements of both databases share."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from glossary.search.models import Name, SearchItem, SearchText, SearchWord
from glossary.search.query import Query
from publishing import asking, kinds
from publishing.models import Change, FacetCount, FeedCounter, Published

COLUMNS = ("id", "kind", "locale", "labels", "facets")

ITEMS = SearchItem._meta.db_table
TEXTS = SearchText._meta.db_table
WORDS = SearchWord._meta.db_table
NAMES = Name._meta.db_table
PUBLISHED = Published._meta.db_table
FEED = FeedCounter._meta.db_table
CHANGES = Change._meta.db_table
COUNTS = FacetCount._meta.db_table


class Scope(NamedTuple):
    """What may be found: SQL over the published row, called p, or the item, called s; and its parameters."""

    locale: str
    conditions: Sequence[str] = ()
    parameters: Sequence[Any] = ()

    def joined(self, *, full: bool = False) -> str:
        """What it says of the published row needs; with `full`, that row and the texts in any case."""
        # Their rows are long, so they are not read for nothing.
        needed = full or any("p." in condition for condition in self.conditions)
        published = f" JOIN {PUBLISHED} p ON p.id = s.id" if needed else ""
        return f"{published} JOIN {TEXTS} x ON x.id = s.id" if full else published

    @property
    def narrowed(self) -> str:
        return " AND ".join(["s.locale = %s", *self.conditions])

    @property
    def values(self) -> list[Any]:
        return [self.locale, *self.parameters]


class Stand(NamedTuple):
    """Where the feed stood."""

    position: int
    epoch: str


class Found(NamedTuple):
    """Where the feed stood, when it `changed`, and how many items are published, all in one instant.

    keys: positions of what was found, in order; one more than was wanted says that there are others.

    facets: those of about a quarter of it, a line each. sampled: how many that is.
    """

    stand: Stand
    changed: datetime | None
    total: int
    keys: list[int]
    facets: str
    sampled: int


class Candidate(NamedTuple):
    key: int
    labels: str
    score: float
    facets: str
    # Only where asked for.
    kind: str = ""
    summary: bytes = b""
    text: str = ""
    stand: Stand = Stand(0, "")


class Matching(NamedTuple):
    """FROM and WHERE of a statement over the items, called s. key: the column with the position."""

    source: str
    where: str
    parameters: Sequence[Any]
    key: str = "s.id"


# A quarter of the items: every position by itself, but in none of the steps in which a glossary may have been written.
_IN_SAMPLE = "s.id * 633 & 768 = 0"


def find(matchings: Sequence[Matching], scope: Scope, *, most: int, known: Stand | None, joining: str) -> Found:
    """What the last of the matchings finds; or what one before it finds, if that is more than `most` already.

    known: if the feed stands there, nothing is looked for.

    joining: the function of the database that makes one text of many.
    """
    marks = ", ".join(["%s"] * len(kinds.names()))
    published = f"SELECT COALESCE(SUM(count), 0) FROM {COUNTS} WHERE kind IN ({marks}) AND locale = %s AND name = ''"  # noqa: S608
    changed = f"SELECT created_at FROM {CHANGES} ORDER BY position DESC LIMIT 1"  # noqa: S608
    limit = str(most + 1)
    if known:
        # In the limit, because a condition might be asked again for each row.
        same = f"EXISTS (SELECT 1 FROM {FEED} WHERE position = %s AND epoch = %s)"  # noqa: S608
        limit = f"CASE WHEN {same} THEN 0 ELSE {limit} END"
    # The feed first, so that an answer without hits has its position too.
    parts = [f"SELECT position, epoch || ' ' || ({published}) || ' ' || CAST(({changed}) AS text), '', 0 FROM {FEED}"]  # noqa: S608
    parameters: list[Any] = [*kinds.names(), scope.locale]
    for one in matchings:
        if len(parts) > 1:
            # When SQLite gives a row, it has looked for the next one, which need not be work.
            parts.append("SELECT 0, '', '', 0")
        # As one row of texts: hundreds of rows would take longer to become objects of Python than to be found.
        parts.append(
            f"SELECT 0, {joining}(CAST(position AS text), ' '), {joining}(facets, '\n'), count(facets) FROM ("  # noqa: S608
            f"SELECT s.id AS position, CASE WHEN {_IN_SAMPLE} THEN s.facets END AS facets "
            f"FROM {one.source}{scope.joined()} WHERE {one.where} AND {scope.narrowed} "
            # By position, from which `searching` estimates how many there are where there are more.
            f"ORDER BY {one.key} LIMIT {limit}) hits"
        )
        parameters += [*one.parameters, *scope.values, *(known or ())]
    rows = asking.rows(" UNION ALL ".join(parts), parameters, 2, lambda found: _number(found[-1]) > most)
    if not rows or len(rows) < 2 or not rows[0][1]:
        # On a new database nothing was ever published, and no row of the feed is there.
        return Found(Stand(0, ""), None, 0, [], "", 0)
    position, told, _, _ = rows[0]
    _, keys, facets, sampled = rows[-1]
    epoch, total, moment = told.split(" ", 2)
    changed_at = datetime.fromisoformat(moment)
    if not changed_at.tzinfo:
        changed_at = changed_at.replace(tzinfo=UTC)
    found = sorted(map(int, keys.split())) if keys else []
    return Found(Stand(position, epoch), changed_at, int(total), found, facets or "", sampled)


def _number(row: Sequence[Any]) -> int:
    """How many positions a row has."""
    return row[1].count(" ") + 1 if row[1] else 0


def candidates(
    matching: Matching, score: str, values: Sequence[Any], scope: Scope, *, most: int, full: bool
) -> list[Candidate]:
    """What is ranked. values: parameters of `score`. full: with all that an answer needs."""
    more, feed = "", ""
    if full:
        more, feed = ", s.kind, p.summary, x.text, feed.position, feed.epoch", f" CROSS JOIN {FEED} feed"
    statement = (
        f"SELECT s.id, s.labels, {score}, s.facets{more} FROM {matching.source}{scope.joined(full=full)}{feed} "  # noqa: S608
        f"WHERE {matching.where} AND {scope.narrowed} ORDER BY {matching.key} LIMIT {most}"
    )
    rows = asking.rows(statement, [*values, *matching.parameters, *scope.values])
    return (
        [Candidate(*row[:7])._replace(stand=Stand(*row[7:])) for row in rows]
        if full
        else [Candidate(*row) for row in rows]
    )


# What an item is called by, the best first, as the backends name it.
TITLE, ALIASES, SLUG, TAGS = range(4)


def tiers(query: Query) -> Iterator[tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]]:
    """(groups that have all terms together, groups of the tiers before, which are left out), the best tier first."""
    before: tuple[tuple[int, ...], ...] = ()
    for group in (TITLE, ALIASES, SLUG, TAGS):
        yield (group,), before
        before = (*before, (group,))
    if len(query.terms) > 1:
        yield (TITLE, ALIASES, SLUG, TAGS), before


def first(query: Query, scope: Scope, tier: Sequence[Matching], limit: int) -> list[int]:
    """Positions of those whose very name the query is, then of each tier in turn. None of them comes twice."""
    exact = f"SELECT position FROM {NAMES} WHERE key = %s AND source <> {Name.Source.PREVIOUS}"  # noqa: S608
    parts = [
        f"SELECT * FROM (SELECT s.id FROM {ITEMS} s{scope.joined()} WHERE s.id IN ({exact}) AND {scope.narrowed} "  # noqa: S608
        f"ORDER BY s.id LIMIT {limit}) exact"
    ]
    parameters: list[Any] = [query.phrase, *scope.values]
    for number, one in enumerate(tier):
        parts.append(
            f"SELECT * FROM (SELECT {one.key} FROM {one.source}{scope.joined()} WHERE {one.where} "  # noqa: S608
            f"AND {one.key} NOT IN ({exact}) AND {scope.narrowed} ORDER BY {one.key} LIMIT {limit}) tier{number}"
        )
        parameters += [*one.parameters, query.phrase, *scope.values]
    # The databases go from part to part only as long as more are wanted.
    return [key for (key,) in asking.rows(f"{' UNION ALL '.join(parts)} LIMIT {limit}", parameters)]
