"""Where the fuzzer begins: the files and merges in fixtures/, with edits of every kind."""

from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.targets import BETWEEN

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
# What earlier runs came upon, as small as it gets: each runs through other code.
KEPT = FIXTURES / "fuzz"

SCRIPTS = [
    b"s0B: yes\ns1#\nd0",
    b"l2one|two # x|'three\na2four\nr2",
    b"m3a=b=c|title=x\nn1\ni0abc\nb1",
    b"t0New text.\\n\\n# No heading\ne1Renamed\nx0",
    b"h1Heading\\n- a\\n- b\nk1a|b|* c\no1\np0Before",
]


def seeds(target: str) -> Iterator[bytes]:
    files = [path.read_bytes() for path in sorted(FIXTURES.glob("documents/*valid/*.md"))]
    if target == "parse":
        yield from files
    for number, file in enumerate(files):
        script, other = SCRIPTS[number % len(SCRIPTS)], SCRIPTS[(number + 1) % len(SCRIPTS)]
        if target == "edit":
            yield BETWEEN.join([script, file])
        if target == "merge":
            yield BETWEEN.join([script, other, file])
    if target == "merge":
        for folder in sorted(FIXTURES.glob("merges/*/")):
            sides = [folder / f"{name}.md" for name in ("ours", "theirs", "base")]
            # Without a base there is nothing to merge, only to choose.
            if all(side.exists() for side in sides):
                yield BETWEEN.join(side.read_bytes() for side in sides)
