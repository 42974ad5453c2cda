"""Headings, and what must stand below them."""

import re
from collections.abc import Iterator

from rapidfuzz.distance import OSA

from glossary.health.checks.made import error, hint, warning
from glossary.health.facts import Facts
from glossary.health.problem import Fix, Problem
from glossary.health.snapshot import Snapshot, name_key
from glossary.search.plain import plain
from glossary.sections import KNOWN, key_of

WORDS = range(8, 46)
CHARACTERS = 320
_BY_KEY = {name_key(heading): heading for heading in KNOWN.values()}
# Written without blanks between words.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"\w")


def present(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A section that is missing, or has nothing in it."""
    if facts.kind != "entry" or not facts.is_readable:
        return
    full = {key: (heading, has_text, line) for heading, key, has_text, line in reversed(facts.sections)}
    meant = {heading for _, _, heading in _nearly(facts)}
    for key, heading in KNOWN.items():
        if key in full and full[key][1]:
            continue
        make = error if key == "briefDefinition" else warning
        if key in full:
            message = f'There is nothing below "# {heading}".'
            yield make(
                "section.empty",
                facts,
                full[key][2],
                message,
                "Write it, or remove the heading.",
                None,
                heading,
                heading,
            )
        elif heading not in meant:
            message = f'There is no section "{heading}".'
            yield make(
                "section.missing",
                facts,
                0,
                message,
                f'Write "# {heading}" and what belongs there.',
                None,
                heading,
                heading,
            )


def headings(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A heading nearly like one of the format, or like it on another level."""
    if facts.kind != "entry":
        return
    for (level, text, line), code, heading in _nearly(facts):
        values = {"line": line, "old": text, "new": heading}
        fix = Fix("heading", facts.item, {**values, "level": level})
        if code == "heading.level":
            message = f'"{text}" is a heading of level {level}, so it makes no section.'
            yield warning(code, facts, line, message, f'Write "# {heading}".', fix, heading, text)
        else:
            message = f'The heading "{text}" is not one of the format.'
            yield warning(code, facts, line, message, f'Perhaps "{heading}" is meant.', fix, text, text)


def repeated(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A section that stands twice."""
    seen: set[str] = set()
    for heading, key, _, line in facts.sections:
        if key in seen:
            message = f'The heading "{heading}" stands twice.'
            yield warning(
                "heading.repeated", facts, line, message, "Put the two sections together.", None, heading, heading
            )
        seen.add(key)


def before_headings(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """Text above the first heading."""
    if facts.preamble_line:
        message = "There is text before the first heading."
        yield hint("section.preamble", facts, facts.preamble_line, message, "Put it below a heading.")


def brief(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A Brief Definition that is too short, too long, or more than a paragraph."""
    if facts.kind != "entry" or not facts.brief.strip():
        return
    field = KNOWN["briefDefinition"]
    text = plain(facts.brief)
    if "\n" in text:
        message = "The Brief Definition is more than one paragraph."
        advice = "Keep the first, and move the rest to the Detailed Explanation."
        yield warning("brief.paragraphs", facts, facts.brief_line, message, advice, None, field)
    words = [word for word in text.split() if _WORD.search(word)]
    is_spaced = not _UNSPACED.search(text)
    advice = f"Write {WORDS.start} to {WORDS.stop - 1} words, at most {CHARACTERS} characters."
    if is_spaced and len(words) not in WORDS:
        message = f"The Brief Definition has {len(words)} words."
        yield warning("brief.length", facts, facts.brief_line, message, advice, None, field)
    elif len(text) > CHARACTERS:
        message = f"The Brief Definition has {len(text)} characters."
        yield warning("brief.length", facts, facts.brief_line, message, advice, None, field)


def circular(facts: Facts, snapshot: Snapshot) -> Iterator[Problem]:
    """A definition that explains the term by itself."""
    if facts.kind != "entry" or not facts.brief:
        return
    text = f" {_words(plain(facts.brief))} "
    for name in (facts.title, *facts.aliases):
        said = _words(name)
        if said and f" {said} " in text:
            message = f'The Brief Definition uses the term it defines: "{name}".'
            advice = "Say what it is in other words."
            yield hint("brief.circular", facts, facts.brief_line, message, advice, None, KNOWN["briefDefinition"])
            return


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+(?:[+#]+)?", text.casefold()))


def _nearly(facts: Facts) -> Iterator[tuple[tuple[int, str, int], str, str]]:
    """Headings meant to be one of the format, which it lacks: the heading, the code of the finding, what is meant."""
    there = {key for _, key, _, _ in facts.sections}
    lacking = {name: heading for name, heading in _BY_KEY.items() if key_of(heading) not in there}
    for level, text, line in facts.headings if lacking else ():
        if not lacking:
            return
        said = name_key(text.rstrip(":.").strip())
        if said in lacking and level > 1:
            yield (level, text, line), "heading.level", lacking.pop(said)
        elif level == 1 and (said in lacking or key_of(text) not in KNOWN):
            near = [(OSA.distance(said, name, score_cutoff=2), name) for name in lacking]
            distance, best = min(near, default=(9, ""))
            if distance <= 2:
                yield (level, text, line), "heading.near", lacking.pop(best)
