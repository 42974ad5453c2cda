"""Texts that files are made of and that people type, the nasty ones included, and how to draw from them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import yaml
from hypothesis import strategies as st

T = TypeVar("T")

# fmt: off
WORDS = [
    "Black box", "model", "a", "two words", "it's", 'say "hi"', "C++", "C#", "x/y", "100 %", "a-b", "a_b", "1st",
    "https://example.org/a?b=c#d", "a:b", "e.g. this", "Überblick", "naïve", "日本語", "עברית", "😀", "e\u0301",
    "a\\b", "a\u200db", "x = y", "(maybe)", "really?", "no!", "50°", "a & b", "a * b", "x | y", "<b>", "a--b", "v1.2.3",
]
TRICKY = [
    "", " ", " a", "a ", "no", "Yes", "on", "y", "null", "~", "true", "1", "1.10", "0123", "08", "0o14", "0x1F",
    "1e3", "1_000", "12:30", "2025-01-28", "2025-13-01", ".inf", "=", "<<", "-", "- a", "--", "---", "--- a", "...",
    "a: b", "a:", ":", ":a", "? a", "?", "a #b", "# a", "[x]", "{a}", "a, b", "a]", "}", "*a", "&a", "!a", "%a",
    "@a", "`a`", "'", '"', "''", "it's \"a\"", "\\", "a\\", "\\n", "|", ">", "| a", "a\tb", "\ta", "a\nb", "\n",
    "a\n\nb\n", "a\x85b", "a\u2028b", "a\u2029b", "\ufeffa", "\xa0a", "a\r\nb", "a\rb", "word " * 40, "<<<<<<< a",
    ">>>>>>> a", "a\n b\n", "  a\nb", "a \nb", "a\n---\nb", "a\n# b\nc", "\U0001f469\u200d\U0001f680", "\ue000",
    "a" * 300,
]
TYPED = [
    "1", "-3", "1.10", "0123", "0x1F", "1_000", "12:30", "1e3", "1.5e+3", ".inf", "-.INF", "no", "Yes", "on", "true",
    "False", "~", "null", "Null", "2025-01-28", "2025-01-28 10:00:00", "2025-01-28T10:00:00+14:00", "0b11", "+1",
    ".5", "2001-12-14t21:59:43.10-05:00", "190:20:30", "0", "9999-12-31", "99999999999999999999",
]
NAMES = [
    "slug", "category", "difficulty", "tags", "related", "recommendedBooks", "lastUpdated", "externalLinks",
    "aliases", "status", "x", "sources", "two words", "größe", "キー", "a.b", "a-b", "_x", "$ref", "3d", "content",
    "handler",
]
NEW_KEYS = [
    "status", "aliases", "sources", "Überschrift", "two new words", "a: b", "1", "true", "on", "", "null", "<<", "=",
    "- a", "? a", "#x", "a\nb", '"', "'", "a,b", "[x]", "2025-01-28", "content", "*a", "a\x85b", "x" * 200,
]
NESTED_NAMES = ["title", "name", "mail", "url", "type", "description", "b c", "ü", "größe"]
COMMENTS = ["# why", "#", "# ünï", "# a: b", '# "quoted"', "#no blank", "# - item", "# [", "# 日本"]
ROWS = ["One line.", "two: words", "# no comment", "- a", "Ünï", "x" * 50, "it's", "  deeper", ""]
HEADINGS = [
    "History", "Scope", "Key Concepts", "Über uns", "日本", "A & B", "`code`", "*stars*", "C#", "1. One", "a: b",
]
PARAGRAPHS = ["A text.", "Ünïcode 日本.", "#hashtag", "a\u2028b", "Two  ", "**Bold** and more."]
BULLETS = ["one", "two", "**three**", "vier ü", "[a](b)"]
HTML = [["<!--", "# no heading", "-->"], ["<div>", "a", "</div>"], ["<pre>", "# x", "</pre>"]]
HOSTILE_TEXTS = [
    "# A heading\n\ntext", "```\nunclosed", "<!-- open", "a\n===", "<pre>", "text\n# A heading", "~~~~\n~~~",
    "<<<<<<< a\nb\n=======\nc\n>>>>>>> d", "- a\n\n  ```\n  open", "   # a", "#\ta",
]
ODD_TEXTS = [
    "", "   indented", "    code", "\n\ntext\n\n", "a\r\nb\rc", "- a\n- b", "* a\n\n* b", "> quote", "a  \nb\t",
    "---", "a\n---", "| a | b |\n|---|---|", "[x]: https://example.org", "<br>", "a\u2028b\x85c", "\\# a", "1. a",
]
# fmt: on


def _reads_back(text: str, flow: bool) -> bool:
    """Whether the bare text is this very string, by PyYAML's word, between the neighbours it will have."""
    try:
        found = yaml.safe_load(f"[a, {text}, b]" if flow else f"k: {text}\nl: b\n")
    except (yaml.YAMLError, ValueError):
        return False
    return bool(found == (["a", text, "b"] if flow else {"k": text, "l": "b"}))


PLAIN = [text for text in [*WORDS, *TRICKY] if text.isprintable() and _reads_back(text, flow=False)]
PLAIN_IN_FLOW = [text for text in PLAIN if _reads_back(text, flow=True)]
BARE_KEYS = frozenset(name for name in [*NAMES, *NESTED_NAMES] if _reads_back(name, flow=False))
BARE_KEYS_IN_FLOW = frozenset(name for name in [*NAMES, *NESTED_NAMES] if _reads_back(name, flow=True))
ONE_LINE = [text for text in [*WORDS, *TRICKY] if text.isprintable()]

_numbers = {size: st.integers(0, size - 1) for size in range(1, 300)}
_free_text = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=8
)


class Maker:
    """Draws, and notes the styles drawn. Shrinks towards the first choice and towards no."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw
        self.styles: set[str] = set()

    def number(self, size: int) -> int:
        """From 0 up to, but without, `size`."""
        return int(self.draw(_numbers[size]))

    def chance(self, percent: int) -> bool:
        return self.number(100) >= 100 - percent

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.number(len(choices))]

    def weighted(self, **choices: int) -> str:
        """One of the names, as often as their numbers say."""
        at = self.number(sum(choices.values()))
        for name, weight in choices.items():
            if at < weight:
                return name
            at -= weight
        raise AssertionError

    def note(self, style: str) -> None:
        self.styles.add(style)

    def text(self) -> str:
        """A string that somebody may type, nasty ones included."""
        kind = self.weighted(word=50, tricky=40, free=10)
        if kind == "word":
            return self.pick(WORDS)
        return self.pick(TRICKY) if kind == "tricky" else str(self.draw(_free_text))

    def prose(self) -> list[str]:
        """The lines of a Markdown text that closes what it opens and has no first-level heading."""
        blocks = [self._block() for _ in range(1 + self.number(3))]
        lines = [line for block in blocks for line in ["", *block]][1:]
        while not lines[-1]:
            lines.pop()
        return lines

    def _block(self) -> list[str]:
        kind = self.weighted(paragraph=40, bullets=22, numbers=8, fence=10, html=8, quote=6, sub=6)
        if kind == "paragraph":
            return [self.pick(PARAGRAPHS) for _ in range(1 + self.number(2))]
        if kind == "bullets":
            self.note("bullet list")
            mark, loose = self.pick(["-", "*", "+"]), self.chance(15)
            items = [f"{mark} {self.pick(BULLETS)}" for _ in range(1 + self.number(3))]
            return [row for item in items for row in ([item, ""] if loose else [item])]
        if kind == "numbers":
            self.note("numbered list")
            return ["1. one", "2. two"]
        if kind == "fence":
            self.note("code fence")
            fence = self.pick(["```", "```python", "~~~"])
            return [fence, "# no heading", "", fence[:3]]
        if kind == "html":
            self.note("HTML")
            return list(self.pick(HTML))
        return ["> # quoted", "> text"] if kind == "quote" else ["## Below", "text"]
