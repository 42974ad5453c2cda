"""A site served as in production, by a process of its own on a free port of this machine."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

PATIENCE = 60
OPTIONS = ("--threads=4", "--log-level=error")


@contextmanager
def served(settings: str) -> Iterator[str]:
    """Collects the static files of a settings module and gives the address of its site, which ends with the block.

    Raises RuntimeError if the server does not answer."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": settings}
    collect = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, env=environment, check=True, stdout=subprocess.DEVNULL)
    port = _free_port()
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            *OPTIONS,
            f"--bind=127.0.0.1:{port}",
            "django.core.wsgi:get_wsgi_application()",
        ],
        env=environment,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/admin/login/", server)
        yield address
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(address, timeout=PATIENCE):
                return
        except HTTPError as error:
            raise RuntimeError(f"{address} answers {error.code}.") from error
        except URLError:
            time.sleep(0.1)
    raise RuntimeError(f"Nobody answers at {address} after {PATIENCE} seconds.")
