"""A zip brought by an editor, in a real browser."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from publishing.models import Item
from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("sample")


def test_a_zip_is_looked_at_and_imported(visit: Callable[..., Visit], tmp_path: Path) -> None:
    item = Item.objects.get(slug="embedding")
    changed = bytes(item.working.data).replace(b"beginner", b"advanced")
    file = tmp_path / "glossary.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("glossary/terms/embedding.md", changed)
        archive.writestr(
            "glossary/terms/perceptron.md", b"---\ntitle: Perceptron\n---\n\n# Brief Definition\nA neuron.\n"
        )
        archive.writestr("glossary/terms/broken.md", b"---\ntitle: [\n---\n")
    ada = visit()
    ada.log_in()
    page = ada.go("/admin/")
    page.get_by_role("link", name="Import and export").click()
    page.get_by_label("Markdown files, or a zip of them").set_input_files(file)
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_text("1 new, 1 changed, 0 conflicts")).to_be_visible()
    expect(page.get_by_text("left out", exact=True)).to_be_visible()
    expect(page.locator("ins", has_text="advanced")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("2 files are imported.")).to_be_visible()
    assert Item.objects.get(slug="perceptron").published.title == "Perceptron"
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all as zip").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        assert archive.read("terms/embedding.md") == changed
        assert "terms/broken.md" not in archive.namelist()
