"""A check in the background: a process of its own that outlives the request and writes its results as it goes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from glossary.linkcheck import runs
from glossary.linkcheck.models import LinkRun


def start(*, by: Any = None) -> LinkRun:
    """Starts `check_links` for the addresses that are due.

    Raises:
        runs.Busy: one is at work already.
    """
    run = runs.begin(by=by)
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "check_links", "--run", str(run.pk)]
    subprocess.Popen(  # noqa: S603 (no word of it comes from outside)
        command,
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # The server may end before it does.
        start_new_session=True,
    )
    return run
