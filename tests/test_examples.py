"""The examples work by the commands in their README, from a checkout without anything built in it."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

import documents
from glossary.editing import delete_entry, rename_entry, save_entry, unpublish_entry
from publishing.models import FeedCounter, Item, Published

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
COMMANDS = re.findall(r"^    (\S.*?)(?:\s{2,}#.*)?$", (EXAMPLES / "README.md").read_text(), re.MULTILINE)

pytestmark = [
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs Node: apt install nodejs npm"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example as git has it, with what `npm ci` installs."""
    copy = tmp_path_factory.mktemp("examples") / "site"
    ignored = shutil.ignore_patterns("node_modules", "build")
    shutil.copytree(EXAMPLES / "site", copy, ignore=ignored)
    assert COMMANDS[:2] == ["cd site", "npm ci"]
    subprocess.run(["npm", "ci"], cwd=copy, check=True, capture_output=True)
    return copy


@pytest.fixture
def run(checkout: Path, live_server: Any) -> Callable[..., str]:
    """Runs a command there, against a server with the sample content."""
    call_command("import_content", verbosity=0)

    def command(line: str) -> str:
        environment = {**os.environ, "LEMMA_URL": live_server.url}
        done = subprocess.run(line.split(), cwd=checkout, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return command


@pytest.fixture
def site(checkout: Path) -> Path:
    folder = checkout / "site"
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def pages(site: Path) -> set[str]:
    return {path.stem for path in (site / "entries").iterdir()}


def item(slug: str) -> Item:
    return Item.objects.get(slug=slug, kind="entry")


def test_the_commands_of_the_readme_build_the_site(run: Callable[..., str], site: Path) -> None:
    built = [line for line in COMMANDS if line == "npm run site"]
    assert len(built) == 2
    published = set(Published.objects.filter(kind="entry").values_list("slug", flat=True))
    assert f"{len(published)} pages written, 0 removed, 2 requests." in run(built[0])
    assert pages(site) == published
    page = (site / "entries" / "embedding.html").read_text()
    assert "<h1>Embedding</h1>" in page
    assert "<p>" in page
    assert 'href="entries/embedding.html"' in (site / "index.html").read_text()
    assert "0 pages written, 0 removed, 1 requests." in run(built[1])


def test_it_follows_what_happens(run: Callable[..., str], site: Path) -> None:
    run("npm run site")
    changed = item("embedding")
    document = documents.parse(bytes(changed.working.data))
    document["title"] = "Embeddings & <more>"
    save_entry(document, item=changed, base_revision=changed.revision, publish=True)
    delete_entry(item("overfitting"), base_revision=item("overfitting").revision)
    unpublish_entry(item("backpropagation"))
    rename_entry(item("large-language-model"), "language-model")
    draft = documents.parse(b'---\ntitle: "Secret"\nslug: "secret"\n---\n')
    save_entry(draft)
    run("npm run site")
    found = pages(site)
    assert not {"overfitting", "backpropagation", "large-language-model", "secret"} & found
    assert "language-model" in found
    assert "<h1>Embeddings &amp; &lt;more&gt;</h1>" in (site / "entries" / "embedding.html").read_text()
    index = (site / "index.html").read_text()
    assert "Embeddings &amp; &lt;more&gt;" in index
    assert "overfitting.html" not in index
    updated = {path.name: path.read_bytes() for path in (site / "entries").iterdir()}
    shutil.rmtree(site)
    run("npm run site")
    assert {path.name: path.read_bytes() for path in (site / "entries").iterdir()} == updated


def test_after_a_restore_it_begins_again(run: Callable[..., str], site: Path) -> None:
    run("npm run site")
    (site / "entries" / "embedding.html").write_text("old")
    FeedCounter.objects.update(epoch="another")
    assert f"{Published.objects.filter(kind='entry').count()} pages written" in run("npm run site")
    assert "<h1>Embedding</h1>" in (site / "entries" / "embedding.html").read_text()


def test_a8_the_client_is_what_one_command_generates(run: Callable[..., str], checkout: Path) -> None:
    committed = (checkout / "src" / "schema.d.ts").read_text()
    run("npm run generate")
    assert (checkout / "src" / "schema.d.ts").read_text() == committed


def test_the_compiler_knows_the_api(run: Callable[..., str], checkout: Path) -> None:
    wrong = checkout / "src" / "wrong.ts"
    wrong.write_text(
        'import { data, lemma } from "./client.js";\n'
        'const api = lemma("x");\n'
        'data(await api.GET("/api/v1/entries/", { params: { query: { pagesize: 5 } } }));\n'
        'data(await api.GET("/api/v1/entries/{slug}/", { params: { path: { slug: "x" } } })).titel;\n'
        'data(await api.PATCH("/api/v1/entries/{slug}/", { params: { path: { slug: "x" } }, body: {} }));\n'
    )
    try:
        done = subprocess.run(["npm", "run", "compile"], cwd=checkout, capture_output=True, text=True, check=False)
    finally:
        wrong.unlink()
    assert done.returncode != 0
    found = re.findall(r"src/wrong\.ts\((\d),", done.stdout)
    assert set(found) == {"3", "4", "5"}, done.stdout


def test_the_lock_file_names_no_place() -> None:
    lock = json.loads((EXAMPLES / "site" / "package-lock.json").read_text())
    assert not any("resolved" in package for package in lock["packages"].values())
