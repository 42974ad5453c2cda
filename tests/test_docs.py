"""What README and docs/ say is so: settings, links, commands, addresses, fields and codes."""

import re
import shlex
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.test import Client
from rdflib import Graph

from api.exporting import FORMATS
from tests.sync.cast import CAST
from tests.sync.folders import write
from tests.sync.installation import Installation

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "fixtures/content/README.md"])

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text(name: str) -> str:
    return (ROOT / name).read_text()


def code(page: str) -> list[str]:
    """The lines of a page that are shown as code."""
    return re.findall(r"^    (\S.*)$", page, re.MULTILINE)


def section(page: str, heading: str) -> str:
    """What stands below a second-level heading."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


# --- settings ---


def test_the_readme_lists_exactly_the_settings_there_are() -> None:
    source = text("config/settings.py")
    read = set(re.findall(r'(?:env\.\w+|secret|words|folder)\(\s*"([A-Z_]+)"', source))
    table = re.findall(r"^\| `([A-Z_]+)` \|", section(text("README.md"), "Settings"), re.MULTILINE)
    assert sorted(table) == sorted(read)


@pytest.mark.parametrize("name", ["CONTENT_ROOT", "LEMMA_ENTRIES_DIR", "LEMMA_BOOKS_DIR", "LEMMA_LOCALE", "LEMMA_VAR"])
def test_the_defaults_in_the_readme_are_those_of_the_settings(name: str) -> None:
    shown = re.search(rf"^\| `{name}` \| `([^`]+)` \|", text("README.md"), re.MULTILINE)
    assert shown, name
    assert f'"{name}", default="{shown[1]}"' in text("config/settings.py")


# --- links ---


@each_page
def test_no_link_leads_out_of_the_project(page: Path) -> None:
    """Whether it leads somewhere at all is shown by the pages that are built: see `test_docs_pages`."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
    for address in re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", prose):
        if not re.match(r"[a-z]+:", address):
            assert (page.parent / address).resolve().is_relative_to(ROOT), f"{page.name}: {address}"


# --- commands ---


def commands(page: str) -> Iterator[tuple[str, list[str]]]:
    """(name, options) of every `manage.py` command that a page shows, in a block or in running text."""
    for line in [*code(page), *re.findall(r"`([^`\n]+)`", page)]:
        words = re.sub(r"\s{2,}#.*", "", line).replace("…", "").split()
        if words and words[0] in ("DEBUG=1", "sudo"):
            words = words[1:]
        if "manage.py" in (words[:1] + words[1:2]) or any(word.endswith("manage.py") for word in words[:2]):
            at = next(number for number, word in enumerate(words) if word.endswith("manage.py"))
            if words[at + 1 :]:
                yield words[at + 1], [word.split("=")[0] for word in words[at + 2 :] if word.startswith("--")]
        elif words and words[0] in OURS:
            yield words[0], [word.split("=")[0] for word in words[1:] if word.startswith("--")]


OURS = {
    name
    for name, app in get_commands().items()
    if app in ("config", "sync", "publishing", "glossary", "books", "webhooks")
}


def options_of(name: str) -> set[str]:
    app = get_commands()[name]
    assert isinstance(app, str)
    parser: ArgumentParser = load_command_class(app, name).create_parser("manage.py", name)
    below = [each for action in parser._actions if isinstance(action.choices, dict) for each in action.choices.values()]
    return {option for each in (parser, *below) for action in each._actions for option in action.option_strings}


@each_page
def test_every_command_and_option_that_is_shown_exists(page: Path) -> None:
    for name, options in commands(page.read_text()):
        assert name in get_commands(), f"{page.name}: manage.py {name}"
        assert set(options) <= options_of(name), f"{page.name}: manage.py {name} {options}"


def test_every_option_in_the_operators_page_is_one_of_the_commands_there() -> None:
    page = section(text("docs/operators.md"), "Import, export, sync")
    named = {name for name in OURS if name in page}
    assert named >= {"import_content", "export_content", "sync_content"}
    known = set().union(*map(options_of, named))
    assert set(re.findall(r"(?<![-\w])--[a-z][a-z-]+", page)) <= known


@each_page
def test_every_make_target_that_is_shown_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    shown = re.findall(r"(?:^    |`)make ([a-z-]+)", page.read_text(), re.MULTILINE)
    assert set(shown) <= targets, page.name


def test_the_commands_of_the_tour_run(tmp_path: Path) -> None:
    """In the order of the page, against a folder such as it speaks of."""
    lemma = Installation(tmp_path / "var", write(tmp_path / "glossary", CAST))
    assert lemma.manage("migrate", "--verbosity", "0").returncode == 0
    lines = [line for line in code(section(text("README.md"), "A short tour")) if "manage.py" in line]
    assert len(lines) >= 4
    for line in lines:
        python, *arguments = shlex.split(line.replace("../glossary", str(lemma.content)), comments=True)
        assert python == ".venv/bin/python"
        run = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=lemma.environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, f"{line}\n{run.stdout}{run.stderr}"


# --- the API ---


@pytest.fixture
def sample(db: None) -> None:
    call_command("import_content", verbosity=0)


@pytest.mark.parametrize("page", ["README.md", "docs/api.md"])
def test_every_address_that_is_shown_answers(client: Client, sample: None, page: str) -> None:
    lines = [line for line in code(text(page)) if line.startswith("curl")]
    assert lines
    for line in lines:
        words = shlex.split(line, comments=True)
        wanted = re.search(r"# (\d{3})", line)
        # Tokens are nobody's.
        accept = [word.removeprefix("Accept: ") for word in words if word.startswith("Accept: ")]
        answer = client.get(
            words[-1].removeprefix("http://127.0.0.1:8000"), headers={"accept": accept[0] if accept else "*/*"}
        )
        assert answer.status_code == int(wanted[1] if wanted else 200), line
        if accept:
            assert answer["Content-Type"].startswith(accept[0]), line


def test_the_linked_data_that_is_shown_is_said(client: Client, sample: None, settings: Any) -> None:
    settings.LEMMA_SITE_URL = "https://glossary.example/"
    [shown] = re.findall(r"^```turtle\n(.*?)^```", text("docs/api.md"), re.MULTILINE | re.DOTALL)
    answer = client.get("/api/v1/entries/generative-ai.ttl").content.decode()
    prefixes = "".join(line for line in answer.splitlines(keepends=True) if line.startswith("@prefix"))
    wanted = set(Graph().parse(data=prefixes + shown, format="turtle"))
    assert len(wanted) == 5
    assert wanted <= set(Graph().parse(data=answer, format="turtle"))


def test_the_page_names_every_format_of_the_command() -> None:
    [options] = re.findall(r"^`manage.py export_terms.*?(?=\n\n)", text("docs/api.md"), re.MULTILINE | re.DOTALL)
    assert set(FORMATS) <= set(re.findall(r"`([a-z-]+)`", options)) | {"csv"}


def test_the_page_lists_the_addresses_of_the_api(client: Client) -> None:
    table = re.findall(r"^\| `(/[^`]*)` \|", section(text("docs/api.md"), "Addresses"), re.MULTILINE)
    described = client.get("/api/v1/schema/").json()["paths"]
    read = [path for path, methods in described.items() if "get" in methods]
    assert sorted(table) == sorted([*read, "/api/v1/schema/", "/api/v1/docs/"])


def test_the_page_lists_all_that_can_be_written(client: Client) -> None:
    table = re.findall(r"^\| `([A-Z]+) (/api/v1/[^`]*)` \|", section(text("docs/api.md"), "Writing"), re.MULTILINE)
    described = client.get("/api/v1/schema/").json()["paths"]
    written = [
        (method.upper(), path.replace("/books/", "/entries/"))
        for path, methods in described.items()
        for method in methods
        if method != "get" and not path.endswith("annotate/")
    ]
    assert sorted(table) == sorted(set(written))


@pytest.mark.parametrize(("heading", "shape"), [("An entry", "Entry"), ("A book", "Book")])
def test_the_page_names_every_field(client: Client, heading: str, shape: str) -> None:
    rows = re.findall(r"^\| (`[^|]*) \|", section(text("docs/api.md"), heading), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    schema = client.get("/api/v1/schema/").json()["components"]["schemas"]
    assert sorted(named) == sorted(schema[shape]["properties"])


def test_the_page_names_the_fields_of_lists(client: Client) -> None:
    page = section(text("docs/api.md"), "Lists")
    schema = client.get("/api/v1/schema/").json()["components"]["schemas"]
    for beginning, shape in (("Each entry", "EntrySummary"), ("Each book", "BookSummary")):
        sentence = re.search(rf"{beginning}[^.]*\.", page)
        assert sentence
        assert sorted(re.findall(r"`(\w+)`", sentence[0])) == sorted(schema[shape]["properties"])


def test_the_page_names_every_code_of_a_refusal() -> None:
    source = "".join(path.read_text() for path in sorted((ROOT / "api").rglob("*.py")))
    raised = set(re.findall(r'(?:ApiError|_problem)\(\s*\d{3},\s*f?"([a-z_.{}]+)"', source))
    wanted = {code.replace("{kind}", kind) for code in raised for kind in ("entry", "book")}
    # Those of the framework, as `detail` has them.
    wanted |= {"method_not_allowed", "not_acceptable", "authentication_failed", "throttled"}
    table = section(text("docs/api.md"), "When something is wrong")
    named = {
        name
        for cell in re.findall(r"^\| \d{3} \| ([^|]+) \|", table, re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", cell)
    }
    assert named == wanted
