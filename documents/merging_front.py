"""The front matter, merged key by key."""

from typing import Any

from .conflicts import ABSENT, Ledger
from .document import Document, parse
from .errors import DocumentError
from .merging_text import merge_comments, merge_lines
from .merging_values import merge_value
from .ordering import merged_order
from .parts import Parts, Unit, take_apart
from .reading import read, same
from .text import lines


def merge_front(base: Parts | None, ours: Parts, theirs: Parts, ledger: Ledger) -> tuple[str, dict[str, Any]]:
    """The merged text between the fences, with "\\n" line ends, and the values it must have, by casefolded key."""
    merge = _Merge(base, ours, theirs, ledger)
    if all(side.units is not None for side in (base, ours, theirs) if side is not None):
        written = merge.by_text()
        if _reads_as(written, merge.values):
            return written, merge.values
    return merge.by_value(), merge.values


def _reads_as(front: str, values: dict[str, Any]) -> bool:
    try:
        found = read(front)[0]
    except DocumentError:
        return False
    return same({key.casefold(): value for key, value in found.items()}, values)


class _Merge:
    def __init__(self, base: Parts | None, ours: Parts, theirs: Parts, ledger: Ledger) -> None:
        self._parts = {"base": base, "ours": ours, "theirs": theirs}
        self._ledger = ledger
        self._found = {side: _values(parts) for side, parts in self._parts.items()}
        self._names: dict[str, str] = {}
        for side in ("base", "ours", "theirs"):
            parts = self._parts[side]
            for name in parts.document if parts else ():
                self._names.setdefault(name.casefold(), name)
        self._orders = {side: list(found) for side, found in self._found.items()}
        self._edited: dict[str, Document] = {}
        self.values: dict[str, Any] = {}
        for key, name in self._names.items():
            value = merge_value(name, *self._three(key), ledger)
            if value is not ABSENT:
                self.values[key] = value
        self._sort()

    def _three(self, key: str) -> tuple[Any, Any, Any]:
        return tuple(self._found[side].get(key, ABSENT) for side in ("base", "ours", "theirs"))  # type: ignore[return-value]

    def _sort(self) -> None:
        order = merged_order(self._orders["base"], self._orders["ours"], self._orders["theirs"], self.values.keys())
        self.values = {key: self.values[key] for key in [*order, *(key for key in self.values if key not in order)]}

    # --- by the text of each key ---

    def by_text(self) -> str:
        base, ours, theirs = (self._parts[side] for side in ("base", "ours", "theirs"))
        assert ours is not None
        assert theirs is not None
        owns: dict[str, str] = {}
        waiting: dict[str, list[str]] = {"ours": [], "theirs": []}
        for key in list(self.values):
            own = self._own(key)
            if own is None:
                waiting[self._carrier(key)].append(key)
            else:
                owns[key] = own
        for side, keys in waiting.items():
            owns |= self._set(side, keys)
        self._sort()
        written = [merge_comments(base.prefix if base else "", ours.prefix, theirs.prefix)]
        residue = ""
        for key in [*self.values, *(key for key in self._names if key not in self.values)]:
            lead = merge_comments(*(self._unit(side, key).lead for side in ("base", "ours", "theirs")))
            if key in self.values:
                written += [lead, owns[key]]
            elif lead.strip() and lead != self._unit("base", key).lead:
                # The key is gone; a comment that one side wrote above it meanwhile is not.
                known = set(lines(self._unit("base", key).lead))
                residue += "".join(line for line in lines(lead) if line.strip() and line not in known)
        written += [residue, merge_comments(base.tail if base else "", ours.tail, theirs.tail)]
        return "".join(written)

    def _unit(self, side: str, key: str) -> Unit:
        parts = self._parts[side]
        units = parts.units if parts is not None else None
        return (units or {}).get(key, Unit("", ""))

    def _own(self, key: str) -> str | None:
        """The key's lines with the merged value, if one side has them or lines merge to them."""
        value = self.values[key]
        old, mine, other = (self._found[side].get(key, ABSENT) for side in ("base", "ours", "theirs"))
        texts = [self._unit(side, key).own for side in ("base", "ours", "theirs")]
        if same(value, mine) and (texts[0] == texts[2] or not (same(value, other) or same(other, old))):
            return texts[1]
        if same(value, other) and texts[0] == texts[1]:
            return texts[2]
        if all(texts):
            merged = merge_lines(*texts, keep_both=True)
            if merged is not None and _reads_as(merged, {key: value}):
                return merged
        if same(value, mine) and (not same(other, old) or same(mine, other) or not texts[2]):
            return texts[1]
        if same(value, other) and (not same(mine, old) or not texts[1]):
            return texts[2]
        return None

    def _carrier(self, key: str) -> str:
        """The side whose text takes the merged value: the one that changed only the form, else ours."""
        old, mine, other = self._three(key)
        if mine is ABSENT or (other is not ABSENT and same(other, old) and not same(mine, old)):
            return "theirs"
        return "ours"

    def _set(self, side: str, keys: list[str]) -> dict[str, str]:
        if not keys:
            return {}
        document = self._working_copy(side)
        for key in keys:
            try:
                document[key] = self.values[key]
            except DocumentError as error:
                self._force(key, error)
        units = take_apart(document).units or {}
        result = {}
        for key in keys:
            if key in self.values:
                untouched = self._unit("ours", key).own
                result[key] = units[key].own if same(document[key], self.values[key]) else untouched
        return result

    def _working_copy(self, side: str) -> Document:
        parts = self._parts[side]
        assert parts is not None
        return parse(f"---\n{parts.front}---\n".encode())

    def _force(self, key: str, error: DocumentError) -> None:
        """The key cannot be written as merged: the whole of it becomes a conflict, and stays as we have it."""
        old, mine, other = self._three(key)
        self._ledger.force(self._names[key], old, mine, other, error)
        if mine is ABSENT:
            self.values.pop(key, None)
        else:
            self.values[key] = mine

    # --- by values, where texts cannot be put together ---

    def by_value(self) -> str:
        """One side's front matter with the merged values."""
        formed = self._parts["theirs"]
        if formed is not None and same(self._found["base"], self._found["theirs"]) and not self._ledger.resolving:
            document = self._working_copy("theirs")
            try:
                return self._put(document)
            except DocumentError:
                pass
        document = self._working_copy("ours")
        for key, name in self._names.items():
            try:
                self._put_one(document, key, name)
            except DocumentError as error:
                self._force(key, error)
        return take_apart(document).front

    def _put(self, document: Document) -> str:
        for key, name in self._names.items():
            self._put_one(document, key, name)
        return take_apart(document).front

    def _put_one(self, document: Document, key: str, name: str) -> None:
        if key not in self.values:
            if key in document:
                del document[key]
        elif key not in document or not same(document[key], self.values[key]):
            document[name] = self.values[key]


def _values(parts: Parts | None) -> dict[str, Any]:
    return {} if parts is None else {name.casefold(): value for name, value in parts.document.values.items()}
