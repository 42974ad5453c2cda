"""One field or section of an older text, put into a newer one."""

import json
import re

from documents import Document
from documents.identity import sections as counterparts
from documents.naming import PREAMBLE, section_names
from documents.parts import take_apart

# Renaming is what changes these.
NAMES = ("slug", "previousSlugs")


def part_of(field: str) -> str:
    """The key or section in which a difference is.

    >>> part_of("externalLinks[https://example.org].title"), part_of("heading:Notes")
    ('externalLinks', 'section:Notes')
    """
    if field.startswith("heading:"):
        return "section:" + field.removeprefix("heading:")
    if field == PREAMBLE or field.startswith("section:"):
        return field
    if field.startswith('"'):
        _, end = json.JSONDecoder().raw_decode(field)
        return field[:end]
    return re.split(r"[.\[]", field, maxsplit=1)[0]


def with_part(now: Document, old: Document, part: str) -> Document:
    """The text of `now` with one part as `old` has it; what `old` does not have is taken out.

    part: as `part_of` names it.

    Raises:
        KeyError: neither of them has that part, or renaming is what changes it.
        DocumentError: it cannot be written there.
    """
    changed = now.copy()
    if part == PREAMBLE:
        changed.preamble = old.preamble
    elif part.startswith("section:"):
        _put_section(changed, old, part)
    else:
        key = _key(part)
        if key in old:
            changed[key] = old[key]
        else:
            del changed[key]
    return changed


def _key(part: str) -> str:
    try:
        key = str(json.loads(part)) if part.startswith('"') else part
    except ValueError:
        raise KeyError(part) from None
    if key.casefold() in (name.casefold() for name in NAMES):
        raise KeyError(part)
    return key


def _put_section(document: Document, old: Document, part: str) -> None:
    found = counterparts(take_apart(document).sections, take_apart(old).sections)
    names = _names(old)
    if part not in names:
        # Added since.
        names = _names(document)
        if part not in names:
            raise KeyError(part)
        del document.sections[names.index(part)]
        return
    at = names.index(part)
    heading, text = list(old.sections)[at], old.sections.texts()[at]
    if at in found:
        index = found.index(at)
        document.sections[index] = text
        if list(document.sections)[index] != heading:
            document.sections.rename(index, heading)
        return
    # Behind the nearest section above it that is still there.
    above = [index for index, each in enumerate(found) if each is not None and each < at]
    document.sections.insert(max(above) + 1 if above else 0, heading, text)


def _names(document: Document) -> list[str]:
    """What differences call the sections."""
    sections = take_apart(document).sections
    return list(section_names([([("", index) for index in range(len(sections))], sections)]).values())
