"""What reading a text had to say, under the codes of the health report."""

from collections.abc import Iterator

from glossary.health.facts import Facts
from glossary.health.problem import Fix, Problem, Severity
from glossary.health.snapshot import Snapshot

_REFERENCES = frozenset(["related", "requires", "broader", "recommendedBooks", "topics", "previousSlugs"])
_CODES = {
    "lastUpdated.invalid": ("date.invalid", Severity.ERROR),
    "difficulty.unknown": ("vocabulary.unknown", Severity.WARNING),
    "status.unknown": ("vocabulary.unknown", Severity.WARNING),
    "link.type.unknown": ("vocabulary.unknown", Severity.WARNING),
    "link.difficulty.unknown": ("vocabulary.unknown", Severity.WARNING),
}
# Judged by a check of its own.
_JUDGED = frozenset(["link.url"])


def remarks(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """Lists with empty or repeated items, values of the wrong type, dates that are none, YAML that cannot be read."""
    for code, message, advice, severity, line, field in facts.remarks:
        name, _, what = code.partition(".")
        if code in _JUDGED and facts.urls:
            continue
        fix = None
        shown, level = _CODES.get(code, (code, Severity(severity)))
        if what == "duplicate" and name in _REFERENCES:
            shown, level = "reference.repeated", Severity.ERROR
        if what in ("duplicate", "empty") and facts.is_readable and code not in ("slug.empty", "link.duplicate"):
            fix = Fix("tidy", facts.item, {"key": name})
        yield Problem(shown, level, facts.item, facts.path, line, message, advice, fix, field, message)
