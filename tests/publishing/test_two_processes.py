"""Two editors, two processes, one entry: nothing is lost, nothing is locked, every collision is shown."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from documents import parse
from glossary.editing import rename_entry
from publishing.models import Item
from tests.databases import database_url
from tests.publishing.conftest import history, now, working

pytestmark = pytest.mark.django_db(transaction=True)

PROJECT = Path(__file__).resolve().parents[2]
# In a normal run, and in a deep one.
TIMES = [40, pytest.param(500, marks=pytest.mark.deep)]


class Editor:
    """See `tests.publishing.second_editor`."""

    def __init__(self, process: "subprocess.Popen[str]"):
        self._process = process

    def tell(self, **order: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@pytest.fixture
def editors(tmp_path: Path) -> Iterator[list[Editor]]:
    environment = os.environ | {
        "DEBUG": "1",
        "SECRET_KEY": "not a secret",
        "LEMMA_VAR": str(tmp_path),
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.publishing.second_editor"],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    yield [Editor(process) for process in processes]
    for process in processes:
        process.communicate(timeout=20)
        assert process.returncode == 0


def in_step(editors: list[Editor], item: Item, fields: list[str], number: int) -> list[dict[str, Any]]:
    """Both open the same revision, each edits its field, both save at once. What came of it."""
    for index, editor in enumerate(editors):
        editor.tell(open=item.pk, field=fields[index], value=f"{'ab'[index]}-{number:05}")
    assert len({editor.answer()["opened"] for editor in editors}) == 1
    for editor in editors:
        editor.tell(save=True)
    return [editor.answer() for editor in editors]


def values(item: Item, field: str) -> list[Any]:
    """What a field said in each revision, without repetitions."""
    found = [parse(data).get(field) for data in history(item)]
    return [value for index, value in enumerate(found) if not index or value != found[index - 1]]


@pytest.mark.parametrize("times", TIMES)
def test_edits_of_different_fields_from_one_revision_are_all_kept(
    entry: Callable[..., Item], editors: list[Editor], times: int
) -> None:
    item = entry(publish=False)
    for number in range(times):
        outcomes = in_step(editors, item, ["category", "difficulty"], number)
        assert all("saved" in outcome for outcome in outcomes), outcomes
        assert parse(working(item)).values == {
            "title": "Black box",
            "category": f"a-{number:05}",
            "difficulty": f"b-{number:05}",
        }
    assert now(item).revision == 1 + 2 * times
    for field, name in (("category", "a"), ("difficulty", "b")):
        assert values(item, field) == [None, *(f"{name}-{number:05}" for number in range(times))]


@pytest.mark.parametrize("times", TIMES)
def test_edits_of_one_field_from_one_revision_are_a_conflict_every_time(
    entry: Callable[..., Item], editors: list[Editor], times: int
) -> None:
    item = entry(publish=False)
    kept: list[str | None] = [None]
    for number in range(times):
        outcomes = in_step(editors, item, ["category", "category"], number)
        won = [index for index, outcome in enumerate(outcomes) if "saved" in outcome]
        assert len(won) == 1, outcomes
        assert {"conflict": ["category"]} in outcomes
        kept.append(f"{'ab'[won[0]]}-{number:05}")
    assert now(item).revision == 1 + times
    assert values(item, "category") == kept


@pytest.mark.parametrize("times", TIMES)
def test_two_who_save_as_fast_as_they_can_lose_nothing_and_never_meet_a_lock(
    entry: Callable[..., Item], editors: list[Editor], times: int
) -> None:
    item = entry(publish=False)
    for editor, field, name in zip(editors, ["category", "difficulty"], "ab", strict=True):
        editor.tell(loop=item.pk, field=field, name=name, times=times)
    for editor in editors:
        assert [outcome for outcome in editor.answer() if "saved" not in outcome] == []
    # In order and without gaps: no save took back what the other had saved before.
    for field, name in (("category", "a"), ("difficulty", "b")):
        assert values(item, field) == [None, *(f"{name}-{number:05}" for number in range(times))]


@pytest.mark.parametrize("times", TIMES)
def test_two_who_fight_for_one_field_never_overwrite_each_other_unseen(
    entry: Callable[..., Item], editors: list[Editor], times: int
) -> None:
    item = entry(publish=False)
    for editor, name in zip(editors, "ab", strict=True):
        editor.tell(loop=item.pk, field="category", name=name, times=times)
    saved = []
    for editor, name in zip(editors, "ab", strict=True):
        outcomes = editor.answer()
        assert all("saved" in outcome or outcome == {"conflict": ["category"]} for outcome in outcomes), outcomes
        saved += [f"{name}-{number:05}" for number, outcome in enumerate(outcomes) if "saved" in outcome]
    # What was told to be saved is in the history, and nothing else is.
    assert sorted(values(item, "category")[1:]) == sorted(saved)
    assert now(item).revision == 1 + len(saved)


@pytest.mark.parametrize("times", TIMES)
def test_an_entry_is_renamed_while_somebody_edits_what_refers_to_it(
    entry: Callable[..., Item], editors: list[Editor], times: int
) -> None:
    target = entry("Target")
    item = entry(related='["target"]', body="See [it](target.md).", publish=False)
    editors[0].tell(loop=item.pk, field="category", name="a", times=times)
    names = ["target"]
    for number in range(times // 4):
        names.append(f"target-{number}")
        rename_entry(target, names[-1])
    assert [outcome for outcome in editors[0].answer() if "saved" not in outcome] == []
    assert values(item, "category") == [None, *(f"a-{number:05}" for number in range(times))]
    assert values(item, "related") == [[name] for name in names]
    assert f"[it]({names[-1]}.md)".encode() in working(item)
    assert parse(working(target))["previousSlugs"] == names[:-1]
