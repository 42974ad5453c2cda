"""Nasty requests as data: what each sends, and what a well-made API answers.

Beside a published entry `black-box` and a draft `not-yet` nothing is there, and nothing may be there afterwards that
was not before.
"""

import dataclasses
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

JSON = "application/json"
ENTRIES = "/api/v1/entries/"
ENTRY = f"{ENTRIES}black-box/"
FINE = b'{"title": "Nasty", "slug": "nasty"}'


# Each is itself.
@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """One request.

    field: that an error has to name; None where there is nothing to name. program: whether a token comes with it that
    may do all, and with a write the ETag of what is there.
    """

    group: int
    name: str
    address: str
    status: int
    field: str | None = None
    method: str = "get"
    body: bytes = b""
    type: str = JSON
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    program: bool = False

    def __str__(self) -> str:
        return f"{self.group} {self.name}"


def _query(address: str, **values: Any) -> str:
    return f"{address}?{urlencode(values, doseq=True)}"


def _posts(
    group: int, bodies: Mapping[str, bytes], status: int = 400, field: str = "", address: str = ENTRIES, **more: Any
) -> Iterator[Ask]:
    for name, body in bodies.items():
        yield Ask(group, name, address, status, field, "post", body, program=True, **more)


def _bodies() -> Iterator[Ask]:
    yield from _posts(
        31,
        {
            "1e400": b'{"title": 1e400}',
            "-1e400": b'{"title": -1e400}',
            "Infinity": b'{"title": Infinity}',
            "a number of 5,000 digits": b'{"title": ' + b"9" * 5_000 + b"}",
            "10,000 objects in each other": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
            "33 lists in each other": b'{"tags": ' + b"[" * 33 + b"]" * 33 + b"}",
            "a key twice, inside": b'{"title": "A", "slug": "a", "externalLinks": [{"url": "b", "url": "c"}]}',
            "a key twice, by escape": b'{"title": "A", "t\\u0069tle": "B"}',
            "more behind it": FINE + b" {}",
            "a comment": b"/* a */" + FINE,
            "a comma at the end": b'{"title": "A",}',
            "quotes of Python": b"{'title': 'A'}",
            "a byte order mark": b"\xef\xbb\xbf" + FINE,
            "UTF-16": FINE.decode().encode("utf-16"),
            "Latin-1": '{"title": "Caf\u00e9", "slug": "a"}'.encode("latin-1"),
            "a control character in a text": b'{"title": "A\x01"}',
            "cut off": FINE[:-3],
            "cut off in a character": '{"title": "\u00e9'.encode()[:-1],
            "a lone surrogate as key": b'{"\\udc00": 1}',
            "nothing but blanks": b"  \n ",
        },
    )
    yield from _posts(31, {"a text": b'"x"', "a list": b"[]", "a number": b"1", "null": b"null"})
    yield from _posts(31, {"50 MB": b'{"title": "' + b"x" * 50_000_000 + b'"}'}, 413)
    packed = gzip.compress(b'{"title": "' + b"x" * 20_000_000 + b'"}')
    # Nothing unpacks it, so it is what it looks like: no JSON.
    yield from _posts(31, {"a bomb of gzip": packed}, headers={"content-encoding": "gzip"})
    for name, type_ in {
        "no type": "",
        "a type that is none": "nonsense",
        "a type of forms": "application/x-www-form-urlencoded",
        "a type of uploads": "multipart/form-data; boundary=x",
        "HTML": "text/html",
        "YAML": "application/yaml",
        "a type of 10,000 characters": "a/" + "x" * 10_000,
    }.items():
        yield Ask(31, name, ENTRIES, 415, None, "post", FINE, type_, program=True)
    # What the type says of the encoding does not count: JSON is UTF-8, and this is no UTF-8.
    sent = FINE.decode().encode("utf-16-le")
    yield Ask(31, "another encoding", ENTRIES, 400, "", "post", sent, f"{JSON}; charset=utf-16-le", program=True)


def _fields() -> Iterator[Ask]:
    for name in (
        "id", "uuid", "version", "revision", "publishedAt", "author", "authorName", "owner", "deletedAt", "createdAt",
        "url", "markdownUrl", "hasUnpublishedChanges", "extra", "previousSlugs", "slug_key", "is_superuser", "scopes",
        "publish", "kind", "locale", "path", "__proto__", "constructor", "", "title ", "Title", "x" * 10_000,
    ):  # fmt: skip
        for method, address, body in (
            ("post", ENTRIES, {"title": "Nasty", "slug": "nasty", name: "x"}),
            ("patch", ENTRY, {name: "x"}),
            ("put", ENTRY, {"title": "Black box", name: "x"}),
        ):
            sent = json.dumps(body).encode()
            yield Ask(32, f"{name[:20]!r} by {method.upper()}", address, 400, name[:60], method, sent, program=True)
    needed: dict[str, dict[str, Any]] = {
        "publish": {}, "unpublish": {}, "rename": {"slug": "other"}, "restore": {"version": 1},
    }  # fmt: skip
    for action, own in needed.items():
        sent = json.dumps({**own, "author": "ada"}).encode()
        yield Ask(32, f"an author to {action}", f"{ENTRY}{action}/", 400, "author", "post", sent, program=True)
    sent = json.dumps({"files": [], "author": "ada"}).encode()
    yield Ask(32, "an author to import", "/api/v1/import/", 400, "author", "post", sent, program=True)


def _parameters() -> Iterator[Ask]:
    for address in (ENTRIES, "/api/v1/books/", "/api/v1/search/", "/api/v1/facets/", ENTRY, f"{ENTRY}path/"):
        where = address.removeprefix("/api/v1/")
        for name in ("password", "author__password", "id__gt", "__class__", "q[]", "PAGE", "format", "_method"):
            yield Ask(33, f"{name} of {where}", _query(address, **{name: "1"}), 400, name)
    for name, value in {
        "category": "x", "difficulty": "beginner", "fields": "slug", "ordering": "title", "page": "1", "cursor": "x",
        "expand": "related", "tag": "x",
    }.items():  # fmt: skip
        yield Ask(33, f"{name} 1,000 times", _query(ENTRIES, **{name: [value] * 1_000}), 400, name)
    for name, value in {"fields": "author", "expand": "password", "autolink": "yes"}.items():
        yield Ask(33, f"{name}={value} of one", _query(ENTRY, **{name: value}), 400, name)
    yield Ask(33, "ordering by an order of SQL", _query(ENTRIES, ordering="title; DROP TABLE x"), 400, "ordering")
    yield Ask(33, "half a UTF-8 character", f"{ENTRIES}?category=%C3", 200)
    yield Ask(33, "a parameter that is no text", f"{ENTRIES}?%FF=1", 400, "\ufffd")
    yield Ask(33, "no parameter", f"{ENTRIES}?&&=&", 400, "")
    yield Ask(34, "a page size of a million", f"{ENTRIES}?pageSize=1000000", 400, "pageSize")
    for address, name in ((ENTRIES, "cursor"), ("/api/v1/changes/", "since"), ("/api/v1/chunks.jsonl", "since")):
        where = address.removeprefix("/api/v1/")
        for what, value in {
            "100 kB of base64": "W1tb" * 25_000,
            "a bomb of base64": "eyJhIjoi" + "QUFB" * 20_000 + "In0",
            "base64 of null": "bnVsbA",
            "base64 of a number": "MQ",
            "base64 of another encoding": "_________w",
            "NaN": "W05hTiwxXQ",
            "a negative position": "WyJhIiwtMV0",
            "10,000 digits": "1" * 10_000,
            "a script": "<script>",
            "quotes": "' OR 1=1 --",
        }.items():
            yield Ask(34, f"{what} to {where}", _query(address, **{name: value}), 400, name)


_TEXTS = {
    '"': '"', "*": "*", "a* OR b": "a* OR b", "NEAR(": "NEAR(", "col:x": "col:x", "stop words": "the and of",
    "an emoji": "🙂", "right to left": "\u202eabc مصطلح", "combining marks": "e" + "\u0301" * 100, "blanks": "   ",
    "a tag": "<script>alert(1)</script>", "quotes of SQL": "'; DROP TABLE x; --", "a per cent": "100 %_",
    "a wide space": "\u3000", "a format": "{0} %s %(x)s",
}  # fmt: skip


def _searches() -> Iterator[Ask]:
    for name, text in _TEXTS.items():
        yield Ask(35, f"{name} looked up", _query("/api/v1/lookup/", name=text), 404)
        yield Ask(35, f"{name} annotated", _query("/api/v1/annotate/", text=text), 200)
        yield Ask(35, f"{name} as a tag", _query(ENTRIES, tag=text), 200 if text.strip() else 400)
    long, many = "x" * 10_000, "word " * 5_000
    for name, address, field in (
        ("searched for", "/api/v1/search/", "q"),
        ("looked up", "/api/v1/lookup/", "name"),
    ):
        yield Ask(35, f"10,000 characters {name}", _query(address, **{field: long}), 400, field)
        yield Ask(35, f"5,000 words {name}", _query(address, **{field: many}), 400, field)
        yield Ask(35, f"NUL {name}", _query(address, **{field: "a\0b"}), 400, field)
        yield Ask(35, f"twice {name}", _query(address, **{field: ["a", "b"]}), 400, field)


def _values() -> Iterator[Ask]:
    for text in ("2025-02-29", "2025-1-1", "20250128", "2025-01-28T10:00:00Z", "now", "0", "-1", "\uff19999-12-31"):
        yield Ask(36, f"updatedSince={text}", _query(ENTRIES, updatedSince=text), 400, "updatedSince")
    for text in ("0001-01-01", "9999-12-31"):
        yield Ask(36, f"updatedSince={text} is a day", _query(ENTRIES, updatedSince=text), 200)
    for name, value in {"difficulty": "BEGINNER", "status": "Published", "category": "FUNDAMENTALS"}.items():
        yield Ask(36, f"{name}={value}", _query(ENTRIES, **{name: value}), 200)
    for name, value in {"ordering": "TITLE", "expand": "Related", "fields": "SLUG", "autolink": "TRUE"}.items():
        yield Ask(36, f"{name}={value}", _query(ENTRIES, **{name: value}), 400, name)
    for text in ("2025-02-29", "28/01/2025", "2025-01-28T10:00:00", "0000-00-00", "", "2025-W05-2"):
        sent = json.dumps({"lastUpdated": text}).encode()
        yield Ask(36, f"to publish on {text!r}", f"{ENTRY}publish/", 400, "lastUpdated", "post", sent, program=True)
    book: dict[str, Any] = {"publishYear": 3000, "pages": -1, "language": "no language", "isbn": "0123456789"}
    for name, wrong in book.items():
        sent = json.dumps({"title": "Nasty", "slug": "nasty", name: wrong}).encode()
        yield Ask(36, f"a book with {name} {wrong}", "/api/v1/books/", 400, name, "post", sent, program=True)
    versions: tuple[Any, ...] = (0, -1, 99, 2**70, True, "1", 1.5, None)
    for version in versions:
        sent = json.dumps({"version": version}).encode()
        yield Ask(36, f"to restore version {version!r}", f"{ENTRY}restore/", 400, "version", "post", sent, program=True)


def _methods() -> Iterator[Ask]:
    for method in ("trace", "post", "propfind", "link", "connect", "get\x00", "GARBAGE", "x" * 1_000):
        yield Ask(37, f"{method[:20]!r} of one", ENTRY, 405, None, method)
    for header in ("x-http-method-override", "x-http-method", "x-method-override"):
        for method in ("DELETE", "PUT", "PATCH"):
            said = {header: method}
            yield Ask(37, f"{header}: {method} by GET", ENTRY, 200, headers=said)
            yield Ask(37, f"{header}: {method} by POST", ENTRY, 405, None, "post", b"{}", headers=said, program=True)
    yield Ask(37, "OPTIONS", ENTRY, 204, method="options")
    yield Ask(37, "HEAD", ENTRY, 200, method="head")
    yield Ask(37, "HEAD of what is not there", f"{ENTRIES}nowhere/", 404, method="head")


def _conditions() -> Iterator[Ask]:
    for name, value, status in (
        ("everything", "*", 304),
        ("several", '"a", "b", W/"c"', 200),
        ("half a tag", '"a', 200),
        ("no quotes", "a", 200),
        ("commas", ",,,,", 200),
        ("10,000 tags", ", ".join(f'"{number}"' for number in range(10_000)), 200),
        ("10,000 quotes", '"' * 10_000, 200),
        ("10,000 backslashes", '"' + "\\" * 10_000, 200),
        ("a lone W/", "W/", 200),
    ):
        yield Ask(38, f"If-None-Match: {name}", ENTRY, status, headers={"if-none-match": value})
    for name, value in {
        "yesterday": "yesterday",
        "an ISO day": "2025-01-28",
        "the 99th": "Mon, 99 Jan 2024 00:00:00 GMT",
        "the year 99999": "Mon, 01 Jan 99999 00:00:00 GMT",
        "the year 0": "Mon, 01 Jan 0000 00:00:00 GMT",
        "10,000 digits": "1" * 10_000,
        "a negative zone": "Mon, 01 Jan 2024 00:00:00 -9999",
    }.items():
        yield Ask(38, f"If-Modified-Since: {name}", ENTRY, 200, headers={"if-modified-since": value})
    for name, value, status in (
        ("nothing", "", 428),
        ("everything", "*", 428),
        ("a weak one", 'W/"1-a"', 412),
        ("several", '"1-a", "1-b"', 412),
        ("garbage", "\x7f garbage", 412),
        ("10,000 digits", f'"{"9" * 10_000}-a"', 412),
        ("other digits", '"\u0661-a"', 412),
        ("one to come", '"999999999-a"', 412),
        ("a blank inside", '"1 -a"', 412),
    ):
        field = "If-Match" if status == 428 or name != "one to come" else None
        yield Ask(38, f"If-Match: {name}", ENTRY, status, field, "patch", b'{"title": "Other"}',
                  headers={"if-match": value}, program=True)  # fmt: skip


def _tokens() -> Iterator[Ask]:
    for name in ("token", "access_token", "api_key"):
        yield Ask(39, f"in the query, as {name}", f"{ENTRIES}?{name}=lemma_x", 400, name)
        yield Ask(39, f"in the query, as {name}, to write", f"{ENTRIES}?{name}=lemma_x", 401, None, "post", FINE)
    for name, value in {
        "two with a comma": "Bearer a, Bearer b",
        "two with a blank": "Bearer a b",
        "Basic with a password": "Basic YWRhOnNlY3JldA==",
        "Digest": 'Digest username="ada"',
        "NTLM": "NTLM x",
        "10,000 characters": "Bearer " + "x" * 10_000,
        "a cookie of a session": "sessionid=x",
        "SQL": "Bearer ' OR 1=1 --",
    }.items():
        yield Ask(39, name, ENTRIES, 401, headers={"authorization": value})
        yield Ask(39, f"{name}, to write", ENTRIES, 401, None, "post", FINE, headers={"authorization": value})


def _paths() -> Iterator[Ask]:
    for name, path in {
        "two dots": "..",
        "two dots, escaped": "%2e%2e",
        "two dots, escaped twice": "%252e%252e",
        "up and away": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "a slash, escaped": "black%2fbox",
        "a slash, escaped twice": "black%252fbox",
        "a backslash": "black%5cbox",
        "NUL": "black-box%00",
        "NUL and an ending": "black-box%00.md",
        "a semicolon": "black-box;x=1",
        "a semicolon, escaped": "black-box%3Bx",
        "10 kB": "x" * 10_000,
        "a wide letter": quote("ｂlack-boxx"),
        "a cyrillic letter": quote("bl\u0430ck-box"),
        "a zero-width joiner": quote("black\u200d-box"),
        "an emoji": quote("🙂"),
        "a blank at the end": "black-box%20",
        "a newline": "black-box%0a",
        "a per cent alone": "%",
        "a lone surrogate": "%ed%a0%80",
        "a star": "*",
        "a hyphen": "-",
        "a format": "%7b0%7d",
    }.items():
        for end, where in (("/", "one"), (".md", "the file of one")):
            yield Ask(41, f"{name} for {where}", f"{ENTRIES}{path}{end}", 404)
    yield Ask(41, "capitals for the address", "/API/V1/entries/", 404)
    yield Ask(41, "two slashes", "/api/v1//entries/", 404)
    yield Ask(41, "dots in the address", "/api/v1/../v1/entries/", 404)
    yield Ask(41, "no slash at the end", ENTRY.rstrip("/"), 301)
    yield Ask(41, "capitals for a slug", f"{ENTRIES}Black-Box/", 301)
    yield Ask(41, "wide letters for a slug", f"{ENTRIES}{quote('ｂｌａｃｋ-ｂｏｘ')}/", 301)
    yield Ask(41, "an earlier slug", f"{ENTRIES}closed-box/", 301)
    yield Ask(41, "an address of 100 kB", f"/api/v1/{'a/' * 50_000}", 404)


ASKS = tuple(
    ask
    for table in (_bodies, _fields, _parameters, _searches, _values, _methods, _conditions, _tokens, _paths)
    for ask in table()
)
