"""The front matter, merged key by key."""

from typing import Any

from .comments import comments
from .conflicts import ABSENT, Ledger
from .document import Document, parse
from .errors import DocumentError
from .merging_text import merge_comments, merge_lines
from .merging_values import merge_value
from .naming import top
from .ordering import merged_order
from .parts import Parts, Unit, take_apart
from .reading import read, same
from .three import Three


def merge_front(three: Three[Parts | None], ledger: Ledger) -> tuple[str, dict[str, Any]]:
    """The merged text between the fences, with "\\n" line ends, and the values it has, by casefolded key.

    Raises:
        DocumentError: limit.* where no file can hold what both sides have; edit.* and encoding.* for choices that
            cannot be written.
    """
    merge = _Merge(three, ledger)
    if all(parts is None or parts.units is not None for parts in three):
        written = merge.by_text()
        if _reads_as(written, merge.values):
            return written, merge.values
    return merge.by_value(), merge.values


def by_key(document: Document) -> dict[str, Any]:
    """The values by casefolded key."""
    return {name.casefold(): value for name, value in document.values.items()}


def _reads_as(front: str, values: dict[str, Any]) -> bool:
    try:
        found = read(front)[0]
    except DocumentError:
        return False
    return same({name.casefold(): value for name, value in found.items()}, values)


class _Merge:
    def __init__(self, three: Three[Parts | None], ledger: Ledger) -> None:
        self._parts = three
        self._ledger = ledger
        self._found = three.map(lambda parts: by_key(parts.document) if parts else {})
        self._names: dict[str, str] = {}
        for parts in three:
            for name in parts.document if parts else ():
                known = self._names.setdefault(name.casefold(), name)
                if name.casefold() not in self._found.base:
                    # The same from both sides.
                    self._names[name.casefold()] = min(name, known)
        merged = {key: merge_value(top(name), self._three(key), ledger) for key, name in self._names.items()}
        kept = {key for key, value in merged.items() if value is not ABSENT}
        # In the order in which they are to stand.
        self.values: dict[str, Any] = {key: merged[key] for key in merged_order(self._found.map(list), kept)}

    def _three(self, key: str) -> Three[Any]:
        return self._found.map(lambda values: values.get(key, ABSENT))

    def _units(self, key: str) -> Three[Unit | None]:
        return self._parts.map(lambda parts: ((parts and parts.units) or {}).get(key))

    def _force(self, key: str, reason: DocumentError) -> None:
        """The key cannot be written as merged: the whole of it becomes a conflict, and stays as we have it."""
        three = self._three(key)
        self._ledger.force(top(self._names[key]), three, reason)
        if three.ours is ABSENT:
            self.values.pop(key, None)
        else:
            self.values[key] = three.ours

    # --- by the text of each key ---

    def by_text(self) -> str:
        """Each key in the text of the side that changed it; all the rest is merged as text."""
        owns = {key: self._own(key) for key in self.values}
        owns |= self._edited([key for key, own in owns.items() if own is None])
        prefix, tail = (
            merge_comments(Three(*(getattr(parts, name) if parts else "" for parts in self._parts)))
            for name in ("prefix", "tail")
        )
        rows = [prefix]
        for key in self.values:
            lead, own = self._lead(key), owns[key] or ""
            rows += [lead, self._left_over(key, lead + own), own]
        rows += [self._left_over(key, "") for key in self._names if key not in self.values]
        return "".join([*rows, tail])

    def _own(self, key: str) -> str | None:
        """The key's lines with the merged value, if a side has them or lines merge to them."""
        value = self.values[key]
        found = self._three(key)
        texts = self._units(key).map(lambda unit: unit.own if unit else "")
        if texts.theirs in ("", texts.base, texts.ours) and same(value, found.ours):
            return texts.ours
        if texts.ours in ("", texts.base) and same(value, found.theirs):
            return texts.theirs
        merged = merge_lines(texts, keep_both=True) if all(texts) else None
        if merged is not None and _reads_as(merged, {key: value}):
            return merged
        for side, other, text in ((found.ours, found.theirs, texts.ours), (found.theirs, found.ours, texts.theirs)):
            # Where the other side changed only the form, its form takes this value.
            if same(value, side) and (not same(other, found.base) or same(side, other)):
                return text
        return None

    def _edited(self, keys: list[str]) -> dict[str, str | None]:
        """The lines of keys as the text of one side takes the merged value."""
        reformed = self._reformed(keys)
        written: dict[str, str | None] = {}
        refused: dict[str, DocumentError] = {}
        for side, due in (("ours", set(keys) - reformed), ("theirs", set(keys)), ("ours", reformed)):
            left = [key for key in keys if key in due and key not in written]
            written |= self._put_all(side, left, self.values, refused)
        for key in keys:
            if key not in written:
                unsafe = DocumentError(
                    "edit.unsafe", f'The merged value of "{key}" cannot be written.', hint="Choose a side."
                )
                self._force(key, refused.get(key, unsafe))
                unit = self._units(key).ours
                written[key] = unit.own if unit else None
        return written

    def _reformed(self, keys: list[str]) -> set[str]:
        """The keys of which theirs changed the form, and ours only the value."""
        found = {key: self._three(key) for key in keys}
        certain = {key for key, three in found.items() if three.ours is ABSENT or same(three.base, three.theirs)}
        # What theirs emptied says nothing about how it is to be written.
        formed = [key for key in keys if ABSENT not in found[key] and found[key].theirs not in ([], {})]
        open_keys = [key for key in formed if key not in certain]
        ours = {key: found[key].ours for key in open_keys}
        for key, own in self._put_all("base", open_keys, ours, {}).items():
            unit = self._units(key).ours
            if unit is not None and unit.own == own:
                certain.add(key)
        return certain

    def _put_all(
        self, side: str, keys: list[str], values: dict[str, Any], refused: dict[str, DocumentError]
    ) -> dict[str, str]:
        """The lines of the keys once they hold the values on that side. What cannot be written goes to refused."""
        if not keys:
            return {}
        document = self._copy(side)
        for key in keys:
            try:
                document[self._names[key]] = values[key]
                refused.pop(key, None)
            except DocumentError as error:
                refused[key] = error
        units = take_apart(document).units or {}
        return {key: units[key].own for key in keys if key in units and key not in refused}

    def _copy(self, side: str) -> Document:
        """A document of one side's front matter, to be edited."""
        parts = getattr(self._parts, side)
        return parse(f"---\n{parts.front}---\n".encode())

    def _lead(self, key: str) -> str:
        """The comments above a key; a side without the key has nothing to say about them."""
        leads = self._units(key).map(lambda unit: unit and unit.lead)
        if leads.ours is None or leads.theirs is None:
            return leads.ours or leads.theirs or ""
        return merge_comments(leads.map(lambda lead: lead or ""))

    def _left_over(self, key: str, written: str) -> str:
        """New comments that found no place in the key's merged text, or whose key is gone, on lines of their own."""
        base, ours, theirs = (comments(unit.lead + unit.own) if unit else [] for unit in self._units(key))
        known = {*base, *comments(written)}
        return "".join(f"{each}\n" for each in dict.fromkeys(ours + theirs) if each not in known)

    # --- by values, where texts cannot be put together ---

    def by_value(self) -> str:
        """One side's front matter with the merged values."""
        fronts = self._parts.map(lambda parts: parts.front if parts else None)
        new_form = fronts.theirs != fronts.base and same(self._found.base, self._found.theirs)
        if new_form or fronts.ours == fronts.base:
            document = self._copy("theirs")
            try:
                for key in self._names:
                    self._put(document, key)
            except DocumentError:
                pass
            else:
                return self._with_comments(take_apart(document).front)
        document = self._copy("ours")
        for key in self._names:
            try:
                self._put(document, key)
            except DocumentError as error:
                if error.code.startswith("limit."):
                    # Too much for one file: no single key is to blame.
                    raise
                self._force(key, error)
        return self._with_comments(take_apart(document).front)

    def _with_comments(self, front: str) -> str:
        """The new comments of both sides that are not there, on lines of their own at the end."""
        base, ours, theirs = (comments(parts.front) if parts else [] for parts in self._parts)
        known = {*base, *comments(front)}
        new = "".join(f"{each}\n" for each in dict.fromkeys(ours + theirs) if each not in known)
        written = front + new
        return written if new and _reads_as(written, self.values) else front

    def _put(self, document: Document, key: str) -> None:
        if key not in self.values:
            if key in document:
                del document[key]
        elif key not in document or not same(document[key], self.values[key]):
            document[self._names[key]] = self.values[key]
