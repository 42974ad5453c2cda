"""What the tests beside this one go through, counted."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.nasty import counting
from tests.nasty.asking import ASKS
from tests.nasty.groups import GROUPS
from tests.nasty.table import CASES, FOLDERS

LIST = counting.PAGE.parents[2] / "shared" / "nasty-inputs.md"


_NUMBER = re.compile(r"\d[\d,]*")


def test_the_page_about_security_claims_no_case_that_is_not_there() -> None:
    # Of its own process, since it collects tests.
    run = subprocess.run(
        [sys.executable, "-m", "tests.nasty"],
        cwd=counting.PAGE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    claimed, real = counting.shown(), run.stdout.strip()
    assert _NUMBER.sub("#", claimed) == _NUMBER.sub("#", real), "python -m tests.nasty --save"
    # Others may have added some since.
    for said, counted in zip(_NUMBER.findall(claimed), _NUMBER.findall(real), strict=True):
        assert int(said.replace(",", "")) <= int(counted.replace(",", "")), "python -m tests.nasty --save"


def test_no_case_stands_twice() -> None:
    for several in (CASES, FOLDERS, ASKS):
        assert [name for name, number in Counter(map(str, several)).items() if number > 1] == []


def test_the_table_has_what_is_refused_and_what_is_kept() -> None:
    assert {bool(case.code) for case in CASES} == {True, False}
    assert all(case.line or case.field or case.code.startswith("limit.") for case in CASES if case.code)


@pytest.mark.skipif(not LIST.exists(), reason="the list that the groups were made from lies beside the project")
def test_each_group_of_the_list_is_one_here() -> None:
    text = Path(LIST).read_text()
    numbers = [number for number in range(1, 100) if re.search(rf"(?:^|\s){number}\. ", text)]
    assert numbers == sorted(GROUPS)


def test_a_reference_to_nothing_and_a_group_without_a_door_are_found() -> None:
    wrong = counting.problems(counting.count([]))
    assert "group 1, file: no case" in wrong
    assert "tests/api/test_twins.py::test_one_slug_is_given_once is not there" in wrong
