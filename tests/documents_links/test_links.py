"""Links in Markdown: found where they are, changed and nothing else."""

import os
import random

import pytest

from documents import DocumentError, parse
from documents.links import LocalPath, find, local_path, resolve, rewrite


def addresses(text: str) -> list[str]:
    return [link.address for link in find(text)]


def rewritten(body: str, old: str = "old", new: str = "newer") -> str:
    head = b"---\ntitle: X\n---\n"
    document = rewrite(parse(head + body.encode()), lambda address: address.replace(old, new))
    assert bytes(document).startswith(head)
    return bytes(document)[len(head) :].decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](b.md)", ["b.md"]),
        ("[a](b.md 'title') [c](<d e.md> \"t\")", ["b.md", "d e.md"]),
        ("[a](\n  b.md\n  'title'\n)", ["b.md"]),
        ("[a]( b_(c).md )", ["b_(c).md"]),
        (r"[a](b\_c.md)", ["b_c.md"]),
        ("[a](b&amp;c.md)", ["b&c.md"]),
        (r"[a \] b](c.md) [`]` d](e.md) [*f*](g.md) [](h.md)", ["c.md", "e.md", "g.md", "h.md"]),
        ("[![picture](p.png)](page.md)", ["page.md"]),
        ("[a]() [b](<>)", ["", ""]),
        ("[a][r] [r][] [r]\n\n[r]: b.md", ["b.md"]),
        ("[r]:\n  <b c.md>\n  'title'\n\n[r]", ["b c.md"]),
        ("> quote\n>\n> [r]: b.md\n\n- [s]: c.md", ["b.md", "c.md"]),
        ("[[slug]] [[slug|shown]] [[a/b.md#c]]", ["slug", "slug", "a/b.md#c"]),
        ("[[1]](notes.md)", ["notes.md"]),
        ("| a | b |\n|---|---|\n| [[slug\\|x]] | [y](z.md) |", ["slug", "z.md"]),
        ("<a href=\"b.md\">x</a> <A class=c HREF='d.md'>y</A> <a href=e.md>z</a>", ["b.md", "d.md", "e.md"]),
        ("<div>\n<a\n  href='b.md?x&amp;y'>x</a>\n</div>", ["b.md?x&y"]),
        ("é 日本 [a](b.md) 🎉 [[c]]", ["b.md", "c"]),
        ("<https://example.org> https://example.org", []),
        ("![a](b.md)", []),
        ("`[a](b.md)` ``[[c]]``", []),
        ("```\n[a](b.md)\n[r]: c.md\n[[d]]\n```\n\n    [e](f.md)\n", []),
        (r"\[a](b.md) [a\](b.md)", []),
        ("[^1] text\n\n[^1]: not an address", []),
        ("[a] [b] (c.md)", []),
        ("<abbr href='b.md'>x</abbr>", []),
        ("", []),
    ],
)
def test_links_are_found_where_markdown_has_them(text: str, expected: list[str]) -> None:
    assert addresses(text) == expected


def test_the_span_of_a_link_is_that_of_its_address() -> None:
    text = 'é [a](b\\_c.md "t") [[d|e]] <a href="f&amp;g">h</a>\n\n[r]: <i j.md>\n'
    assert [text[link.start : link.end] for link in find(text)] == ["b\\_c.md", "d", "f&amp;g", "i j.md"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x [a](old.md#f 'old') y", "x [a](newer.md#f 'old') y"),
        ("[old](old)\r\n[[old]]\r\n", "[old](newer)\r\n[[newer]]\r\n"),
        ("[a](<old.md>) [a](../old/)", "[a](<newer.md>) [a](../newer/)"),
        ("[old]: old.md 'old'\n\n[old]", "[old]: newer.md 'old'\n\n[old]"),
        ("é <a href='old'>old</a> 日本 [a](old)", "é <a href='newer'>old</a> 日本 [a](newer)"),
        ("`[a](old)` old ![a](old.png)", "`[a](old)` old ![a](old.png)"),
        ("no last line end [a](old)", "no last line end [a](newer)"),
    ],
)
def test_an_address_is_changed_and_nothing_around_it(body: str, expected: str) -> None:
    assert rewritten(body) == expected


@pytest.mark.parametrize(
    ("body", "new", "expected"),
    [
        ("[a](old)", "a b", "[a](a%20b)"),
        ("[a](old)", "a)b", "[a](a%29b)"),
        ("[a](old)", "a_(b)", "[a](a_(b))"),
        ("[a](<old>)", "a>b", "[a](<a%3Eb>)"),
        ("[a](old)", "a&lt;b", "[a](a&amp;lt;b)"),
        ('<a href="old">', 'a"b', '<a href="a&quot;b">'),
    ],
)
def test_a_new_address_is_written_so_that_it_is_read_again(body: str, new: str, expected: str) -> None:
    assert rewritten(body, new=new) == expected


def test_an_address_that_would_break_the_text_is_refused_with_its_place() -> None:
    with pytest.raises(DocumentError) as refusal:
        rewritten("first\n\nsecond [[old]]", new="a]] b")
    assert (refusal.value.code, refusal.value.line, refusal.value.column) == ("link.unsafe", 6, 10)


def test_a_document_without_such_links_is_the_same_one() -> None:
    document = parse(b"---\ntitle: X\n---\n[a](b)\n")
    assert rewrite(document, lambda address: None) is document
    assert rewrite(document, lambda address: address) is document


def test_generated_texts_keep_all_but_the_addresses() -> None:
    pieces = ["    ", "[a]", "(old.md)", "[[old]]", "[r]", "\n[r]: old.md\n", "\n", "\n\n", "> ", "- ", "`", "```\n"]
    pieces += [
        "<div>\n",
        "<a href='old'>",
        "|",
        "|---|\n",
        "é",
        "*",
        "\\",
        "(",
        ")",
        "[",
        "]",
        "!",
        "<old>",
        "# ",
        "[^1]: ",
        "    ",
    ]
    chance = random.Random(20250128)
    changed = 0
    for _ in range(int(os.environ.get("LEMMA_DEEP_EXAMPLES", 3000))):
        body = "".join(chance.choice(pieces) for _ in range(chance.randint(1, 14)))
        try:
            before = parse(b"---\ntitle: X\n---\n" + body.encode())
        except DocumentError:
            continue
        after = rewritten(body)
        if after == body:
            continue
        changed += 1
        assert addresses(after) == [address.replace("old", "newer") for address in addresses(before.body)], body
        # Put back, it is the text of before.
        assert rewritten(after, "newer", "old") == body
    assert changed > 500


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("b.md", LocalPath("b.md", "")),
        ("../a%20b/c.md?x#y", LocalPath("../a b/c.md", "?x#y")),
        ("/terms/b/", LocalPath("/terms/b/", "")),
        ("#top", None),
        ("?x=1", None),
        ("", None),
        ("https://example.org/b", None),
        ("//example.org/b", None),
        ("mailto:ada@example.org", None),
    ],
)
def test_only_a_path_without_scheme_and_host_is_local(address: str, expected: LocalPath | None) -> None:
    assert local_path(address) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("b.md", "terms/b.md"),
        ("./x/../b.md", "terms/b.md"),
        ("../books/b.md", "books/b.md"),
        ("../../b.md", None),
        ("/b.md", None),
    ],
)
def test_a_relative_path_counts_from_the_file_that_holds_it(path: str, expected: str | None) -> None:
    assert resolve(path, "terms/a.md") == expected
