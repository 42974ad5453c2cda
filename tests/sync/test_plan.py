"""What `plan` decides, for every way in which base, file and filed text can be alike or differ."""

from collections.abc import Iterator
from itertools import product

import pytest

from sync.plan import Action, Half, halved, plan, plan_path

# Three texts can be equal or not in no more ways than four names can show.
TEXTS = (None, "A", "B", "C")


def _rows() -> Iterator[tuple[tuple[str, ...], Action]]:
    """The truth table in the docstring of `plan`: three names and what they lead to."""
    assert plan.__doc__ is not None
    _, _, body, _ = plan.__doc__.split("====  ====  =====  ===========================================================")
    # What stands behind the colon is the reason.
    for line in body.strip().splitlines():
        base, file, filed, action = line.split(maxsplit=3)
        yield (base, file, filed), Action(action.split(":")[0])


ROWS = [] if plan.__doc__ is None else list(_rows())


def fits(names: tuple[str, ...], texts: tuple[str | None, ...]) -> bool:
    """Whether texts are alike and differ as the names of a row do. "any" is any text or none."""
    bound: dict[str, str | None] = {"none": None}
    for name, text in zip(names, texts, strict=True):
        if name != "any" and bound.setdefault(name, text) != text:
            return False
    return len(set(bound.values())) == len(bound)


def row_of(texts: tuple[str | None, ...]) -> tuple[tuple[str, ...], Action]:
    """The first row that fits, as a table is read from the top."""
    return next((names, action) for names, action in ROWS if fits(names, texts))


def named(texts: tuple[str | None, ...]) -> str:
    return "-".join(text or "none" for text in texts)


def test_the_table_has_every_action() -> None:
    assert {action for _, action in ROWS} == set(Action)


@pytest.mark.parametrize("texts", list(product(TEXTS, repeat=3)), ids=named)
def test_the_plan_does_what_its_table_says(texts: tuple[str | None, ...]) -> None:
    assert plan(*texts) is row_of(texts)[1]


def test_no_row_of_the_table_is_hidden_behind_another() -> None:
    assert {row_of(texts)[0] for texts in product(TEXTS, repeat=3)} == {names for names, _ in ROWS}


@pytest.mark.parametrize("texts", list(product(TEXTS, repeat=3)), ids=named)
def test_nobodys_text_is_written_over(texts: tuple[str | None, ...]) -> None:
    """Said another way than the table does: only a side that still has the base's text may lose what it has."""
    base, file, filed = texts
    action = plan(*texts)
    if action in (Action.IMPORT, Action.DELETE_ITEM):
        assert filed == base
    if action in (Action.EXPORT, Action.DELETE_FILE):
        assert file == base
    if action in (Action.REMEMBER, Action.FORGET, Action.UNCHANGED):
        assert file == filed


@pytest.mark.parametrize("texts", list(product(TEXTS, repeat=3)), ids=named)
def test_both_sides_are_treated_alike(texts: tuple[str | None, ...]) -> None:
    mirrored = {
        Action.IMPORT: Action.EXPORT,
        Action.EXPORT: Action.IMPORT,
        Action.DELETE_ITEM: Action.DELETE_FILE,
        Action.DELETE_FILE: Action.DELETE_ITEM,
    }
    base, file, filed = texts
    action = plan(base, file, filed)
    assert plan(base, filed, file) is mirrored.get(action, action)


# --- where the file lies ---

PATHS = [
    # base, file, item, where it lies afterwards
    (("none", "A", "A"), "A"),
    (("none", "B", "A"), "B"),
    (("A", "A", "A"), "A"),
    (("A", "B", "A"), "B"),
    (("A", "A", "B"), "B"),
    (("A", "B", "B"), "B"),
    (("A", "B", "C"), None),
]


@pytest.mark.parametrize("paths", list(product(TEXTS, TEXTS[1:], TEXTS[1:])), ids=named)
def test_a_move_on_one_side_is_followed_and_one_on_each_side_is_nobodys(paths: tuple[str | None, str, str]) -> None:
    [(names, wanted)] = [(names, wanted) for names, wanted in PATHS if fits(names, paths)]
    assert plan_path(*paths) == (wanted and paths[names.index(wanted)])


# --- import and export ---

NOTHING = [Action.UNCHANGED, Action.REMEMBER, Action.FORGET]


@pytest.mark.parametrize("prune", [False, True])
@pytest.mark.parametrize("action", list(Action))
def test_a_sync_does_all_that_is_planned(action: Action, prune: bool) -> None:
    assert halved(action, Half.BOTH, prune=prune) is action


@pytest.mark.parametrize("prune", [False, True])
@pytest.mark.parametrize("half", list(Half))
@pytest.mark.parametrize("action", NOTHING)
def test_what_changes_neither_side_belongs_to_every_half(action: Action, half: Half, prune: bool) -> None:
    assert halved(action, half, prune=prune) is action


@pytest.mark.parametrize("half", list(Half))
@pytest.mark.parametrize("action", [Action.MERGE, Action.COLLISION])
def test_what_both_sides_changed_is_left_to_the_half(action: Action, half: Half) -> None:
    assert halved(action, half) is action


@pytest.mark.parametrize(
    ("action", "half", "without", "pruning"),
    [
        (Action.IMPORT, Half.DATABASE, Action.IMPORT, Action.IMPORT),
        (Action.EXPORT, Half.DATABASE, Action.UNCHANGED, Action.UNCHANGED),
        (Action.DELETE_ITEM, Half.DATABASE, Action.UNCHANGED, Action.DELETE_ITEM),
        (Action.DELETE_FILE, Half.DATABASE, Action.UNCHANGED, Action.UNCHANGED),
        # What to do about a changed file is the export's to say: it writes over none.
        (Action.IMPORT, Half.FILES, Action.IMPORT, Action.IMPORT),
        (Action.EXPORT, Half.FILES, Action.EXPORT, Action.EXPORT),
        # An export writes missing files again.
        (Action.DELETE_ITEM, Half.FILES, Action.EXPORT, Action.EXPORT),
        (Action.DELETE_FILE, Half.FILES, Action.UNCHANGED, Action.DELETE_FILE),
    ],
)
def test_a_half_changes_its_side_alone_and_deletes_only_when_told(
    action: Action, half: Half, without: Action, pruning: Action
) -> None:
    assert halved(action, half) is without
    assert halved(action, half, prune=True) is pruning
