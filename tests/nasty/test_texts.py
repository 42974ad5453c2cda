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
REFUSED = [case for case in CASES if case.code]
ACCEPTED = [case for case in CASES if not case.code]
# Several of them are more than an upload may have.
LARGE = 500_000


@each
def test_as_a_file(case: Case, root: Path) -> None:
    doors.file(case, root)


@each
def test_through_the_api(case: Case, program: Program) -> None:
    doors.api(case, program)


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_in_the_admin(case: Case, editors_browser: Client) -> None:
    doors.admin_accepted(case, editors_browser)


@pytest.fixture(scope="module")
def plans() -> dict[Case, str]:
    """What was said already: the cases of a group are uploaded at once."""
    return {}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_refused_in_the_admin(case: Case, plans: dict[Case, str], request: pytest.FixtureRequest) -> None:
    if case not in plans:
        plans |= doors.admin_refused(_uploaded_with(case), request.getfixturevalue("editors_browser"))
    doors.explained(case, plans[case])


def _uploaded_with(case: Case) -> list[Case]:
    if len(case.data) > LARGE:
        return [case]
    return [each for each in REFUSED if each.group == case.group and len(each.data) <= LARGE]
