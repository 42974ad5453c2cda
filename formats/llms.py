"""The glossary for language models: a list of what there is (llmstxt.org), and all of it in one file."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from formats.items import Item
from formats.site import Site
from glossary.search.plain import plain
from publishing import names

_MARKS = re.compile(r"[\\\[\]`*_<>#]")


def head(site: Site, entries: int, books: int) -> str:
    """What both begin with."""
    counted = f"{entries} {'entry' if entries == 1 else 'entries'} and {books} {'book' if books == 1 else 'books'}"
    return f"# {_line(site.title)}\n\n> A glossary of {counted}.\n"


def listed(
    items: Iterable[Item], heading: str, categories: Mapping[str, str], address: Callable[[Item], str]
) -> Iterator[str]:
    """A link to the text of each item. Entries come by category, each below a heading of its own, which is written as
    `categories` says; what has none stands below `heading`.
    """
    current = None
    for item in items:
        category = item.said.get("category") or ""
        key = names.key(category)
        if key != current:
            current = key
            yield f"\n## {_line(categories.get(key, category) or heading)}\n\n"
        summary = plain(item.said.get("briefDefinition") or item.said.get("description") or "")
        shown = f": {' '.join(summary.split())}" if summary else ""
        yield f"- [{_line(item.title)}]({address(item)}){shown}\n"


def full(items: Iterable[Item], site: Site) -> Iterator[str]:
    """Each entry with all its sections."""
    for item in items:
        said = item.said
        facts = {
            "Also called": ", ".join(said["aliases"]),
            "Category": said["category"],
            "Status": said["status"] if said["status"] != "published" else "",
            "Updated": item.day,
            "Related": ", ".join(other.title for other in item.to("related")),
            "Source": site.page("entry", item.slug),
        }
        lines = "".join(f"- {name}: {' '.join(str(value).split())}\n" for name, value in facts.items() if value)
        sections = "".join(
            f"\n## {section['heading']}\n\n{section['markdown'].strip()}\n" for section in said["sections"]
        )
        preamble = f"\n{said['preamble'].strip()}\n" if said["preamble"].strip() else ""
        yield f"\n# {_line(item.title)}\n\n{lines}{preamble}{sections}"


def _line(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _MARKS.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))
