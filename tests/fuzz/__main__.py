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

from tests.fuzz.seeds import KEPT, seeds  # noqa: E402
from tests.fuzz.targets import TARGETS  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--runs", type=int, default=500_000)
    parser.add_argument("--seconds", type=int, default=0, help="end after so long; 0 is never")
    parser.add_argument("--longest", type=int, default=4_096, help="bytes of an input")
    parser.add_argument("--seed", type=int, default=0, help="0 is a new one each time")
    parser.add_argument("--keep", action="store_true", help="add what reaches new code to fixtures/fuzz/")
    chosen = parser.parse_args()
    folder = Path(os.environ.get("LEMMA_VAR", ROOT / "var")) / "fuzz" / chosen.target
    shutil.rmtree(folder / "seeds", ignore_errors=True)
    (folder / "seeds").mkdir(parents=True)
    for number, data in enumerate(seeds(chosen.target)):
        (folder / "seeds" / f"{number:04}").write_bytes(data)
    kept = KEPT / chosen.target
    kept.mkdir(parents=True, exist_ok=True)
    found = kept if chosen.keep else folder / "found"
    found.mkdir(exist_ok=True)
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
    atheris.Setup(
        [sys.argv[0], *arguments, *map(str, dict.fromkeys([found, folder / "seeds", kept]))], TARGETS[chosen.target]
    )
    atheris.Fuzz()


main()
