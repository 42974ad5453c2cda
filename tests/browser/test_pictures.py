"""Pictures dropped and pasted into a text, and files that only pretend to be some."""

import base64
import io
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def section(visit: Callable[..., Visit], media: Path) -> tuple[Visit, Locator]:
    ada = visit()
    ada.log_in()
    page = ada.open_entry("Generative AI")
    ada.write("Brief Definition", "Look:")
    return ada, page.locator("#section-briefDefinition")


def picture(kind: str = "PNG") -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(output, kind)
    return output.getvalue()


def bomb() -> bytes:
    """A hundred megapixels in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 10_000, 10_000, 8, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(b"\0" * 10_001 * 10_000, 9))
    return b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"IEND", b"")


def send(section: Locator, how: str, data: bytes, name: str, kind: str, padding: int = 0) -> None:
    """Drops or pastes a file as a browser does."""
    section.locator(".cm-content").evaluate(
        """(element, [how, data, name, type, padding]) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes, new Uint8Array(padding)], name, { type }));
            const { left, bottom } = element.getBoundingClientRect();
            const place = { bubbles: true, cancelable: true, clientX: left + 20, clientY: bottom - 12 };
            element.dispatchEvent(
                how === "drop"
                    ? new DragEvent("drop", { ...place, dataTransfer: transfer })
                    : new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: transfer }),
            );
        }""",
        [how, base64.b64encode(data).decode(), name, kind, padding],
    )


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_a_picture_lands_where_it_is_dropped_or_pasted(section: tuple[Visit, Locator], media: Path, how: str) -> None:
    _, definition = section
    send(definition, how, picture(), "cat.png", "image/png")
    written = re.compile(r"^Look:\n\n!\[cat\]\(\.\./assets/[0-9a-f]{32}\.png\)$")
    expect(definition.locator("textarea").first).to_have_value(written)
    assert len(list((media / "assets").iterdir())) == 1


FILES = {
    "html as gif": (b"<script>alert(1)</script>", "cat.gif", "image/gif", 0, "not an image we know"),
    "svg with a script": (
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "cat.svg",
        "image/svg+xml",
        0,
        "which is no image we take",
    ),
    "a hundred megapixels": (bomb(), "cat.png", "image/png", 0, "more than 25 million pixels"),
    "cut off": (picture()[:60], "cat.png", "image/png", 0, "cannot be read"),
    "fifty megabytes": (picture(), "cat.png", "image/png", 50 * 2**20, "more than 5 MB"),
    "wrong extension": (picture(), "cat.exe", "image/png", 0, "ends in .exe"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_picture_is_explained_and_not_stored(section: tuple[Visit, Locator], media: Path, name: str) -> None:
    ada, definition = section
    data, file, kind, padding, message = FILES[name]
    send(definition, "drop", data, file, kind, padding)
    expect(definition.get_by_role("alert")).to_contain_text(message)
    expect(definition.locator("textarea").first).not_to_have_value(re.compile("Uploading|assets"))
    assert not (media / "assets").exists()
    # The browser itself says that the server refused something.
    ada.errors = [error for error in ada.errors if "400" not in error]
