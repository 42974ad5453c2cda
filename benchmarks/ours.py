"""The work as Lemma does it: by its commands and its doors. Needs Django set up."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import documents


def import_content(root: Path) -> None:
    _run("import_content", root)


def export_content(root: Path) -> None:
    _run("export_content", root)


def sync_content(root: Path, *options: str) -> None:
    _run("sync_content", root, *options)


def health_report(*, keep: bool = False) -> str:
    """Gives what it prints."""
    from django.core.management import call_command

    written = StringIO()
    call_command("health_report", "--json", *(["--keep"] if keep else []), stdout=written)
    return written.getvalue()


def catch_up() -> None:
    """What a page about the health of one entry does first."""
    from glossary.health import keeping
    from glossary.health.models import Edition

    keeping.catch_up(Edition.WORKING)


def _run(name: str, root: Path, *options: str) -> None:
    from django.core.management import call_command

    call_command(name, str(root), *options, stdout=StringIO(), stderr=StringIO())


def edit(data: bytes, title: str) -> bytes:
    document = documents.parse(data)
    document["title"] = title
    return bytes(document)


def publish(slug: str, title: str) -> None:
    """What happens when an editor presses Publish."""
    from glossary.editing import save_entry
    from publishing.models import Item

    # By the index, as the admin and the API find it.
    item = Item.objects.live().select_related("working").get(kind="entry", slug_key=slug)
    document = documents.parse(bytes(item.working.data), item.path)
    document["title"] = title
    save_entry(document, item=item, base_revision=item.revision, publish=True)


def queries(slug: str, title: str) -> int:
    """How many statements a publication takes, those that begin and end the transaction left out."""
    return statements(lambda: publish(slug, title))


def statements(work: Callable[[], object]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        work()
    return sum(1 for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")))
