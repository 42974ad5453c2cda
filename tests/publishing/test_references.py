"""Which texts may refer to an item. Whoever is missed here would keep a link that leads nowhere."""

import os
import random

import pytest

from documents import DocumentError, parse
from documents.links import local_path, rewrite
from publishing import names
from publishing.references import may_link


def has_link(body: str, slug: str) -> bool:
    """Whether the body really has a link with the slug as the last part of its address."""

    def change(address: str) -> str | None:
        path = local_path(address)
        last = path.path.rstrip("/").rpartition("/")[2].removesuffix(".md") if path else ""
        return "changed" if names.key(last) == slug else None

    document = parse(b"---\ntitle: X\n---\n" + body.encode())
    return rewrite(document, change) is not document


def test_no_text_that_has_a_link_is_missed() -> None:
    pieces = """[a] (ai.md) ( x/ai ) [[ AI ]] [r] < > ../ ai/ ` <a\thref= " ' %41i %20 &#97;i #b | \\ a\\_i é -ai air"""
    chosen = [piece.replace("\t", " ") for piece in pieces.split(" ")] + [" ", "\n", "\n\n", "\n[r]: ", "> ", "- "]
    chance = random.Random(20250128)
    found = 0
    for _ in range(int(os.environ.get("LEMMA_DEEP_EXAMPLES", 2000))):
        body = "".join(chance.choice(chosen) for _ in range(chance.randint(1, 10)))
        for slug in ("ai", "a_i"):
            try:
                linked = has_link(body, slug)
            except DocumentError:
                continue
            if linked:
                found += 1
                assert may_link(body.encode(), [slug]), body
    assert found > 15


@pytest.mark.parametrize(
    "body",
    ["Artificial intelligence (AI) is ai.", "[x](air.md)", "[x](x-ai.md)", "# AI\n\nAI: what AI is.", "[AI] (ai.md)"],
)
def test_a_short_slug_in_running_text_costs_no_reading(body: str) -> None:
    assert not may_link(body.encode(), ["ai"])
