"""Every case in fixtures/merges, and the same cases by git."""

from pathlib import Path

import pytest

from documents import Merge, diff, merge, parse
from tests.merges.cases import Case, cases
from tests.merges.table import rows, table

CASES = cases()


def merged(case: Case) -> Merge:
    return merge(parse(case.base) if case.base is not None else None, parse(case.ours), parse(case.theirs))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_merges_as_expected(case: Case) -> None:
    result = merged(case)
    assert [conflict.as_json() for conflict in result.conflicts] == case.conflicts
    assert bytes(result.document).decode() == case.expected.decode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_other_way_round_the_same_fields_conflict(case: Case) -> None:
    swapped = merge(parse(case.base) if case.base is not None else None, parse(case.theirs), parse(case.ours))
    assert {each.field for each in swapped.conflicts} == {each["field"] for each in case.conflicts}


@pytest.mark.parametrize("case", [case for case in CASES if case.conflicts], ids=lambda case: case.name)
def test_our_choice_is_what_the_merge_kept(case: Case) -> None:
    result = merged(case)
    fields = [conflict.field for conflict in result.conflicts]
    assert bytes(result.resolved(dict.fromkeys(fields, "ours"))) == case.expected


@pytest.mark.parametrize("case", [case for case in CASES if case.base is not None], ids=lambda case: case.name)
def test_a_merge_names_no_change_that_neither_side_made(case: Case) -> None:
    assert case.base is not None
    base, ours, theirs = parse(case.base), parse(case.ours), parse(case.theirs)
    made = [*diff(base, ours).fields, *diff(base, theirs).fields]
    # Which of several equal headings is new is a matter of opinion.
    found = {field.removesuffix(" (2)") for field in diff(base, merged(case).document).fields}
    assert found <= {field.removesuffix(" (2)") for field in made}


def test_the_table_shows_more_right_merges_than_git() -> None:
    found = rows()
    print("\n" + table(found))
    assert len(found) >= 60
    assert [name for name, _, we in found if we not in ("merged", "asked")] == []
    assert sum(git in ("merged", "asked") for _, git, _ in found) < len(found)


def test_every_case_has_its_files() -> None:
    folders = [folder for folder in (Path(__file__).parents[2] / "fixtures/merges").iterdir() if folder.is_dir()]
    for folder in folders:
        names = {path.name for path in folder.iterdir()}
        assert (
            {"ours.md", "theirs.md", "expected.md"}
            <= names
            <= {"base.md", "ours.md", "theirs.md", "expected.md", "expected.json"}
        )
