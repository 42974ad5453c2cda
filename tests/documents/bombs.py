"""Inputs made to break a reader: each is a short text, over and over, in every place of a file."""

from collections.abc import Iterator

# In front matter.
# fmt: off
UNITS = [
    "[", "{", "[]", "{},", "[[],", "{a: ", "[a: ", "- ", "? ", ": ", "a: ", ", ", "!!a ", "! ", "&a ", "*a ", "<<: a\n",
    "- a\n", "- -\n", "-\n", "a:\n", "a\n", "\n", "\r", " ", "\t", "#", "# c\n", "a #", "%", "@", "`", "|", ">", "'",
    "''", '"', "\\", "x", "é", "😀", "\u2028", "\x85", "--- ", "...\n", "1", "1:", "1_", "0x", "1.", "\\x41", "a\n ",
]
# In a body.
MARKDOWN = [
    "[", "]", "[a](", "![", "[[]]", "](", "**", "*a_ ", "a**b", "_a", "`", "``a`", "<", "<a ", "</", "<b x='", "<!--",
    "<![CDATA[", "<?", "<!A", "&", "&amp;", "\\", "~~a", "$", "> ", ">", ">\n\n", "* a\n", "- a\n", "- ", "  - ",
    "1. ", "1. a\n", "\n- a\n\n", "* a\n+ b\n", "- [ ] a\n", "# a\n", "#\n", "# ", "#", "a\n=\n", "=\n", "    a\n",
    "```\n", "~~~\n# a\n", "<div>\n", "|a", "|a\n|-|\n", "[a]: b\n", "[x]", "[^a]", "[^a]: b\n", "a  \n", "a\n", "\n",
    "\r", " ", "\t", "<<<<<<< a\n", ">>>>>>> a\n", "---\n", "\u2028", "é", "😀", "x",
]
# fmt: on
# Numbers and dates are read by patterns and arithmetic of their own.
VALUES = {
    "digits": ("9", ""),
    "hexadecimal": ("0x", "f"),
    "binary": ("0b", "1"),
    "octal": ("0", "7"),
    "underscores": ("1", "_"),
    "minutes": ("1", ":59"),
    "fraction": ("1.", "9"),
    "exponent": ("1.0e+", "9"),
    "blank date": ("2025-01-28", " "),
    "long second": ("2025-01-28 10:00:00.", "9"),
}


def front_matters(size: int) -> Iterator[tuple[str, bytes]]:
    """Files whose front matter has about `size` characters."""
    for unit in UNITS:
        text = unit * (size // len(unit))
        indented = text.replace("\n", "\n  ").replace("\r", "\r  ")
        for place, front in {
            "alone": text,
            "as a value": f"title: {text}",
            "in quotes": f'title: "{text}"',
            "in a list": f"title: [{text}]",
            "as a block": f"title: |\n  {indented}",
            "folded": f"title: >\n  {indented}",
            "as a key": f'"{text}": A',
            "in a comment": "title: A # " + text.replace("\n", " ").replace("\r", " "),
        }.items():
            yield f"{unit!r} {place}", f"---\n{front}\n---\nBody.\n".encode()
    for name, (start, unit) in VALUES.items():
        yield name, f"---\ntitle: {start}{unit * (size // max(1, len(unit)))}\n---\n".encode()
    for name, front in _grown(size):
        yield name, f"---\n{front}\n---\n".encode()


def _grown(size: int) -> Iterator[tuple[str, str]]:
    deep = int((2 * size) ** 0.5)
    yield "keys", "\n".join(f"k{number}: v" for number in range(size // 8))
    yield "keys in braces", "a: {" + ", ".join(f"k{number}: v" for number in range(size // 9)) + "}"
    yield "one key again and again", "\n".join("k: v" for _ in range(size // 5))
    yield "items", "tags:\n" + "\n".join(f"- v{number}" for number in range(size // 8))
    yield "links", "links:\n" + "\n".join(f"- a: {number}\n  b: c" for number in range(size // 16))
    yield "deeper maps", "\n".join(" " * number + "a:" for number in range(deep))
    yield "deeper lists", "\n".join(" " * number + "-" for number in range(deep))
    yield "blank lines in a block", "title: |\n a" + "\n" * size + " b"
    yield "blank lines kept", "title: |+\n a" + "\n" * size
    yield "blank lines between keys", "title: b" + "\n" * size + "c: d"
    yield "comments between keys", "title: b" + "\n# c" * (size // 4) + "\nc: d"
    yield "comments between items", "title:\n- b" + "\n# c" * (size // 4) + "\n- d"
    yield "question marks", "\n".join(f'"a{number}?": b' for number in range(900)) + "\ntitle: " + "?" * size


def bodies(size: int) -> Iterator[tuple[str, bytes]]:
    """Files whose body has about `size` characters."""
    head = "---\ntitle: A\n---\n"
    for unit in MARKDOWN:
        text = unit * (size // len(unit))
        yield f"{unit!r} in a body", (head + text).encode()
        # What is here makes the quick ways impossible.
        yield f"{unit!r} below odd headings", (head + "# a\n\n   # b\n`` ```\n" + text).encode()
    deep = int((2 * size) ** 0.5)
    yield "deeper quotes", (head + "\n".join(">" * number for number in range(deep))).encode()
    yield "deeper lists in a body", (head + "\n".join("  " * number + "- a" for number in range(deep // 2))).encode()
    yield "a wide table", (head + "|a" * 10_000 + "|\n" + "|-" * 10_000 + "|\n" + "|b" * (size // 2) + "\n").encode()
