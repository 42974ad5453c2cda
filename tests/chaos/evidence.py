"""What was found when all was quiet: values alone, so that the judge can be shown any."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.ledger import Ledger


@dataclass
class Found:
    """An item as the database has it; None for a text that there is not.

    kept: all texts that a person can still get at: revisions, and both sides of conflicts that wait.
    """

    slug: str
    uuid: str
    is_deleted: bool
    working: str
    filed: str | None
    published: str | None
    # Its place in the feed, as the published row has it.
    position: int | None
    revisions: list[str]
    conflicts: list[str]


@dataclass
class Change:
    position: int
    uuid: str
    action: str
    slug: str


@dataclass
class Told:
    """A message of a webhook, in the order of arrival."""

    position: int
    uuid: str
    action: str


@dataclass
class Evidence:
    """export, replayed, mirrored: published items by slug. As the export has them, as the feed told them from the
    beginning, and as a reader has them who followed it all the time.

    found_by: for a word, the slugs that a search gives. bodies: for an address and an ETag, the digests of all bodies
    that came with it. asked_again: for an address, the status with the ETag of now, and with one from before or None.
    """

    ledger: Ledger
    items: list[Found] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    counter: int = 0
    told: list[Told] = field(default_factory=list)
    export: dict[str, Any] = field(default_factory=dict)
    replayed: dict[str, Any] = field(default_factory=dict)
    mirrored: dict[str, Any] = field(default_factory=dict)
    found_by: dict[str, list[str]] = field(default_factory=dict)
    bodies: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    asked_again: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    # The files of the content folder, by slug.
    files: dict[str, str] = field(default_factory=dict)
    # Exit codes of the last syncs, and what the last of them changed, which was to be nothing.
    syncs: list[int] = field(default_factory=list)
    changed_by_sync: list[str] = field(default_factory=list)
    # Of rows that do not fit together, as the product's own doctor and the tests of syncing see it.
    unsound: list[str] = field(default_factory=list)
    # What people saw at work that must not be: status 500, an answer that is torn, their own publication missing.
    complaints: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
