"""Every setting, read from the environment or from a file `.env` beside `manage.py`. The README lists them."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from config import reporting
from config.cache_url import read_cache_url
from config.database import read_database_url
from config.environment import outgoing_host, secret
from config.media_url import read_media_url
from config.months import months_by_category
from config.proxies import networks
from config.secret_key import read_or_create
from config.signing_in.provider import provider
from config.unfold import UNFOLD  # noqa: F401 (a setting)

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def words(name: str) -> list[str]:
    return [word.strip() for word in env.list(name, default=[]) if word.strip()]


def folder(name: str, default: str) -> Path:
    # A relative path counts from the project, not from wherever the command was typed.
    return BASE_DIR / Path(env.str(name, default=default) or default).expanduser()


# Lemma's own

# Database, secret key, uploads and collected static files: all that a running Lemma writes.
VAR = folder("LEMMA_VAR", default="var")
CONTENT_ROOT = folder("CONTENT_ROOT", default="fixtures/content")
LEMMA_LOCALE = env.str("LEMMA_LOCALE", default="en")
LEMMA_ENTRIES_DIR = env.str("LEMMA_ENTRIES_DIR", default="terms")
LEMMA_BOOKS_DIR = env.str("LEMMA_BOOKS_DIR", default="books")
# Where readers find the glossary, as in https://glossary.example/; empty: nowhere but in the API. Names in linked data,
# feeds and site maps begin with it, so it should never change. The pages are below it.
LEMMA_SITE_URL = env.str("LEMMA_SITE_URL", default="")
LEMMA_SITE_TITLE = env.str("LEMMA_SITE_TITLE", default="Glossary")
LEMMA_SITE_ENTRY_PATH = env.str("LEMMA_SITE_ENTRY_PATH", default="entries/{slug}")
LEMMA_SITE_BOOK_PATH = env.str("LEMMA_SITE_BOOK_PATH", default="books/{slug}")
# How the admin's button syncs, such as: --pull,--commit,--push
LEMMA_SYNC_ARGUMENTS = words("LEMMA_SYNC_ARGUMENTS")
# Whether reading what is published needs a token, too.
LEMMA_API_PRIVATE = env.bool("LEMMA_API_PRIVATE", default=False)
# Such as 600/min; empty counts nothing. Readers without a token are many behind one address, and a site is built with
# thousands of requests, so reading is not counted unless somebody says how much is too much.
LEMMA_RATES = {
    "anonymous": env.str("LEMMA_RATE_ANONYMOUS", default=""),
    "token": env.str("LEMMA_RATE_TOKEN", default=""),
    "write": env.str("LEMMA_RATE_WRITE", default="600/min"),
}

# After so many months without an update the health report names an entry; by category where one is set, as in
# 36,Tools=12. 0 never does.
LEMMA_STALE_MONTHS = months_by_category(env.str("LEMMA_STALE_MONTHS", default="") or "36")

# The only hosts that links and webhooks may lead to where they are asked; without any, all of the public internet.
LEMMA_OUTGOING_HOSTS = frozenset(map(outgoing_host, words("LEMMA_OUTGOING_HOSTS")))
# Networks inside, such as 10.0.0.0/8, to which webhooks may be sent; without TLS to them alone.
LEMMA_WEBHOOK_NETWORKS = words("LEMMA_WEBHOOK_NETWORKS")

# Security

DEBUG = env.bool("DEBUG", default=False)

SECRET_KEY = secret("SECRET_KEY")
if not SECRET_KEY and DEBUG:
    SECRET_KEY = read_or_create(VAR / "secret-key")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set, and Lemma makes up its own only with DEBUG=1. Set it in the environment or in .env "
        "to a long random text; this command prints one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )

# Keys from before, apart by spaces: what they signed and sealed is still good.
SECRET_KEY_FALLBACKS = secret("SECRET_KEY_FALLBACKS").split()

ALLOWED_HOSTS = words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")

# Published content is public, so any page may read it, but never with the visitor's cookies.
CORS_URLS_REGEX = r"^/(api/|feed\.atom$|sitemap[0-9-]*\.xml$|llms(-full)?\.txt$)"
CORS_ALLOWED_ORIGINS = words("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_ALL_ORIGINS = not CORS_ALLOWED_ORIGINS
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match"]
CORS_EXPOSE_HEADERS = ["ETag", "Idempotent-Replayed", "Last-Modified", "Location", "Retry-After", "X-Request-ID"]

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_HSTS_SECONDS = 0 if DEBUG else env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
# What else lives under the domain is known to its owner alone, so neither is missed by `check --deploy`.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
BEHIND_PROXY = env.bool("LEMMA_BEHIND_PROXY", default=False)
# Empty: whoever connects is the proxy.
TRUSTED_PROXIES = networks(words("LEMMA_TRUSTED_PROXIES"))
if BEHIND_PROXY:
    # Only on request: without a proxy that overwrites the header, any client could set it.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Without a proxy there is nobody to speak HTTPS, and the browser would be sent around in circles.
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=BEHIND_PROXY and not DEBUG)
# Whoever asks how a process is does so on the machine, beside the proxy; programs are refused: see config.https.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$", "^api/"]
# Of the admin's pages no other page learns the address, and none keeps a handle on their window.
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# By these names browsers take them from this very host alone, over HTTPS, so that a neighbour cannot plant one.
_OURS = "__Host-" if SESSION_COOKIE_SECURE else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_OURS}sessionid", f"{_OURS}csrftoken"
LEMMA_MESSAGES_COOKIE = f"{_OURS}messages"
MESSAGE_STORAGE = "config.people.MessageStorage"

# Length is what counts; rules about characters only make people write it down.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name, "OPTIONS": options}
    for name, options in (
        ("django.contrib.auth.password_validation.UserAttributeSimilarityValidator", {}),
        ("django.contrib.auth.password_validation.MinimumLengthValidator", {"min_length": 12}),
        ("django.contrib.auth.password_validation.CommonPasswordValidator", {}),
        ("config.passwords.LostPasswordValidator", {}),
        ("config.passwords.OwnWordsValidator", {}),
    )
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Whether everybody who signs in needs a second factor; who has none sets one up before anything else.
LEMMA_REQUIRE_MFA = env.bool("LEMMA_REQUIRE_MFA", default=False)
# Single sign-on by OpenID Connect, where there is an issuer.
LEMMA_OIDC = provider(
    issuer=env.str("LEMMA_OIDC_ISSUER", default=""),
    client_id=env.str("LEMMA_OIDC_CLIENT_ID", default=""),
    client_secret=secret("LEMMA_OIDC_CLIENT_SECRET"),
    name=env.str("LEMMA_OIDC_NAME", default="") or "single sign-on",
    domains=words("LEMMA_OIDC_DOMAINS"),
    claim=env.str("LEMMA_OIDC_ROLES_CLAIM", default="") or "groups",
    roles=words("LEMMA_OIDC_ROLES"),
)
# So long somebody may choose a password at the address that an administrator made for it, in seconds.
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_ADAPTER = "config.signing_in.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "config.signing_in.forms.LoginForm", "reauthenticate": "config.signing_in.forms.PasswordForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "config.signing_in.adapters.FactorAdapter"
MFA_FORMS = {
    "authenticate": "config.signing_in.forms.CodeForm",
    "reauthenticate": "config.signing_in.forms.CodeAgainForm",
    "activate_totp": "config.signing_in.forms.ActivateForm",
    "login_webauthn": "config.signing_in.passkey_forms.LoginForm",
    "authenticate_webauthn": "config.signing_in.passkey_forms.AuthenticateForm",
    "reauthenticate_webauthn": "config.signing_in.passkey_forms.AgainForm",
    "add_webauthn": "config.signing_in.passkey_forms.AddForm",
    "edit_webauthn": "config.signing_in.passkey_forms.RenameForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A fingerprint, a face or a PIN each time, so that a key which somebody found opens nothing.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Lemma"
# The clock of a phone may be half a minute off.
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "config.signing_in.single_sign_on.SocialAdapter"
# Nobody has to confirm an address by mail, since Lemma sends none.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Account and address together: nobody is kept out by what somebody elsewhere tries with the same name.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = env.int("LEMMA_LOGIN_TRIES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "config.accounts.locked_out"
AXES_CLIENT_IP_CALLABLE = "config.accounts.address_of"
# The audit log has it, in the words of Lemma.
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
# From the sign-in, and from the last request.
SESSION_COOKIE_AGE = env.int("LEMMA_SESSION_HOURS", default=168) * 3600
LEMMA_IDLE_HOURS = env.int("LEMMA_IDLE_HOURS", default=24)
SESSION_ENGINE = "config.sessions"
LEMMA_AUDIT_DAYS = env.int("LEMMA_AUDIT_DAYS", default=365)

# The largest accepted file is far smaller; an import of many files comes in several requests.
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 100

# Application

INSTALLED_APPS = [
    "config",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "django_filters",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "markdownx",
    "axes",
    "allauth",
    "config.signing_in.apps.AccountConfig",
    "allauth.mfa",
    "allauth.socialaccount",
    "publishing",
    "publishing.auditing",
    "books",
    "glossary",
    "glossary.search",
    "glossary.health",
    "glossary.linkcheck",
    "webhooks",
    "sync",
    "api",
]

MIDDLEWARE = [
    *(["config.proxies.proxied"] if BEHIND_PROXY else []),
    "config.observing.observed",
    "django.middleware.security.SecurityMiddleware",
    "config.policies.policies",
    "config.https.programs",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "config.people.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.people.Accounts",
    "config.people.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    *(["config.signing_in.requiring.required"] if LEMMA_REQUIRE_MFA else []),
]

# Where a request without a cookie is that of a program.
LEMMA_PROGRAMS: tuple[str, ...] = ("/api/",)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# For who comes to the login without wanting a certain page.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Data

DATABASES: dict[str, dict[str, Any]] = {
    "default": read_database_url(secret("DATABASE_URL"), default=VAR / "lemma.sqlite3", relative_to=BASE_DIR)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
STORAGES = {
    # Files in MEDIA_ROOT, or a bucket that all hosts share.
    "default": read_media_url(env.str("LEMMA_MEDIA_URL", default="")),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
if DEBUG:
    # Files come straight from the apps then, but whitenoise warns when the folder is missing.
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# Libraries

MARKDOWNX_MARKDOWNIFY_FUNCTION = "documents.markdown.render"

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.DjangoModelPermissionsOrAnonReadOnly"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    # Whose address is counted: what a proxy says is believed only where there is one.
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,
    # `?format=` would be taken by DRF before we can refuse it as unknown.
    "URL_FORMAT_OVERRIDE": None,
}

KNOX_TOKEN_MODEL = "api.Token"  # noqa: S105 (a model)
# With a beginning by which scanners of repositories recognise it. A token is for ever, unless it is made otherwise.
REST_KNOX = {"TOKEN_MODEL": KNOX_TOKEN_MODEL, "TOKEN_PREFIX": "lemma_", "TOKEN_TTL": None}
# Its migrations make a table of tokens that ours has replaced, and that no flush of a database on PostgreSQL knows.
MIGRATION_MODULES = {"knox": None}

# Shared by all processes where `CACHE_URL` names one, such as redis://host; else each has its own.
CACHES = {"default": read_cache_url(secret("CACHE_URL"))}

SPECTACULAR_SETTINGS = {
    "TITLE": "Lemma",
    "DESCRIPTION": "Glossary entries and books, as published.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": "A token, made in the admin or by api_token."}
        }
    },
    "SERVE_INCLUDE_SCHEMA": False,
    # From our own static files: no request leaves the machine.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# Logs, numbers, errors

LOG_FORMAT = env.str("LOG_FORMAT", default="") or "line"
# A line for each request, which costs about as much as the shortest answers.
LOG_REQUESTS = env.bool("LOG_REQUESTS", default=False)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "config.logs.RequestFilter"}},
    "formatters": {
        "line": {
            "()": "config.logs.LineFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "config.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO").upper()},
    # Without Django's own console handler, which would print every line twice in DEBUG.
    "loggers": {"django": {"handlers": []}},
}

# Who has it may read /metrics. Without one there is no such page, and nothing is counted.
METRICS_TOKEN = secret("LEMMA_METRICS_TOKEN")
if METRICS_TOKEN:
    # Read when the library is imported: in this folder the processes share what each has counted.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(VAR / "metrics"))
    Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)

if SENTRY_DSN := secret("SENTRY_DSN"):
    reporting.start(SENTRY_DSN)
