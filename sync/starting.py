"""A sync in the background: a process of its own that outlives the request and writes its result into its run."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from sync import runs
from sync.models import Run
from sync.places import Place, SyncError


def start(places: Sequence[Place], *, by: Any) -> Run:
    """Starts `sync_content` for the content root, with the arguments of the setting.

    Raises:
        SyncError: one is at work already.
    """
    if runs.at_work(places):
        raise SyncError("A sync is at work already.")
    run = runs.begin("sync", places, by=by)
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "sync_content", "--run", str(run.pk)]
    # Words of the settings, and no shell.
    subprocess.Popen(  # noqa: S603
        [*command, *settings.LEMMA_SYNC_ARGUMENTS],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # The server may end before it does.
        start_new_session=True,
    )
    return run
