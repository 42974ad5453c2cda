"""What the tests beside this one go through, counted."""

from collections import Counter
from typing import Any

from tests.nasty.table import CASES, FOLDERS, GROUPS
from tests.nasty.test_disk import THINGS, ZIPPED


def test_every_group_has_cases_and_no_case_stands_twice(record_property: Any) -> None:
    counts = Counter([*(case.group for case in CASES), *(folder.group for folder in FOLDERS)])
    counts[18] += len(THINGS) + len(ZIPPED)
    record_property("figures", "\n".join(f"{group} {name}: {counts[group]}" for group, name in GROUPS.items()))
    assert sorted(counts) == sorted(GROUPS) == list(range(1, 28))
    assert all(counts.values())
    for several in (CASES, FOLDERS):
        assert [name for name, number in Counter(map(str, several)).items() if number > 1] == []


def test_the_table_has_what_is_refused_and_what_is_kept() -> None:
    assert {bool(case.code) for case in CASES} == {True, False}
    assert all(case.line or case.field or case.code.startswith("limit.") for case in CASES if case.code)
