"""What the statements of both databases share."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from glossary.search.models import SearchText, SearchWord
from publishing import asking, kinds
from publishing.models import Change, FacetCount, FeedCounter, Published

COLUMNS = ("id", "kind", "locale", "title", "aliases", "slug", "tags", "labels", "facets", "text")
# So many are ranked against each other. A query that finds more is better narrowed than paged through.
RANKED = 500

TEXTS = SearchText._meta.db_table
WORDS = SearchWord._meta.db_table
PUBLISHED = Published._meta.db_table
FEED = FeedCounter._meta.db_table
CHANGES = Change._meta.db_table
COUNTS = FacetCount._meta.db_table


class Scope(NamedTuple):
    """What may be found: SQL over the published row, which is called p, and its parameters."""

    locale: str
    conditions: Sequence[str] = ()
    parameters: Sequence[Any] = ()


class Candidate(NamedTuple):
    key: int
    labels: str
    facets: str
    score: float
    # Only where asked for.
    text: str = ""
    summary: bytes = b""
    kind: str = ""


class Candidates(NamedTuple):
    """`position` and `epoch` of the feed, when it `changed`, and how many items are published, all in one instant.

    More than `RANKED` rows: there are others.
    """

    position: int
    epoch: str
    changed: datetime | None
    total: int
    rows: list[Candidate]


def run(
    matching: str, score: str, scope: Scope, parameters: Sequence[Any], *, key: str, full: bool, limit: int
) -> Candidates:
    """matching: FROM and WHERE of a statement over the texts, called s, up to the condition that they match.
    key: the column with the position.
    """
    # Its rows are long, so they are not read for nothing.
    needed = full or any("p." in condition for condition in scope.conditions)
    joined = f" JOIN {PUBLISHED} p ON p.id = s.id" if needed else ""
    conditions = "".join(f" AND {condition}" for condition in scope.conditions)
    more = ", s.text, p.summary, s.kind" if full else ""
    nothing = ", '', NULL, ''" if full else ""
    source, where = matching.split(" WHERE ")
    marks = ", ".join(["%s"] * len(kinds.names()))
    published = f"SELECT COALESCE(SUM(count), 0) FROM {COUNTS} WHERE kind IN ({marks}) AND locale = %s AND name = ''"  # noqa: S608
    changed = f"SELECT created_at FROM {CHANGES} ORDER BY position DESC LIMIT 1"  # noqa: S608
    statement = (
        # The feed first, so that an answer without hits has its position too.
        f"SELECT position, epoch, ({published}) || ' ' || CAST(({changed}) AS text), 0.0{nothing} FROM {FEED} "  # noqa: S608
        "UNION ALL SELECT * FROM ("
        f"SELECT s.id, s.labels, s.facets, {score}{more} FROM {source}{joined} "
        # By position, from which `searching` estimates how many there are where there are more.
        f"WHERE {where} AND s.locale = %s{conditions} ORDER BY {key} LIMIT {limit}) hits"
    )
    rows = asking.rows(statement, [*kinds.names(), scope.locale, *parameters, scope.locale, *scope.parameters])
    if not rows:
        # On a new database nothing was ever published, and no row of the feed is there.
        return Candidates(0, "", None, 0, [])
    position, epoch, told = rows[0][:3]
    total, _, moment = told.partition(" ")
    changed_at = datetime.fromisoformat(moment)
    return Candidates(
        position,
        epoch,
        changed_at if changed_at.tzinfo else changed_at.replace(tzinfo=UTC),
        int(total),
        [_candidate(row) for row in rows[1:]],
    )


def _candidate(row: Sequence[Any]) -> Candidate:
    key, labels, facets, score, *more = row
    if not more:
        return Candidate(key, labels, facets, score)
    text, summary, kind = more
    return Candidate(key, labels, facets, score, text, bytes(summary), kind)
