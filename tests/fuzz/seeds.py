"""Where the fuzzer begins: the files and merges in fixtures/, with edits of every kind."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.targets import BETWEEN

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
_KEPT = FIXTURES / "fuzz"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)

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


def kept(target: str) -> dict[str, bytes]:
    """What earlier runs came upon, by name: each runs through other code, or once broke a promise."""
    broken = {path.name: path.read_bytes() for path in sorted((_KEPT / target).glob("*"))}
    return _unpacked(target) | broken


def pack(target: str, found: Path) -> int:
    """Keeps what a run put into a folder, as one file: there are thousands. Gives how many there are now."""
    files = _unpacked(target) | {path.name: path.read_bytes() for path in found.glob("*")}
    with zipfile.ZipFile(_packed(target), "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            # The same bytes from the same files, whenever they are packed.
            packed.writestr(zipfile.ZipInfo(name, _LONG_AGO), files[name], zipfile.ZIP_DEFLATED)
    return len(files)


def _unpacked(target: str) -> dict[str, bytes]:
    if not _packed(target).exists():
        return {}
    with zipfile.ZipFile(_packed(target)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def _packed(target: str) -> Path:
    return _KEPT / f"{target}.zip"
