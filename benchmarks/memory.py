"""Peak memory of one phase, in a process of its own, so that the peak of one does not hide that of another.

Run as `python -m benchmarks.memory PHASE ROOT`; prints kilobytes.
"""

import os
import re
import subprocess
import sys
from pathlib import Path


def peak(phase: str, root: Path) -> float:
    """Megabytes that one phase takes at most, Python and Django included. The database is that of the environment."""
    command = [sys.executable, "-m", "benchmarks.memory", phase, str(root)]
    run = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return int(run.stdout) / 1024


def main() -> None:
    phase, root = sys.argv[1], Path(sys.argv[2])
    import django

    django.setup()
    from benchmarks import ours

    if phase == "import":
        ours.import_content(root)
    elif phase == "export":
        ours.export_content(root)
    elif phase in ("report", "report, kept"):
        ours.health_report(keep=phase == "report, kept")
    # Not getrusage, which begins with what the parent had.
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(peak)


if __name__ == "__main__":
    main()
