"""What to do about one item and its file, from the texts alone. Pure: hashes in, a word out."""

from enum import StrEnum


class Action(StrEnum):
    UNCHANGED = "unchanged"
    # Both sides have the same text already, which is to be remembered, or both are gone, which is to be forgotten.
    REMEMBER = "remember"
    FORGET = "forget"
    IMPORT = "import"
    EXPORT = "export"
    MERGE = "merge"
    DELETE_ITEM = "delete item"
    DELETE_FILE = "delete file"
    # One side is gone and the other was changed, or both have a text and never met.
    COLLISION = "collision"


class Half(StrEnum):
    """Which sides a command may change."""

    BOTH = "sync"
    DATABASE = "import"
    FILES = "export"


def plan(base: str | None, file: str | None, filed: str | None) -> Action:
    """What has to happen so that file and item agree. Texts are named by hash; None means there is none.

    base: what both last agreed on. file: what is in the folder. filed: what the item's file should hold; none where the
    item is deleted, was never published, or does not exist.

    ====  ====  =====  ===========================================================
    base  file  filed
    ====  ====  =====  ===========================================================
    none  none  none   unchanged
    any   none  none   forget: gone on both sides
    B     B     B      unchanged
    any   B     B      remember: both sides say the same
    none  B     none   import: a new file, or the file of a draft
    A     B     A      import: changed in the folder
    none  none  B      export: published for the first time
    A     A     B      export: changed here
    A     B     C      merge: changed on both sides
    A     none  A      delete item: its file was deleted
    A     A     none   delete file: its item was deleted
    A     none  B      collision: the file was deleted and the item changed
    A     B     none   collision: the item was deleted and the file changed
    none  B     C      collision: both were there before they first met
    ====  ====  =====  ===========================================================
    """
    if file == filed:
        if file is None:
            return Action.UNCHANGED if base is None else Action.FORGET
        return Action.UNCHANGED if base == file else Action.REMEMBER
    if base is None:
        if filed is None:
            return Action.IMPORT
        return Action.EXPORT if file is None else Action.COLLISION
    if file == base:
        return Action.DELETE_FILE if filed is None else Action.EXPORT
    if filed == base:
        return Action.DELETE_ITEM if file is None else Action.IMPORT
    return Action.COLLISION if file is None or filed is None else Action.MERGE


# How the name of a file ends while others take its place.
ASIDE = ".aside.md"


def plan_path(base: str | None, file: str, item: str) -> str | None:
    """Where the file should lie when both sides have one; None where each side moved it to another place.

    base: where it lay when both last agreed; None where they never met, and then the folder says where. A place that
    ends in `ASIDE` is one where a sync was about to put it for a moment: wherever it is, nobody else moved it.
    """
    if file == item or base is None or item == base:
        return file
    return item if file == base or base.endswith(ASIDE) else None


def halved(action: Action, half: Half, *, prune: bool = False) -> Action:
    """The action as far as a command goes that may change one side only; UNCHANGED where that is not at all.

    An import of a folder that was never synced adds and changes: the file is newer. An export writes missing files
    again. Only with `prune` do they delete.
    """
    if half is Half.BOTH or action in (Action.UNCHANGED, Action.REMEMBER, Action.FORGET):
        return action
    if half is Half.DATABASE:
        if action in (Action.EXPORT, Action.DELETE_FILE) or (action is Action.DELETE_ITEM and not prune):
            return Action.UNCHANGED
        return action
    if action is Action.DELETE_ITEM:
        return Action.EXPORT
    if action is Action.DELETE_FILE and not prune:
        return Action.UNCHANGED
    return action
