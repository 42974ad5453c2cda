"""Three doors for one text: a folder that is imported, a request to the API, an upload in the admin.

Each function takes a case through one of them and says what went wrong, by assertions.
"""

import html
import io
import re
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from documents import DocumentError, parse
from publishing import kinds
from publishing.models import Change, Item, Published, Revision
from publishing.problems import Problem, Severity
from tests import timing
from tests.admin.test_importing import bring
from tests.api.test_writing import Program
from tests.nasty.table import Case, Folder
from tests.sync import folders
from tests.sync.commands import Outcome, export_content, import_content

NASTY, GOOD = "nasty.md", "good.md"
GOOD_TEXT = b'---\ntitle: "Good"\nslug: "good"\n---\n\n# Brief Definition\n\nIt stays.\n'
# Seconds of one core for all that a door does with one case.
PATIENCE = 2.0
# Whatever the limits of a door are, it names the one of files.
_MOST = "5,000,000"
_ROW = re.compile(r"<dt>(.*?)</dt><dd>(.*?)</dd>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SKIPPED = re.compile(r'<li>([^<]*) <span class="lemma-help">([^<]*)</span></li>')
# fmt: off
_RUNNING = frozenset([
    "applet", "audio", "base", "button", "dialog", "embed", "form", "frame", "frameset", "iframe", "link", "marquee",
    "math", "meta", "noscript", "object", "script", "select", "source", "style", "svg", "template", "textarea", "video",
])
_ADDRESSES = frozenset([
    "action", "background", "cite", "data", "formaction", "href", "longdesc", "poster", "src", "srcdoc", "xlink:href",
])
# fmt: on
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HARMLESS = ("http:", "https:", "mailto:")


@contextmanager
def soon() -> Iterator[None]:
    """Fails where the block takes longer than anybody waits. Of the processor, since others use it too."""
    with timing.uncollected():
        began = time.process_time()
        yield
        took = time.process_time() - began
    assert took <= PATIENCE, f"it took {took:.1f} s"


def problems_of(case: Case) -> list[Problem]:
    """What reading says about a case, each door in its own form: reading itself is held against the table."""
    path = NASTY if not case.api else ""
    try:
        reading = kinds.get("entry").read(parse(case.data, path), path)
    except DocumentError as error:
        return [Problem(error.code, error.message, error.hint, line=error.line, column=error.column)]
    return [problem for problem in reading.problems if problem.severity is Severity.ERROR]


def written() -> list[str]:
    """Slugs of what is in the database; nothing else may be there than these have made."""
    items = list(Item.objects.order_by("slug"))
    counts = [model.objects.count() for model in (Revision, Published, Change)]
    assert items or not any(counts)
    return [item.slug for item in items]


def filed(slug: str) -> bytes:
    blob = Item.objects.get(slug=slug).filed
    assert blob
    return bytes(blob.data)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _RUNNING:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            # As a browser reads an address: without blanks and control characters in it.
            scheme = _SCHEME.match(re.sub(r"[\x00-\x20]", "", value or "")) if name in _ADDRESSES else None
            leads_away = scheme is not None and scheme[0].lower() not in _HARMLESS
            if name.startswith("on") or name == "style" or leads_away:
                self.found.append(f"{tag} {name}={value}")
            if name in ("id", "name") and not (value or "").startswith("fn"):
                self.found.append(f"{tag} {name}={value}")

    handle_startendtag = handle_starttag


def running(text: str) -> list[str]:
    """Elements and attributes in HTML that run, load or take over what is around them."""
    tags = _Tags()
    tags.feed(text)
    tags.close()
    return tags.found


# --- files ---


def file(case: Case, root: Path) -> None:
    folders.write(root, {f"terms/{GOOD}": GOOD_TEXT, f"terms/{NASTY}": case.data})
    before = folders.stamps(root)
    with soon():
        (_file_refused if case.code else _file_accepted)(case, root)
    # An import reads.
    assert folders.stamps(root) == before


def _file_refused(case: Case, root: Path) -> None:
    refused_whole(import_content(root), {f"terms/{NASTY}"})
    rest = import_content(root, "--skip-invalid", "--json")
    assert rest.code == 0, rest.everything
    [problem] = rest.problems()
    assert (problem["path"], problem["code"], problem["field"]) == (f"terms/{NASTY}", case.code, case.field)
    assert problem["line"] == case.line if case.line else True, rest.everything
    assert problem["hint"]
    assert written() == ["good"]
    assert filed("good") == GOOD_TEXT


def refused_whole(outcome: Outcome, paths: set[str]) -> None:
    """Nothing is imported, and each path is named with a reason and a remedy."""
    assert outcome.code == 1, outcome.everything
    assert "Nothing was imported" in outcome.err
    assert "Traceback" not in outcome.everything
    lines = outcome.err.splitlines()
    for path in paths:
        at = next(number for number, line in enumerate(lines) if line.startswith(f"{path}:"))
        assert lines[at].isprintable()
        assert lines[at + 1].startswith("    "), "there is no remedy"
    assert written() == []


def _file_accepted(case: Case, root: Path) -> None:
    outcome = import_content(root, "--json")
    assert outcome.code == 0, outcome.everything
    odd = [problem for problem in outcome.problems("warning") if problem["path"] == f"terms/{NASTY}"]
    assert {problem["code"] for problem in odd} == case.warnings
    assert all(problem["line"] and problem["hint"] for problem in odd)
    assert written() == sorted(["good", case.slug])
    out = root.parent / "out"
    assert export_content(out).code == 0
    assert folders.read(out) == folders.read(root)


# --- API ---

ENTRIES = "/api/v1/entries/"


def api(case: Case, program: Program) -> None:
    with soon():
        # The test client names no type for a body without a byte, unless it is told to.
        answer = program.send("post", f"{ENTRIES}?publish=true", case.data, content_type="text/markdown")
        if case.code or case.api:
            _api_refused(case, answer)
            return
        shown = _api_accepted(case, answer)
    # Outside of what is timed: the judge reads slowly.
    assert running(shown) == []


def _api_refused(case: Case, answer: Any) -> None:
    if len(case.data) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        too_large(answer, len(case.data))
        assert written() == []
        return
    errors = refusal(answer)
    expected = problems_of(case)
    if case.api:
        assert [error["field"] for error in errors] == [case.api]
    elif case.data.startswith(b"---\n") and case.code == "title.missing" and b"slug" not in case.data:
        # What is sent by itself needs a slug first of all.
        assert [error["field"] for error in errors] == ["slug"]
    else:
        assert [(error["field"], error["message"]) for error in errors] == [
            (problem.field, problem.message) for problem in expected
        ]
        assert [problem.code for problem in expected] == [case.code]
        assert errors[0]["field"] == case.field
        assert errors[0]["line"] == case.line if case.line else True
    assert all(error["hint"] for error in errors)
    assert all(error["field"] or error["line"] for error in errors)
    assert written() == []


def refusal(answer: Any, status: int = 400) -> list[dict[str, Any]]:
    """What is wrong, as the body of a problem says it."""
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert b"Traceback" not in answer.content
    return list(body["errors"])


def too_large(answer: Any, size: int) -> None:
    """Refused before it is looked at, with its size and the one that is allowed."""
    [error] = refusal(answer, 413)
    for number in (size, settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
        assert f"{number:,} bytes" in error["message"] or f"{number:,} are allowed" in error["message"]
    assert error["hint"]


def _api_accepted(case: Case, answer: Any) -> str:
    """The HTML of it."""
    assert answer.status_code == 201, answer.content[:500]
    assert written() == [case.slug]
    reader = Client()
    shown = reader.get(answer["Location"], {"fields": "*,html,sections.html"}).json()
    assert {name: shown[name] for name in case.reads} == case.reads
    assert shown["slug"] == case.slug
    assert reader.get(shown["markdownUrl"]).content == case.data
    return "".join([shown["html"], *(section["html"] for section in shown["sections"])])


# --- admin ---


def carried_out(client: Client, files: Mapping[str, bytes], there: Sequence[str] = ()) -> str:
    """The plan of an upload, which writes nothing until it is carried out. there: slugs of what was there before."""
    address, page = bring(client, files)
    assert written() == list(there)
    assert client.post(address).status_code == 302
    return page


def admin_accepted(case: Case, client: Client) -> None:
    with soon():
        page = carried_out(client, {GOOD: GOOD_TEXT, NASTY: case.data})
    assert bool(_said(page, NASTY)) == bool(case.warnings)
    assert written() == sorted(["good", case.slug])
    assert filed(case.slug) == case.data


def admin_refused(cases: Sequence[Case], client: Client) -> dict[Case, str]:
    """What the plan of one upload says about each of several files, beside a good one that alone is imported."""
    names = {case: f"nasty-{number}.md" for number, case in enumerate(cases)}
    with soon():
        page = carried_out(client, {GOOD: GOOD_TEXT, **{name: case.data for case, name in names.items()}})
    assert written() == ["good"]
    assert filed("good") == GOOD_TEXT
    return {case: _said(page, name) for case, name in names.items()}


def explained(case: Case, said: str) -> None:
    assert said
    for problem in problems_of(case):
        wanted = _MOST if case.code == "limit.file" else problem.message
        assert " ".join(wanted.split()) in said
        assert problem.hint in said


def _said(page: str, name: str) -> str:
    rows = reasons_in(page)
    return " ".join(reason for where, reason in rows if where.startswith((name, f"terms/{name}")))


def reasons_in(page: str) -> list[tuple[str, str]]:
    """Names and reasons in a plan, as they are read."""
    return [(_text(name), _text(reason)) for name, reason in _ROW.findall(page)]


def skipped_in(page: str) -> set[str]:
    return {_text(name) for name, reason in _SKIPPED.findall(page) if reason}


def _text(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", markup)).split())


# --- folders ---


def file_folder(folder: Folder, root: Path) -> None:
    folders.write(root, {f"terms/{GOOD}": GOOD_TEXT, **folder.files})
    before = folders.stamps(root)
    with soon():
        if folder.codes:
            refused_whole(import_content(root), set(folder.codes))
        outcome = import_content(root, "--skip-invalid", "--json")
        assert outcome.code == 0, outcome.everything
        assert dict(outcome.codes()) == folder.codes
        assert {each["path"] for each in outcome.report["skipped"]} == folder.skipped
        out = root.parent / "out"
        assert export_content(out).code == 0
    assert folders.stamps(root) == before
    wanted = {f"terms/{GOOD}": GOOD_TEXT, **{path: folder.files[path] for path in folder.accepted}}
    assert folders.read(out) == wanted


def api_folder(folder: Folder, program: Program) -> None:
    files = [{"path": path, "content": data.decode()} for path, data in folder.files.items()]
    with soon():
        answer = program.send("post", "/api/v1/import/", {"files": files})
    if folder.status == 200:
        assert answer.status_code == 200, answer.content[:500]
        assert sorted(each["path"] for each in answer.json()["results"]) == sorted(folder.files)
        assert Item.objects.count() == len(folder.files)
        return
    errors = refusal(answer, folder.status)
    assert {error["path"] for error in errors} <= set(folder.files)
    assert all(error["field"] and error["message"] for error in errors)
    assert written() == []


def admin_folder(folder: Folder, client: Client) -> None:
    with soon():
        page = carried_out(client, {"all.zip": zipped({f"terms/{GOOD}": GOOD_TEXT, **folder.files})})
        said = dict(reasons_in(page))
        for path in folder.codes:
            assert any(name.startswith(path) and reason for name, reason in said.items()), page
        assert folder.skipped | folder.ignored == skipped_in(page)
    assert sorted(f"{kinds.get(item.kind).folder}/{item.path}" for item in Item.objects.all()) == sorted(
        [f"terms/{GOOD}", *folder.accepted]
    )
    for item in Item.objects.all():
        if item.slug != "good":
            assert item.filed
            assert bytes(item.filed.data) == folder.files[f"{kinds.get(item.kind).folder}/{item.path}"]


def zipped(files: Mapping[str, bytes], modes: Mapping[str, int] | None = None) -> bytes:
    """modes: what an archive says a member is, as a file system would."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (modes or {}).get(name, 0o100644) << 16
            archive.writestr(member, data)
    return out.getvalue()
