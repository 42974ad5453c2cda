"""Files that are as they should be: nothing is asked about their items, and they still keep what is theirs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from publishing.models import Item
from sync.models import Base
from tests.sync import folders
from tests.sync.agreement import sync, synced
from tests.sync.cast import BLACK_BOX, entry, item
from tests.sync.commands import import_content, imported


def statements(function: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        function()
    return [query["sql"] for query in seen]


@pytest.mark.parametrize("command", [imported, synced])
def test_what_is_in_step_costs_as_few_questions_for_many_files_as_for_few(
    known: Path, command: Callable[[], object]
) -> None:
    few = statements(command)
    folders.write(known, {f"terms/box-{number}.md": entry(f"Box {number}") for number in range(60)})
    imported()
    many = statements(command)
    assert len(many) == len(few)
    assert not any("sort_key" in each or '"publishing_item"."title"' in each for each in many)


def test_one_changed_file_of_many_reads_one_item(known: Path) -> None:
    folders.write(known, {f"terms/box-{number}.md": entry(f"Box {number}") for number in range(60)})
    imported()
    (known / "terms/box-7.md").write_bytes(entry("Another box", "box-7"))
    asked = [each for each in statements(imported) if each.startswith("SELECT") and '"publishing_item"."title"' in each]
    assert item("box-7").title == "Another box"
    assert asked
    own = (f" IN ({item('box-7').pk})", " IN ('box-7')")
    assert all(any(each in statement for each in own) for statement in asked)


def test_a_new_file_with_the_slug_of_a_settled_one_refuses_both(known: Path) -> None:
    (known / "terms/again.md").write_bytes(BLACK_BOX.replace(b"beginner", b"advanced"))
    outcome = import_content("--json", "--skip-invalid")
    assert sorted(outcome.codes()) == [("terms/again.md", "slug.duplicate"), ("terms/black-box.md", "slug.duplicate")]
    assert outcome.report["counts"]["entries"]["bad"] == 2
    assert outcome.report["counts"]["entries"]["unchanged"] == 2


def test_a_twin_of_a_settled_file_in_another_case_refuses_both(known: Path) -> None:
    (known / "terms/Black-Box.md").write_bytes(entry("Another", "another"))
    outcome = import_content("--json", "--skip-invalid")
    assert sorted(outcome.codes()) == [("terms/Black-Box.md", "path.twin"), ("terms/black-box.md", "path.twin")]
    assert outcome.report["counts"]["entries"]["unchanged"] == 2


def test_only_counts_settled_files_that_were_asked_for(known: Path) -> None:
    outcome = sync("--only", "terms/black-box.md")
    assert outcome.report["counts"]["entries"]["unchanged"] == 1
    assert outcome.report["counts"]["books"]["unchanged"] == 0


def test_the_base_of_a_deleted_item_is_forgotten_while_all_others_are_settled(known: Path) -> None:
    gone = Item.objects.get(slug="grey-box")
    (known / "terms/sub/grey-box.md").unlink()
    synced()
    assert not Item.objects.live().filter(pk=gone.pk).exists()
    assert not Base.objects.filter(item=gone).exists()
    assert synced() is not None
