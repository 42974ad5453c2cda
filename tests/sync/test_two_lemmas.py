"""Two Lemmas, each with a database and a clone of its own, and people who edit in both clones: all come into step."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from publishing.models import Item
from tests.sync import disorder, folders
from tests.sync.cast import BLACK_BOX, CAST, GREY_BOX
from tests.sync.commands import run
from tests.sync.faults import World
from tests.sync.repositories import Clone, alone, change, init, make, person

BLACK, WHITE, GREY = "terms/black-box.md", "terms/white-box.md", "terms/sub/grey-box.md"
RED = "terms/red-box.md"
ALL = ("--pull", "--commit", "--push")


@dataclass(frozen=True)
class Lemma:
    world: World

    @property
    def clone(self) -> Clone:
        return Clone(self.world.content)

    def edit(self, author: str, *edits: Any) -> None:
        """In its database: (slug, fields) of entries, or a title of a new one."""

        def act() -> None:
            who = person(author, email=f"{author}@example.org")
            for each in edits:
                if isinstance(each, str):
                    make(each, each.lower().replace(" ", "-"), who)
                else:
                    slug, fields = each
                    change(slug, fields, who)

        self.world.fork(act)

    def sync(self) -> list[str]:
        """The commits that it made or took."""
        outcome = self.world.fork(lambda: run("sync_content", self.world.content, *ALL)).value
        assert outcome.code == 0, outcome.everything
        return [line for line in outcome.out.splitlines() if line.startswith("Committed")]

    def content(self) -> folders.Files:
        found = folders.read(self.world.content)
        return {path: data for path, data in found.items() if path.startswith(("terms/", "books/"))}

    def texts(self) -> dict[str, bytes]:
        """What its readers get, by file."""

        def read() -> dict[str, bytes]:
            items = Item.objects.live().select_related("filed")
            return {f"{each.kind} {each.path}": bytes(each.filed.data) for each in items if each.filed}

        found = self.world.fork(read).value
        assert isinstance(found, dict)
        return found


@pytest.fixture
def lemmas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> Iterator[list[Lemma]]:
    alone(tmp_path / "home", monkeypatch)
    first = init(tmp_path / "first", {**CAST, "README.md": "# Ours\n"})
    first.git("clone", "--quiet", "--bare", first.top, tmp_path / "origin.git")
    with django_db_blocker.unblock():
        found = []
        for name in ("one", "two"):
            world = World(tmp_path / name)
            world.top.mkdir()
            first.git("clone", "--quiet", tmp_path / "origin.git", world.content)
            world.fork(disorder.migrate)
            assert world.fork(partial(run, "import_content", world.content)).value.code == 0
            found.append(Lemma(world))
        yield found


def by_hand(clone: Clone, path: str, data: bytes, author: str) -> None:
    """Somebody edits a file and commits that alone."""
    clone.write({path: data})
    clone.git("commit", "--quiet", "--message", "By hand", f"--author={author}", "--", path)


def until_in_step(lemmas: list[Lemma]) -> None:
    for _ in range(5):
        if not [commit for lemma in lemmas for commit in lemma.sync()]:
            return
    raise AssertionError("each sync finds something new")


def test_edits_in_two_databases_and_by_hand_in_both_clones_all_arrive(lemmas: list[Lemma]) -> None:
    one, two = lemmas
    # Work of people that is not committed: staged, not added, changed.
    one.clone.write({"README.md": "# Staged\n", "notes.txt": "Not added\n"})
    one.clone.git("add", "README.md")
    two.clone.write({"README.md": "# Changed\n"})
    mine = [lemma.clone.status() for lemma in lemmas]

    one.edit("ada", ("black-box", {"difficulty": "expert"}), "Red box")
    two.edit("bob", ("black-box", {"category": "Systems"}), ("white-box", {"title": "Glass box"}))
    by_hand(one.clone, GREY, GREY_BOX.replace(b"Half of each", b"Some of each"), "Hand <hand@example.org>")
    by_hand(two.clone, BLACK, BLACK_BOX.replace(b"- output", b"- output\n- purpose"), "Foot <foot@example.org>")
    until_in_step(lemmas)

    assert one.clone.head == two.clone.head == Clone(one.world.top.parent / "origin.git").head
    assert [lemma.clone.status() for lemma in lemmas] == mine
    assert one.content() == two.content()
    assert one.texts() == two.texts()
    assert sorted(one.texts().values()) == sorted(one.content().values())
    black = one.content()[BLACK]
    assert all(word in black for word in (b'"expert"', b'"Systems"', b"- purpose"))
    assert b"Some of each" in one.content()[GREY]
    assert b"Glass box" in one.content()[WHITE]

    paths: dict[str, set[str]] = {}
    for commit in one.clone.git("rev-list", "--no-merges", "HEAD").split():
        if one.clone.field("%P", commit):
            changed = one.clone.changes(commit)
            paths.setdefault(one.clone.field("%an <%ae>", commit), set()).update(changed)
            assert all(sum(lines) <= 5 for lines in changed.values()), changed
    assert paths == {
        "Hand <hand@example.org>": {GREY},
        "Foot <foot@example.org>": {BLACK},
        "ada <ada@example.org>": {BLACK, RED},
        "bob <bob@example.org>": {BLACK, WHITE},
    }
