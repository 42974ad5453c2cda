"""Front matter read as what the models hold, with everything that is odd about it as a Problem.

Lenient where a file can be understood (a warning, the value is kept), strict where it cannot (an error, the document
is refused). Single values are judged by `publishing.validators`, so file, form and API follow the same rules.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from documents import Document
from publishing import names
from publishing.kinds import Status
from publishing.problems import Problem, Severity
from publishing.validators import SLUG_LIMIT, too_long, validate_slug, validate_title

# Keys and indexes from the top of the front matter down to a value.
Place = tuple[str | int, ...]

# Nobody has updated it for so long that somebody should look at it.
STALE = timedelta(days=365)
DIFFICULTIES = ("beginner", "intermediate", "advanced")
LABEL_LIMIT = 100

_STATUSES = {status.value: status for status in Status}
# Slugs that are their own compared form: nearly all, and they are spared the slow way.
_PLAIN_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,199}")
_YES = frozenset(["true", "yes", "on", "y", "1"])
_LARGEST_JSON_INTEGER = 2**63 - 1
_MISSING = object()


class Reader:
    """The known keys of one document, asked for by name, in whatever letter case the file has them.

    `problems` fills while reading; `extra` holds the keys nobody knows, ready for JSON.
    """

    __slots__ = ("_document", "_known", "_values", "extra", "problems")

    def __init__(self, document: Document, known: Mapping[str, str]):
        """known: case-folded key to the name by which it is asked for."""
        self._document = document
        self._values: dict[str, Any] = document.values
        self._known: dict[str, Any] = {}
        self.extra: dict[str, Any] = {}
        self.problems: list[Problem] = []
        for key, value in self._values.items():
            name = known.get(key.casefold())
            if name is None:
                self.extra[key] = json_safe(value)
            else:
                self._known[name] = value

    def get(self, name: str) -> Any:
        return self._known.get(name)

    # --- one value ---

    def title(self) -> str:
        value = self._known.get("title")
        if value is None or (type(value) is str and not value.strip()):
            message = "The title is empty." if "title" in self._known else "There is no title."
            self.error("title.missing", message, ("title",), 'Write title: "…", the name of what the file is about.')
            return ""
        title = self.text("title")
        if title:
            hint = "Write it on one line, in at most 300 characters."
            self.check(validate_title, title, ("title",), "title.invalid", hint, title_long="title.long")
        return title

    def slug(self, path: str) -> str:
        """The key `slug`, else the path without `.md`."""
        slug = self.text("slug")
        if isinstance(self.get("slug"), list | dict):
            return ""
        hint = 'Write slug: "…" with lower-case letters, digits and hyphens.'
        if not slug and not path:
            self.error("slug.missing", "There is no slug.", ("slug",), hint)
            return ""
        if not slug:
            slug = names.slug_from_path(path)
            if "slug" in self._known:
                self.warning("slug.empty", "The slug is empty; the file name is taken.", ("slug",), hint)
            if any(map(str.isspace, path)):
                message = f'The file name has spaces, so the slug is "{slug}".'
                self.warning("slug.derived", message, ("slug",), f'Write slug: "{slug}" or rename the file.')
        slug = _nfc(slug)
        self.check(validate_slug, slug, ("slug",), "slug.invalid", hint)
        return slug

    def text(self, name: str, limit: int | None = None) -> str:
        """Text on one line, "" where there is none."""
        value = self._known.get(name)
        return "" if value is None else self.text_at((name,), value, name, limit)

    def text_at(self, place: Place, value: Any, code: str, limit: int | None = None) -> str:
        """As `text`, for a value anywhere in the document."""
        text = value.strip() if type(value) is str else self.scalar(value, place, code)
        if text is None:
            self.mistaken(Severity.ERROR, f"{code}.type", place, "text", f'Write {place[-1]}: "…".')
            return ""
        return text if limit is None else self.within(limit, text, place, code)

    def prose(self, name: str) -> str:
        """Text whose white space counts."""
        value = self._known.get(name)
        return value if type(value) is str else self.text(name)

    def label(self, name: str, vocabulary: Sequence[str] = ()) -> str:
        """A word of a vocabulary, as written."""
        value = self._known.get(name)
        return "" if value is None else self.label_at((name,), value, name, vocabulary)

    def label_at(self, place: Place, value: Any, code: str, vocabulary: Sequence[str] = ()) -> str:
        """As `label`, for a value anywhere in the document. A vocabulary refuses no file: an unknown word is kept."""
        text = value.strip() if type(value) is str else self.scalar(value, place, code)
        if text is None:
            self.mistaken(Severity.WARNING, f"{code}.type", place, "text", "It is kept in the file, but not shown.")
            return ""
        if vocabulary and text not in vocabulary and text and text.casefold() not in vocabulary:
            message = f"{_quoted(text)} is not a {place[-1]} we know."
            self.warning(f"{code}.unknown", message, place, f"Known are {', '.join(vocabulary)}.")
        return self.within(LABEL_LIMIT, text, place, code)

    def date(self, name: str) -> tuple[date | None, str]:
        """The day, and the text as written."""
        value = self._known.get(name)
        if value is None:
            return None, ""
        if isinstance(value, list | dict):
            self.mistaken(Severity.WARNING, f"{name}.type", (name,), "a date", f'Write {name}: "2025-01-28".')
            return None, ""
        text = value.strip() if type(value) is str else self.source((name,))
        if isinstance(value, date):
            return (value.date() if isinstance(value, datetime) else value), text
        day = _day(text)
        if day is None:
            self.warning(f"{name}.invalid", f"{_quoted(text)} is not a date.", (name,), f'Write {name}: "2025-01-28".')
        return day, text

    def status(self) -> tuple[Status, str]:
        """What the status means, and what the file says. `draft: true` wins; an unknown word counts as published."""
        label = self.label("status")
        status = _STATUSES.get(label.casefold(), Status.PUBLISHED)
        if isinstance(self._known.get("status"), list | dict):
            # Not even a word: not showing the item is the mistake that can be taken back.
            status = Status.DRAFT
        elif label and label.casefold() not in _STATUSES:
            message = f"{_quoted(label)} is not a status we know; it counts as published."
            self.warning("status.unknown", message, ("status",), f"Known are {', '.join(_STATUSES)}.")
        draft = self._known.get("draft")
        if draft is not None and not isinstance(draft, bool):
            self.mistaken(Severity.WARNING, "draft.type", ("draft",), "true or false", "Write draft: true.")
            draft = str(draft).strip().casefold() in _YES
        return (Status.DRAFT if draft else status), label

    def number(self, name: str) -> int | None:
        """A whole number, in quotes or not."""
        value = self._known.get(name)
        if type(value) is str and re.fullmatch(r"[0-9]{1,9}", value.strip()):
            return int(value)
        if value is None or type(value) is int:
            return value
        self.mistaken(Severity.ERROR, f"{name}.type", (name,), "a whole number", f"Write {name}: 2024.")
        return None

    # --- lists ---

    def strings(self, name: str, limit: int) -> list[str]:
        """A list of texts, without empty and repeated ones."""
        found: dict[str, None] = {}
        for place, text in self._items(name, "strings"):
            if text in found:
                self.warning(f"{name}.duplicate", f'"{name}" holds {_quoted(text)} twice.', place, "Keep one.")
            found[self.within(limit, text, place, name)] = None
        return list(found)

    def slugs(self, name: str) -> list[str]:
        """A list of slugs, without empty and repeated ones. What they name need not exist."""
        found: dict[str, str] = {}
        for place, text in self._items(name, "slugs"):
            plain = _PLAIN_SLUG.fullmatch(text)
            slug = text if plain else self._unusual(text, place, name)
            key = text if plain else names.key(slug)
            if key in found:
                self.warning(f"{name}.duplicate", f'"{name}" holds {_quoted(text)} twice.', place, "Keep one.")
            else:
                found[key] = slug
        return list(found.values())

    def maps(self, name: str, example: str) -> Iterator[tuple[Place, dict[Any, Any]]]:
        """The maps of a list, with their places."""
        value = self._known.get(name, _MISSING)
        if value is _MISSING:
            return
        if value is None or value == "":
            self._nothing(name)
        elif not isinstance(value, list):
            self.mistaken(Severity.ERROR, f"{name}.type", (name,), "a list of maps", f"Begin each with {example}.")
        else:
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield (name, index), item
                elif item is None or item == "":
                    self._empty(name, index)
                else:
                    self.mistaken(Severity.ERROR, f"{name}.type", (name, index), "a map", f"Write {example}.")

    def reference(self, name: str) -> str:
        """The slug of one other item, "" where there is none."""
        text = self.text(name)
        return self._unusual(text, (name,), name) if text and not _PLAIN_SLUG.fullmatch(text) else text

    def _items(self, name: str, noun: str) -> Iterator[tuple[Place, str]]:
        value = self._known.get(name, _MISSING)
        if value is _MISSING:
            return
        if type(value) is not list:
            yield from self._lone(name, value, noun)
            return
        for index, item in enumerate(value):
            place = (name, index)
            text = item.strip() if type(item) is str else self.scalar(item, place, name)
            if text:
                yield place, text
            elif text is None:
                self.mistaken(Severity.ERROR, f"{name}.type", place, "text", f"Write each of the {noun} as text.")
            else:
                self._empty(name, index)

    def _lone(self, name: str, value: Any, noun: str) -> Iterator[tuple[Place, str]]:
        """What stands where a list is due: a scalar counts as the only item."""
        if value is None or value == "":
            self._nothing(name)
        elif isinstance(value, dict):
            example = "some-slug" if noun == "slugs" else "first"
            hint = f'Write {name}: ["{example}"].'
            self.mistaken(Severity.ERROR, f"{name}.type", (name,), f"a list of {noun}", hint)
        else:
            text = value.strip() if type(value) is str else self.source((name,))
            hint = f"Write {name}: [{_quoted(text)}]."
            self.mistaken(Severity.WARNING, f"{name}.scalar", (name,), f"a list of {noun}", hint)
            yield (name,), text

    def _nothing(self, name: str) -> None:
        self.warning(f"{name}.empty", f'"{name}" is empty.', (name,), f"Write {name}: [] or remove it.")

    def _empty(self, name: str, index: int) -> None:
        self.warning(f"{name}.empty", f'"{name}" has an empty item.', (name, index), "Remove it.")

    def _unusual(self, text: str, place: Place, name: str) -> str:
        slug = _nfc(text)
        if too_long(slug, SLUG_LIMIT):
            self.within(SLUG_LIMIT, text, place, name)
            return ""
        try:
            validate_slug(slug)
        except ValidationError as error:
            message = f'"{name}" holds {_quoted(text)}, which can be no slug. {error.message}'
            self.warning(f"{name}.slug", message, place, "Write the slug of an item.")
        return slug

    # --- what these share ---

    def scalar(self, value: Any, place: Place, code: str) -> str | None:
        """A value as text; None for a list or a map.

        Numbers, dates and truth values give their source text: YAML reads 1.10 as 1.1 and no as false.
        """
        if type(value) is str:
            return value.strip()
        if value is None:
            return ""
        if isinstance(value, list | dict):
            return None
        text = self.source(place)
        self.mistaken(Severity.WARNING, f"{code}.unquoted", place, "text", f"Write it in quotes: {_quoted(text)}.")
        return text

    def within(self, limit: int, text: str, place: Place, code: str) -> str:
        if too_long(text, limit):
            message = f"{_named(place)} has {len(text)} characters; {limit} are allowed."
            self.error(f"{code}.long", message, place, "Shorten it.")
        return text

    def check(
        self, validate: Callable[[Any], object], value: Any, place: Place, code: str, hint: str = "", **codes: str
    ) -> bool:
        """Runs a validator. Its refusal is an error under `code`, or under what `codes` has for the validator's own."""
        try:
            validate(value)
        except ValidationError as error:
            self.error(codes.get(error.code or "", code), f"{_quoted(value)}: {error.message}", place, hint)
            return False
        return True

    def source(self, place: Place) -> str:
        return self._document.source(*self._spelled(place)).strip()

    def error(self, code: str, message: str, place: Place, hint: str = "") -> None:
        self._add(Severity.ERROR, code, message, place, hint)

    def warning(self, code: str, message: str, place: Place, hint: str = "") -> None:
        self._add(Severity.WARNING, code, message, place, hint)

    def has_errors(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def mistaken(self, severity: Severity, code: str, place: Place, due: str, hint: str) -> None:
        self._add(severity, code, f"{_named(place)} must be {due}, but it is {self._called(place)}.", place, hint)

    def _called(self, place: Place) -> str:
        value: Any = self._values
        for part in self._spelled(place):
            value = value[part]
        if isinstance(value, str):
            return f"the text {_quoted(value)}"
        if isinstance(value, list | dict):
            return "a list" if isinstance(value, list) else "a map"
        if value is None:
            return "empty"
        kind = "truth value" if isinstance(value, bool) else "date" if isinstance(value, date) else "number"
        return f"the {kind} {_cut(self.source(place))}"

    def _add(self, severity: Severity, code: str, message: str, place: Place, hint: str) -> None:
        line = column = 0
        if place[0] in self._known:
            line, column = self._document.position(*self._spelled(place))
        # Items of a plain list are shown at the list; fields of a link have places of their own in a form.
        field = str(place[0]) if len(place) < 3 else ".".join(map(str, place))
        self.problems.append(Problem(code, message, hint, severity, line=line, column=column, field=field))

    def _spelled(self, place: Place) -> Place:
        name, *rest = place
        if name not in self._values and isinstance(name, str):
            name = next(key for key in self._values if key.casefold() == name.casefold())
        return (name, *rest)


def json_safe(value: Any) -> Any:
    """A copy that JSON can hold: dates as ISO text, numbers beyond JSON as text, keys as text."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _LARGEST_JSON_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {_json_key(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_safe(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def difficulty_rank(difficulty: str) -> int:
    """1 for the easiest, 0 for none or one we do not know."""
    word = difficulty.casefold()
    return DIFFICULTIES.index(word) + 1 if word in DIFFICULTIES else 0


def _json_key(key: Any) -> str:
    safe = json_safe(key)
    return safe if isinstance(safe, str) else json.dumps(safe)


def _day(text: str) -> date | None:
    """The day of an ISO date or time; of no other notation, which would be guessing."""
    if text[4:5] != "-" or text[7:8] != "-":
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _named(place: Place) -> str:
    *_, last = place
    if len(place) == 1:
        return f'"{last}"'
    if isinstance(last, int):
        return f'Item {last + 1} of "{place[0]}"'
    return f'"{last}" in item {int(place[1]) + 1} of "{place[0]}"'


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _quoted(text: Any) -> str:
    shown = json.dumps(_cut(str(text)), ensure_ascii=False)
    # Marks of direction would turn the rest of the message around, and a separator end its line.
    return shown if shown.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in shown)


def shown_status(status: Status, label: str) -> str:
    """The status in our spelling; a word we do not know as the file has it."""
    return label if label and status is Status.PUBLISHED and label.casefold() not in _STATUSES else status.value


def initial(title: str) -> str:
    """The letter under which an index lists a title; "#" for one without letters.

    >>> initial("“Éclat”"), initial("3D model"), initial("한글")
    ('E', '3', '한')
    """
    first = next(filter(str.isalnum, unicodedata.normalize("NFKC", title)), "#")
    base = unicodedata.normalize("NFD", first)[0]
    # Only Latin letters lose their accent; elsewhere the pieces are no letters of the alphabet.
    return (base if base.isascii() else first).upper()


def facets(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(name, label) as (name, value as it is compared, label), without empty values and those that are compared alike.

    >>> facets([("tag", "Trust"), ("tag", ""), ("tag", "trust")])
    [('tag', 'trust', 'trust')]
    """
    found = {(name, names.key(label)): label for name, label in pairs if label}
    return [(name, value, label) for (name, value), label in found.items()]
