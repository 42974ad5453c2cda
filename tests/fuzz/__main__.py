"""python -m tests.fuzz TARGET: bytes made up by libFuzzer, led by the code they reach.

What breaks a promise, or takes too long or too much memory, is written to var/fuzz/ and ends the run with an error.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
with atheris.instrument_imports(include=["documents"]):
    import documents.words  # noqa: F401 (instrumented before the targets load it)

from tests.fuzz.seeds import kept, pack, seeds  # noqa: E402
from tests.fuzz.targets import TARGETS  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--runs", type=int, default=500_000)
    parser.add_argument("--seconds", type=int, default=0, help="end after so long; 0 is never")
    parser.add_argument("--longest", type=int, default=4_096, help="bytes of an input")
    parser.add_argument("--seed", type=int, default=0, help="0 is a new one each time")
    parser.add_argument("--pack", action="store_true", help="add what the last run found to fixtures/fuzz/, and end")
    chosen = parser.parse_args()
    folder = Path(os.environ.get("LEMMA_VAR", ROOT / "var")) / "fuzz" / chosen.target
    found = folder / "found"
    if chosen.pack:
        print(f"{pack(chosen.target, found):,} inputs are kept.")
        return
    begin = folder / "seeds"
    for each in (begin, found):
        shutil.rmtree(each, ignore_errors=True)
        each.mkdir(parents=True)
    for number, data in enumerate([*seeds(chosen.target), *kept(chosen.target).values()]):
        (begin / f"{number:05}").write_bytes(data)
    options = {
        "runs": chosen.runs,
        "max_total_time": chosen.seconds,
        "max_len": chosen.longest,
        "seed": chosen.seed,
        # By the clock, so that other work must not count; tests/documents/test_hostile.py measures by CPU.
        "timeout": 20,
        "rss_limit_mb": 1_000,
        "artifact_prefix": f"{folder}/",
        "print_final_stats": 1,
    }
    arguments = [f"-{name}={value}" for name, value in options.items()]
    # The first folder takes what is new.
    atheris.Setup([sys.argv[0], *arguments, str(found), str(begin)], TARGETS[chosen.target])
    atheris.Fuzz()


main()
