"""What the page takes for a plain list is what the documents take for one, and comes back as it was."""

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from documents import parse
from documents.sections import flat_items

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import { formatList, parseList } from "./frontend/src/listtext.js";
import { readFileSync } from "node:fs";
const answers = JSON.parse(readFileSync(0)).map((text) => {
  const parsed = parseList(text);
  if (!parsed) return null;
  const items = parsed.items.map((item) => ({ ...item, was: item.text }));
  const edited = items.map((item, at) => (at === 0 ? { ...item, text: "Changed" } : item));
  return { items: items.map((item) => item.text), same: formatList(items, parsed), edited: formatList(edited, parsed) };
});
console.log(JSON.stringify(answers));
"""


def read(texts: list[str]) -> list[Any]:
    node = shutil.which("node")
    assert node, "There is no Node. On Debian: apt-get install nodejs"
    command = [node, "--input-type=module", "--no-warnings", "-e", PROGRAM]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, cwd=ROOT, check=True)
    found: list[Any] = json.loads(done.stdout)
    return found


def agree(texts: list[str]) -> int:
    """Checks each text, and counts those that are lists."""
    lists = 0
    for text, found in zip(texts, read(texts), strict=True):
        if found is None:
            continue
        lists += 1
        assert found["items"] == (flat_items(text) or []), text
        assert found["same"] == text
        if found["items"]:
            assert flat_items(found["edited"]) == ["Changed", *found["items"][1:]], text
    return lists


def test_the_lists_of_the_sample_are_lists() -> None:
    texts = []
    for file in sorted((ROOT / "fixtures" / "content" / "terms").rglob("*.md")):
        document = parse(file.read_bytes())
        texts += [document.sections[at] for at in range(len(document.sections)) if document.sections.items_of(at)]
    assert agree(texts) == len(texts) > 50


LINES = [
    "- one", "- two words", "* star", "+ plus", "", " ", "  more", "more", "    deep", "      code", "- ", "-", "- - x",
    "- # h", "- 1. x", "1. x", "> q", "- > q", "```", "- ```", "---", "===", "  ---", "- [ ] task", "- [x] done",
    "- a\\", "- a  ", "<b>", "- <b>", "| a |", "- a | b", "  - nested", " - in", "-\ttab", "-     far", "- **b**: c",
    "# h", "  # h", "- ***", "- x\u00a0", "[a]: b", "- [a]: b", "- [^1]: b", "- `a", "b` c", "  b` c", "- ä🙂",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_generated_texts_are_read_alike(seed: int) -> None:
    chance = random.Random(seed)
    usual = ["- one", "- two words", "  more"]
    texts = [
        "\n".join(chance.choice(LINES if chance.random() < 0.4 else usual) for _ in range(chance.randint(1, 6)))
        for _ in range(4000)
    ]
    assert agree(texts) > 500
