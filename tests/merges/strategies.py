"""Documents, and what two people may do to them.

Every word that matters is a token that stands nowhere else: b… in the base, o… written by us, t… written by them. What
a merge must hold can then be said in sets of tokens.
"""

import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from documents import Document, DocumentError, parse

TOKEN = re.compile(r"\b[bot]\d+z\b")

HEADINGS = ["Brief Definition", "Detailed Explanation", "Key Concepts", "Notes", "Notes", "See Also", "Anhang"]
SCALARS = ["category", "difficulty", "description", "summary"]
LISTS = ["tags", "related", "aliases", "reviewers"]

# Which numbered part of a shared thing a side may touch.
Mine = Callable[[int], bool]


def tokens(data: bytes) -> list[str]:
    """The tokens of a text, in order."""
    return TOKEN.findall(data.decode())


class Words:
    """Fresh tokens of one side, and the keys that it took away.

    apart: the other side edits other things. amid: paragraphs come between those of the other side too, and none goes.
    """

    def __init__(self, side: str, apart: bool = False, amid: bool = False) -> None:
        self._side = side
        self.apart, self.amid = apart, amid
        self._count = 0
        self.gone: set[str] = set()

    def __call__(self) -> str:
        self._count += 1
        return f"{self._side}{self._count}z"


# --- the base ---


@st.composite
def bases(draw: st.DrawFn) -> bytes:
    words = Words("b")
    quote = draw(st.sampled_from(['"', "'", ""]))
    rows = ["---"]
    keys = draw(st.lists(st.sampled_from([*SCALARS, *LISTS, "externalLinks", "extra"]), unique=True, max_size=7))
    for key in ["title", *keys]:
        if draw(st.integers(0, 5)) == 0:
            rows += draw(st.sampled_from([[f"# {words()}"], [""], [f"# {words()}", f"# {words()}", ""]]))
        rows += _key(draw, key, quote, words)
    rows.append("---")
    newline = draw(st.sampled_from(["\n", "\n", "\n", "\r\n"]))
    bom = draw(st.sampled_from(["", "", "\ufeff"]))
    body = _body(draw, words)
    return (bom + newline.join(rows) + ("\n" + body if body else "").replace("\n", newline)).encode()


def _key(draw: st.DrawFn, key: str, quote: str, words: Words) -> list[str]:
    def text() -> str:
        return quote + words() + quote

    comment = f" # {words()}" if draw(st.integers(0, 7)) == 0 else ""
    if key in LISTS:
        items = [text() for _ in range(draw(st.integers(0, 5)))]
        if not items or draw(st.booleans()):
            return [f"{key}: [{', '.join(items)}]{comment}"]
        indent = draw(st.sampled_from(["", "  "]))
        return [f"{key}:{comment}", *(f"{indent}- {item}" for item in items)]
    if key == "externalLinks":
        rows = [f"{key}:"]
        for _ in range(draw(st.integers(1, 4))):
            rows += [f"  - title: {text()}", f"    url: {quote}https://{words()}{quote}"]
            rows += [f"    {name}: {text()}" for name in ("description", "type") if draw(st.booleans())]
        return rows
    if key == "extra":
        return [
            "extra:",
            f"  colour: {text()}",
            f"  size: {text()}",
            "  deep:",
            f"    one: {text()}",
            f"    two: {text()}",
        ]
    return [f"{key}: {text()}{comment}"]


def _body(draw: st.DrawFn, words: Words) -> str:
    parts = []
    if draw(st.integers(0, 3)) == 0:
        parts.append(_prose(draw, words))
    headings = draw(st.lists(st.sampled_from(range(len(HEADINGS))), unique=True, max_size=5))
    for index in headings:
        text = draw(st.sampled_from([_prose, _prose, _items, _items, _nested, lambda *_: ""]))(draw, words)
        parts.append(f"# {HEADINGS[index]}" + (draw(st.sampled_from(["\n", "\n\n"])) + text if text else ""))
    if not parts:
        return draw(st.sampled_from(["", "\n"]))
    return "\n" + "\n\n".join(parts) + draw(st.sampled_from(["", "\n", "\n\n"]))


def _prose(draw: st.DrawFn, words: Words) -> str:
    def paragraph() -> str:
        if draw(st.integers(0, 6)) == 0:
            return f"```\n{words()}\n\n# {words()}\n```"
        return "\n".join(f"{words()} and {words()}." for _ in range(draw(st.integers(1, 3))))

    return "\n\n".join(paragraph() for _ in range(draw(st.integers(1, 4))))


def _items(draw: st.DrawFn, words: Words) -> str:
    mark = draw(st.sampled_from(["-", "-", "*"]))
    return "\n".join(f"{mark} Item {words()}" for _ in range(draw(st.integers(1, 5))))


def _nested(draw: st.DrawFn, words: Words) -> str:
    return "\n".join(f"- {words()}\n  - {words()}\n  - {words()}" for _ in range(draw(st.integers(1, 3))))


# --- edits of one side ---


def edited(
    draw: st.DrawFn,
    base: bytes,
    side: str,
    mine: Mine,
    moves: bool,
    most: int = 6,
    apart: bool = False,
    amid: bool = False,
) -> bytes:
    """The base after some edits by one side.

    mine: which parts the side touches, by number. moves: whether it may change an order. apart, amid: see `Words`.
    """
    document = parse(base)
    words = Words(side, apart, amid)
    for _ in range(draw(st.integers(1, most))):
        draw(
            st.sampled_from(
                [_edit_scalar, _edit_list, _edit_links, _edit_extra, _edit_section, _edit_section, _edit_sections]
            )
        )(draw, document, words, mine, moves)
    return bytes(document)


def _half(odd: int) -> Mine:
    return lambda number: number % 2 == odd


def sides(disjoint: bool) -> st.SearchStrategy[tuple[tuple[bytes, bytes, bytes], str]]:
    """(base, ours, theirs), and who may move things. disjoint: they edit different things, and only one moves any."""

    @st.composite
    def drawn(draw: st.DrawFn) -> tuple[tuple[bytes, bytes, bytes], str]:
        base = draw(bases())
        mover = draw(st.sampled_from(["o", "t"]))
        amid = disjoint and draw(st.booleans())
        ours, theirs = (
            edited(
                draw,
                base,
                side,
                _half(odd) if disjoint else (lambda _: True),
                not disjoint or mover == side,
                apart=disjoint,
                amid=amid,
            )
            for side, odd in (("o", 0), ("t", 1))
        )
        return (base, ours, theirs), mover

    return drawn()


def _one(draw: st.DrawFn, found: list[Any]) -> Any:
    return draw(st.sampled_from(found)) if found else None


def _edit_scalar(draw: st.DrawFn, document: Document, words: Words, mine: Mine, moves: bool) -> None:
    numbered = ["title", *SCALARS, "status", "custom"]
    key = _one(draw, [key for number, key in enumerate(numbered) if mine(number)])
    if key in document and key != "title" and draw(st.integers(0, 2)) == 0:
        del document[key]
        words.gone.add(key)
    elif moves or key not in words.gone:  # which comes back at another place
        document[key] = words()


def _changed_list(
    draw: st.DrawFn, items: list[Any], new: Callable[[], Any], numbers: Callable[[Any], int], mine: Mine, moves: bool
) -> list[Any]:
    items = list(items)
    own = [at for at, item in enumerate(items) if mine(numbers(item))]
    what = draw(st.sampled_from(["add", "add", "remove", "change", "move"]))
    if what == "add" or not own:
        items.insert(draw(st.integers(0, len(items))), new())
    elif what == "remove":
        del items[_one(draw, own)]
    elif what == "change":
        items[_one(draw, own)] = new()
    elif moves:
        item = items.pop(_one(draw, own))
        items.insert(draw(st.integers(0, len(items))), item)
    return items


def number_of(text: str) -> int:
    """A number that both sides give to one thing: that of its first token. What a side wrote itself is its own."""
    first = TOKEN.search(text)
    if first is None:
        return 0
    return {"b": int(first[0][1:-1]), "o": 0, "t": 1}[first[0][0]]


def _edit_list(draw: st.DrawFn, document: Document, words: Words, mine: Mine, moves: bool) -> None:
    key = draw(st.sampled_from(LISTS))
    items = document.get(key)
    # A list that both begin is another thing than one that is there.
    if items is None:
        if not mine(LISTS.index(key)):
            return
        items = []
    document[key] = _changed_list(draw, items, words, number_of, mine, moves)


def _edit_links(draw: st.DrawFn, document: Document, words: Words, mine: Mine, moves: bool) -> None:
    links = document.get("externalLinks") or []
    own = [link for link in links if mine(number_of(link["url"]))]
    if own and draw(st.booleans()) is True:
        link = _one(draw, own)
        key = draw(st.sampled_from(["title", "description", "type", "difficulty"]))
        if key in link and key != "title" and draw(st.booleans()):
            del link[key]
        else:
            link[key] = words()
        document["externalLinks"] = links
        return
    document["externalLinks"] = _changed_list(
        draw,
        links,
        lambda: {"title": words(), "url": f"https://{words()}"},
        lambda link: number_of(link["url"]),
        mine,
        moves,
    )


def _edit_extra(draw: st.DrawFn, document: Document, words: Words, mine: Mine, moves: bool) -> None:
    extra = document.get("extra")
    if extra is None:
        return
    places = [("colour",), ("size",), ("deep", "one"), ("deep", "two"), ("deep", "three"), ("four",)]
    place = _one(draw, [place for number, place in enumerate(places) if mine(number)])
    holder = extra
    for part in place[:-1]:
        holder = holder[part]
    if place[-1] in holder and len(holder) > 1 and draw(st.integers(0, 2)) == 0:
        del holder[place[-1]]
    else:
        holder[place[-1]] = words()
    document["extra"] = extra


def _edit_section(draw: st.DrawFn, document: Document, words: Words, mine: Mine, moves: bool) -> None:
    """Something inside a section that both may edit."""
    shared = [at for at, text in enumerate(document.sections.texts()) if number_of(text) % 3 and text]
    at = _one(draw, shared)
    if at is None:
        return
    items = document.sections.items_of(at)
    if items is not None:
        # The first item says whose the section is, so it stays.
        changed = _changed_list(draw, items[1:], lambda: f"Item {words()}", number_of, mine, moves)
        document.sections.set_items(at, [items[0], *changed])
        return
    paragraphs = re.split(r"\n\n(?!# \w+\n```)", document.sections[at])
    own = [index for index, text in enumerate(paragraphs) if index and mine(number_of(text))]
    what = draw(st.sampled_from(["add", "line"] if words.amid else ["add", "remove", "line"]))
    if what == "add" or not own:
        # Between one that the other side removes and one that it rewrites, nobody knows on which side of what is left.
        beside = words.apart and not words.amid
        places = [1, *own, *(index + 1 for index in own)] if beside else range(1, len(paragraphs) + 1)
        paragraphs.insert(draw(st.sampled_from(sorted(set(places)))), f"{words()} stands here.")
    elif what == "remove":
        del paragraphs[_one(draw, own)]
    else:
        index = _one(draw, own)
        found = [
            token for token in TOKEN.findall(paragraphs[index]) if number_of(token) == number_of(paragraphs[index])
        ]
        paragraphs[index] = paragraphs[index].replace(found[0], f"{found[0]} {words()}")
    document.sections[at] = "\n\n".join(paragraphs)


def _edit_sections(draw: st.DrawFn, document: Document, words: Words, mine: Mine, moves: bool) -> None:
    """Whole sections: those that one side alone edits."""
    texts = document.sections.texts()
    own = [at for at, text in enumerate(texts) if number_of(text) % 3 == 0 and text and mine(number_of(text) // 3)]
    what = draw(st.sampled_from(["add", "remove", "write", "rename", "move"]))
    if what == "add" or not own:
        document.sections.insert(draw(st.integers(0, len(document.sections))), words(), f"{words()} and {words()}.")
        return
    at = _one(draw, own)
    if what == "remove":
        del document.sections[at]
    elif what == "write":
        first = TOKEN.search(texts[at])
        document.sections[at] = f"{first[0] if first else ''} {words()}"
    elif what == "rename":
        document.sections.rename(at, words())
    elif moves:
        document.sections.move(at, draw(st.integers(0, len(document.sections) - 1)))


# --- another form of the same content ---


@st.composite
def reformed(draw: st.DrawFn, base: bytes) -> bytes:
    """The same values and texts, written otherwise."""
    text = base.decode()
    for _ in range(draw(st.integers(1, 4))):
        text = draw(st.sampled_from([_requote, _restyle, _comment, _crlf, _bom, _ending, _key_order, _marks]))(
            draw, text
        )
    return text.encode()


def _requote(draw: st.DrawFn, text: str) -> str:
    quote = draw(st.sampled_from(['"', "'", ""]))
    return re.sub(
        r"(?<=[\s\[])[\"']?([b]\d+z)[\"']?(?=[,\]\r\n])(?=[\s\S]*?---)",
        rf"{quote}\1{quote}",
        text,
        count=draw(st.integers(1, 9)),
    )


def _restyle(draw: st.DrawFn, text: str) -> str:
    """Inline lists of words become block lists."""
    newline = "\r\n" if "\r\n" in text else "\n"

    def block(found: re.Match[str]) -> str:
        return found[1] + ":" + "".join(f"{newline}  - {item}" for item in found[2].split(", "))

    return re.sub(r"(?m)^(\w+): \[([^\]\r\n]+)\](?=\r?$)", block, text, count=1)


def _comment(draw: st.DrawFn, text: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    key = draw(st.sampled_from(["title", *SCALARS, *LISTS]))
    return re.sub(rf"(?m)^({key}:)", rf"# a comment{newline}\1", text, count=1)


def _crlf(draw: st.DrawFn, text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def _bom(draw: st.DrawFn, text: str) -> str:
    return draw(st.sampled_from(["", "\ufeff"])) + text.removeprefix("\ufeff")


def _ending(draw: st.DrawFn, text: str) -> str:
    return text.rstrip("\r\n") + draw(st.sampled_from(["", "\n", "\n\n"]))


def _key_order(draw: st.DrawFn, text: str) -> str:
    """The title goes last."""
    newline = "\r\n" if "\r\n" in text else "\n"
    found = re.search(r"(?m)^title: [^\r\n#]*(?:\r\n|\n)", text)
    if found is None:
        return text
    rest = text[: found.start()] + text[found.end() :]
    moved, times = re.subn(rf"{newline}---(?={newline}|\Z)", lambda _: newline + found[0] + "---", rest, count=1)
    return moved if times else text


def _marks(draw: st.DrawFn, text: str) -> str:
    return re.sub(r"(?m)^- Item", "* Item", text)


# --- edits by hand, line by line, that know nothing of what a line means ---


@st.composite
def scribbled(draw: st.DrawFn, base: bytes, side: str) -> bytes:
    """The base after a few edits of lines, as far as they leave a document; each new line carries a token."""
    words = Words(side)
    data = base
    for _ in range(draw(st.integers(1, 4))):
        lines = data.decode().split("\n")
        at = draw(st.integers(0, len(lines) - 1))
        what = draw(st.sampled_from(["change", "change", "add", "remove", "twice", "move"]))
        if what == "change":
            lines[at] = re.sub(r"(\w\w+)(?!.*\w\w)", lambda found: f"{found[0]} {words()}", lines[at], count=1)
        elif what == "add":
            text = draw(
                st.sampled_from(["{}", "- {}", "# {}", "key_{0}: {0}", "  - {}", "", "```", "{}\n===", "> {}", "* {}"])
            )
            lines.insert(at, text.format(words()))
        elif what == "remove":
            del lines[at]
        elif what == "twice":
            lines.insert(at, lines[at])
        else:
            lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
        scribble = "\n".join(lines).encode()
        try:
            parse(scribble)
        except DocumentError:
            continue
        data = scribble
    return data
