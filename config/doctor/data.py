"""The database, and whether what was made from published texts agrees with them."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Exists, Max, OuterRef
from django.utils import timezone

from config.doctor.finding import Finding, error, ok, warning
from glossary.search.backends.sqlite import FTS
from glossary.search.models import SearchText
from publishing import assets, rebuilding
from publishing.models import Blob, Change, FacetCount, FeedCounter, Item, Published, Revision, Schedule
from sync.models import Run

_SOME = 200
_AHEAD = timedelta(minutes=5)
_LATE = timedelta(minutes=5)


def answers() -> Finding:
    """Everything else here needs this one."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as problem:
        return error("database.silent", f"The database does not answer: {str(problem).strip()}.", "See DATABASE_URL.")
    return ok("database.answers", f"The database answers: {connection.display_name}.")


def migrated() -> Finding:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return error(
            "migrations.missing", f"{len(missing)} migrations have not run, the first {missing[0][0]}.",
            "Run: manage.py migrate",
        )  # fmt: skip
    return ok("migrations.run", "All migrations have run.")


def is_sound(deep: bool) -> Iterator[Finding]:
    """What only SQLite can be asked."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(3)" if deep else "PRAGMA quick_check(3)")
        verdicts = [row[0] for row in cursor.fetchall()]
        cursor.execute("PRAGMA journal_mode")
        [mode] = cursor.fetchone()
        cursor.execute("PRAGMA foreign_key_check")
        orphans = cursor.fetchmany(1)
    if verdicts != ["ok"]:
        yield error(
            "database.damaged", f"The file is damaged: {verdicts[0]}.", "Go back to a backup: manage.py restore"
        )
    if orphans:
        yield error("database.orphans", f"A row of {orphans[0][0]} refers to one that is not there.", _RESTORE)
    if mode != "wal":
        yield warning(
            "database.journal", f"SQLite runs in {mode} mode, in which readers and writers wait for each other.",
            "Put the file on a local disk, in a folder that Lemma's account can write to.",
        )  # fmt: skip
    if verdicts == ["ok"] and not orphans:
        yield ok("database.sound", "The file is sound.")


_RESTORE = "Go back to a backup: manage.py restore"


def index_is_current() -> Iterator[Finding]:
    there = SearchText.objects.filter(pk=OuterRef("pk"))
    missing = Published.objects.filter(~Exists(there)).count()
    stale = SearchText.objects.filter(~Exists(Published.objects.filter(pk=OuterRef("pk")))).count()
    if missing or stale:
        yield error(
            "search.stale", f"The search index lacks {missing} of what is published, and has {stale} that is not.",
            "Run: manage.py reindex",
        )  # fmt: skip
        return
    if connection.vendor == "sqlite":
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {FTS} ({FTS}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
        except DatabaseError:
            yield error("search.damaged", "The search index does not have the words of its texts.",
                        "Run: manage.py reindex")  # fmt: skip
            return
    yield ok("search.current", f"The search index has all {Published.objects.count()} that are published.")


def feed_agrees() -> Iterator[Finding]:
    """The feed, told from its beginning, ends in what is published; and no position was given twice."""
    last: dict[int, str] = dict(Change.objects.order_by("position").values_list("item", "action"))
    shown = {Change.Action.PUBLISHED, Change.Action.RENAMED}
    told = {item for item, action in last.items() if action in shown}
    published = dict(Published.objects.values_list("item", "pk"))
    wrong = len(told ^ published.keys())
    deleted = Published.objects.filter(item__deleted_at__isnull=False).count()
    counter = FeedCounter.objects.values_list("position", flat=True).first() or 0
    highest = max(Change.objects.aggregate(at=Max("position"))["at"] or 0, max(published.values(), default=0))
    if wrong or deleted:
        yield error("feed.disagrees", f"The feed and what is published disagree on {wrong + deleted} items.",
                    f"Publish or unpublish them once more. If that is not the reason: {_RESTORE}")  # fmt: skip
    if counter < highest:
        yield error("feed.counter", f"The feed is at {highest}, but its counter at {counter}.", _RESTORE)
    if not wrong and not deleted and counter >= highest:
        yield ok("feed.agrees", f"The feed and what is published agree, at {counter}.")


def counts_are_right() -> Iterator[Finding]:
    rows = Published.objects.order_by().values_list("kind", "locale").annotate(n=Count("pk"))
    counted = {(kind, locale): n for kind, locale, n in rows}
    kept = FacetCount.objects.filter(name="", count__gt=0).values_list("kind", "locale", "count")
    if {(kind, locale): n for kind, locale, n in kept} != counted:
        yield error("counts.wrong", "Lists say other numbers than there are items.", "Run: manage.py rebuild_published")
    if old := rebuilding.outdated():
        yield warning("published.outdated", f"{old} published items were made by an older Lemma.",
                      "Run: manage.py rebuild_published")  # fmt: skip
    else:
        yield ok("published.current", "What readers get was made by this Lemma.")


def texts_are_whole() -> Iterator[Finding]:
    """Reads every text there is."""
    damaged = [key for key, data in Blob.objects.values_list("sha256", "data").iterator(_SOME)
               if sha256(bytes(data)).hexdigest() != key]  # fmt: skip
    if damaged:
        yield error("texts.damaged", f"{len(damaged)} texts are not what was stored, such as {damaged[0]}.", _RESTORE)
    else:
        yield ok("texts.whole", "Every stored text is what was stored.")
    named: set[str] = set()
    for column in ("working__data", "filed__data"):
        for data in Item.objects.live().values_list(column, flat=True).iterator(_SOME):
            named |= assets.named_in(bytes(data or b""))
    if missing := sorted(name for name in named if assets.read(name) is None):
        yield warning(
            "uploads.missing", f"{len(missing)} pictures that texts show are not there, such as {missing[0]}.",
            "Upload them again, or restore them from a backup.",
        )  # fmt: skip


def clock_is_right() -> Iterator[Finding]:
    now = timezone.now()
    newest = max(
        (at for at in (
            Revision.objects.order_by("-pk").values_list("created_at", flat=True).first(),
            Change.objects.order_by("-position").values_list("created_at", flat=True).first(),
        ) if at),
        default=now,
    )  # fmt: skip
    if newest > now + _AHEAD:
        yield error("clock.behind", f"The clock says {now:%Y-%m-%d %H:%M}, but something was saved at "
                    f"{newest:%Y-%m-%d %H:%M} (UTC).", _CLOCK)  # fmt: skip
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            [there] = cursor.fetchone()
        if abs(there - timezone.now()) > timedelta(seconds=10):
            yield warning("clock.differs", f"The clock of the database says {there:%Y-%m-%d %H:%M:%S}, that of this "
                          f"machine {timezone.now():%Y-%m-%d %H:%M:%S} (UTC).", _CLOCK)  # fmt: skip
            return
    yield ok("clock.right", f"The clock is not behind what was saved: {now:%Y-%m-%d %H:%M} UTC.")


_CLOCK = "Set the clock, and let it be kept: apt install systemd-timesyncd"


def workers_work() -> Iterator[Finding]:
    """Seen from what they should have done."""
    waiting = Schedule.objects.filter(state=Schedule.State.WAITING, item__deleted_at=None)
    late = waiting.filter(at__lt=timezone.now() - _LATE)
    if number := late.count():
        yield error("schedules.late", f"{number} scheduled publications are late.",
                    "Let a timer run manage.py run_scheduled every minute.")  # fmt: skip
    else:
        yield ok("schedules.run", f"Nothing that is scheduled is late; {waiting.count()} wait.")
    last = Run.objects.order_by("-started_at").first()
    if last and last.outcome == Run.Outcome.FAILED:
        yield warning("sync.failed", f"The last {last.half}, of {last.started_at:%Y-%m-%d %H:%M} UTC, failed.",
                      "The reason is in the admin under Syncs.")  # fmt: skip
    elif last:
        yield ok("sync.ran", f"The last {last.half} was at {last.started_at:%Y-%m-%d %H:%M} UTC: {last.outcome}.")


def somebody_can_sign_in() -> Iterator[Finding]:
    people = get_user_model().objects.filter(is_active=True, is_staff=True)
    if people.filter(is_superuser=True).exists():
        yield ok("accounts.there", f"Accounts that can enter the admin: {people.count()}.")
    else:
        yield warning("accounts.none", "Nobody is a superuser.", "Run: manage.py createsuperuser")
    locales = Item.objects.live().exclude(locale=settings.LEMMA_LOCALE)
    if number := locales.count():
        other = locales.values_list("locale", flat=True)[0]
        yield warning("locale.other", f"{number} items are of the locale {other}, and LEMMA_LOCALE is "
                      f"{settings.LEMMA_LOCALE}: nobody sees them.", f"Set LEMMA_LOCALE={other}.")  # fmt: skip
