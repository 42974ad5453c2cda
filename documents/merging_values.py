"""The values of one field, merged: maps key by key, lists as ordered sets, everything else as a whole."""

from collections.abc import Hashable
from datetime import UTC, date, datetime, time
from typing import Any

from .conflicts import ABSENT, Ledger
from .identity import counterparts, label
from .ordering import merged_order, moves_clash
from .reading import same

# Lists whose order means nothing.
_SETS = ("aliases", "previousslugs")


def merge_value(field: str, base: Any, ours: Any, theirs: Any, ledger: Ledger) -> Any:
    """The merged value, or ABSENT; ours where there is a conflict."""
    if ledger.has_choice(field):
        return ledger.decide(field, base, ours, theirs)
    if same(ours, theirs) or same(base, theirs):
        return ours
    if same(base, ours):
        return theirs
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return _merge_maps(field, base if isinstance(base, dict) else {}, ours, theirs, ledger)
    if isinstance(ours, list) and isinstance(theirs, list):
        return _merge_lists(field, _as_list(base), ours, theirs, base, ledger)
    if field.casefold() == "lastupdated":
        later = _later(ours, theirs)
        if later is not None:
            return later
    return ledger.decide(field, base, ours, theirs)


def _merge_maps(
    field: str, base: dict[Any, Any], ours: dict[Any, Any], theirs: dict[Any, Any], ledger: Ledger
) -> dict[Any, Any]:
    merged = {
        key: merge_value(
            f"{field}.{key}", base.get(key, ABSENT), ours.get(key, ABSENT), theirs.get(key, ABSENT), ledger
        )
        for key in {**base, **ours, **theirs}
    }
    kept = {key for key, value in merged.items() if value is not ABSENT}
    return {key: merged[key] for key in merged_order(list(base), list(ours), list(theirs), kept)}


def _merge_lists(
    field: str, base: list[Any], ours: list[Any], theirs: list[Any], base_value: Any, ledger: Ledger
) -> Any:
    base_ids, ours_ids, theirs_ids = identities(base, ours, theirs)
    if field.casefold() not in _SETS and moves_clash(base_ids, ours_ids, theirs_ids):
        return ledger.decide(field, base_value, ours, theirs)
    in_base = dict(zip(base_ids, base, strict=True))
    in_ours = dict(zip(ours_ids, ours, strict=True))
    in_theirs = dict(zip(theirs_ids, theirs, strict=True))
    names = _names(in_base, in_ours, in_theirs)
    merged = {
        each: merge_value(
            f"{field}[{names[each]}]",
            in_base.get(each, ABSENT),
            in_ours.get(each, ABSENT),
            in_theirs.get(each, ABSENT),
            ledger,
        )
        for each in {**in_base, **in_ours, **in_theirs}
    }
    kept = {each for each, value in merged.items() if value is not ABSENT}
    return [merged[each] for each in merged_order(base_ids, ours_ids, theirs_ids, kept)]


def identities(
    base: list[Any], ours: list[Any], theirs: list[Any]
) -> tuple[list[Hashable], list[Hashable], list[Hashable]]:
    """An identity for each item of each list: the same one where two lists hold the same thing."""
    base_ids: list[Hashable] = [("base", index) for index in range(len(base))]
    sides = []
    for name, items in (("ours", ours), ("theirs", theirs)):
        found = counterparts(items, base)
        sides.append([(name, index) if at is None else base_ids[at] for index, at in enumerate(found)])
    ours_ids, theirs_ids = sides
    new_ours = [index for index, each in enumerate(ours_ids) if each[0] == "ours"]
    new_theirs = [index for index, each in enumerate(theirs_ids) if each[0] == "theirs"]
    paired = counterparts([theirs[index] for index in new_theirs], [ours[index] for index in new_ours])
    for index, at in zip(new_theirs, paired, strict=True):
        if at is not None:
            theirs_ids[index] = ours_ids[new_ours[at]]
    return base_ids, list(ours_ids), list(theirs_ids)


def _names(*sides: dict[Hashable, Any]) -> dict[Hashable, str]:
    """How field names call the items: each by a name of its own."""
    result: dict[Hashable, str] = {}
    taken: dict[str, int] = {}
    for side in sides:
        for index, (each, item) in enumerate(side.items()):
            if each not in result:
                name = label(item, index)
                taken[name] = taken.get(name, 0) + 1
                result[each] = name if taken[name] == 1 else f"{name} ({taken[name]})"
    return result


def _as_list(base: Any) -> list[Any]:
    """A list where one is due: a single value stands for a list of one, nothing for none."""
    if isinstance(base, list):
        return base
    return [] if base is ABSENT or base is None or isinstance(base, dict) else [base]


def _later(ours: Any, theirs: Any) -> Any:
    """The later of two dates, as its side writes it; None where one of them is no date."""
    mine, other = _moment(ours), _moment(theirs)
    if mine is None or other is None:
        return None
    return theirs if other > mine else ours


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
