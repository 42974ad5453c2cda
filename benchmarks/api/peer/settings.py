"""Ours, middleware and all, with other addresses and tables of its own beside ours in the same database."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as _OURS

INSTALLED_APPS = [*_OURS, "benchmarks.api.peer"]
ROOT_URLCONF = "benchmarks.api.peer.urls"
# They are spared what ours are.
LEMMA_PROGRAMS = ("/api/", "/lookup/", "/cursor/", "/drf/")
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 20,
}
