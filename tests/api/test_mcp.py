"""The glossary as tools for an assistant, asked by the client of the protocol's own kit, in a process of its own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import jsonschema  # type: ignore[import-untyped]
import pytest
from django.core.management import call_command
from mcp import Client, StdioServerParameters, stdio_client
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import TextContent, TextResourceContents

from api.assistants import tools
from api.assistants.tools import Tools
from glossary.editing import delete_entry, rename_entry
from publishing.models import Item
from tests.databases import database_url

# What another process is to see.
COMMITTED = pytest.mark.django_db(transaction=True)
PROJECT = Path(__file__).resolve().parents[2]
Save = Callable[..., Item]
TOOLS = {"search", "get_entry", "list_entries", "related", "learning_path", "changes", "vocabulary"}
MARK = "zyxsecret"


@pytest.fixture
def talk(tmp_path: Path) -> Callable[..., Any]:
    """Starts the server as an assistant does, and does something with a client of it."""

    def run(doing: Callable[[Client], Awaitable[Any]], *arguments: str) -> Any:
        server = StdioServerParameters(
            command=sys.executable,
            args=[str(PROJECT / "manage.py"), "mcp", *arguments],
            cwd=tmp_path,
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "config.settings", "LEMMA_VAR": str(tmp_path), "DATABASE_URL": database_url()},
        )

        async def main() -> Any:
            async with Client(stdio_client(server)) as client:
                return await doing(client)

        with anyio.from_thread.start_blocking_portal() as portal:
            return portal.call(main)

    return run


Answer = dict[str, Any] | str


async def call(client: Client, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """Calls tools, and holds each answer against the shape that the server told of it. Errors come as their text."""
    shapes = {tool.name: tool.output_schema for tool in (await client.list_tools()).tools}
    answers: list[Answer] = []
    for name, given in calls:
        answer = await client.call_tool(name, given)
        if answer.is_error:
            [said] = answer.content
            assert isinstance(said, TextContent)
            answers.append(said.text)
        else:
            jsonschema.validate(answer.structured_content, shapes[name])
            answers.append(answer.structured_content)
    return answers


@COMMITTED
def test_a_client_lists_and_calls_every_tool_and_reads_files(talk: Callable[..., Any]) -> None:
    call_command("import_content", verbosity=0)

    async def doing(client: Client) -> Any:
        answers = await call(
            client,
            ("search", {"query": "backpropogation"}),
            ("get_entry", {"name": "LLMs"}),
            ("list_entries", {"category": "algorithms", "limit": 3}),
            ("related", {"name": "Word embedding"}),
            ("learning_path", {"name": "transformer"}),
            ("changes", {"limit": 5}),
            ("vocabulary", {}),
        )
        templates = (await client.list_resource_templates()).resource_templates
        addresses = ("lemma://entries/embedding", "lemma://books/deep-learning")
        contents = [each for address in addresses for each in (await client.read_resource(address)).contents]
        files = [each.text for each in contents if isinstance(each, TextResourceContents)]
        with pytest.raises(MCPError, match='No entry with the slug "nothing"'):
            await client.read_resource("lemma://entries/nothing")
        tools = (await client.list_tools()).tools
        return tools, client.instructions, answers, [each.uri_template for each in templates], files

    listed, instructions, answers, templates, files = talk(doing, "--url", "https://glossary.example.org/")
    assert {tool.name for tool in listed} == TOOLS
    for tool in listed:
        assert tool.annotations.read_only_hint
        assert tool.description
        assert "\n    " not in tool.description
        assert tool.output_schema["type"] == "object"
    assert "Nothing here can be changed" in instructions

    found, entry, page, relations, path, feed, words = answers
    assert found["correctedQuery"] == "backpropagation"
    assert found["results"][0]["slug"] == "backpropagation"
    assert found["results"][0]["url"] == "https://glossary.example.org/api/v1/entries/backpropagation/"
    assert "<" not in found["results"][0]["snippet"]
    assert (entry["slug"], entry["sections"][0]["heading"]) == ("large-language-model", "Brief Definition")
    assert not entry["truncated"]
    assert (page["total"], len(page["entries"])) == (8, 3)
    assert page["nextCursor"]
    assert relations["slug"] == "embedding"
    assert {"tokenization"} <= {one["slug"] for one in relations["related"] if one["exists"]}
    assert "transformer" in [one["slug"] for one in relations["referredBy"]]
    assert [step["slug"] for step in path["steps"]][-1] == "attention-mechanism"
    assert (len(feed["changes"]), feed["more"]) == (5, True)
    assert (words["entries"], words["books"]) == (28, 14)
    assert {"label": "Algorithms", "count": 8} in words["categories"]

    assert templates == ["lemma://entries/{slug}", "lemma://books/{slug}"]
    assert [file.encode() for file in files] == [
        bytes(Item.objects.by_slug(kind, slug).working.data)
        for kind, slug in (("entry", "embedding"), ("book", "deep-learning"))
    ]


@pytest.mark.django_db
def test_pages_and_changes_can_be_followed_to_their_end() -> None:
    call_command("import_content", verbosity=0)
    tool = Tools()
    slugs: list[str] = []
    cursor = None
    while True:
        page = tool.list_entries(limit=10, cursor=cursor)
        slugs += [entry["slug"] for entry in page["entries"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert len(slugs) == len(set(slugs)) == 28
    since, told = None, 0
    while (page_ := tool.changes(since=since, limit=20))["changes"]:
        told += len(page_["changes"])
        since = page_["nextCursor"]
    assert told == 42
    item = Item.objects.get(slug="embedding")
    rename_entry(item, "embeddings")
    [line] = [line for line in tool.changes(since=since, limit=50)["changes"] if line["action"] == "renamed"]
    assert (line["slug"], line["previousSlug"]) == ("embeddings", "embedding")


@COMMITTED
def test_an_error_says_what_is_wrong_and_what_to_do(talk: Callable[..., Any], entry: Save) -> None:
    entry("Black box", front='aliases: ["Box"]')
    entry("White box", front='aliases: ["Box"]')
    delete_entry(entry("Old box"), base_revision=1)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("get_entry", {"name": "Box"}),
        ("get_entry", {"name": "Blakc box"}),
        ("get_entry", {"name": "old-box"}),
        ("get_entry", {"name": ""}),
        ("get_entry", {"name": "a\0b"}),
        ("search", {"query": "box", "limit": 500}),
        ("search", {"query": "x" * 201}),
        ("list_entries", {"cursor": "nonsense"}),
        ("list_entries", {"updated_since": "yesterday"}),
        ("changes", {"since": "nonsense"}),
        ("related", {"name": "nothing"}),
        ("nothing", {}),
    ]
    answers = talk(lambda client: call(client, *calls))
    for answer, said in zip(
        answers,
        [
            '"Box" is the name of several entries: "Black box" (slug black-box), "White box" (slug white-box).',
            'No entry is called "Blakc box". The nearest are "Black box" (slug black-box)',
            'The entry "old-box" was deleted.',
            "at least 1 character",
            "No entry is called",
            "less than or equal to 50",
            "at most 200 characters",
            'This is no "cursor" that was given here.',
            "Write updatedSince=2025-01-28.",
            'This is no "since" that was given here.',
            'No entry is called "nothing". `search` finds entries by words of their texts.',
            "Unknown tool",
        ],
        strict=True,
    ):
        assert isinstance(answer, str), answer
        assert said in answer


def test_drafts_are_nobodys_business(entry: Save, black_box: Item, again: Save) -> None:
    tool = Tools()
    asked: list[Callable[[], Any]] = [
        lambda: tool.search("box"),
        lambda: tool.get_entry("black-box"),
        lambda: tool.list_entries(),
        lambda: tool.related("black-box"),
        lambda: tool.learning_path("black-box"),
        lambda: tool.changes(),
        lambda: tool.vocabulary(),
    ]
    assert len(asked) == len(TOOLS)
    before = [ask() for ask in asked]
    again(black_box, f"{MARK} box", "black-box", front=f'tags: ["{MARK}"]\nrequires: ["{MARK}"]', publish=False)
    entry(MARK, front='related: ["black-box"]\ncategory: secret', publish=False)
    assert [ask() for ask in asked] == before
    assert tool.search(MARK)["results"] == tool.list_entries(tags=[MARK])["entries"] == []
    with pytest.raises(ToolError, match=f'No entry is called "{MARK}"'):
        tool.get_entry(MARK)


def test_a_very_long_entry_is_cut_and_says_so(entry: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    entry("Long box")
    monkeypatch.setattr(tools, "LONGEST", 9)
    found = Tools().get_entry("long-box")
    assert found["truncated"]
    assert [section["markdown"] for section in found["sections"]] == ["What Long…"]


def test_addresses_are_told_only_where_the_server_knows_its_own(black_box: Item) -> None:
    assert Tools().get_entry("black-box")["url"] is None
    found = Tools("https://glossary.example.org").related("black-box")
    # What is not published is nowhere.
    assert [one["url"] for one in found["related"]] == [None, None]


@COMMITTED
def test_its_connection_refuses_to_write(tmp_path: Path, black_box: Item) -> None:
    code = (
        "import django; django.setup()\n"
        "from api.assistants import guarding; guarding.only_read()\n"
        "from publishing.models import Item; print(Item.objects.count())\n"
        "Item.objects.update(title='x')\n"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LEMMA_VAR": str(tmp_path),
        "DATABASE_URL": database_url(),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "1\n"
    assert done.returncode == 1
    assert "read" in done.stderr.splitlines()[-1]


def test_a_database_that_is_not_there_is_said(tmp_path: Path) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LEMMA_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "mcp"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1
    assert "Run migrate first." in done.stderr
    assert done.stdout == ""


def test_the_page_for_operators_names_every_tool() -> None:
    page = (PROJECT / "docs" / "operators.md").read_text().partition("## Assistants")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == TOOLS
    configuration = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])
    assert configuration["mcpServers"]["glossary"]["args"][1] == "mcp"
