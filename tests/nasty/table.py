"""Nasty files as data: what each holds, and what a well-made system says to it.

The groups are those of `groups`, which has a name for each.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from documents import limits

BODY = "\n# Brief Definition\n\nOne line.\n"
# Where the lines begin that `front` puts in.
HERE = 4


# Each is itself.
@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One text, in a file `nasty.md`.

    code: of the problem for which it is refused; "" where it is accepted. line, field: where that problem is; no line
    where the whole file is meant. warnings: codes of what is odd and kept. reads: what readers get of it. slug: under
    which it is kept. api: the field for which the API refuses it all the same: it has no file name to take a slug
    from, and makes new ones of lower-case letters, digits and hyphens alone.
    """

    group: int
    name: str
    data: bytes
    code: str = ""
    line: int = 0
    field: str = ""
    warnings: frozenset[str] = frozenset()
    reads: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    slug: str = "nasty"
    api: str = ""

    def __str__(self) -> str:
        return f"{self.group} {self.name}"


def front(lines: str = "", body: str = BODY, title: str = 'title: "Nasty"', slug: str = 'slug: "nasty"') -> bytes:
    """A good file with these lines in its front matter, from line 4 on."""
    kept = "\n".join(filter(None, (title, slug, lines)))
    return f"---\n{kept}\n---\n{body}".encode("utf-8", "surrogatepass")


def _refused(
    group: int, code: str, cases: Mapping[str, str | bytes], line: int = HERE, field: str = ""
) -> Iterator[Case]:
    """Cases that differ in their front matter, or are whole files, and have one reason."""
    for name, case in cases.items():
        yield Case(group, name, front(case) if isinstance(case, str) else case, code, line, field)


def _bodies(group: int, bodies: Mapping[str, str], **more: Any) -> Iterator[Case]:
    for name, body in bodies.items():
        yield Case(group, name, front(body=body), **more)


def _titles() -> Iterator[Case]:
    for text in ("1984", "1.10", "yes", "2025-01-28", "0x1F", "1_000", "~x", "1e3", "12:30:45", ".inf"):
        odd = frozenset() if text == "~x" or text == "1e3" else frozenset(["title.unquoted"])
        yield Case(12, f"title: {text}", front(title=f"title: {text}"), warnings=odd, reads={"title": text})
    for text, code in {
        "null": "title.missing",
        "~": "title.missing",
        "": "title.missing",
        '"  "': "title.missing",
        "[A]": "title.type",
        "{A: b}": "title.type",
        '"a\\nb"': "title.invalid",
        "x" * 301: "title.long",
    }.items():
        yield Case(12, f"title: {text[:12]}", front(title=f"title: {text}"), code, 2, "title")


def _dates() -> Iterator[Case]:
    for text in ("2025-13-01", "2025-02-29", "2025-01-28 25:00:00", "0000-01-01"):
        yield Case(14, text, front(f"lastUpdated: {text}"), "yaml.value", HERE)
    for text in ("28/01/2025", "0", '"2025-13-01"', '"2025-02-29"', "yesterday", "20250128", "true"):
        odd = frozenset(["lastUpdated.invalid"])
        reads = {"lastUpdated": text.strip('"')}
        yield Case(14, f"{text} is kept", front(f"lastUpdated: {text}"), warnings=odd, reads=reads)
    for text in ("9999-12-31", "2025-01-28T10:00:00+14:00", "0001-01-01", "2025-01-28T23:59:59-12:00"):
        yield Case(14, text, front(f"lastUpdated: {text}"), reads={"lastUpdated": text})
    for text in ("[2025-01-28]", "{a: 2025-01-28}"):
        odd = frozenset(["lastUpdated.type"])
        yield Case(14, text, front(f"lastUpdated: {text}"), warnings=odd, reads={"lastUpdated": None})


def _links() -> Iterator[Case]:
    def links(text: str) -> bytes:
        return front(f"externalLinks:\n{text}")

    url = "externalLinks.0.url"
    for name, address in {
        "a script": "javascript:alert(1)",
        "a script in capitals": "JavaScript:alert(1)",
        "a script with a tab": "java\\tscript:alert(1)",
        "a script behind a blank": " javascript:alert(1)",
        "data": "data:text/html,<script>alert(1)</script>",
        "vbscript": "vbscript:x",
        "a file": "file:///etc/passwd",
        "no scheme": "//example.org/a",
        "a path": "/a",
        "user and password": "https://ada:secret@example.org/",
        "spaces": "https://example.org/a b",
        "a newline": "https://example.org/\\nb",
        "a right-to-left mark": "https://example.org/\\u202eb",
        "10 kB": "https://example.org/" + "a" * 10_000,
        "no host": "https:///a",
        "dots for a host": "https://..",
        "port 0": "https://example.org:0/",
        "half an IPv6 address": "https://[::1",
    }.items():
        yield Case(15, name, links(f'  - url: "{address}"'), "link.url", HERE + 1, url)
    yield Case(15, "an empty address", links('  - url: ""'), "link.url", HERE + 1, url)
    yield Case(15, "an address that is a list", links("  - url: [a]"), "link.url.type", HERE + 1, url)
    yield Case(15, "a title that is a map", links("  - url: https://a.example/\n    title: {a: b}"), "link.title.type",
               HERE + 2, "externalLinks.0.title")  # fmt: skip
    yield Case(15, "without url", links("  - title: A"), "link.url", HERE + 1, "externalLinks")
    yield Case(15, "a text for a link", links("  - https://a.example/"), "externalLinks.type", HERE + 1,
               "externalLinks")  # fmt: skip
    yield Case(15, "a map", front("externalLinks: {url: https://a.example/}"), "externalLinks.type", HERE,
               "externalLinks")  # fmt: skip
    yield Case(15, "a lone text", front("externalLinks: https://a.example/"), "externalLinks.type", HERE,
               "externalLinks")  # fmt: skip
    yield Case(15, "unknown keys", links("  - url: https://a.example/\n    rel: me\n    stars: 5"))
    yield Case(15, "one address twice", links("  - url: https://a.example/\n  - url: https://a.example/"),
               warnings=frozenset(["link.duplicate"]))  # fmt: skip
    yield Case(15, "an international name", links("  - url: https://münchen.example/straße"))
    yield Case(15, "a key in capitals", links("  - URL: https://a.example/"))
    yield Case(15, "markup in a title", links("  - url: https://a.example/?<b>\n    title: <script>alert(1)</script>"))


def _slugs() -> Iterator[Case]:
    for name, slug in {
        "two dots": "..",
        "one dot": ".",
        "up and away": "../../etc/passwd",
        "a slash": "a/b",
        "a backslash": "a\\\\b",
        "a device": "con",
        "a device in capitals": "CON",
        "a device with a digit": "lpt9",
        "a device with an ending": "aux.md",
        "a dot at the end": "a.",
        "a blank inside": "a b",
        "300 characters": "a" * 300,
        "201 letters": "ä" * 201,
        "a right-to-left mark": "a\\u200fb",
        "a right-to-left override": "a\\u202eb",
        "a zero-width joiner": "a\\u200db",
        "a zero-width space": "a\\u200bb",
        "a soft hyphen": "a\\u00adb",
        "an emoji": "😀",
        "a hyphen first": "-rf",
        "percent": "%2e%2e",
        "a question mark": "a?b",
        "a newline": "a\\nb",
        "a line separator": "a\\u2028b",
        "an ampersand": "a&b",
        "a tag": "<b>",
    }.items():
        yield Case(16, name, front(slug=f'slug: "{slug}"'), "slug.invalid", 3, "slug")
    for name, slug in {"a NUL": "a\\0b", "a surrogate": "a\\ud800"}.items():
        code = "encoding.control" if name == "a NUL" else "yaml.syntax"
        yield Case(16, name, front(slug=f'slug: "{slug}"'), code, 3)
    yield Case(16, "a list", front(slug="slug: [a]"), "slug.type", 3, "slug")
    yield Case(16, "a map", front(slug="slug: {a: b}"), "slug.type", 3, "slug")
    # A file has a name to fall back on; what is sent by itself has none.
    yield Case(16, "empty", front(slug='slug: ""'), warnings=frozenset(["slug.empty"]), api="slug")
    yield Case(16, "null", front(slug="slug:"), warnings=frozenset(["slug.empty"]), api="slug")
    yield Case(16, "none", front(slug="lang: en"), api="slug")
    yield Case(16, "a blank at the end", front(slug='slug: "trailing "'), slug="trailing")
    yield Case(16, "capital and umlaut", front(slug='slug: "Ä"'), slug="Ä", api="slug")
    yield Case(16, "an accent by itself", front(slug='slug: "a\u0308"'), slug="ä", api="slug")
    yield Case(16, "200 characters", front(slug=f'slug: "{"a" * 200}"'), slug="a" * 200)
    yield Case(16, "capitals", front(slug='slug: "Generative-AI"'), slug="Generative-AI", api="slug")
    yield Case(16, "a number", front(slug="slug: 007"), slug="007", warnings=frozenset(["slug.unquoted"]))
    yield Case(16, "no word", front(slug="slug: no"), slug="no", warnings=frozenset(["slug.unquoted"]))
    yield Case(16, "a device behind a hyphen", front(slug='slug: "con-"'), slug="con-", api="slug")


def _tags() -> Iterator[Case]:
    for name, text, warnings, tags in (
        ("a word", "ai", "tags.scalar", ["ai"]),
        ("a number", "1.10", "tags.scalar", ["1.10"]),
        ("nothing", "", "tags.empty", []),
        ("odd items", '["", null, "a", "a"]', "tags.empty tags.duplicate", ["a"]),
        ("numbers and dates", "[1.10, no, 2025-01-28]", "tags.unquoted", ["1.10", "no", "2025-01-28"]),
        ("markup", '["<script>alert(1)</script>"]', "", ["<script>alert(1)</script>"]),
        ("commas", '["a, b", "c"]', "", ["a, b", "c"]),
    ):
        odd = frozenset(warnings.split())
        yield Case(13, name, front(f"tags: {text}"), warnings=odd, reads={"tags": tags})
    yield from _refused(13, "tags.type", {"a map": "tags: {a: b}", "a list inside": "tags: [[a], b]"}, field="tags")
    yield from _refused(13, "tags.type", {"a map inside": "tags: [{a: b}]"}, field="tags")
    yield Case(13, "101 characters", front(f"tags: [{'a' * 101}]"), "tags.long", HERE, "tags")


def _much() -> Iterator[Case]:
    filler = "x" * (limits.FILE_BYTES - len(front(body="\n")))
    yield Case(8, "a file of the most bytes", front(body=f"\n{filler}"))
    yield Case(8, "a file of one byte more", front(body=f"\n{filler}x"), "limit.file")
    yield from _refused(
        8,
        "limit.depth",
        {
            "10,000 lists in a line": "a: " + "[" * 10_000 + "]" * 10_000,
            "10,000 maps in a line": "a: " + "{a: " * 10_000 + "b" + "}" * 10_000,
            "10,000 dashes": "a:\n" + "- " * 10_000 + "b",
            "33 levels of maps": "\n".join(" " * level + "a:" for level in range(limits.DEPTH + 1)),
        },
        line=0,
    )
    yield from _refused(
        8,
        "limit.front-matter",
        {
            "a list of a megabyte": "a: [" + "b, " * 333_333 + "b]",
            "a key of a megabyte": "k" * 1_000_000 + ": v",
            "a text of a megabyte": 'a: "' + "b" * 1_000_000 + '"',
        },
        line=2,
    )
    yield Case(8, "a list of too many items", front("a: [" + "b, " * limits.NODES + "b]"), "limit.nodes", HERE)
    yield Case(8, "one key too many", front("\n".join(f"k{number}: v" for number in range(limits.KEYS))),
               "limit.keys", 2)  # fmt: skip
    yield Case(8, "half a million keys", front("\n".join(f"k{number}:" for number in range(500_000))),
               "limit.front-matter", 2)  # fmt: skip
    yield Case(8, "a million keys", front("\n".join(f"k{number}: v" for number in range(1_000_000))), "limit.file")
    yield Case(8, "one section too many", front(body="# a\n" * (limits.SECTIONS + 1)), "limit.sections",
               HERE + limits.SECTIONS + 1)  # fmt: skip
    yield Case(8, "a number of 5,000 digits", front(f"a: {'9' * 5_000}"), "yaml.value", HERE)


def _controls() -> Iterator[Case]:
    for code, name in {0: "NUL", 7: "BEL", 8: "BS", 11: "VT", 14: "SO", 27: "ESC", 127: "DEL", 0x9B: "CSI"}.items():
        yield Case(2, f"{name} in a title", front(title=f'title: "Nas{chr(code)}ty"'), "encoding.control", 2)
        yield Case(2, f"{name} in the body", front(body=f"\nOne{chr(code)}line.\n"), "encoding.control", 6)
    for char in "\ufffe\uffff":
        yield Case(2, f"U+{ord(char):04X}", front(body=f"\n{char}\n"), "encoding.control", 6)
    for escape in ("\\0", "\\x1b", "\\a", "\\x7f", "\\u0080"):
        yield Case(2, f"{escape} by escape", front(f'a: "{escape}"'), "encoding.control", HERE)
    yield Case(2, "ESC in a comment", front("# \x1b"), "encoding.control", HERE)
    yield Case(2, "an escape in a key", front('"\\x1b": a'), "encoding.control", HERE)
    yield Case(2, "a second byte order mark", b"\xef\xbb\xbf\xef\xbb\xbf" + front(), "frontmatter.missing", 1)


def _lines() -> Iterator[Case]:
    plain = front("tags: [a]").decode()
    for name, text in {
        "CRLF": plain.replace("\n", "\r\n"),
        "CR alone": plain.replace("\n", "\r"),
        "CRLF above and LF below": plain.partition("# ")[0].replace("\n", "\r\n") + "# Brief Definition\n\nOne line.\n",
        "LF above and CR below": plain.partition("# ")[0] + "# Brief Definition\r\rOne line.\r",
        "U+2028 in the body": plain.replace("One line", "One\u2028line"),
        "U+2029 in the body": plain.replace("One line", "One\u2029line"),
        "U+0085 in the body": plain.replace("One line", "One\x85line"),
        "U+2028 in quotes": plain.replace("tags: [a]", 'a: "b\u2028c"'),
        "no last newline": plain.rstrip("\n"),
        "ten last newlines": plain + "\n" * 9,
        "a byte order mark": "\ufeff" + plain,
        "a byte order mark and CRLF": "\ufeff" + plain.replace("\n", "\r\n"),
        "blanks at the end of lines": plain.replace("One line.", "One line.  \t "),
        "no body": plain.partition("\n#")[0],
        "ends with the fence": plain.partition("\n\n#")[0].rstrip("\n"),
    }.items():
        yield Case(21, name, text.encode())
    yield Case(21, "a form feed", front(body="\n\f\n"), "encoding.control", 6)
    yield Case(21, "two keys by U+0085", front("a: b\x85c: d"), "yaml.key", HERE)
    yield Case(21, "two keys by U+2028", front("a: b\u2028c: d"), "yaml.key", HERE)


_FENCED = {
    "a rule first": "---\n\n# Brief Definition\n\nOne.\n",
    "rules inside": "\n# Brief Definition\n\nOne.\n\n---\n\nTwo.\n\n***\n\n- - -\n",
    "another front matter": "---\ntitle: Other\nslug: other\n---\n\n# Brief Definition\n\nOne.\n",
    "setext headings": "\nBrief Definition\n================\n\nOne.\n\nOther\n---\n\nTwo.\n",
    "a setext heading of two lines": "\nBrief\nDefinition\n===\n\nOne.\n",
    "a heading in backticks": "\n# Brief Definition\n\n```\n# No heading\n```\n",
    "a heading in tildes": "\n# Brief Definition\n\n~~~ md\n# No heading\n~~~\n",
    "a fence that is never closed": "\n# Brief Definition\n\n```\n# No heading\n# Key Concepts\n",
    "an indented heading": "\n# Brief Definition\n\n    # No heading\n\n   # A heading\n",
    "a heading in a list": "\n# Brief Definition\n\n- # No section\n- b\n\n1. # Nor this\n",
    "a heading in a quote": "\n# Brief Definition\n\n> # No section\n> One.\n",
    "a heading in a fence in a list": "\n# Brief Definition\n\n- ```\n  # No heading\n  ```\n",
    "a heading in HTML": "\n# Brief Definition\n\n<div>\n# No heading\n</div>\n",
    "a heading in a comment": "\n# Brief Definition\n\n<!--\n# No heading\n-->\n",
    "a comment that is never closed": "\n# Brief Definition\n\n<!--\n# No heading\n",
    "a hashtag": "\n# Brief Definition\n\n#hashtag and \\# more\n",
    "a heading of nothing": "\n#\n\nOne.\n\n# \n\nTwo.\n",
    "a closed heading": "\n# Brief Definition #\n\nOne.\n\n# a ## #\n",
    "a heading with an id": "\n# Brief Definition {#brief}\n\nOne.\n",
    "level 2 for known sections": "\n## Brief Definition\n\nOne.\n\n## Key Concepts\n\n- a\n",
    "two lists of key concepts": "\n# Key Concepts\n\n- a\n\n# Key Concepts\n\n- b\n",
    "a heading in other letters": "\n# BRIEF DEFINITION\n\nOne.\n\n# key concepts\n\n- a\n",
    "a heading of markup": "\n# **Brief** *Definition* `x` <b>y</b>\n\nOne.\n",
    "a heading with a link": "\n# [Brief](javascript:alert(1)) Definition\n\nOne.\n",
    "a heading of 10,000 characters": f"\n# {'x' * 10_000}\n\nOne.\n",
    "text before the first heading": "\nText.\n\n# Brief Definition\n\nOne.\n",
    "only text": "Text right below the fence.",
    "tables and footnotes": "\n# Brief Definition\n\n|a|b|\n|-|-|\n|c|d|\n\nOne[^1].\n\n[^1]: Note.\n",
}

_LISTS = {
    "nested": ("- a\n  - b\n    - c\n- d\n", None),
    "loose": ("- a\n\n- b\n\n- c\n", ["a", "b", "c"]),
    "numbered": ("1. a\n2. b\n7. c\n", None),
    "task": ("- [ ] a\n- [x] b\n", ["[ ] a", "[x] b"]),
    "mixed with text": ("Before.\n\n- a\n- b\n\nAfter.\n", None),
    "with code": ("- a\n\n  ```\n  - no item\n  ```\n- b\n", None),
    "stars": ("* a\n* b\n", ["a", "b"]),
    "pluses": ("+ a\n+ b\n", ["a", "b"]),
    "marks in turns": ("* a\n+ b\n- c\n", None),
    "over lines": ("- a\n  b\n- c\n", ["a b", "c"]),
    "a lazy line": ("- a\nb\n", ["a b"]),
    "empty items": ("-\n- a\n-\n", None),
    "a rule among them": ("- a\n---\n- b\n", None),
    "indented": ("   - a\n   - b\n", ["a", "b"]),
    "a tab behind the dash": ("-\ta\n-\tb\n", ["a", "b"]),
    "two paragraphs": ("- a\n\n  b\n", None),
    "a quote in an item": ("- > a\n- b\n", None),
    "markup": ("- <script>alert(1)</script>\n- [a](javascript:alert(1))\n", None),
    "deep": ("".join("  " * level + "- a\n" for level in range(200)), None),
}


def _bombs() -> Iterator[Case]:
    many = 100_000
    yield from _bodies(
        26,
        {
            **{f"{many:,} times {unit!r}": unit * many for unit in "[*`>_~!<|#&\\"},
            "brackets and parentheses": "[a](" * (many // 4),
            "pictures": "![" * (many // 2),
            "stars and underscores": "*a_ " * (many // 4),
            "numbered lists, ever deeper": "1. " * (many // 3),
            "quotes in lists, ever deeper": "* > " * (many // 4),
            "HTML, ever deeper": "<div>" * (many // 5),
            "lists of HTML, ever deeper": "<ul><li>" * (many // 8),
            "HTML around each other": "<div><b></div>" * (many // 14),
            "quotes a thousand deep": "\n".join(">" * depth for depth in range(1_000)),
            "lists a thousand deep": "\n".join("  " * depth + "- a" for depth in range(1_000)),
            "a table of 10,000 columns": "|a" * 10_000 + "|\n" + "|-" * 10_000 + "|\n" + "|b" * 10_000 + "|\n",
            "a row shorter than its table": "|a" * 500 + "|\n" + "|-" * 500 + "|\n" + "|b|\n" * 500,
            "50,000 link references": "".join(f"[r{number}]: /u\n" for number in range(50_000)),
            "one reference, 50,000 links": "[a]: /u\n\n" + "[a] " * 50_000,
            "tags a hundred thousand deep": "<b>" * many,
            "unclosed comments": "<!-- " * 20_000,
            "footnotes": "".join(f"[^{number}]: a\n\n" for number in range(5_000)),
            "entities": "&amp;" * 20_000,
            # 1 MB has to be answered in 2 seconds, whatever it is.
            "1 MB of '>'": ">" * 1_000_000,
            "1 MB of '<'": "<" * 1_000_000,
            "1 MB of '&'": "&" * 1_000_000,
            "1 MB of '['": "[" * 1_000_000,
            "5 MB of '>'": ">" * 4_999_000,
            "5 MB of '&'": "&" * 4_999_000,
        },
    )
    yield Case(26, "a line of nearly 5 MB", front(body="a " * 2_499_000))


_HTML = {
    "script": "<script>alert(1)</script>",
    "script in capitals": "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "script in pieces": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "script never closed": "<script>alert(1)//",
    "iframe": "<iframe src=https://evil.example/></iframe>",
    "srcdoc": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "onerror": "<img src=x onerror=alert(1)>",
    "onerror with slashes": "<img/src=x/onerror=alert(1)>",
    "onerror over lines": '<img src=x\nonerror\n=\n"alert(1)">',
    "svg": "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "svg with a link": '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    "math": '<math><maction actiontype="statusline" xlink:href="javascript:alert(1)">x</maction></math>',
    "style": "<style>*{background:url(javascript:alert(1))}</style>",
    "style in an attribute": '<p style="background:url(//evil.example)">x</p>',
    "style never closed": "<style><img title='</style><img src=x onerror=alert(1)>'>",
    "form": '<form action="//evil.example"><input name=a><button formaction="javascript:alert(1)">x</button></form>',
    "meta refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    "base": '<base href="https://evil.example/">',
    "object": "<object data=x></object><embed src=x><applet code=x></applet>",
    "link": '<link rel="stylesheet" href="//evil.example/x.css">',
    "an address with a tab": '<a href="jav&#x09;ascript:alert(1)">a</a>',
    "an address with a newline": '<a href="java&NewLine;script:alert(1)">a</a>',
    "an address of entities": '<a href="&#106;avascript:alert(1)">a</a>',
    "an address in Markdown": "[a](javascript:alert(1)) [b](<java\tscript:alert(1)>) <javascript:alert(1)>",
    "an address by reference": "[a][b]\n\n[b]: javascript:alert(1)",
    "data for a picture": "![a](data:image/svg+xml;base64,PHN2Zz4=)",
    "data for a link": "[a](data:text/html,<script>alert(1)</script>)",
    "vbscript": "[a](vbscript:x)",
    "a template": "<template><script>alert(1)</script></template>",
    "noscript": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "a comment that is none": "<!--><img src=x onerror=alert(1)>-->",
    "a textarea": "<textarea></textarea><img src=x onerror=alert(1)></textarea>",
    "an id of the page": '<p id="lemma-plan" name="csrfmiddlewaretoken" class="lemma-button">x</p>',
    "a video": "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "a dialog": "<dialog open><details ontoggle=alert(1) open>x</details></dialog>",
    "in a code span": "`<script>alert(1)</script>`",
    "in a fence with a language": '```"><script>alert(1)</script>\nx\n```',
    "in the text of a link": "[<img src=x onerror=alert(1)>](https://a.example/)",
    "in the title of a link": "[a](https://a.example/ '\"onmouseover=alert(1) x=\"')",
    "in the text of a picture": '!["><img src=x onerror=alert(1)>](x)',
    "in a table": "|a|\n|-|\n|<script>alert(1)</script>|",
    "in a footnote": "a[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
}


def _cases() -> Iterator[Case]:
    plain = front().decode()
    yield from _refused(
        1,
        "encoding.utf8",
        {
            "Latin-1 in a title": front(title='title: "Caf@"').replace(b"@", b"\xe9"),
            "a byte that nothing begins with": front(title='title: "@"').replace(b"@", b"\xff"),
            "an overlong slash": front(title='title: "@"').replace(b"@", b"\xc0\xaf"),
        },
        line=2,
    )
    yield from _refused(
        1,
        "encoding.utf8",
        {
            "UTF-16, little endian": b"\xff\xfe" + plain.encode("utf-16-le"),
            "UTF-16, big endian": b"\xfe\xff" + plain.encode("utf-16-be"),
            "UTF-32": plain.encode("utf-32"),
        },
        line=1,
    )
    yield Case(1, "UTF-16 without a mark", plain.encode("utf-16-le"), "encoding.control", 1)
    yield Case(1, "Latin-1 in the body", front(body="\nCaf@\n").replace(b"@", b"\xe9"), "encoding.utf8", 6)
    yield Case(1, "cut off in a character", front(body="\né").removesuffix(b"\xa9"), "encoding.utf8", 6)
    yield from _controls()
    for name, line in {
        "in a text": 'a: "\\ud800"',
        "in a key": '"\\udfff": a',
        "a pair": 'a: "\\ud83d\\ude00"',
        "in a list": 'tags: ["a", "\\udc00"]',
        "by eight digits": 'a: "\\U0000d800"',
    }.items():
        yield Case(3, name, front(line), "yaml.syntax", HERE)
    yield Case(3, "in the title", front(title='title: "\\ud800"'), "yaml.syntax", 2)
    yield Case(3, "as bytes", front(body="\n\ud800\n"), "encoding.utf8", 6)
    yield from _refused(
        4,
        "frontmatter.missing",
        {"empty": b"", "a byte order mark": b"\xef\xbb\xbf", "a newline": b"\n", "blank lines": b" \n\t\n\n",
         "text alone": b"Just text.\n", "a heading alone": b"# Title\n\nText.\n"},
        line=1,
    )  # fmt: skip
    yield from _refused(4, "frontmatter.unclosed", {"one fence": b"---\n", "one fence, no newline": b"---"}, line=1)
    yield from _refused(
        4,
        "title.missing",
        {"two fences": b"---\n---\n", "two fences, no newline": b"---\n---", "a comment": b"---\n# a\n---\n"},
        line=0,
        field="title",
    )
    yield from _refused(
        5,
        "frontmatter.unclosed",
        {
            "none": b"---\ntitle: A\nslug: a\n",
            "no last newline": b"---\ntitle: A\nslug: a",
            "indented": b"---\ntitle: A\n ---\n",
            "four dashes": b"---\ntitle: A\n----\n",
            "two dashes": b"---\ntitle: A\n--\n",
            "dots": b"---\ntitle: A\n...\n",
            "with a word": b"---\ntitle: A\n--- end\n",
            "other dashes": "---\ntitle: A\n\u2014\u2014\u2014\n".encode(),
        },
        line=1,
    )
    yield from _refused(
        6,
        "frontmatter.not-a-map",
        {
            "a list": b"---\n- a\n- b\n---\n",
            "a list in a line": b"---\n[a, b]\n---\n",
            "a text": b"---\njust text\n---\n",
            "a text in quotes": b'---\n"title: A"\n---\n',
            "a number": b"---\n42\n---\n",
            "true": b"---\ntrue\n---\n",
            "null": b"---\nnull\n---\n",
            "a block": b"---\n|\n  title: A\n---\n",
        },
        line=2,
    )
    yield Case(6, "two documents", b"---\ntitle: A\n--- # another\ntitle: B\n---\n", "yaml.syntax", 3)
    yield Case(6, "a document after dots", b"---\ntitle: A\n...\ntitle: B\n---\n", "yaml.syntax", 4)
    bomb = "\n".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}' if level else 'x'] * 9)}]" for level in range(9)
    )
    yield from _refused(
        7,
        "yaml.anchor",
        {
            "nine levels of nine": bomb,
            "itself": "a: &a [*a]",
            "itself in a map": "a: &a {b: *a}",
            "an anchor alone": "a: &a b",
            "an alias for the title": "a: &a b\nc: *a",
            "an alias of nothing": "a: *b",
            "with a merge key": "a: &a {b: c}\n<<: *a",
        },
    )
    yield from _much()
    yield from _refused(
        9,
        "yaml.tag",
        {
            "a call": 'a: !!python/object/apply:os.system ["exit 1"]',
            "an object": "a: !!python/object:os.PathLike {}",
            "a name": "a: !!python/name:os.system",
            "a module": "a: !!python/module:os",
            "a tuple": "a: !!python/tuple [a]",
            "binary": "a: !!binary aGk=",
            "a set": "a: !!set {a, b}",
            "an ordered map": "a: !!omap [a: b]",
            "unknown": "a: !secret b",
            "by its address": "a: !<tag:example.org,2025:x> b",
            "of CloudFormation": "a: !Ref b",
        },
    )
    yield Case(9, "for a whole front matter", b"---\n!!python/dict {title: A}\n---\n", "yaml.tag", 2)
    yield Case(9, "with a handle that nobody named", front("a: !e!x b"), "yaml.syntax", HERE)
    yield from _refused(
        10,
        "yaml.duplicate-key",
        {
            "a title": "title: B",
            "in another case": "Title: B",
            "in capitals": "TITLE: B",
            "in quotes": '"title": B',
            "by escape": '"t\\u0069tle": B',
            "in a map": "a: {b: c, b: d}",
            "1 and 1.0 in a map": "a: {1: b, 1.0: c}",
            "1 and true in a map": "a: {1: b, true: c}",
        },
    )
    yield Case(10, "in a link", front("externalLinks:\n  - url: https://a.example\n    url: https://b.example"),
               "yaml.duplicate-key", HERE + 2)  # fmt: skip
    yield Case(10, "in a map that keeps letter case", front("a: {b: c, B: d}"))
    yield from _refused(
        11,
        "yaml.key",
        {"1": "1: a", "1.5": "1.5: a", "true": "true: a", "yes": "yes: a", "null": "null: a", "~": "~: a",
         "a date": "2025-01-28: a", "a list": "? [a, b]\n: c", "a list in a line": "[a, b]: c", "a map": "{a: b}: c",
         "a question mark": "? a\n: b"},
    )  # fmt: skip
    yield Case(11, "a merge key", front("<<: {a: b}"), "yaml.merge-key", HERE)
    yield Case(11, "a merge key inside", front("a:\n  <<: {b: c}"), "yaml.merge-key", HERE + 1)
    yield Case(11, "nothing", front(": a"), "yaml.syntax", HERE)
    yield Case(11, "in quotes", front('"1": a\n"true": b\n"null": c'))
    yield Case(11, "a number in a map", front("a: {1: b, 2.5: c, null: d, 2025-01-28: e}"))
    yield from _titles()
    yield from _tags()
    yield from _dates()
    yield from _links()
    yield from _slugs()
    yield Case(17, "another slug than the file name", front(slug='slug: "other"'), slug="other")
    marks = "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> branch"
    yield from _refused(
        20,
        "text.conflict-marker",
        {
            "in the front matter": marks.format("a: b", "a: c"),
            "with a base": "<<<<<<< HEAD\na: b\n||||||| base\na: c\n=======\na: d\n>>>>>>> branch",
            "over the fence": "<<<<<<< HEAD\na: b\n---\n=======\na: c\n---\n>>>>>>> branch",
        },
    )
    yield Case(20, "in the body", front(body="\n" + marks.format("ours", "theirs") + "\n"), "text.conflict-marker", 6)
    yield Case(20, "in a fence", front(body="\n```\n" + marks.format("a", "b") + "\n```\n"), "text.conflict-marker", 7)
    yield Case(20, "with CRLF", front(body="\n" + marks.format("a", "b") + "\n").replace(b"\n", b"\r\n"),
               "text.conflict-marker", 6)  # fmt: skip
    yield from _bodies(
        20,
        {
            "half a marker": "\n# Brief Definition\n\n<<<<<<< HEAD\n",
            "an underline": "\nBrief Definition\n=======\n\nOne.\n",
            "indented": "\n    <<<<<<< HEAD\n    =======\n    >>>>>>> branch\n",
        },
    )
    yield from _lines()
    yield from _refused(
        22,
        "yaml.syntax",
        {"an item": "tags:\n\t- a", "a key in a map": "a:\n\tb: c", "a blank and a tab": "a:\n \tb: c"},
        line=HERE + 1,
    )
    yield Case(22, "before a key", front("\ta: b"), "yaml.syntax", HERE)
    yield Case(22, "behind a colon", front("a:\tb"))
    yield Case(22, "first in a literal block", front("a: |\n  \tb"), "yaml.syntax", HERE + 1)
    yield Case(22, "later in a literal block", front("a: |\n  b\n  \tc"))
    yield from _refused(23, "frontmatter.toml", {"TOML": b'+++\ntitle = "A"\n+++\n'}, line=1)
    yield from _refused(
        23,
        "frontmatter.missing",
        {
            "JSON between semicolons": b';;;\n{"title": "A"}\n;;;\n',
            "JSON": b'{"title": "A"}\n\nText.\n',
            "a fence with a name": b"---yaml\ntitle: A\n---\n",
            "a fence with a word": b"--- yaml\ntitle: A\n---\n",
            "an indented fence": b" ---\ntitle: A\n---\n",
            "stars": b"***\ntitle: A\n***\n",
            "a block of code": b"```yaml\ntitle: A\n```\n",
            "a comment first": b"<!-- a -->\n---\ntitle: A\n---\n",
        },
        line=1,
    )
    yield from _bodies(24, _FENCED)
    for name, (text, items) in _LISTS.items():
        yield Case(25, name, front(body=f"\n# Key Concepts\n\n{text}"), reads={"keyConcepts": items})
    yield from _bombs()
    yield from _bodies(27, {name: f"\n# Brief Definition\n\n{text}\n" for name, text in _HTML.items()})
    for name, line in {
        "in a category": "category: <script>alert(1)</script>",
        "in an alias": 'aliases: ["<img src=x onerror=alert(1)>"]',
        "in an unknown key": '"<script>": "<script>alert(1)</script>"',
    }.items():
        yield Case(27, name, front(line))
    yield Case(27, "in the title", front(title='title: "<script>alert(1)</script>"'))


CASES = tuple(_cases())


@dataclass(frozen=True, slots=True)
class Folder:
    """Several files, whose names are what is nasty about them.

    codes: why some of them are refused, by path. skipped: paths that are passed over and named. ignored: paths that
    are no business of ours. Whatever is left is accepted. status: of the answer of the API.
    """

    group: int
    name: str
    files: Mapping[str, bytes]
    codes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    status: int = 200

    def __str__(self) -> str:
        return f"{self.group} {self.name}"

    @property
    def accepted(self) -> list[str]:
        return [path for path in self.files if path not in {*self.codes, *self.skipped, *self.ignored}]


def _same(group: int, name: str, status: int, **slugs: str) -> Folder:
    files = {f"terms/{file}.md": front(slug=f'slug: "{slug}"') for file, slug in slugs.items()}
    return Folder(group, name, files, dict.fromkeys(files, "slug.duplicate"), status=status)


def _no_content(name: str, *, named: bool) -> Folder:
    path = f"terms/{name}"
    one: frozenset[str] = frozenset([path])
    none: frozenset[str] = frozenset()
    return Folder(19, name, {path: front()}, {}, one if named else none, none if named else one, 400)


def _folders() -> Iterator[Folder]:
    yield _same(16, "accents in two spellings", 400, one="ä", two="a\u0308")
    yield _same(16, "letter case", 400, one="Generative-AI", two="generative-ai")
    yield _same(16, "wide letters", 400, one="abc", two="\uff41\uff42\uff43")
    yield _same(16, "sharp s", 400, one="strasse", two="straße")
    yield _same(17, "one slug in two files", 409, one="same", two="same")
    yield _same(17, "one slug in three files", 409, one="same", two="same", three="same")
    named = {"terms/same.md": front(slug="lang: en"), "terms/other.md": front(slug='slug: "same"')}
    yield Folder(17, "the slug of a file that names none", named, dict.fromkeys(named, "slug.duplicate"), status=409)
    both = {"terms/same.md": front(slug='slug: "same"'), "books/same.md": front(slug='slug: "same"')}
    yield Folder(17, "one slug as entry and book", both)
    case = {"terms/case.md": front(slug='slug: "a"'), "terms/Case.md": front(slug='slug: "b"')}
    yield Folder(17, "one file name in two cases", case, dict.fromkeys(case, "path.twin"), status=400)
    crossed = {"terms/one.md": front(slug='slug: "two"'), "terms/two.md": front(slug='slug: "one"')}
    yield Folder(17, "two that have each other's name", crossed)
    for name in (".hidden.md", ".#nasty.md", "README.md", "readme.md", "_TEMPLATE.md", "_template.md", "nasty.MD"):
        yield _no_content(name, named=True)
    # fmt: off
    for name in (
        "nasty.md~", "nasty.md.swp", "#nasty.md#", "nasty.md.bak", "nasty.md.orig", ".git/nasty.md",
        ".obsidian/nasty.md", "nasty.markdown", "nasty.txt",
    ):
        yield _no_content(name, named=False)
    # fmt: on
    yield from (Folder(19, name, {f"terms/{name}": front()}) for name in ("_index.md", "sub/index.md", "~nasty.md"))


FOLDERS = tuple(_folders())
