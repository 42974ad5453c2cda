"""Tests run as root in a container, and root reads and writes everything. Here it does not."""

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[Path]:
    """Gives a folder; inside the block the permissions of files hold, whoever runs the tests.

    Linux has an identity that counts for files alone. Only it is changed, and only for this thread, so that everything
    else (the database, which is open already) goes on as before.
    """
    folder = Path(tempfile.mkdtemp(prefix="lemma-tests-"))
    is_root = os.geteuid() == 0
    libc = ctypes.CDLL(None)
    if is_root:
        os.chown(folder, _NOBODY, -1)
        libc.setfsuid(_NOBODY)
    try:
        yield folder
    finally:
        if is_root:
            libc.setfsuid(0)
        for path, names, _ in os.walk(folder):
            for name in names:
                os.chmod(os.path.join(path, name), 0o700)
        shutil.rmtree(folder)
