"""Each nasty text through each door: refused with file, line, field and remedy, or kept to the byte; soon; and nothing
runs.
"""

from pathlib import Path

import pytest
from django.test import Client

from tests.api.test_writing import Program
from tests.nasty import doors
from tests.nasty.table import CASES, Case

pytestmark = pytest.mark.django_db
each = pytest.mark.parametrize("case", CASES, ids=str)


@each
def test_as_a_file(case: Case, root: Path) -> None:
    doors.file(case, root)


@each
def test_through_the_api(case: Case, program: Program) -> None:
    doors.api(case, program)


@each
def test_in_the_admin(case: Case, editor: Client) -> None:
    doors.admin(case, editor)
