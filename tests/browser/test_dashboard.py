"""The start page in a real browser, and a sync that it starts: a process of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import expect

from publishing.models import Item
from sync.models import Run
from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("sample")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="hands the address of the test's database to the process")
def test_a_sync_runs_in_the_background_and_shows_its_result(
    visit: Callable[..., Visit], tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "perceptron.md").write_text("---\ntitle: Perceptron\n---\n")
    settings.CONTENT_ROOT = tmp_path
    monkeypatch.setenv("CONTENT_ROOT", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{connection.settings_dict['NAME']}")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
    ada = visit()
    ada.log_in()
    page = ada.go("/admin/")
    expect(page.get_by_text("They were never synced.")).to_be_visible()
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_role("button", name="Sync now")).to_be_disabled()
    expect(page.get_by_role("link", name="In step")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("1 imported, 5 exported")).to_be_visible()
    assert Item.objects.get(slug="perceptron").published
    assert (tmp_path / "terms" / "embedding.md").exists()
    run = Run.objects.get()
    assert run.started_by
    assert run.started_by.username == "ada"
