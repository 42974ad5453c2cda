"""The server: tools and resources under the names that assistants know them by."""

from inspect import getdoc

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp_types import ToolAnnotations

from api.assistants import guarding
from api.assistants.tools import Tools, file_of

_INSTRUCTIONS = (
    "A glossary: terms with definitions, explanations and references to each other, and books. Look a term up with "
    "get_entry by any of its names; use search where you do not know it. Answer from what the entries say, and name "
    "them. Nothing here can be changed."
)
# Nothing is written, and nothing beyond this glossary is asked.
_READING = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_MARKDOWN = "text/markdown"


def make(url: str = "") -> MCPServer:
    """url: where Lemma is reached, if answers shall say where items are."""
    server = MCPServer("lemma", title="Lemma glossary", instructions=_INSTRUCTIONS, log_level="WARNING")
    for tool in Tools(url).all:
        server.add_tool(guarding.fresh(tool), description=getdoc(tool), annotations=_READING, structured_output=True)

    @server.resource("lemma://entries/{slug}", title="Entry", description="The file of an entry.", mime_type=_MARKDOWN)
    @guarding.fresh
    def entry(slug: str) -> str:
        return _file("entry", slug)

    @server.resource("lemma://books/{slug}", title="Book", description="The file of a book.", mime_type=_MARKDOWN)
    @guarding.fresh
    def book(slug: str) -> str:
        return _file("book", slug)

    return server


def _file(kind: str, slug: str) -> str:
    text = file_of(kind, slug)
    if text is None:
        raise ResourceNotFoundError(f'No {kind} with the slug "{slug}" is published.')
    return text
