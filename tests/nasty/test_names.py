"""Files with nasty names and neighbours through each door."""

from pathlib import Path

import pytest
from django.test import Client

from tests.api.test_writing import Program
from tests.nasty import doors
from tests.nasty.table import FOLDERS, Folder

pytestmark = pytest.mark.django_db
each = pytest.mark.parametrize("folder", FOLDERS, ids=str)


@each
def test_as_files(folder: Folder, root: Path) -> None:
    doors.file_folder(folder, root)


@each
def test_through_the_api(folder: Folder, program: Program) -> None:
    doors.api_folder(folder, program)


@each
def test_in_the_admin(folder: Folder, editors_browser: Client) -> None:
    doors.admin_folder(folder, editors_browser)
