"""The settings of the product, with nothing of the developer's own: neither `.env` nor `var/` is touched.

A module and not a fixture, because pytest-django reads the settings before any conftest.
"""

import os
import shutil
import tempfile
from pathlib import Path

# Removed when the tests end, since nothing else refers to it.
_var = tempfile.TemporaryDirectory(prefix="lemma-tests-")

# A copy for each process of the tests: a sync in one of them locks the folder against the others.
_content = Path(_var.name) / "content"
shutil.copytree(Path(__file__).resolve().parent.parent / "fixtures" / "content", _content)

# What the environment says wins over .env.
os.environ.update(
    DEBUG="1",
    SECRET_KEY="not a secret",
    LEMMA_VAR=_var.name,
    CONTENT_ROOT=str(_content),
    LEMMA_LOCALE="en",
    LEMMA_ENTRIES_DIR="terms",
    LEMMA_BOOKS_DIR="books",
    LEMMA_SITE_URL="",
    LEMMA_SITE_TITLE="Glossary",
    LEMMA_SITE_ENTRY_PATH="entries/{slug}",
    LEMMA_SITE_BOOK_PATH="books/{slug}",
    LEMMA_BEHIND_PROXY="0",
    LEMMA_TRUSTED_PROXIES="",
    SECURE_SSL_REDIRECT="0",
    LEMMA_API_PRIVATE="0",
    LEMMA_RATE_ANONYMOUS="",
    LEMMA_RATE_TOKEN="",
    LEMMA_RATE_WRITE="",
    LEMMA_STALE_MONTHS="",
    LEMMA_WEBHOOK_NETWORKS="",
    CACHE_URL="",
    LEMMA_MEDIA_URL="",
    ALLOWED_HOSTS="",
    CORS_ALLOWED_ORIGINS="",
    CSRF_TRUSTED_ORIGINS="",
    LOG_LEVEL="WARNING",
    LOG_FORMAT="",
    LOG_REQUESTS="0",
    LEMMA_METRICS_TOKEN="",
    LEMMA_REQUIRE_MFA="0",
    LEMMA_OIDC_ISSUER="",
    SECRET_KEY_FALLBACKS="",
    SENTRY_DSN="",
)
# The one setting that may be chosen: it says which database the promises are kept on.
os.environ.setdefault("DATABASE_URL", "")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

# Good hashes take their time on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production: a database in memory knows neither WAL nor waiting for a lock.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_var.name) / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
