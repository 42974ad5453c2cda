"""A glossary of some size, imported, with what is asked of it. In a process of its own, since it has its own database.

Run as `python -m benchmarks.api.building FOLDER ENTRIES [--peers]`. With --peers the same database also gets the tables
of the others, and the folder the answers that are given from memory.
"""

import pickle
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from benchmarks import content
from benchmarks.api import questions
from benchmarks.api.questions import AGAIN, COMPARED, DETAIL, Questions
from benchmarks.api.serving import HEADERS, HOST

# Details that are asked for, spread over all.
_ASKED = 500
_READ = 1_000
_COMMON = 0.7
_WORDS = 30


def main() -> None:
    folder, entries, with_peers = Path(sys.argv[1]), int(sys.argv[2]), "--peers" in sys.argv
    import django

    django.setup()
    _write(folder / "files", entries)
    _import(folder / "files")
    asked = _questions(folder / "files", entries)
    _export(folder)
    if with_peers:
        _fill(folder, asked)
    # Last, because it says that the rest is there.
    asked.save(folder / "questions.json")


def _write(root: Path, entries: int) -> None:
    files = round(entries / (1 - content.BOOKS))
    while files - int(files * content.BOOKS) < entries:
        files += 1
    content.write(root, files)
    step = max(1, entries // questions.RARE_TIMES)
    for number in range(0, entries, step)[: questions.RARE_TIMES]:
        path = root / f"terms/{content.entry_slug(number)}.md"
        path.write_bytes(path.read_bytes().replace(b"# Key Concepts", b"# Key Concepts of a %b" % _rare(), 1))


def _rare() -> bytes:
    return questions.RARE_WORD.encode()


def _import(root: Path) -> None:
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import ours

    # The tables of the others have no migrations.
    call_command("migrate", run_syncdb=True, verbosity=0)
    ours.import_content(root)
    with connection.cursor() as cursor:
        # What the database's own upkeep does in time.
        cursor.execute("ANALYZE")


def _questions(root: Path, entries: int) -> Questions:
    from publishing.models import Published

    slugs = [content.entry_slug(number) for number in range(0, entries, max(1, entries // _ASKED))][:_ASKED]
    etags = dict(Published.objects.filter(kind="entry", slug__in=slugs).values_list("slug", "etag"))
    words, share = _common_words(root, min(entries, _READ))
    return Questions(entries, slugs, [etags[slug] for slug in slugs], words, share, _end())


def _common_words(root: Path, some: int) -> tuple[list[str], float]:
    """Those whose share of the entries is nearest to that of a common word, and their mean share."""
    found: Counter[str] = Counter()
    for number in range(some):
        text = (root / f"terms/{content.entry_slug(number)}.md").read_text()
        found.update(set(re.findall(r"\b[a-z]{5,}\b", text.partition("# Brief Definition")[2].lower())))
    words = sorted(sorted(found), key=lambda each: abs(found[each] / some - _COMMON))[:_WORDS]
    return words, sum(found[word] for word in words) / some / len(words)


def _get(path: str) -> Any:
    from django.test import Client

    answer = Client().get(
        path, headers={name: value for name, value in HEADERS.items() if name != "Host"}, HTTP_HOST=HOST
    )
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return answer


def _end() -> str:
    """By cursor to the last page, as a reader gets there."""
    path = "/api/v1/entries/?pageSize=100"
    while following := orjson.loads(_get(path).content)["next"]:
        path = following.partition(HOST)[2]
    return path.replace("pageSize=100", "pageSize=20")


def _fill(folder: Path, asked: Questions) -> None:
    from benchmarks.api.peer import filling

    answers = {what: bytes(_get(asked.ours(what)[0]).content) for what in (*COMPARED, AGAIN) if what != DETAIL}
    filling.store(answers)
    wanted = set(asked.slugs)
    related: dict[str, list[str]] = {}
    for lines in _portions(folder / "export.ndjson"):
        # A line is the answer of the detail with its kind before it.
        bodies = [b"{" + line.removeprefix(b'{"kind":"entry",').removesuffix(b"\n") for line in lines]
        items = [orjson.loads(body) for body in bodies]
        details = {item["slug"]: body for item, body in zip(items, bodies, strict=True)}
        filling.store(details)
        filling.add(items)
        related |= {item["slug"]: item["related"] for item in items}
        answers |= {slug: body for slug, body in details.items() if slug in wanted}
    filling.relate(related)
    (folder / "answers.pickle").write_bytes(pickle.dumps(answers))


def _export(folder: Path) -> None:
    """Kept in a file, of which others are filled, and which others send as it is."""
    with (folder / "export.ndjson").open("wb") as kept:
        for block in _get(questions.EXPORT).streaming_content:
            kept.write(block)


def _portions(file: Path) -> Iterator[list[bytes]]:
    """The lines of the export, some hundred at a time."""
    with file.open("rb") as lines:
        while portion := list(islice(lines, 500)):
            yield portion


if __name__ == "__main__":
    main()
