"""Made-up glossaries of any size, the same ones every time. A file has keys, style and length of the seed."""

import random
from pathlib import Path

import documents

BOOKS = 0.05

# Not a list literal, which would be a page long.
WORDS = """
model data network layer training sample label feature vector matrix gradient loss error bias weight token
sequence attention image text audio signal noise agent reward policy state action graph node edge cluster
distance kernel margin tree forest rule logic search planning memory context prompt answer question document
index query ranking recall precision accuracy benchmark dataset pipeline service container scheduler
queue cache latency throughput distribution probability likelihood prior posterior estimate variance sampling
inference learning supervised unsupervised generative discriminative encoder decoder transformer convolution
recurrence embedding dimension reduction regularization dropout normalization optimizer momentum schedule epoch
batch
""".split()  # noqa: SIM905
_VERBS = (
    "predicts",
    "compares",
    "transforms",
    "reduces",
    "explains",
    "measures",
    "orders",
    "groups",
    "generates",
    "filters",
    "stores",
    "shares",
)
_LINKS = ("therefore", "because of this", "in practice", "as a rule", "for this reason", "in other words")
_CATEGORIES = ("Fundamentals", "Algorithms", "Applications", "Theory", "Tools")
_DIFFICULTIES = ("beginner", "intermediate", "advanced")
_TYPES = ("article", "tutorial", "video", "course", "documentation", "research")
_CODE = """```python
def step(weights, gradient, rate=0.01):
    # one step downhill
    return weights - rate * gradient
```"""


def write(root: Path, count: int) -> None:
    """Fills `root` with `count` files: entries in `terms/`, and books in `books/`, one of them for 19 entries."""
    books = int(count * BOOKS)
    for folder in ("terms", "books"):
        (root / folder).mkdir(parents=True)
    for number in range(count - books):
        text = entry(number, count - books, books)
        (root / f"terms/{entry_slug(number)}.md").write_bytes(text.encode())
    for number in range(books):
        (root / f"books/{book_slug(number)}.md").write_bytes(book(number, count - books).encode())


def write_drafts(root: Path, source: Path) -> None:
    """The files of `source`, each a draft."""
    for file in source.rglob("*.md"):
        document = documents.parse(file.read_bytes())
        document["status"] = "draft"
        target = root / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(bytes(document))


def entry_slug(number: int) -> str:
    return f"{WORDS[number % len(WORDS)]}-{WORDS[number * 7 % len(WORDS)]}-{number}"


def book_slug(number: int) -> str:
    return f"the-{WORDS[number * 3 % len(WORDS)]}-book-{number}"


def entry(number: int, entries: int, books: int) -> str:
    """The text of one entry of a glossary with so many entries and books."""
    pick = random.Random(number)
    title = entry_slug(number).replace("-", " ").capitalize()
    tags = pick.sample(WORDS, 5)
    related = [entry_slug(other) for other in pick.sample(range(entries), 4)]
    recommended = [book_slug(other) for other in pick.sample(range(books), min(3, books))]
    lines = [
        f'title: "{title}"',
        f'slug: "{entry_slug(number)}"',
        f'category: "{pick.choice(_CATEGORIES)}"',
        f'difficulty: "{pick.choice(_DIFFICULTIES)}"',
        *_list("tags", tags, number),
        *_list("related", related, number),
        *_list("recommendedBooks", recommended, number),
        f'lastUpdated: "2025-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}"',
        "externalLinks:",
    ]
    for _ in range(2):
        name = pick.choice(WORDS)
        lines += [
            f'  - title: "More about the {name}"',
            f'    url: "https://example.org/{name}/{pick.randrange(10_000)}/"',
            f'    description: "{_sentence(pick)}"',
            f'    type: "{pick.choice(_TYPES)}"',
            f'    difficulty: "{pick.choice(_DIFFICULTIES)}"',
        ]
    body = [
        f"# Brief Definition\n{_sentence(pick)}",
        f"# Detailed Explanation\n{_prose(pick, number, related[0])}",
        f"# Key Concepts\n{_items(pick, 7)}",
        f"# Common Applications\n{_items(pick, 7)}",
        f"# Prerequisites\n{_items(pick, 5)}",
    ]
    prose = "\n\n".join(body)
    # As people are: most write in English, half end their files with a line end, a few work on Windows.
    if number % 10 == 3:
        prose = prose.replace("signal", "Überlagerungsempfänger").replace("noise", "шум")
    text = "---\n" + "\n".join(lines) + "\n---\n\n" + prose + ("\n" if number % 2 else "")
    return text.replace("\n", "\r\n") if number % 40 == 7 else text


def book(number: int, entries: int) -> str:
    pick = random.Random(-1 - number)
    topics = ", ".join(f'"{entry_slug(other)}"' for other in pick.sample(range(entries), 5))
    return f"""---
title: "{book_slug(number).replace("-", " ").capitalize()}"
slug: "{book_slug(number)}"
authors: ["{pick.choice(WORDS).capitalize()} Lovelace", "{pick.choice(WORDS).capitalize()} Hopper"]
publisher: "Example Press"
publishYear: {pick.randint(1960, 2025)}
pages: {pick.randint(80, 1200)}
language: "en"
difficulty: "{pick.choice(_DIFFICULTIES)}"
description: "{_sentence(pick)}"
topics: [{topics}]
---

{_sentence(pick)} {_sentence(pick)} {_sentence(pick)}
"""


def _list(key: str, items: list[str], number: int) -> list[str]:
    if number % 10 == 5:
        return [f"{key}:", *(f"  - {item}" for item in items)]
    if number % 10 == 6:
        return [f"{key}:", *(f"- '{item}'" for item in items), f"# reviewed: {key}"]
    inline = ", ".join(f'"{item}"' for item in items)
    return [f"{key}: [{inline}]"]


def _sentence(pick: random.Random) -> str:
    subject, object_, detail = pick.choices(WORDS, k=3)
    return f"The {subject} {pick.choice(_VERBS)} the {object_}, {pick.choice(_LINKS)} without any {detail} of its own."


def _prose(pick: random.Random, number: int, other: str) -> str:
    paragraphs = [" ".join(_sentence(pick) for _ in range(5)) for _ in range(3)]
    paragraphs[1] += f" See [{other}]({other}.md) for **the other side** of it."
    if number % 10 == 1:
        paragraphs.insert(1, _CODE)
    return "\n\n".join(paragraphs)


def _items(pick: random.Random, count: int) -> str:
    return "\n".join(f"- {' '.join(pick.choices(WORDS, k=4)).capitalize()}" for _ in range(count))
