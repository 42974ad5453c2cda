"""README and docs/ as pages, by `make docs`: every link leads somewhere, and nothing is fetched from elsewhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from publishing.validators import validate_http_url
from tests.test_docs import PAGES, ROOT


def build(source: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """With the options of the Makefile."""
    command = re.search(
        r"-m sphinx (.*) -d build/doctrees -b html \. build/docs$", (ROOT / "Makefile").read_text(), re.M
    )
    assert command
    options = command[1].replace("-c docs", f"-c {ROOT / 'docs'}").split()
    return subprocess.run(
        [sys.executable, "-m", "sphinx", *options, "-b", "html", source, into],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("pages")
    built = build(ROOT, into)
    assert built.returncode == 0, built.stderr
    return into


def read(page: Path) -> html.HtmlElement:
    return html.fromstring(page.read_bytes())


def test_every_page_of_ours_is_there(pages: Path) -> None:
    wanted = {page.relative_to(ROOT).with_suffix(".html") for page in PAGES}
    assert wanted <= {page.relative_to(pages) for page in pages.rglob("*.html")}
    assert (pages / "index.html").read_bytes() == (pages / "README.html").read_bytes()


def test_every_link_leads_to_a_page_and_to_a_place_on_it(pages: Path) -> None:
    documents = {page: read(page) for page in pages.rglob("*.html")}
    ids = {page: set(document.xpath("//@id")) for page, document in documents.items()}
    seen = 0
    for page, document in documents.items():
        for address in document.xpath("//@href | //@src"):
            scheme, host, path, _, anchor = urlsplit(address)
            if scheme or host:
                continue
            target = (page.parent / unquote(path)).resolve() if path else page
            assert target.is_file(), f"{page.relative_to(pages)}: {address}"
            assert not anchor or target not in ids or unquote(anchor) in ids[target], (
                f"{page.relative_to(pages)}: {address}"
            )
            seen += 1
    assert seen > 1000


def test_every_picture_is_said_in_words(pages: Path) -> None:
    pictures = [picture for page in pages.rglob("*.html") for picture in read(page).xpath("//article//img")]
    assert len(pictures) >= 10
    assert all(picture.get("alt", "").strip() for picture in pictures)


def test_a_page_loads_nothing_from_elsewhere(pages: Path) -> None:
    for page in pages.rglob("*.html"):
        loaded = read(page).xpath("//@src | //link[@rel!='canonical']/@href")
        assert loaded
        assert not [address for address in loaded if urlsplit(address).netloc], page.name
    styles = "".join(style.read_text() for style in pages.rglob("*.css"))
    assert not re.findall(r"url\(\s*['\"]?(?:https?:)?//|@import", styles)


def test_addresses_of_the_web_are_well_formed(pages: Path) -> None:
    """Nobody asks them: a test says the same without a network."""
    addresses = {
        address
        for page in pages.rglob("*.html")
        for address in read(page).xpath("//article//a/@href")
        if urlsplit(address).scheme or urlsplit(address).netloc
    }
    assert len(addresses) >= 5
    for address in addresses:
        validate_http_url(address)


DEAD = [
    ("[There](nowhere.md)", "nowhere.md"),
    ("[There](editors.md#nothing-of-the-kind)", "nothing-of-the-kind"),
    ("[Here](#nothing-of-that-kind)", "nothing-of-that-kind"),
    ("[A folder](../deploy/no-folder)", "../deploy/no-folder"),
    ("![A picture](images/no-picture.png)", "no-picture.png"),
    ('<img src="images/no-image.png" alt="A picture">', "no-image.png"),
]


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """About a copy of the pages in which one has links that are dead."""
    source = tmp_path_factory.mktemp("source")
    for page in PAGES:
        copy = source / page.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(page, copy)
    copy = source / "docs/scale.md"
    copy.write_text("\n\n".join([copy.read_text(), *(text for text, _ in DEAD)]))
    built = build(source, tmp_path_factory.mktemp("dead"))
    assert built.returncode == 1
    return [line for line in built.stderr.splitlines() if "scale.md" in line]


@pytest.mark.parametrize("name", [name for _, name in DEAD])
def test_a_dead_link_stops_it_and_is_named(complaints: list[str], name: str) -> None:
    assert [line for line in complaints if name in line]
