"""The values of one field, merged: maps key by key, lists as ordered sets, everything else as a whole."""

from datetime import UTC, date, datetime, time
from typing import Any

from .conflicts import ABSENT, Ledger
from .identity import identities, items
from .naming import inner, item_names
from .ordering import merged_order, moves_clash
from .reading import same
from .three import Three

# Lists whose order means nothing.
_SETS = ("aliases", "previousslugs")


def merge_value(field: str, three: Three[Any], ledger: Ledger) -> Any:
    """The merged value, or ABSENT; ours where there is a conflict. Any of the three may be ABSENT."""
    base, ours, theirs = three
    if ledger.has_choice(field):
        return ledger.decide(field, three)
    if same(ours, theirs) or same(base, theirs):
        return ours
    if same(base, ours):
        return theirs
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return _merge_maps(field, three._replace(base=base if isinstance(base, dict) else {}), ledger)
    if isinstance(ours, list) and isinstance(theirs, list):
        return _merge_lists(field, three, ledger)
    if field.casefold() == "lastupdated":
        later = _later(ours, theirs)
        if later is not None:
            return later
    return ledger.decide(field, three)


def _merge_maps(field: str, three: Three[dict[Any, Any]], ledger: Ledger) -> dict[Any, Any]:
    merged = {
        key: merge_value(inner(field, key), Three(*(side.get(key, ABSENT) for side in three)), ledger)
        for key in {**three.base, **three.ours, **three.theirs}
    }
    kept = {key for key, value in merged.items() if value is not ABSENT}
    return {key: merged[key] for key in merged_order(three.map(list), kept)}


def _merge_lists(field: str, three: Three[Any], ledger: Ledger) -> Any:
    lists: Three[list[Any]] = three._replace(base=_as_list(three.base))
    ids = identities(lists, items, items)
    if field.casefold() not in _SETS and moves_clash(ids):
        return ledger.decide(field, three)
    names = item_names(list(zip(ids, lists, strict=True)))
    sides = Three(*(dict(zip(keys, values, strict=True)) for keys, values in zip(ids, lists, strict=True)))
    merged = {
        each: merge_value(f"{field}[{name}]", Three(*(side.get(each, ABSENT) for side in sides)), ledger)
        for each, name in names.items()
    }
    kept = {each for each, value in merged.items() if value is not ABSENT}
    return [merged[each] for each in merged_order(ids, kept)]


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
