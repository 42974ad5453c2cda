"""Which refusals the rules allow, judged by the second reader and never by `documents`."""

import re

from documents import DocumentError
from tests.documents import oracle
from tests.documents.edits import Edit, expected, position_of
from tests.documents.oracle import State, content

_MARKERS = re.compile(r"^<{7} .*^>{7} ", re.MULTILINE | re.DOTALL)


def deserved(data: bytes, edit: Edit, refusal: DocumentError) -> bool:
    """Whether this edit of this file has to be refused.

    A tag may stand in the way of a value. A text may open a section of its own, leave a fence open, or hold the
    markers of a merge; a heading or an item may be read as something else. Nothing else is a reason.
    """
    if refusal.code == "edit.unsafe":
        return "!!" in _lines_of_value(data, edit["key"])
    if refusal.code == "section.heading":
        return oracle.heading_in(f"# {edit['heading']}") != edit["heading"].strip(" \t")
    if refusal.code in ("section.items", "section.text") and any(
        "\n" in item or "\r" in item for item in edit.get("items", [])
    ):
        return True
    if refusal.code == "section.items":
        return any(oracle.items_in(f"- {item}") != [item.strip(" \t")] for item in edit["items"])
    if refusal.code == "text.conflict-marker":
        return any(_MARKERS.search(_rebuilt(data, each)[0]) for each in _with_place(data, edit))
    if refusal.code == "section.text":
        return any(_reads_differently(data, each) for each in _with_place(data, edit))
    return False


def _with_place(data: bytes, edit: Edit) -> list[Edit]:
    """The edit; for a section that is new by name, it at every place where that could go."""
    if edit["op"] == "set-items":
        text = "\n".join(f"- {item}" for item in edit["items"])
        edit = {"op": "section", "heading": edit["heading"], "text": text}
    if edit["op"] != "section":
        return [edit]
    state = oracle.state_of(data)
    at = position_of(state, edit["heading"])
    if at is not None:
        return [{"op": "section-at", "index": at, "text": edit["text"]}]
    return [{**edit, "op": "insert-section", "index": index} for index in range(len(state.sections) + 1)]


def _reads_differently(data: bytes, edit: Edit) -> bool:
    body, wanted = _rebuilt(data, edit)
    return oracle.body_of(body) != wanted


def _lines_of_value(data: bytes, key: str) -> str:
    root = oracle.tree(data)
    entry = root.entry(key) if root else None
    lines = oracle.parts(data).lines
    return "".join(lines[entry[1].first : entry[2].last + 1]) if entry else ""


def _rebuilt(data: bytes, edit: Edit) -> tuple[str, tuple[str, list[tuple[str, str]]]]:
    """The body after the edit, put together without care for what was there, and what it should be read as."""
    lines = oracle.parts(data).lines
    state = oracle.state_of(data)
    # Each heading is taken along as it is written, with its number to keep equal ones apart.
    heads = [
        f"{number}\0" + "\n".join(content(line) for line in lines[section.start : section.text])
        for number, section in enumerate(oracle.sections_of(data))
    ]
    texts = [text for _, text in state.sections]
    after = expected(State({}, state.preamble, list(zip(heads, texts, strict=True))), edit)
    written = [(head.partition("\0")[2] if "\0" in head else f"# {head}", text) for head, text in after.sections]
    names = {head: heading for head, (heading, _) in zip(heads, state.sections, strict=True)}
    body = "\n\n".join([after.preamble, *(part for pair in written for part in pair)]) + "\n"
    return body, (after.preamble, [(names.get(head, head), text) for head, text in after.sections])
