from pathlib import Path

import pytest

from tests.architecture import violations

ROOT = Path(__file__).resolve().parent.parent


def test_every_import_points_down() -> None:
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("path", "code", "reason"),
    [
        ("publishing/wrong.py", "import glossary.models", "publishing imports glossary.models, which is upwards"),
        ("publishing/wrong.py", "from books import models", "publishing imports books, which is upwards"),
        ("publishing/wrong.py", "def later():\n    import sync.plan", "publishing imports sync.plan, which is upwards"),
        ("publishing/wrong.py", "from importlib import import_module\nimport_module('api.urls')", "which is upwards"),
        ("publishing/wrong.py", "if TYPE_CHECKING:\n    from glossary.models import Entry", "which is upwards"),
        ("publishing/models/wrong.py", "from ...glossary import models", "which is upwards"),
        ("glossary/wrong.py", "from books.models import Book", "glossary imports books.models, which is sideways"),
        ("books/wrong.py", "import glossary", "books imports glossary, which is sideways"),
        ("books/wrong.py", "from sync import plan", "books imports sync, which is upwards"),
        ("glossary/wrong.py", "from api.problems import problem", "glossary imports api.problems, which is upwards"),
        ("api/wrong.py", "from config.settings import VAR", "api imports config.settings, which is upwards"),
        ("documents/wrong.py", "from django.utils import text", "documents is plain Python"),
        ("documents/wrong.py", "def later():\n    import rest_framework", "documents is plain Python"),
        ("documents/wrong.py", "from publishing import names", "documents imports publishing, which is upwards"),
        ("glossary/wrong.py", "from . import admin", "glossary.admin is a door"),
        ("glossary/wrong.py", "from .admin.pages import EntryAdmin", "glossary.admin.pages is a door"),
        ("sync/wrong.py", "from sync.management.commands import first_run", "sync.management.commands is a door"),
        ("api/wrong.py", "from api.views import entries", "api.views is a door"),
    ],
)
def test_a_wrong_import_is_reported(tmp_path: Path, path: str, code: str, reason: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(code)
    [report] = violations(tmp_path)
    assert report.startswith(f"{path}:{len(code.splitlines())}: ")
    assert reason in report


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("publishing/right.py", "from documents import parse\nfrom publishing.models import Item\nimport django"),
        ("publishing/right.py", "from . import names\nfrom .models import Item"),
        ("documents/right.py", "import yaml\nfrom .text import lines"),
        ("config/urls.py", "from django.contrib import admin\nimport config.probes"),
        ("glossary/admin/pages.py", "from glossary.admin.forms import EntryForm"),
        ("api/urls.py", "from api import views"),
    ],
)
def test_a_right_import_is_not(tmp_path: Path, path: str, code: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(code)
    assert violations(tmp_path) == []
