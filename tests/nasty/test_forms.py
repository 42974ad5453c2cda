"""Groups 47 to 55: what is pasted, uploaded, tampered with or done twice in the admin. What is refused stands at its
field with the text that was typed; what is taken is what was typed; nothing is half-written.
"""

import csv
import html
import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

import documents
from books.editing import save_book
from glossary.editing import delete_entry, save_entry
from publishing.models import Item, Published, Revision
from tests.admin.browsing import Form, read_form
from tests.admin.test_importing import bring
from tests.api.conftest import BIG_BOOK
from tests.api.test_writing import Program
from tests.nasty import doors
from tests.nasty.table import CASES, Case, front

pytestmark = pytest.mark.django_db
each = pytest.mark.parametrize
ADD = "/admin/glossary/entry/add/"
# The preview shows no more, and a form is sent with every letter in it three times as long.
LONGEST = 500_000


def address(item: Item, page: str = "change") -> str:
    return f"/admin/{'books/book' if item.kind == 'book' else 'glossary/entry'}/{item.pk}/{page}/"


def text_of(item: Item) -> bytes:
    return bytes(Item.objects.get(pk=item.pk).working.data)


# --- 47: pasted ---

PASTED = [case for case in CASES if case.group in (2, 3, 20, 21, 24, 25, 26, 27) and len(case.data) < LONGEST]


@each("case", PASTED, ids=lambda case: f"47 {case}")
def test_pasted_in_the_admin(case: Case, editors_browser: Client) -> None:
    # What is below the front matter, as a browser sends it.
    text = case.data.decode("utf-8", "replace").split("---\n", 2)[-1].replace("\r\n", "\n").replace("\r", "\n")
    form = read_form(editors_browser.get(ADD))
    form["title"], form["slug"], form["body-detailedExplanation"] = "Nasty", "nasty", text.replace("\n", "\r\n")
    with doors.soon():
        answer = editors_browser.post(ADD, {**form.data, "_save": "1"})
    if answer.status_code == 302:
        [item] = Item.objects.all()
        # In the lines of the section, or below it: what begins with a heading has one of its own.
        assert text.strip("\n").encode() in bytes(item.working.data)
        return
    assert answer.status_code == 200
    assert doors.written() == []
    page = answer.content.decode()
    assert "lemma-field-detailedExplanation" in page or "lemma-errors" in page
    kept = html.unescape(page).replace("\r\n", "\n")
    assert text.strip()[:200] in kept


# --- 47: zips ---


def _zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def _many(number: int) -> bytes:
    """As zipfile would write them, in a tenth of the time."""
    local, central = bytearray(), bytearray()
    for at in range(number):
        name = f"terms/{at:06}.md".encode()
        head = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0)
        central += struct.pack("<IH", 0x02014B50, 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + name
        local += struct.pack("<I", 0x04034B50) + head + name
    end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, number, number, len(central), len(local))
    locator = struct.pack("<IIQI", 0x07064B50, 0, len(local) + len(central), 1)
    last = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 65535, 65535, len(central), len(local), 0)
    return bytes(local + central + end + locator + last)


def _renamed(old: bytes, new: bytes, *, is_utf8: bool) -> bytes:
    """A zip whose member has a name that no program writes."""
    data = bytearray(_zip((f"terms/{old.decode()}.md", front())).replace(old, new))
    for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(start) + offset
        data[at : at + 2] = (0x800 if is_utf8 else 0).to_bytes(2, "little")
    return bytes(data)


def _bomb() -> bytes:
    """Zips in a zip, each of which would be large: what is not unpacked does not explode."""
    inner = _zip(*((f"terms/{at}.md", b"0" * 4_000_000) for at in range(16)))
    return _zip(*((f"lib {at}.zip", inner) for at in range(16)))


ZIPS: dict[str, tuple[Callable[[], bytes], str]] = {
    "47 a way up": (lambda: _zip(("../evil.md", front())), "leads elsewhere"),
    "47 a way up inside": (lambda: _zip(("terms/../../evil.md", front())), "leads elsewhere"),
    "47 an absolute path": (lambda: _zip(("/etc/evil.md", front())), "leads elsewhere"),
    "47 a drive": (lambda: _zip(("C:\\evil.md", front())), "leads elsewhere"),
    "47 zips in zips": (_bomb, "no Markdown file"),
    "47 zeros": (lambda: _zip(*((f"terms/{at}.md", b"0" * 4_900_000) for at in range(14))), "more than 60,000,000"),
    "47 100,000 members": (lambda: _many(100_000), "20,000 are allowed"),
    "47 3,000 files": (lambda: _zip(*((f"terms/{at}.md", front()) for at in range(3_000))), "more than 2,000 files"),
    "47 a name that is no UTF-8": (lambda: _renamed(b"aa", b"\xe4\xff", is_utf8=True), "cannot be read"),
    "47 a name with a surrogate": (lambda: _renamed(b"aaa", b"\xed\xa0\x80", is_utf8=True), "cannot be read"),
    "47 no zip": (lambda: b"no zip", "cannot be read"),
    "47 an empty zip": (lambda: _zip(), "no Markdown file"),
    "47 a path of 4,000 characters": (lambda: _zip((f"terms/{'a/' * 2_000}b.md", front())), "that no file can have"),
}


@each("name", ZIPS)
def test_a_zip_in_the_admin(name: str, editors_browser: Client) -> None:
    make, reason = ZIPS[name]
    data = make()
    with doors.soon():
        _, page = bring(editors_browser, {"all.zip": data})
    assert reason in html.unescape(page)
    assert doors.written() == []


@each("name", ["47 a name of another encoding"])
def test_a_zip_that_is_taken_in_the_admin(name: str, editors_browser: Client) -> None:
    doors.carried_out(editors_browser, {"all.zip": _renamed(b"aa", b"\xe4b", is_utf8=False)})
    assert doors.written() == ["nasty"]


# --- 49: forms that no browser sends ---

TAMPERED: dict[str, dict[str, str]] = {
    "49 the id of another entry's link": {"links-0-id": "1", "links-0-item": "2", "links-0-position": "1"},
    "49 the key of another entry": {"id": "2", "pk": "2", "item_ptr": "2"},
    "49 a negative position": {"links-0-ORDER": "-1"},
    "49 a position of many digits": {"links-0-ORDER": "9" * 400},
    "49 a position that is no number": {"links-0-ORDER": "x"},
    "49 -1 links": {"links-TOTAL_FORMS": "-1"},
    "49 10,000 links": {"links-TOTAL_FORMS": "10000"},
    "49 more than there were": {"links-INITIAL_FORMS": "99"},
    "49 a number of links that is none": {"links-TOTAL_FORMS": "x"},
    "49 as many links as a number can say": {"links-TOTAL_FORMS": "9" * 400},
    "49 another revision": {"base_revision": "99"},
    "49 a section that is not there": {"body-99": "Mine.", "body-99-heading": "Mine"},
    "49 10,000 sections": {f"body-new-{at}": "x" for at in range(900)},
    "49 a field of another kind": {"isbn": "9780262035613", "publishYear": "1990"},
    "49 a field of nobody": {"is_superuser": "1", "updated_by": "1", "deleted_at": "2025-01-01", "filed": "x"},
    "49 a choice that is not offered": {"difficulty": "<script>", "status": "root"},
}


@each("name", TAMPERED)
def test_tampered_with_in_the_admin(name: str, editors_browser: Client) -> None:
    link = "externalLinks:\n  - title: Here\n    url: https://a.example/"
    mine = save_entry(documents.parse(front(link)))
    other = save_entry(documents.parse(front(link, slug="slug: other")))
    before = {item.pk: text_of(item) for item in (mine, other)}
    form = read_form(editors_browser.get(address(mine)))
    for field, value in TAMPERED[name].items():
        form[field] = value
    with doors.soon():
        answer = editors_browser.post(address(mine), {**form.data, "_save": "1"})
    assert answer.status_code in (200, 302, 400)
    assert text_of(other) == before[other.pk]
    # A link is as good as before, whatever stood beside it; and sections of nobody are not made.
    assert b"https://a.example/" in text_of(mine)
    assert b"Mine" not in text_of(mine)
    assert Item.objects.count() == 2


@each("name", ["49 no management form", "49 nothing at all", "49 a form of another page"])
def test_half_a_form_in_the_admin(name: str, editors_browser: Client) -> None:
    mine = save_entry(documents.parse(front("tags: [a]")))
    form = read_form(editors_browser.get(address(mine)))
    if name.endswith("management form"):
        for field in [field for field, _ in form.pairs if field.startswith("links-")]:
            del form[field]
    elif name.endswith("at all"):
        form = Form()
    else:
        form = read_form(editors_browser.get("/admin/books/book/add/"))
        form["title"] = "A book"
    answer = editors_browser.post(address(mine), {**form.data, "_save": "1"})
    assert answer.status_code in (200, 302)
    assert text_of(mine) == front("tags: [a]")


# --- 50: twice ---


@each("name", ["50 back and saved again", "50 saved in two windows at once"])
def test_saved_twice_in_the_admin(name: str, editors_browser: Client) -> None:
    mine = save_entry(documents.parse(front()))
    form = read_form(editors_browser.get(address(mine)))
    form["title"] = "Other"
    for _ in range(2):
        assert editors_browser.post(address(mine), {**form.data, "_save": "1"}).status_code == 302
    assert Revision.objects.filter(item=mine).count() == 2
    if name.startswith("50 back"):
        # And with another text in it: it is merged into what was saved from there, or asked about.
        form["title"] = "Third"
        answer = editors_browser.post(address(mine), {**form.data, "_save": "1"})
        assert answer.status_code == 200
        assert "Third" in answer.content.decode()
        assert b'"Other"' in text_of(mine)


@each("name", ["50 a double click on publish"])
def test_published_twice_in_the_admin(name: str, editors_browser: Client) -> None:
    mine = save_entry(documents.parse(front()))
    form = read_form(editors_browser.get(address(mine, "changes")), "lemma-publish")
    for _ in range(2):
        assert editors_browser.post(address(mine, "publish"), form.data).status_code == 302
    assert Published.objects.get().revision == Item.objects.get().revision
    assert Revision.objects.count() <= 2


# --- 51: elsewhere ---


@each(
    "next_",
    ["//evil.example", "https://evil.example", "https:evil.example", "/\\evil.example", "\\\\evil.example",
     "javascript:alert(1)", "///evil.example", "http:///evil.example", " //evil.example", "/%09/evil.example\t",
     "https://testserver@evil.example", "https://testserver.evil.example", "data:text/html,x"],
    ids=lambda text: f"51 {text!r}",
)  # fmt: skip
def test_next_in_the_admin(next_: str) -> None:
    User.objects.create_superuser("ada", password="secret")
    client = Client()
    for place in ("query", "form"):
        target = "/admin/login/"
        data = {"username": "ada", "password": "secret"}
        answer = (
            client.post(f"{target}?next={next_}", data)
            if place == "query"
            else client.post(target, {**data, "next": next_})
        )
        assert answer.status_code == 302
        to = urlsplit(answer["Location"].strip().replace("\\", "/"))
        assert (to.scheme, to.netloc) == ("", "")
        assert not to.path.startswith("//")
        client.logout()


# --- 52: keys of things one may not touch ---


@each("name", ["52 a book among the entries", "52 what is not there", "52 what is no number", "52 nothing", "52 SQL"])
@each("action", ["publish_chosen", "delete_chosen", "set_difficulty"])
def test_a_bulk_action_in_the_admin(name: str, action: str, editors_browser: Client) -> None:
    book = save_book(documents.parse(BIG_BOOK))
    entry = save_entry(documents.parse(front()))
    keys: dict[str, list[Any]] = {
        "52 a book among the entries": [book.pk],
        "52 what is not there": [99_999_999],
        "52 what is no number": ["x", "-1", "1.5", "9" * 400],
        "52 nothing": [""],
        "52 SQL": ["1 OR 1=1"],
    }
    sent = {"action": action, "_selected_action": keys[name], "to_difficulty": "advanced", "confirmed": "1"}
    answer = editors_browser.post("/admin/glossary/entry/", sent)
    assert answer.status_code in (200, 302, 400)
    assert (text_of(book), text_of(entry)) == (BIG_BOOK, front())
    assert Item.objects.live().count() == 2
    assert not Published.objects.exists()


# --- 53: names that are scripts ---

EVIL = "<script>alert(1)</script>"
NAMED = {
    "53 a username": lambda browser, person: _by_somebody(browser, person),
    "53 a tag": lambda browser, _: [_made(browser, f'tags: ["{EVIL}"]'), "/admin/glossary/tag/"],
    "53 a category": lambda browser, _: [_made(browser, f'category: "{EVIL}"'), "/admin/glossary/category/"],
    "53 a message": lambda browser, _: [address(_saved(message=EVIL), "history")],
    "53 a title": lambda browser, _: [address(_saved(title=f'title: "{EVIL}"'), "history"), "/admin/"],
    "53 a file name": lambda browser, _: [_uploaded(browser)],
}


def _saved(message: str = "", author: Any = None, **parts: str) -> Item:
    return save_entry(documents.parse(front(**parts)), message=message, author=author, publish=True)


def _made(browser: Client, line: str) -> str:
    return address(_saved(lines=line))


def _by_somebody(browser: Client, person: Callable[..., User]) -> list[str]:
    somebody = person("evil", first_name="<script>alert(1)", last_name="</script>")
    item = _saved(author=somebody)
    return [address(item, "history"), address(item), "/admin/"]


def _uploaded(browser: Client) -> str:
    return bring(browser, {"all.zip": _zip((f"terms/{EVIL.replace('/', '')}.md", front(slug="lang: en")))})[0]


@each("name", NAMED)
def test_a_name_in_the_admin(name: str, editors_browser: Client, person: Callable[..., User]) -> None:
    seen = False
    for page in NAMED[name](editors_browser, person):
        text = editors_browser.get(page, follow=True).content.decode()
        assert "<script>alert" not in text
        seen |= "alert(1)" in text
    assert seen


# --- 54: tables ---


@each(
    "text",
    ['=HYPERLINK("https://evil.example")', "+1", "-1", "@x", "=1+1", "\t=1", "\n=1", "\r=1", " =1", "＝1"],
    ids=lambda text: f"54 {text!r}",
)
def test_a_cell_through_the_api(text: str) -> None:
    body = f"\n# Brief Definition\n\n{text.strip()}\n"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    quoted = escaped.replace("\r", "\\r")
    save_entry(documents.parse(front(f'aliases: ["{quoted}"]\ncategory: "{quoted.strip()}"', body=body)), publish=True)
    data = b"".join(Client().get("/api/v1/entries.csv")).decode()
    cells = [cell for row in csv.reader(io.StringIO(data.lstrip("\ufeff"))) for cell in row]
    assert cells
    for cell in cells:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝")), cell


# --- 55: what a revision refers to is gone ---

GONE = {
    "55 its references": "related: [white-box]\nrequires: [white-box]",
    "55 its book": "recommendedBooks: [the-big-book]",
    "55 its category": 'category: "Of old"',
    "55 its successor": "status: deprecated\nreplacedBy: white-box",
    "55 its tags": "tags: [of-old]",
}


@pytest.fixture
def bereft(db: None) -> Callable[[str], Item]:
    """An entry whose first revision refers to what is there no more."""

    def make(lines: str) -> Item:
        other = save_entry(documents.parse(front(slug="slug: white-box")), publish=True)
        book = save_book(documents.parse(BIG_BOOK), publish=True)
        item = save_entry(documents.parse(front(lines)), publish=True)
        item = save_entry(documents.parse(front()), item=item, base_revision=1, publish=True)
        delete_entry(other, base_revision=1)
        from books.editing import delete_book
        from glossary.models import Category, Tag

        delete_book(book, base_revision=1)
        for model in (Category, Tag):
            model.objects.filter(name__in=["Of old", "of-old"]).delete()
        return item

    return make


@each("name", GONE)
def test_restored_through_the_api(name: str, bereft: Callable[[str], Item], program: Program) -> None:
    item = bereft(GONE[name])
    where = "/api/v1/entries/nasty/"
    answer = program.send("post", f"{where}restore/", {"version": 1, "publish": True}, etag=program.etag(where))
    assert answer.status_code == 200, answer.content
    assert text_of(item) == front(GONE[name])
    assert Client().get(f"{where}?expand=related,requires,recommendedBooks").status_code == 200


@each("name", GONE)
def test_restored_in_the_admin(name: str, bereft: Callable[[str], Item], editors_browser: Client) -> None:
    item = bereft(GONE[name])
    form = read_form(editors_browser.get(address(item, "compare") + "?from=1"), "lemma-restore")
    assert editors_browser.post(address(item, "restore"), form.data).status_code == 302
    assert text_of(item) == front(GONE[name])
    assert editors_browser.get(address(item)).status_code == 200


@each("name", ["55 its slug, which somebody else has", "55 its slug, which was changed"])
def test_a_slug_restored_in_the_admin(name: str, editors_browser: Client) -> None:
    from publishing import renaming

    item = save_entry(documents.parse(front()), publish=True)
    item = renaming.rename(item, "other", base_revision=1)
    if name.endswith("has"):
        save_entry(documents.parse(front()), publish=True)
    form = read_form(editors_browser.get(address(item, "compare") + "?from=1"), "lemma-restore")
    assert editors_browser.post(address(item, "restore"), form.data).status_code == 302
    # It goes on under the slug by which others know it.
    assert Item.objects.get(pk=item.pk).slug == "other"
