"""The same without any middleware."""

from benchmarks.api.peer.settings import *  # noqa: F403

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "benchmarks.api.peer.bare_urls"
