"""What to do about one file, from the texts alone. Pure: hashes in, a word out."""

from enum import StrEnum


class Step(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    # The database is ahead of the file; the export brings the file up to date.
    NEWER_HERE = "newer here"
    CONFLICT = "conflict"
    UNPUBLISHED_EDITS = "unpublished edits"


def plan_import(base: str | None, file: str, filed: str | None, working: str | None) -> Step:
    """What a file means for its item. Texts are named by hash; None means there is none.

    base: what file and item last agreed on. filed: what the item's file should hold. working: what editors see.

    ====  ====  =====  =======  ==========================================
    base  file  filed  working
    ====  ====  =====  =======  ==========================================
    any   B     none   none     new
    any   B     B      any      unchanged
    A     A     B      any      newer here: nothing to import
    A     B     A      A        changed
    none  B     A      A        changed: the first import of this folder
    any   B     none   B        changed: the draft is what the file says
    any   B     A      C        unpublished edits: nobody's work is dropped
    A     B     C      C        conflict: both sides were changed
    ====  ====  =====  =======  ==========================================
    """
    if filed is None and working is None:
        return Step.NEW
    if file == filed:
        return Step.UNCHANGED
    if file == base:
        return Step.NEWER_HERE
    if working not in (filed, file):
        return Step.UNPUBLISHED_EDITS
    return Step.CHANGED if filed is None or base in (None, filed) else Step.CONFLICT


def plan_export(base: str | None, file: str | None, filed: str) -> Step:
    """What an item means for its file.

    ====  ====  =====  ====================================================
    base  file  filed
    ====  ====  =====  ====================================================
    any   none  B      new
    any   B     B      unchanged
    A     A     B      changed: the item was edited here
    A     B     C      conflict: the file was changed since
    none  B     C      conflict: a file nobody told us about
    ====  ====  =====  ====================================================
    """
    if file is None:
        return Step.NEW
    if file == filed:
        return Step.UNCHANGED
    return Step.CHANGED if file == base else Step.CONFLICT
