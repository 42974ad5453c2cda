"""The table: what took how long, how many times the floor that is, and whether that was the aim."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Time, Times

FILE = Path(__file__).with_name("RESULTS.md")
MEMORY_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Comparison:
    """ours, floor: names of measurements. most, least: bounds of ours / floor; of floor / ours, if `inverse`."""

    title: str
    ours: str
    against: str
    floor: str
    most: float | None = None
    least: float | None = None
    inverse: bool = False


COMPARISONS = (
    # With revisions, published state, change feed and search; aim: 4.
    Comparison("Import of everything", "import: everything", "read + python-frontmatter", "floor: parse", most=6),
    # The part of it that readers see none of. Aim: 3.
    Comparison(
        "Import of everything as drafts", "import: drafts", "read + python-frontmatter", "floor: parse drafts", most=4
    ),
    Comparison("Import, nothing changed", "import: nothing", "read + hash", "floor: hash", most=1.5),
    Comparison("Import, nothing changed", "import: nothing", "read + python-frontmatter", "floor: parse"),
    Comparison("Import, 10 files changed", "import: few", "read + hash", "floor: hash"),
    Comparison("Export of everything", "export: everything", "write + fsync + rename", "floor: write safely"),
    Comparison("Export of everything", "export: everything", "write alone", "floor: write"),
    Comparison("Export, nothing changed", "export: nothing", "read + hash", "floor: hash", most=1.5),
    Comparison("Export, 10 items changed", "export: few", "read + hash", "floor: hash"),
    Comparison("Sync, nothing changed", "sync: nothing", "read + hash", "floor: hash"),
    Comparison(
        "Sync, 10 files changed",
        "sync: few",
        "1.3 x nothing changed + 10 publications",
        "sync: few allowed",
        most=1,
    ),
    Comparison("Sync, 10 files changed", "sync: few", "nothing changed", "sync: nothing"),
    Comparison("Sync of 10 edits", "sync: edits", "nothing changed", "sync: nothing"),
    Comparison("Sync of 10 edits with commit", "sync: commit", "the same without", "sync: edits"),
    Comparison("Its commit by itself", "sync: commit alone", "git add + commit", "floor: commit"),
    Comparison("Edit of a document", "edit: ours", "ruamel.yaml, times faster", "edit: ruamel", least=20, inverse=True),
    Comparison("Publishing one entry", "publish: large", "the same among 100", "publish: small", most=1.2),
)


def table(times: Times) -> Iterator[str]:
    yield "| what | time | of which CPU | against | its time | ratio | by CPU | target | |"
    yield "|---|--:|--:|---|--:|--:|--:|---|---|"
    for each in COMPARISONS:
        names = (each.floor, each.ours) if each.inverse else (each.ours, each.floor)
        ratio = times.ratio(*names)
        ours, floor = times.median(each.ours), times.median(each.floor)
        target, verdict = _verdict(each, ratio)
        yield (
            f"| {each.title} | {seconds(ours.wall)} | {seconds(ours.cpu)} | {each.against} | {seconds(floor.wall)} "
            f"| **{number(ratio.wall)}** | {number(ratio.cpu)} | {target} | {verdict} |"
        )


def _verdict(each: Comparison, ratio: Time) -> tuple[str, str]:
    if each.most is not None:
        return f"≤ {each.most:g}", "met" if ratio.wall <= each.most else "MISSED"
    if each.least is not None:
        return f"≥ {each.least:g}", "met" if ratio.wall >= each.least else "MISSED"
    return "", ""


def memory_table(peaks: Mapping[str, float]) -> Iterator[str]:
    yield "| peak memory of a process | MB | target | |"
    yield "|---|--:|---|---|"
    for title, peak in peaks.items():
        yield f"| {title} | {peak:.0f} | < {MEMORY_LIMIT} | {'met' if peak < MEMORY_LIMIT else 'MISSED'} |"


def seconds(taken: float) -> str:
    return f"{taken:.2f} s" if taken >= 0.1 else f"{taken * 1000:.2f} ms"


def number(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"


def save(database: str, text: str) -> None:
    """Puts the section of one database into RESULTS.md and leaves those of others."""
    heading, *sections = (FILE.read_text() if FILE.exists() else _HEADING).split("\n## ")
    kept = [section for section in sections if not section.startswith(f"{database}\n")]
    parts = sorted([*kept, f"{database}\n\n{text}"], reverse=True)
    FILE.write_text("\n## ".join([heading.rstrip() + "\n", *(part.rstrip() + "\n" for part in parts)]))


_HEADING = """# Results

Made by `make bench`; how to read them is in [docs/contributors.md](../docs/contributors.md#benchmarks).
"""
