"""Edits of an entry whose every sentence carries a word that was never used before, so that it can be looked for."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import documents
from documents import Document

_WORD = re.compile(r"\bword\d{5}\b")

KEYS = ("title", "note", "source")
CATEGORIES = ("Fundamentals", "Theory", "Tools")
SLUGS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")


def words(*texts: bytes | str | None) -> frozenset[str]:
    """The unique words in some texts."""
    found: set[str] = set()
    for text in texts:
        if text:
            found.update(_WORD.findall(text.decode() if isinstance(text, bytes) else text))
    return frozenset(found)


def words_in(*values: Any) -> frozenset[str]:
    """The unique words in what a conflict shows of a field."""
    return words(*(json.dumps(value, ensure_ascii=False, default=str) for value in values))


def text(slug: str, fresh: Callable[[], str], *, named: bool = True, newline: str = "\n") -> bytes:
    """An entry with something of everything. Unless it is `named`, its path says its slug."""
    lines = [
        "---",
        f'title: "Title {fresh()}"',
        *([f'slug: "{slug}"'] if named else []),
        'category: "Fundamentals"',
        f'tags: ["{fresh()}", "{fresh()}"]',
        f"note: Note {fresh()}.  # by hand",
        "externalLinks:",
        f'  - title: "Link {fresh()}"',
        f'    url: "https://example.org/{fresh()}"',
        "---",
        "",
        "# Brief Definition",
        f"A sentence, {fresh()}.",
        "",
        "# Detailed Explanation",
        f"A paragraph, {fresh()}.",
        "",
        f"Another one, {fresh()}.",
        "",
        "# Key Concepts",
        f"- first {fresh()}",
        f"- second {fresh()}",
        "",
    ]
    return newline.join(lines).encode()


# --- edits of a document: (document, where, fresh word) ---

Edit = Callable[[Document, int, str], None]


def set_scalar(document: Document, at: int, word: str) -> None:
    key = KEYS[at % len(KEYS)]
    document[key] = f"{key.capitalize()} {word}"


def set_category(document: Document, at: int, word: str) -> None:
    document["category"] = CATEGORIES[at % len(CATEGORIES)]


def remove_key(document: Document, at: int, word: str) -> None:
    key = ("note", "source", "category", "tags", "related")[at % 5]
    if key in document:
        del document[key]


def add_tag(document: Document, at: int, word: str) -> None:
    tags = _list(document, "tags")
    tags.insert(at % (len(tags) + 1), word)
    document["tags"] = tags


def remove_tag(document: Document, at: int, word: str) -> None:
    tags = _list(document, "tags")
    if tags:
        del tags[at % len(tags)]
        document["tags"] = tags


def move_tag(document: Document, at: int, word: str) -> None:
    tags = _list(document, "tags")
    if tags:
        tags.append(tags.pop(at % len(tags)))
        document["tags"] = tags


def add_link(document: Document, at: int, word: str) -> None:
    links = _list(document, "externalLinks")
    links.insert(at % (len(links) + 1), {"title": f"Link {word}", "url": f"https://example.org/{word}"})
    document["externalLinks"] = links


def describe_link(document: Document, at: int, word: str) -> None:
    links = _list(document, "externalLinks")
    if links:
        links[at % len(links)]["description"] = f"About {word}"
        document["externalLinks"] = links


def remove_link(document: Document, at: int, word: str) -> None:
    links = _list(document, "externalLinks")
    if links:
        del links[at % len(links)]
        document["externalLinks"] = links


def relate(document: Document, at: int, word: str) -> None:
    related = _list(document, "related")
    slug = SLUGS[at % len(SLUGS)]
    if slug in related:
        related.remove(slug)
    else:
        related.append(slug)
    document["related"] = related


def link_to(document: Document, at: int, word: str) -> None:
    """A link in running text, which a rename has to follow."""
    _change(document, "Brief Definition", lambda text: f"{text}\nSee [{word}]({SLUGS[at % len(SLUGS)]}.md).")


def write_definition(document: Document, at: int, word: str) -> None:
    document.sections[_first(document, "Brief Definition")] = f"A sentence, {word}."


def add_paragraph(document: Document, at: int, word: str) -> None:
    def change(text: str) -> str:
        paragraphs = text.split("\n\n") if text else []
        paragraphs.insert(at % (len(paragraphs) + 1), f"A paragraph, {word}.")
        return "\n\n".join(paragraphs)

    _change(document, "Detailed Explanation", change)


def change_paragraph(document: Document, at: int, word: str) -> None:
    def change(text: str) -> str:
        paragraphs = text.split("\n\n")
        paragraphs[at % len(paragraphs)] = f"A changed paragraph, {word}."
        return "\n\n".join(paragraphs)

    _change(document, "Detailed Explanation", change)


def remove_paragraph(document: Document, at: int, word: str) -> None:
    def change(text: str) -> str:
        paragraphs = text.split("\n\n")
        del paragraphs[at % len(paragraphs)]
        return "\n\n".join(paragraphs)

    _change(document, "Detailed Explanation", change)


def add_item(document: Document, at: int, word: str) -> None:
    _change_rows(document, lambda rows: rows.insert(at % (len(rows) + 1), f"- item {word}"))


def change_item(document: Document, at: int, word: str) -> None:
    def change(rows: list[str]) -> None:
        if rows:
            rows[at % len(rows)] = f"- changed {word}"

    _change_rows(document, change)


def remove_item(document: Document, at: int, word: str) -> None:
    def change(rows: list[str]) -> None:
        if rows:
            del rows[at % len(rows)]

    _change_rows(document, change)


def move_item(document: Document, at: int, word: str) -> None:
    def change(rows: list[str]) -> None:
        if rows:
            rows.append(rows.pop(at % len(rows)))

    _change_rows(document, change)


def add_section(document: Document, at: int, word: str) -> None:
    document.sections.insert(at % (len(document.sections) + 1), f"Section {word}", f"It says {word}.")


def remove_section(document: Document, at: int, word: str) -> None:
    if len(document.sections):
        del document.sections[at % len(document.sections)]


def rename_section(document: Document, at: int, word: str) -> None:
    if len(document.sections):
        document.sections.rename(at % len(document.sections), f"Heading {word}")


def move_section(document: Document, at: int, word: str) -> None:
    if len(document.sections):
        document.sections.move(at % len(document.sections), len(document.sections) - 1)


def write_preamble(document: Document, at: int, word: str) -> None:
    document.preamble = f"Before all, {word}." if at % 3 else ""


EDITS: tuple[Edit, ...] = (
    set_scalar,
    set_category,
    remove_key,
    add_tag,
    remove_tag,
    move_tag,
    add_link,
    describe_link,
    remove_link,
    relate,
    link_to,
    write_definition,
    add_paragraph,
    change_paragraph,
    remove_paragraph,
    add_item,
    change_item,
    remove_item,
    move_item,
    add_section,
    remove_section,
    rename_section,
    move_section,
    write_preamble,
)


def edited(data: bytes, edits: Iterable[Edit], at: int, fresh: Callable[[], str]) -> Document:
    """The text after some edits. One that the document refuses is left out, as a person would."""
    document = documents.parse(data)
    for edit in edits:
        try:
            edit(document, at, fresh())
        except documents.DocumentError:
            continue
    return document


def _list(document: Document, key: str) -> list[Any]:
    value = document.get(key)
    return list(value) if isinstance(value, list) else []


def _first(document: Document, heading: str) -> int | str:
    """The section of that heading; the first, where a merge has left two."""
    headings = list(document.sections)
    return headings.index(heading) if heading in headings else heading


def _change(document: Document, heading: str, change: Callable[[str], str]) -> None:
    at = _first(document, heading)
    document.sections[at] = change(document.sections[at] if isinstance(at, int) else "")


def _change_rows(document: Document, change: Callable[[list[str]], None]) -> None:
    def changed(text: str) -> str:
        rows = text.split("\n") if text else []
        change(rows)
        return "\n".join(rows)

    _change(document, "Key Concepts", changed)


# --- what people do to the text of a file: (text, where, fresh word) -> text ---

Touch = Callable[[str, int, str], str]

BROKEN = "broken: ["


def write_tags_below_each_other(text: str, at: int, word: str) -> str:
    return re.sub(
        r"^tags: \[([^\]\n]*)\]",
        lambda found: "tags:" + "".join(f"\n  - {tag.strip()}" for tag in found[1].split(",") if tag.strip()),
        text,
        flags=re.MULTILINE,
    )


def comment(text: str, at: int, word: str) -> str:
    """A comment above one of the keys."""
    rows = text.split("\n")
    end = rows.index("---", 1) if "---" in rows[1:] else 1
    keys = [row for row in range(1, end) if re.match(r"\w", rows[row])]
    if keys:
        rows.insert(keys[at % len(keys)], f"# a comment, {word}")
    return "\n".join(rows)


def add_at_the_end(text: str, at: int, word: str) -> str:
    return f"{text.rstrip()}\n\nAt the end, {word}.\n"


def change_line_ends(text: str, at: int, word: str) -> str:
    return text.replace("\r\n", "\n") if "\r\n" in text else text.replace("\n", "\r\n")


def change_last_line_end(text: str, at: int, word: str) -> str:
    return text.rstrip("\r\n") if text.endswith("\n") else f"{text}\n"


def mark_as_draft(text: str, at: int, word: str) -> str:
    """Hides it from readers, or shows it again."""
    if re.search(r"^status: .?draft", text, flags=re.MULTILINE):
        return re.sub(r"^status: .*\r?\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^title:", "status: draft\ntitle:", text, count=1, flags=re.MULTILINE)


def date(text: str, at: int, word: str) -> str:
    text = re.sub(r"^lastUpdated: .*\r?\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^title:", f'lastUpdated: "2025-01-{at % 28 + 1:02}"\ntitle:', text, count=1, flags=re.MULTILINE)


TOUCHES: tuple[Touch, ...] = (
    write_tags_below_each_other,
    comment,
    add_at_the_end,
    change_line_ends,
    change_last_line_end,
    mark_as_draft,
    date,
)


def with_slug(text: str, slug: str) -> str:
    """The text of a file under another slug."""
    if re.search(r"^slug:", text, flags=re.MULTILINE):
        return re.sub(r"^slug:.*$", f'slug: "{slug}"', text, count=1, flags=re.MULTILINE)
    return re.sub(r"^title:", f'slug: "{slug}"\ntitle:', text, count=1, flags=re.MULTILINE)


def broken(text: str) -> str:
    """What no reader takes: somebody stopped in the middle of a line."""
    return re.sub(r"^title:", f"{BROKEN}\ntitle:", text, count=1, flags=re.MULTILINE)


def mended(text: str) -> str:
    return text.replace(f"{BROKEN}\n", "")
